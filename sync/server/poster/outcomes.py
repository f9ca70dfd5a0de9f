"""The end of a batch, in its terminal's bucket: outcomes, control totals, receipts of nobody.

Never counts an event twice: only events still `queued` are counted, in the transaction that
ends their waiting.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.events import ControlTotals
from sync.server.books.announcing import mark_announced, unannounced
from sync.server.books.conflicts import Conflict, record
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of, terminal_scope
from sync.server.engine.schema import control_total, event, feed_row, inbox, sale, terminal
from sync.server.engine.services import Services, micros
from sync.server.poster.effects import Part
from sync.server.poster.planning import Fact
from sync.server.poster.timely import ODD_DAY
from sync.server.poster.totals import business_day_of, counted
from sync.server.publishing import feed
from sync.server.settings.budgets import count_offers
from sync.translate.documents import transaction_doc
from sync.translate.till_events import control_totals, control_totals_doc
from sync.wire.codec import canonical
from sync.wire.events import ControlTotalsDoc
from sync.wire.rows import OutcomeRow

PLAIN_OUTCOMES_KEPT = 1000
QUEUED = "queued"
SPAN = ("bucket", "terminal", "incarnation", "first_seq", "last_seq")
TOTALS_KEY = ("bucket", "terminal", "business_on")
TWICE = "document_twice"
"""One receipt under two ids of events: kept as a fact, counted once, shown to a person."""
Key = TypeVar("Key")
MERGE_REFUSED = "merge_refused"
"""Two members were called one, and one of them is blocked, erased or unknown."""
CREDITED_TWICE = "credited_twice"
"""A receipt was credited that had a member already; it comes to nothing."""
OF_NO_BUCKET = (
    TWICE,
    CREDITED_TWICE,
    ODD_DAY,
    MERGE_REFUSED,
    "unknown_code",
    "phone_taken",
    "card_taken",
    "sealed_profile_unreadable",
)
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


class Tried(Exception):
    """It would go: the transaction is rolled back."""


def try_alone(connection: Connection, batch: "Batch", fact: Fact) -> None:
    """Store a receipt of nobody, for nothing. Raises Tried, or what the database says of it."""
    if fact.document is not None and not fact.member:
        row = sale_row(batch.bucket, fact.document, "", fact.text)
        list(store_sales(connection, [(fact.seq, row)]))
    raise Tried


def store_sales(
    connection: Connection, sales: Sequence[tuple[Key, dict[str, Any]]]
) -> Iterator[Key]:
    """Store receipts once; the keys of those that another event had brought already."""
    first = {(row["bucket"], row["id"]): row for _key, row in reversed(sales)}
    new = bulk.insert_new(connection, sale, list(first.values()))
    for key, row in sales:
        place = (row["bucket"], row["id"])
        if place not in new:
            yield key
        new.discard(place)


def finish_all(connection: Connection, services: Services, batches: Sequence[Batch]) -> None:
    """Mark batches posted and tell their terminals; run again, it changes nothing.

    As many statements for many batches as for one; terminal by terminal in their order.
    """
    feed.lock(connection, *(terminal_scope(batch.terminal) for batch in batches))
    waiting = _still_waiting(connection, batches)
    ends = [_End(batch, _of(batch, waiting)) for batch in batches]
    _store_outcomes(connection, ends)
    _store_anonymous(connection, ends)
    _count(connection, ends)
    for end in ends:
        documents = [fact.document for fact in end.counted if fact.document is not None]
        count_offers(connection, end.batch.terminal, documents)
        record(connection, end.batch.bucket, _conflicts(end.batch, end.facts), services.now_us())
    _tell(connection, services, ends)
    _close(connection, batches)


@dataclass(frozen=True, slots=True)
class _End:
    """A batch and the facts of it that nobody has ended yet."""

    batch: Batch
    facts: list[Fact]

    @property
    def posted(self) -> list[Fact]:
        return [fact for fact in self.facts if fact.outcome == "posted"]

    @property
    def counted(self) -> list[Fact]:
        """Without receipts that another event had brought."""
        return [fact for fact in self.posted if TWICE not in fact.conflicts]


def _of(batch: Batch, waiting: Mapping[tuple[str, int], set[int]]) -> list[Fact]:
    still = waiting.get((batch.terminal, batch.incarnation), set())
    return [fact for fact in batch.facts if fact.seq in still]


def _still_waiting(
    connection: Connection, batches: Sequence[Batch]
) -> dict[tuple[str, int], set[int]]:
    """(terminal, incarnation) -> sequence numbers that nobody has ended."""
    spans = [(b.bucket, b.terminal, b.incarnation, b.first_seq, b.last_seq) for b in batches]
    found: dict[tuple[str, int], set[int]] = {}
    for row in connection.execute(*in_spans(connection, spans, (QUEUED,))):
        found.setdefault((row.terminal, row.incarnation), set()).add(row.seq)
    return found


def in_spans(
    connection: Connection, spans: Sequence[tuple[Any, ...]], outcomes: Sequence[str]
) -> tuple[sa.Select[Any], dict[str, Any]]:
    """Events of batches that have one of these outcomes: (statement, parameters).

    A span is (bucket, terminal, incarnation, first, last); rows have terminal, incarnation,
    first_seq, seq, outcome.
    """
    span, named = bulk.bound(connection, inbox, SPAN, spans)
    same = sa.and_(
        event.c.bucket == span.c.bucket,
        event.c.terminal == span.c.terminal,
        event.c.incarnation == span.c.incarnation,
        event.c.seq.between(span.c.first_seq, span.c.last_seq),
    )
    told = [span.c.terminal, span.c.incarnation, span.c.first_seq, event.c.seq, event.c.outcome]
    chosen = sa.select(*told).select_from(span.join(event, same))
    return chosen.where(event.c.outcome.in_(outcomes)), named


def _store_outcomes(connection: Connection, ends: Sequence[_End]) -> None:
    rows = [
        {
            "bucket": end.batch.bucket,
            "terminal": end.batch.terminal,
            "incarnation": end.batch.incarnation,
            "seq": fact.seq,
            "outcome": fact.outcome,
            "reason": fact.reason.replace("\0", ""),
        }
        for end in ends
        for fact in end.facts
    ]
    bulk.change(connection, event, ("bucket", "terminal", "incarnation", "seq"), rows)


def _store_anonymous(connection: Connection, ends: Sequence[_End]) -> None:
    """Receipts of nobody lie with their terminal."""
    sales = [
        (fact, sale_row(end.batch.bucket, document, "", fact.text))
        for end in ends
        for fact in end.posted
        if (document := fact.document) is not None and not fact.member
    ]
    for fact in store_sales(connection, sales):
        fact.conflicts.append(TWICE)


def _tell(connection: Connection, services: Services, ends: Sequence[_End]) -> None:
    """Outcomes, and after a terminal's first ones the grants that have changed."""
    granted = unannounced(connection, {end.batch.terminal for end in ends})
    announced = [change.id for changes in granted.values() for change in changes]
    told: dict[str, list[feed.Change]] = {}
    for end in ends:
        changes = told.setdefault(terminal_scope(end.batch.terminal), [])
        changes += [feed.Change("outcome", fact.id, _outcome(fact)) for fact in end.facts]
        changes += granted.pop(end.batch.terminal, [])
    heads = feed.publish_all(connection, told, services.now_us())
    mark_announced(connection, announced)
    for end in {end.batch.terminal: end for end in ends}.values():
        terminal_id = end.batch.terminal
        _forget_plain(connection, terminal_id, heads[terminal_scope(terminal_id)])


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


