"""Two members whom a manager called one person: the one is emptied, the other takes it up.

One transaction, which may be repeated. Never merges somebody who is blocked, erased or unknown:
that waits for a person.
"""

from itertools import pairwise

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.events import MembersMerged
from sync.server.books.merging import Carried, resolve, trails
from sync.server.engine.buckets import bucket_of
from sync.server.engine.database import Database
from sync.server.engine.schema import member
from sync.server.engine.services import Services
from sync.server.poster.carrying import carried_by, carry
from sync.server.poster.outcomes import MERGE_REFUSED
from sync.server.poster.parts import Part
from sync.server.poster.planning import Fact
from sync.server.sealing.personal import opened
from sync.wire.rows import MemberRow


async def unite_members(
    database: Database, services: Services, terminal_id: str, fact: Fact
) -> list[str]:
    """Bring one merge into the tables; the kinds of conflicts it met."""
    event = fact.event
    if not isinstance(event, MembersMerged):
        raise TypeError("a merge")
    gone, kept, fits = await database.read(lambda c: _pair(c, services, event, fact.id))
    fact.member = kept
    if gone == kept:
        return []  # another till has said so before
    if not fits:
        return [MERGE_REFUSED]
    about = (fact.id, fact.seq, terminal_id, kept)

    def parts(carried: Carried) -> list[Part]:
        return [Part("merged", *about, event), Part("carried_in", *about, carried)]

    found = await database.write(lambda c: carry(c, services, (gone, kept, fact.id), parts))
    return found.get(fact.id, [])


def _pair(
    connection: Connection, services: Services, event: MembersMerged, event_id: str
) -> tuple[str, str, bool]:
    """(who goes, who stays, whether it may be) as the ids are now, or as this event left them:
    whoever stayed may have become another since, and is not given the account once more."""
    path = trails(connection, {event.gone_id})[event.gone_id]
    for old, kept in pairwise(path):
        if carried_by(connection, old, event_id):
            return old, kept, True
    now = resolve(connection, {event.gone_id, event.kept_id})
    gone, kept = now[event.gone_id], now[event.kept_id]
    fits = all(_may_be_merged(connection, services, one) for one in (gone, kept))
    return gone, kept, fits


def _may_be_merged(connection: Connection, services: Services, member_id: str) -> bool:
    """A look without a lock: nobody but the poster changes what it sees before it carries."""
    state = connection.execute(
        sa.select(member.c.state).where(
            member.c.bucket == bucket_of(member_id), member.c.id == member_id
        )
    ).scalar_one_or_none()
    if state is None:
        return False
    text = opened(services.keys.profiles, member_id, state.encode())
    return not msgspec.json.decode(text, type=MemberRow).blocked
