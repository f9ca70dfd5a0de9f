"""Events that came before, in a former life of their till's database. Never applied a second time.

Their effects stand; what is new is their number. A till shows a balance with its own events that
the row of the server does not contain yet, told by number: without the new one it would count
these twice.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.events import CategoriesChosen, TransactionCompleted
from sync.server.buckets import bucket_of
from sync.server.effects import Part
from sync.server.merging import resolve
from sync.server.schema import event
from sync.translate import UnreadableEvent, WireCodec
from sync.wire.codec import unpack
from sync.wire.messages import PushRequest

EXISTS = "exists"
COUNTED = ("transaction_completed", "categories_chosen")


def renumbered(connection: Connection, codec: WireCodec, row: Any) -> dict[int, list[Part]]:
    """What the members of an inbox row's known events must be told, by bucket."""
    found = connection.execute(
        sa.select(event.c.seq).where(
            event.c.bucket == row.bucket,
            event.c.terminal == row.terminal,
            event.c.incarnation == row.incarnation,
            event.c.seq.between(row.first_seq, row.last_seq),
            event.c.outcome == EXISTS,
        )
    )
    known = set(found.scalars())
    if not known:
        return {}
    events = [e for e in unpack(PushRequest, row.body).events if e.seq in known]
    told = [(e, members) for e in events if (members := _members(codec, e))]
    who = resolve(connection, {m for _, members in told for m in members})
    parts: dict[int, list[Part]] = {}
    for e, members in told:
        fact = codec.decode(e.kind, e.v, e.body.encode())
        assert isinstance(fact, TransactionCompleted | CategoriesChosen)
        for member in sorted({who[m] for m in members}):
            key = f"{e.id} {row.incarnation} {member}"
            part = Part("seen", e.id, e.seq, row.terminal, member, fact, key=key)
            parts.setdefault(bucket_of(member), []).append(part)
    return parts


def _members(codec: WireCodec, e: Any) -> set[str]:
    if e.kind not in COUNTED:
        return set()
    try:
        fact = codec.decode(e.kind, e.v, e.body.encode())
    except UnreadableEvent:
        return set()
    if isinstance(fact, CategoriesChosen):
        return {fact.member_id}
    if not isinstance(fact, TransactionCompleted) or fact.document.training:
        return set()
    document = fact.document
    named = {document.member_id, *(entry.member_id for entry in document.entries)}
    return {m for m in named if m and m != document.member_code}


def merged(many: Iterable[dict[int, list[Part]]]) -> dict[int, Sequence[Part]]:
    """The parts of several rows, in their order."""
    parts: dict[int, list[Part]] = {}
    for one in many:
        for bucket, some in one.items():
            parts.setdefault(bucket, []).extend(some)
    return dict(parts)
