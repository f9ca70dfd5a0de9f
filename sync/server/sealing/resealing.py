"""What an older server stored in clear is sealed in its place. Never a new version of a row.

Runs with the jobs until nothing is left: a version that moved would send every member to every
till again.
"""

from collections.abc import Callable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.engine.buckets import BUCKETS, member_scope
from sync.server.engine.database import Database
from sync.server.engine.keys import get_meta, set_meta
from sync.server.engine.schema import event, feed_row, inbox, member, sealed_event
from sync.server.engine.services import Services
from sync.server.sealing import personal, vault
from sync.wire.codec import body_hash, unpack
from sync.wire.messages import PushRequest
from sync.wire.rows import MemberRow

MEMBERS_A_TURN, BATCHES_A_TURN = 500, 20
DONE = "resealed"
_IN_CLEAR = sa.and_(
    member.c.state.like('%"display_name":"_%'), member.c.state.not_like('%,"sealed":"%')
)


async def reseal(database: Database, services: Services) -> int:
    """Members and batches that were sealed; looked for until nothing was found once."""
    if (await database.read(get_meta)).get(DONE):
        return 0
    done = 0
    for bucket in range(BUCKETS):
        while count := await database.write(_turn(services, bucket)):
            done += count
    while count := await database.write(lambda c: _batches(c, services)):
        done += count
    await database.write(lambda c: set_meta(c, DONE, services.server_time()))
    return done


def _turn(services: Services, bucket: int) -> Callable[[Connection], int]:
    return lambda c: _members(c, services, bucket)


def _members(connection: Connection, services: Services, bucket: int) -> int:
    ours = sa.select(member).where(member.c.bucket == bucket, _IN_CLEAR).limit(MEMBERS_A_TURN)
    rows = connection.execute(ours).all()
    for row in rows:
        _member(connection, services.keys.profiles, row)
    return len(rows)


def _member(connection: Connection, master: bytes, row: Any) -> None:
    doc = msgspec.json.decode(row.state, type=MemberRow)
    wrapped = bytes.fromhex(row.profile_key)
    sealed = personal.seal(master, wrapped, row.id, personal.person_of(doc))
    connection.execute(
        sa.update(member)
        .where(member.c.bucket == row.bucket, member.c.id == row.id)
        .values(
            state=personal.stored(doc, sealed).decode(),
            profile_key=row.profile_key or personal.wrapped_in(sealed).hex(),
        )
    )
    told = sa.and_(
        feed_row.c.bucket == row.bucket,
        feed_row.c.scope == member_scope(row.id),
        feed_row.c.kind == personal.MEMBER,
        feed_row.c.id == row.id,
        feed_row.c.deleted == 0,
    )
    body = connection.execute(sa.select(feed_row.c.body).where(told)).scalar_one_or_none()
    if body is not None and not personal.sealed_of(body.encode()):
        shown = msgspec.json.decode(body, type=MemberRow)
        text = personal.stored(shown, sealed).decode()
        connection.execute(sa.update(feed_row).where(told).values(body=text))


def _batches(connection: Connection, services: Services) -> int:
    """Batches with an enrolment that has no key."""
    lacking = (
        sa.select(event.c.bucket, event.c.terminal, event.c.incarnation, event.c.seq)
        .outerjoin(
            sealed_event,
            sa.and_(sealed_event.c.bucket == event.c.bucket, sealed_event.c.event == event.c.id),
        )
        .where(event.c.kind.in_(vault.PERSONAL_KINDS), sealed_event.c.event.is_(None))
        .limit(BATCHES_A_TURN)
        .subquery()
    )
    within = sa.and_(
        inbox.c.bucket == lacking.c.bucket,
        inbox.c.terminal == lacking.c.terminal,
        inbox.c.incarnation == lacking.c.incarnation,
        lacking.c.seq.between(inbox.c.first_seq, inbox.c.last_seq),
    )
    rows = connection.execute(sa.select(inbox).join(lacking, within).distinct()).all()
    for row in rows:
        _batch(connection, services.keys.profiles, row)
    return len(rows)


def _batch(connection: Connection, master: bytes, row: Any) -> None:
    body = vault.put_away(connection, master, row.bucket, unpack(PushRequest, row.body))
    connection.execute(
        sa.update(inbox)
        .where(*(column == getattr(row, column.name) for column in inbox.primary_key.columns))
        .values(body=body, signed=f"{row.signed} {body_hash(row.body)}")
    )
