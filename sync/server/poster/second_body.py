"""A known event that comes once more with another body. Never applied, never silently dropped.

Two truths under one id are for a person: the till's queue waits until somebody says that the
second body is kept as evidence. It then takes its place in the chain, lies in the inbox as it was
signed, is shown with the money by which it differs, and what is behind it goes on.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from msgspec import json
from sqlalchemy import Connection

from sync.server.access.auth import terminal_row
from sync.server.books.conflicts import Conflict, record
from sync.server.engine import bulk, keys
from sync.server.engine.buckets import bucket_of, terminal_scope
from sync.server.engine.refusal import refuse
from sync.server.engine.schema import event, meta, sale
from sync.server.engine.services import Services
from sync.server.publishing import feed
from sync.translate import UnreadableEvent
from sync.wire.messages import EventEnvelope
from sync.wire.rows import OutcomeRow

SECOND = "exists_with_different_content"


def allow(
    connection: Connection, services: Services, place: tuple[str, str], by: str, reason: str = ""
) -> str:
    """Somebody says that the second body of an event may be kept; what became of the first.

    `place`: terminal and event. Raises Refusal 404 for an event that this terminal never sent.
    """
    first = stored(connection, *place)
    said = json.encode({"by": by, "reason": reason, "at": services.server_time()}).decode()
    keys.set_meta(connection, _name(*place), said)
    return first


def stored(connection: Connection, terminal_id: str, event_id: str) -> str:
    """Kind and outcome of the first body. Raises Refusal 404."""
    if terminal_row(connection, terminal_id) is None:
        raise refuse(404, "unknown_terminal")
    row = connection.execute(
        sa.select(event.c.kind, event.c.outcome)
        .where(event.c.bucket == bucket_of(terminal_id), event.c.id == event_id)
        .order_by(event.c.incarnation, event.c.seq)
    ).first()
    if row is None:
        raise refuse(404, "unknown_event")
    return f"{row.kind}, {row.outcome}"


def allowed_by(connection: Connection, terminal_id: str, event_id: str) -> str:
    """Who said so; "" while nobody has."""
    asked = sa.select(meta.c.value).where(meta.c.name == _name(terminal_id, event_id))
    said = connection.execute(asked).scalar()
    return str(json.decode(said)["by"]) if said else ""


def keep_all(
    connection: Connection,
    services: Services,
    terminal_id: str,
    new: Sequence[tuple[EventEnvelope, str]],
) -> None:
    """Those of a batch's new events (with their outcomes) that are second bodies."""
    for e, outcome in new:
        if outcome == SECOND:
            _keep(connection, services, terminal_id, e)


def _keep(connection: Connection, services: Services, terminal_id: str, e: EventEnvelope) -> None:
    """It has its place in the chain: a line for the manager, a word to the till."""
    by = allowed_by(connection, terminal_id, e.id)
    line = Conflict(
        SECOND,
        e.id,
        terminal_id,
        money_minor=_difference(connection, services, e),
        detail=f"seq {e.seq}: the second body is kept, by {by}",
        name=f"seq {e.seq}",
    )
    record(connection, bucket_of(terminal_id), [line], services.now_us(), "replace")
    told = OutcomeRow(e.seq, e.id, SECOND, f"kept by {by}", (SECOND,))
    change = feed.Change("outcome", e.id, told)
    feed.publish(connection, terminal_scope(terminal_id), [change], services.now_us())


def _difference(connection: Connection, services: Services, e: EventEnvelope) -> int:
    """By how much more the second body says was paid, in minor units; 0 for what is no receipt."""
    try:
        fact = services.codec.decode(e.kind, e.v, e.body.encode())
    except UnreadableEvent:
        return 0
    document = getattr(fact, "document", None)
    if document is None:
        return 0
    first = connection.execute(
        sa.select(sale.c.payable).where(
            bulk.among(connection, sale.c.id, [document.transaction_id])
        )
    ).scalar()
    return int(document.totals.payable_minor - (first or 0))


def _name(terminal_id: str, event_id: str) -> str:
    return f"second body {terminal_id} {event_id}"
