"""Events that tell of a person, sealed apart from their batch. Never changes what they mean.

A batch is evidence and is kept as it travelled, but an enrolment is sealed under a key of its own
before the batch touches the disk: destroying the key erases the person from the inbox for ever,
while the chain's hashes, the outcome and every other event stay.
"""

import base64
from collections.abc import Iterable, Sequence

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from pos_app.gear.secrets import SealBroken, random_bytes, unwrap, wrap
from sync.server.engine import bulk
from sync.server.engine.schema import sealed_event
from sync.wire.codec import decode, pack
from sync.wire.messages import EventEnvelope, PushRequest

PERSONAL_KINDS = frozenset({"member_enrolled"})
ERASED = "erased"
"""Why an event that nobody can open any more is parked."""


class _Sealed(Struct):
    """What stands in the batch in the place of the body."""

    sealed: str


class _Whose(Struct):
    member: str = ""


def is_personal(events: Iterable[EventEnvelope]) -> bool:
    """Whether a batch must not be stored as it came."""
    return any(e.kind in PERSONAL_KINDS for e in events)


def put_away(connection: Connection, master: bytes, bucket: int, request: PushRequest) -> bytes:
    """The batch with its personal events sealed, packed; their keys are kept beside it.

    An event that came before keeps its key, and one whose key was destroyed stays erased.
    """
    personal = [e for e in request.events if e.kind in PERSONAL_KINDS]
    fresh = [
        {
            "bucket": bucket,
            "event": e.id,
            "member": _member_of(e),
            "key": wrap(master, random_bytes(32), e.id.encode()).hex(),
        }
        for e in {e.id: e for e in personal}.values()
    ]
    bulk.insert(connection, sealed_event, fresh, "nothing")
    keys = _keys(connection, bucket, [e.id for e in personal])
    events = tuple(
        msgspec.structs.replace(e, body=_sealed(master, keys[e.id], e)) if e.id in keys else e
        for e in request.events
    )
    return pack(msgspec.structs.replace(request, events=events))


def taken_out(
    connection: Connection, master: bytes, bucket: int, events: Sequence[EventEnvelope]
) -> dict[str, str]:
    """Event id -> body of the personal events that can still be opened; "" for erased ones.

    One that was stored before there was this vault is as it came.
    """
    personal = [e for e in events if e.kind in PERSONAL_KINDS]
    if not personal:
        return {}
    keys = _keys(connection, bucket, [e.id for e in personal])
    return {e.id: _opened(master, keys.get(e.id, ""), e) for e in personal}


def as_signed(
    connection: Connection, master: bytes, bucket: int, events: Sequence[EventEnvelope]
) -> list[EventEnvelope]:
    """The events of a stored batch with the bodies that were signed; an erased one has none ("").

    Its hash in the chain stands: whoever counts the chain again goes on from it.
    """
    personal = taken_out(connection, master, bucket, events)
    return [
        msgspec.structs.replace(e, body=personal[e.id]) if e.id in personal else e for e in events
    ]


def forget(connection: Connection, members: Iterable[str]) -> int:
    """Destroy the keys of the events that enrolled these members; how many."""
    ours = bulk.among(connection, sealed_event.c.member, members)
    done = connection.execute(sa.update(sealed_event).where(ours).values(key=""))
    return int(done.rowcount)


def bodies_of(connection: Connection, members: Iterable[str]) -> list[tuple[int, str]]:
    """(bucket, event) of the enrolments of these members whose keys are there."""
    ours = bulk.among(connection, sealed_event.c.member, members)
    rows = connection.execute(sa.select(sealed_event).where(ours, sealed_event.c.key != ""))
    return [(row.bucket, row.event) for row in rows]


def _keys(connection: Connection, bucket: int, ids: Sequence[str]) -> dict[str, str]:
    rows = connection.execute(
        sa.select(sealed_event.c.event, sealed_event.c.key).where(
            sealed_event.c.bucket == bucket, bulk.among(connection, sealed_event.c.event, ids)
        )
    )
    return {row.event: row.key for row in rows}


def _member_of(e: EventEnvelope) -> str:
    try:
        return decode(_Whose, e.body.encode()).member
    except ValueError:
        return ""


def _sealed(master: bytes, wrapped: str, e: EventEnvelope) -> str:
    if not wrapped:
        return msgspec.json.encode(_Sealed("")).decode()
    key = unwrap(master, bytes.fromhex(wrapped), e.id.encode())
    body = wrap(key, e.body.encode(), e.id.encode())
    return msgspec.json.encode(_Sealed(base64.b64encode(body).decode())).decode()


def _opened(master: bytes, wrapped: str, e: EventEnvelope) -> str:
    try:
        inner = decode(_Sealed, e.body.encode()).sealed
    except ValueError:
        return e.body
    if not wrapped or not inner:
        return ""
    try:
        key = unwrap(master, bytes.fromhex(wrapped), e.id.encode())
        return unwrap(key, base64.b64decode(inner), e.id.encode()).decode()
    except SealBroken:
        return ""