def _count(connection: Connection, ends: Sequence[_End]) -> None:
    """Control totals by business day, kept as the till keeps them, with the same functions.

    Events without a day belong to the day of the session that runs: the last one that was named.
    """
    days = _totals_of(connection, ends)
    changed: dict[tuple[str, str], ControlTotals] = {}
    for end in ends:
        terminal_id = end.batch.terminal
        mine = days.setdefault(terminal_id, {})
        session_day = max(mine, default="")
        for fact in end.counted:
            if fact.event is None:
                continue
            session_day = business_day_of(fact.event) or session_day
            if session_day:
                mine[session_day] = counted(mine.get(session_day) or ControlTotals(), fact.event)
                changed[terminal_id, session_day] = mine[session_day]
    rows = [
        {
            "bucket": bucket_of(terminal_id),
            "terminal": terminal_id,
            "business_on": day,
            "totals": canonical(control_totals_doc(totals)).decode(),
        }
        for (terminal_id, day), totals in sorted(changed.items(), key=lambda item: item[0])
    ]
    bulk.insert(connection, control_total, rows, "replace")


def _totals_of(connection: Connection, ends: Sequence[_End]) -> dict[str, dict[str, ControlTotals]]:
    """Terminal -> its totals of the days that are named, and of its last day."""
    places = {end.batch.terminal: end.batch.bucket for end in ends}
    last = connection.execute(
        sa.select(control_total.c.terminal, sa.func.max(control_total.c.business_on))
        .where(
            bulk.among(connection, control_total.c.bucket, places.values()),
            bulk.among(connection, control_total.c.terminal, places),
        )
        .group_by(control_total.c.terminal)
    )
    named = {(places[terminal_id], terminal_id, day) for terminal_id, day in last}
    for end in ends:
        for fact in end.counted:
            if fact.event is not None and (day := business_day_of(fact.event)):
                named.add((end.batch.bucket, end.batch.terminal, day))
    found: dict[str, dict[str, ControlTotals]] = {}
    for row in bulk.matching(connection, control_total, TOTALS_KEY, named):
        found.setdefault(row.terminal, {})[row.business_on] = _totals(row.totals)
    return found


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
    return {row.business_on: _totals(row.totals) for row in rows}


def _totals(text: str) -> ControlTotals:
    return control_totals(msgspec.json.decode(text, type=ControlTotalsDoc))


def _forget_plain(connection: Connection, terminal_id: str, head: int) -> None:
    """A terminal need not be told for ever that its old events were posted."""
    if head <= PLAIN_OUTCOMES_KEPT:
        return
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


def _close(connection: Connection, batches: Sequence[Batch]) -> None:
    done = [
        {
            "bucket": batch.bucket,
            "terminal": batch.terminal,
            "incarnation": batch.incarnation,
            "first_seq": batch.first_seq,
            "state": "posted",
        }
        for batch in batches
    ]
    bulk.change(connection, inbox, SPAN[:-1], done)
    heads: dict[tuple[int, str, int], int] = {}
    for batch in batches:
        whose = (batch.bucket, batch.terminal, batch.incarnation)
        heads[whose] = max(batch.last_seq, heads.get(whose, 0))
    keys = ("bucket", "id", "incarnation")
    moved = [
        {"bucket": row.bucket, "id": row.id, "incarnation": row.incarnation, "posted_seq": head}
        for row in bulk.matching(connection, terminal, keys, heads)
        if (head := heads[row.bucket, row.id, row.incarnation]) > row.posted_seq
    ]
    bulk.change(connection, terminal, keys, moved)
