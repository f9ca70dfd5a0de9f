"""Events that came before, in a former life of their till's database. Never applied a second time.

Their effects stand; what is new is their number. A till shows a balance with its own events that
the row of the server does not contain yet, told by number: without the new one it would count
these twice.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from pos_app.domain.events import (
    CategoriesChosen,
    PointsAdjusted,
    ReceiptCredited,
    TransactionCompleted,
)
from sync.server.books.merging import resolve
from sync.server.engine.buckets import bucket_of
from sync.server.poster.effects import Part
from sync.translate import UnreadableEvent, WireCodec
from sync.wire.messages import EventEnvelope

EXISTS = "exists"
Counted = TransactionCompleted | CategoriesChosen | PointsAdjusted | ReceiptCredited
COUNTED = ("transaction_completed", "categories_chosen", "points_adjusted", "receipt_credited")


def renumbered(
    connection: Connection, codec: WireCodec, row: Any, events: Sequence[EventEnvelope]
) -> dict[int, list[Part]]:
    """What the members of an inbox row's known events must be told, by bucket."""
    told = [(e, fact) for e in events if (fact := _counted(codec, e)) is not None]
    who = resolve(connection, {m for _, fact in told for m in _members(fact)})
    parts: dict[int, list[Part]] = {}
    for e, fact in told:
        for member in sorted({who[m] for m in _members(fact)}):
            key = f"{e.id} {row.incarnation} {member}"
            part = Part("seen", e.id, e.seq, row.terminal, member, fact, key=key)
            parts.setdefault(bucket_of(member), []).append(part)
    return parts


def _counted(codec: WireCodec, e: EventEnvelope) -> Counted | None:
    """An event that a till adds to what the row says; None for any other."""
    if e.kind not in COUNTED:
        return None
    try:
        fact = codec.decode(e.kind, e.v, e.body.encode())
    except UnreadableEvent:
        return None
    return fact if isinstance(fact, Counted) else None


def _members(fact: Counted) -> set[str]:
    if isinstance(fact, CategoriesChosen | PointsAdjusted | ReceiptCredited):
        return {fact.member_id}
    document = fact.document
    if document.training:
        return set()
    named = {document.member_id, *(entry.member_id for entry in document.entries)}
    return {m for m in named if m and m != document.member_code}


def merged(many: Iterable[dict[int, list[Part]]]) -> dict[int, Sequence[Part]]:
    """The parts of several rows, in their order."""
    parts: dict[int, list[Part]] = {}
    for one in many:
        for bucket, some in one.items():
            parts.setdefault(bucket, []).extend(some)
    return dict(parts)
