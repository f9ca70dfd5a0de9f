"""The end of a batch, in its terminal's bucket: outcomes, control totals, receipts of nobody.

Never counts an event twice: only events still `queued` are counted, in the transaction that
ends their waiting.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.business_day import (
    after_cash,
    after_document,
    after_no_sale,
    after_unusual,
    after_void,
)
from pos_app.domain.document import CompletedTransaction
from pos_app.domain.events import CashMoved, ControlTotals, Event, RightUsed, TransactionCompleted
from pos_app.domain.loyalty.velocity import UNUSUAL
from sync.server.books.book import announce
from sync.server.books.conflicts import Conflict, record
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of, terminal_scope
from sync.server.engine.schema import control_total, event, feed_row, inbox, sale, terminal
from sync.server.engine.services import Services, micros
from sync.server.poster.effects import Part
from sync.server.poster.planning import Fact
from sync.server.publishing import feed
from sync.server.settings.budgets import count_offers
from sync.translate.documents import transaction_doc
from sync.translate.till_events import control_totals, control_totals_doc
from sync.wire.codec import canonical
from sync.wire.events import ControlTotalsDoc
from sync.wire.rows import OutcomeRow

PLAIN_OUTCOMES_KEPT = 1000
TWICE = "document_twice"
"""One receipt under two ids of events: kept as a fact, counted once, shown to a person."""
Key = TypeVar("Key")
OF_NO_BUCKET = (TWICE, "unknown_code", "phone_taken", "card_taken", "sealed_profile_unreadable")
"""Conflicts that are found before any member's bucket is open."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One inbox row, with the events of it that still wait. `again`: see `again.renumbered`."""

    terminal: str
    incarnation: int
    first_seq: int
    last_seq: int
    facts: list[Fact]
    received_at: int = 0
    again: dict[int, list[Part]] = field(default_factory=dict)

    @property
    def bucket(self) -> int:
        """Of the terminal."""
        return bucket_of(self.terminal)


def sale_row(
    bucket: int, document: CompletedTransaction, member_id: str, text: str = ""
) -> dict[str, Any]:
    """A receipt as the table keeps it, lines and all in one document: as it came, if `text`."""
    return {
        "bucket": bucket,
        "id": document.transaction_id,
        "kind": document.kind.value,
        "store": document.store_id,
        "terminal": document.terminal_id,
        "receipt": document.receipt_number,
        "member": member_id,
        "business_on": document.business_on.isoformat(),
        "at": micros(document.completed_at),
        "net": document.totals.net_minor,
        "payable": document.totals.payable_minor,
        "document": text or canonical(transaction_doc(document)).decode(),
    }


def store_sales(
    connection: Connection, sales: Sequence[tuple[Key, dict[str, Any]]]
) -> Iterator[Key]:
    """Store receipts once; the keys of those that another event had brought already."""
    first = {row["id"]: row for _key, row in reversed(sales)}
    new = bulk.insert_new(connection, sale, list(first.values()), "id")
    for key, row in sales:
        if row["id"] not in new:
            yield key
        new.discard(row["id"])


def finish_all(connection: Connection, services: Services, batches: Sequence[Batch]) -> None:
    """The ends of many batches, terminal by terminal in their order."""
    feed.lock(connection, *(terminal_scope(batch.terminal) for batch in batches))
    for batch in batches:
        finish(connection, services, batch)


def finish(connection: Connection, services: Services, batch: Batch) -> None:
    """Mark the batch posted and tell the terminal. Run again, it changes nothing."""
    feed.lock(connection, terminal_scope(batch.terminal))
    waiting = _still_waiting(connection, batch)
    facts = [fact for fact in batch.facts if fact.seq in waiting]
    posted = [fact for fact in facts if fact.outcome == "posted"]
    _store_outcomes(connection, batch, facts)
    anonymous = [
        (fact.seq, sale_row(batch.bucket, document, "", fact.text))
        for fact in posted
        if (document := fact.document) is not None and not fact.member
    ]
    again = set(store_sales(connection, anonymous))
    for fact in posted:
        fact.conflicts += [TWICE] if fact.seq in again else []
    new = [fact for fact in posted if TWICE not in fact.conflicts]
    _count(connection, batch, [fact.event for fact in new if fact.event is not None])
    documents = [fact.document for fact in new if fact.document is not None]
    count_offers(connection, batch.terminal, documents)
    record(connection, batch.bucket, _conflicts(batch, facts), services.now_us())
    rows = [feed.Change("outcome", fact.id, _outcome(fact)) for fact in facts]
    head = feed.publish(connection, terminal_scope(batch.terminal), rows, services.now_us())
    _forget_plain(connection, batch.terminal, head)
    announce(connection, services, batch.terminal)
    _close(connection, batch)


def _in_batch(batch: Batch) -> Any:
    return sa.and_(
        event.c.bucket == batch.bucket,
        event.c.terminal == batch.terminal,
        event.c.incarnation == batch.incarnation,
        event.c.seq.between(batch.first_seq, batch.last_seq),
    )


def _still_waiting(connection: Connection, batch: Batch) -> set[int]:
    queued = sa.select(event.c.seq).where(_in_batch(batch), event.c.outcome == "queued")
    return set(connection.execute(queued).scalars())


