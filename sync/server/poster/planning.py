"""From a batch of events to parts of buckets, and who a member is now. Never changes an account."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.document import CompletedTransaction, TransactionKind
from pos_app.domain.events import (
    AllowanceGiven,
    AllowanceReturned,
    AllowanceTaken,
    CategoriesChosen,
    Event,
    PointsAdjusted,
    TransactionCompleted,
)
from pos_app.domain.loyalty.ledger import PointsEntry
from sync.server.books.merging import resolve
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import member_key, sale
from sync.server.poster.effects import Part
from sync.server.poster.gift_cards import buckets_of
from sync.server.poster.shown import buckets_of_shown
from sync.server.rights import moves

KEY_KINDS = ("card", "code", "phone")
Moved = tuple[str, AllowanceGiven]


@dataclass(slots=True)
class Fact:
    """One event of a batch: what it says (`text`: in the bytes it came), and what became of it."""

    seq: int
    id: str
    kind: str
    event: Event | None = None
    text: str = ""
    outcome: str = "posted"
    reason: str = ""
    conflicts: list[str] = field(default_factory=list)
    member: str = ""
    document: CompletedTransaction | None = None
    """Of a transaction that counts (training does not)."""

    def says(self, fact: Event, text: str) -> None:
        """It was read."""
        self.event, self.text = fact, text
        if isinstance(fact, TransactionCompleted) and not fact.document.training:
            self.document = fact.document

    def park(self, reason: str) -> None:
        """It waits for a person; the ones behind it go on."""
        self.outcome, self.reason = "parked", reason[:300]


@dataclass(frozen=True, slots=True)
class Told:
    """A fact and who tells it."""

    terminal: str
    fact: Fact


def plan(connection: Connection, told: Sequence[Told]) -> dict[int, list[Part]]:
    """The parts of these events by bucket, in their order. Fills in `Fact.member`."""
    facts = [one.fact for one in told]
    moved = {
        (one.terminal, one.fact.id): _moves(connection, one.terminal, one.fact) for one in told
    }
    named = {given.member_id for found in moved.values() for _, given in found}
    who = resolve(connection, named | {m for fact in facts for m in _members(fact)})
    codes = _owners(connection, {c for fact in facts if (c := _guest_code(fact))})
    codes_now = resolve(connection, set(codes.values()))
    days = {**_sale_days(connection, facts, who), **days_of(facts)}
    parts: dict[int, list[Part]] = {}
    for one in told:
        fact, terminal_id = one.fact, one.terminal
        owner = codes.get(_guest_code(fact))
        found = _move_parts(fact, terminal_id, who, moved[terminal_id, fact.id])
        found += _parts(fact, terminal_id, who, codes_now.get(owner, "") if owner else "")
        for part in found:
            if part.name == "sale" and part.document.original_id:
                part = replace(part, turnover_on=days.get(part.document.original_id))
            parts.setdefault(bucket_of(part.member), []).append(part)
        for bucket in buckets_of(fact.document) if fact.document else ():
            parts.setdefault(bucket, []).append(_cards_part(fact, terminal_id))
        for bucket in buckets_of_shown(fact.document) if fact.document else ():
            part = replace(_cards_part(fact, terminal_id), name="shown")
            parts.setdefault(bucket, []).append(part)
    return parts


def _cards_part(fact: Fact, terminal_id: str) -> Part:
    if not isinstance(fact.event, TransactionCompleted):
        raise TypeError("a receipt")
    return Part("gift_cards", fact.id, fact.seq, terminal_id, "", fact.event)


def _members(fact: Fact) -> set[str]:
    if fact.document is not None:
        ids = {entry.member_id for entry in fact.document.entries}
        # A guest's entries may name the scanned code where a member's id belongs.
        return {m for m in {fact.document.member_id, *ids} if m and m != fact.document.member_code}
    if isinstance(
        fact.event, AllowanceReturned | CategoriesChosen | AllowanceTaken | PointsAdjusted
    ):
        return {fact.event.member_id}
    return set()


def _moves(connection: Connection, terminal_id: str, fact: Fact) -> list[Moved]:
    """(id of the giver's event, what it gave) of a move, whoever tells it."""
    try:
        if isinstance(fact.event, AllowanceGiven):
            moves.check_given(fact.event, terminal_id)
            return [(fact.id, fact.event)]
        if isinstance(fact.event, AllowanceTaken):
            found = moves.proven(connection, fact.event, terminal_id)
            return [(proof.event_id, given) for proof, given in found]
    except moves.Unproven as doubt:
        fact.park(str(doubt))
    return []


def _move_parts(
    fact: Fact, terminal_id: str, who: Mapping[str, str], moved: Sequence[Moved]
) -> list[Part]:
    """The giving, once for whoever tells it, and then the taking."""
    found = []
    for event_id, given in moved:
        fact.member = who[given.member_id]
        seq = fact.seq if isinstance(fact.event, AllowanceGiven) else 0
        part = Part(moves.GIVEN_PART, fact.id, seq, given.terminal_id, fact.member, given)
        found.append(replace(part, key=event_id))
    if found and isinstance(fact.event, AllowanceTaken):
        member = who[fact.event.member_id]
        found.append(Part("taken", fact.id, fact.seq, terminal_id, member, fact.event))
    return found


def _guest_code(fact: Fact) -> str:
    """The scanned identity of a member that the till did not know."""
    document = fact.document
    return document.member_code if document and not document.member_id else ""


def _owners(connection: Connection, codes: set[str]) -> dict[str, str]:
    """Code -> member, over all kinds of keys."""
    if not codes:
        return {}
    rows = connection.execute(
        sa.select(member_key.c.key, member_key.c.member).where(
            bulk.among(connection, member_key.c.kind, KEY_KINDS),
            bulk.among(connection, member_key.c.key, codes),
        )
    )
    return {row.key: row.member for row in rows}


def _parts(fact: Fact, terminal_id: str, who: Mapping[str, str], guest: str) -> list[Part]:
    if isinstance(fact.event, AllowanceReturned | CategoriesChosen):
        fact.member = who[fact.event.member_id]
        name = "chosen" if isinstance(fact.event, CategoriesChosen) else "returned"
        return [Part(name, fact.id, fact.seq, terminal_id, fact.member, fact.event)]
    if isinstance(fact.event, PointsAdjusted):
        return [_adjusted_part(fact, fact.event, terminal_id, who)]
    document = fact.document
    if document is None or not isinstance(fact.event, TransactionCompleted):
        return []
    fact.member = who[document.member_id] if document.member_id else guest
    if not fact.member and document.member_code:
        fact.conflicts.append("unknown_code")
    entries: dict[str, list[PointsEntry]] = {fact.member: []} if fact.member else {}
    for entry in document.entries:
        owner = who.get(entry.member_id, "") or fact.member
        if owner:
            own = entry if owner == entry.member_id else replace(entry, member_id=owner)
            entries.setdefault(owner, []).append(own)
    return [
        Part(
            "sale" if owner == fact.member else "points",
            fact.id,
            fact.seq,
            terminal_id,
            owner,
            fact.event,
            tuple(found),
            # Two other members may live in one bucket: each has a part of their own.
            key="" if owner == fact.member else f"{fact.id} {owner}",
            text=fact.text,
        )
        for owner, found in entries.items()
    ]


def _adjusted_part(
    fact: Fact, event: PointsAdjusted, terminal_id: str, who: Mapping[str, str]
) -> Part:
    fact.member = who[event.member_id]
    entry = event.entry
    if entry.member_id != fact.member:
        entry = replace(entry, member_id=fact.member)
    about = (fact.id, fact.seq, terminal_id, fact.member)
    return Part("adjusted", *about, event, (entry,))


def days_of(facts: Iterable[Fact]) -> dict[str, date]:
    """Receipt -> its business day."""
    return {
        f.document.transaction_id: f.document.business_on for f in facts if f.document is not None
    }


def _sale_days(
    connection: Connection, facts: Sequence[Fact], who: Mapping[str, str]
) -> dict[str, date]:
    """Business days of the sales that returns answer: turnover goes back to where it came from."""
    wanted = {
        f.document.original_id: who.get(f.document.member_id or "", "")
        for f in facts
        if f.document and f.document.kind is TransactionKind.RETURN and f.document.original_id
    }
    days: dict[str, date] = {}
    if wanted:
        rows = connection.execute(
            sa.select(sale.c.id, sale.c.business_on).where(
                bulk.among(connection, sale.c.bucket, [bucket_of(m) for m in wanted.values()]),
                bulk.among(connection, sale.c.id, wanted),
            )
        )
        days = {row.id: date.fromisoformat(row.business_on) for row in rows}
    return days