def _store_outcomes(connection: Connection, batch: Batch, facts: Sequence[Fact]) -> None:
    plain = [fact.seq for fact in facts if fact.outcome == "posted"]
    change = sa.update(event).where(_in_batch(batch))
    if plain:
        connection.execute(
            change.where(bulk.among(connection, event.c.seq, plain)).values(outcome="posted")
        )
    for fact in facts:
        if fact.outcome != "posted":
            connection.execute(
                change.where(event.c.seq == fact.seq).values(
                    outcome=fact.outcome, reason=fact.reason.replace("\0", "")
                )
            )


def _outcome(fact: Fact) -> OutcomeRow:
    return OutcomeRow(
        fact.seq, fact.id, fact.outcome, fact.reason, tuple(sorted(set(fact.conflicts)))
    )


def _conflicts(batch: Batch, facts: Sequence[Fact]) -> list[Conflict]:
    """Conflicts that belong to no member."""
    found = []
    for fact in facts:
        if fact.outcome == "parked":
            found.append(Conflict("parked", fact.id, batch.terminal, detail=fact.reason))
        money = fact.document.totals.payable_minor if fact.document is not None else 0
        found += [
            Conflict(kind, fact.id, batch.terminal, fact.member, money_minor=money)
            for kind in OF_NO_BUCKET
            if kind in fact.conflicts
        ]
    return found


def _count(connection: Connection, batch: Batch, events: Sequence[Event]) -> None:
    """Control totals by business day, kept as the till keeps them, with the same functions.

    Events without a day belong to the day of the session that runs: the last one that was named.
    """
    session_day = _last_day(connection, batch.terminal)
    named = {day for fact in events if (day := business_day_of(fact))} | {session_day}
    days = load_totals(connection, batch.terminal, named)
    changed: dict[str, ControlTotals] = {}
    for fact in events:
        session_day = business_day_of(fact) or session_day
        if session_day:
            before = changed.get(session_day) or days.get(session_day) or ControlTotals()
            changed[session_day] = counted(before, fact)
    rows = [
        {
            "bucket": batch.bucket,
            "terminal": batch.terminal,
            "business_on": day,
            "totals": canonical(control_totals_doc(totals)).decode(),
        }
        for day, totals in sorted(changed.items())
    ]
    bulk.insert(connection, control_total, rows, "replace")


def _last_day(connection: Connection, terminal_id: str) -> str:
    newest = sa.select(sa.func.max(control_total.c.business_on)).where(
        control_total.c.bucket == bucket_of(terminal_id), control_total.c.terminal == terminal_id
    )
    return connection.execute(newest).scalar() or ""


def business_day_of(fact: Event) -> str:
    """The business day an event names; "" for those that name none (the session's then)."""
    if isinstance(fact, TransactionCompleted):
        return fact.document.business_on.isoformat()
    day = getattr(fact, "business_on", None)
    return day.isoformat() if day else ""


def counted(totals: ControlTotals, fact: Event) -> ControlTotals:
    """The totals with one more event."""
    if isinstance(fact, TransactionCompleted):
        return after_document(totals, fact.document)
    if isinstance(fact, CashMoved):
        return after_cash(totals, fact.kind, fact.amount_minor)
    if isinstance(fact, RightUsed) and fact.action == "void_transaction":
        return after_void(totals, fact.amount_minor)
    if isinstance(fact, RightUsed) and fact.action == "no_sale":
        return after_no_sale(totals)
    if isinstance(fact, RightUsed) and fact.action == UNUSUAL:
        return after_unusual(totals)
    return totals


def load_totals(
    connection: Connection, terminal_id: str, days: Iterable[str]
) -> dict[str, ControlTotals]:
    """The terminal's control totals of these business days, where there are some."""
    rows = connection.execute(
        sa.select(control_total.c.business_on, control_total.c.totals).where(
            control_total.c.bucket == bucket_of(terminal_id),
            control_total.c.terminal == terminal_id,
            bulk.among(connection, control_total.c.business_on, days),
        )
    )
    return {
        row.business_on: control_totals(msgspec.json.decode(row.totals, type=ControlTotalsDoc))
        for row in rows
    }


def _forget_plain(connection: Connection, terminal_id: str, head: int) -> None:
    """A terminal need not be told for ever that its old events were posted."""
    connection.execute(
        sa.delete(feed_row).where(
            feed_row.c.bucket == bucket_of(terminal_id),
            feed_row.c.scope == terminal_scope(terminal_id),
            feed_row.c.kind == "outcome",
            feed_row.c.ver <= head - PLAIN_OUTCOMES_KEPT,
            feed_row.c.body.like('%"outcome":"posted"%'),
            feed_row.c.body.not_like('%"conflicts":%'),
        )
    )


def _close(connection: Connection, batch: Batch) -> None:
    connection.execute(
        sa.update(inbox)
        .where(
            inbox.c.bucket == batch.bucket,
            inbox.c.terminal == batch.terminal,
            inbox.c.incarnation == batch.incarnation,
            inbox.c.first_seq == batch.first_seq,
        )
        .values(state="posted")
    )
    connection.execute(
        sa.update(terminal)
        .where(
            terminal.c.bucket == batch.bucket,
            terminal.c.id == batch.terminal,
            terminal.c.incarnation == batch.incarnation,
            terminal.c.posted_seq < batch.last_seq,
        )
        .values(posted_seq=batch.last_seq)
    )
