"""From a batch of events to parts of buckets, and who a member is now. Never changes an account."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

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
from sync.server.books.merging import trails
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import member_key, sale
from sync.server.poster.effects import Part
from sync.server.poster.gift_cards import buckets_of
from sync.server.poster.homes import Asked, Homes, anywhere, homes, points_mark
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
    codes = _owners(connection, {c for fact in facts if (c := _guest_code(fact))})
    members = {m for fact in facts for m in _members(fact)}
    paths = trails(connection, named | members | set(codes.values()))
    was = homes(
        connection, paths, [_asked(one.fact, moved[one.terminal, one.fact.id]) for one in told]
    )
    days = {**_sale_days(connection, facts, was), **days_of(facts)}
    parts: dict[int, list[Part]] = {}
    for one in told:
        fact, terminal_id = one.fact, one.terminal
        owner = codes.get(_guest_code(fact))
        found = _move_parts(fact, terminal_id, was, moved[terminal_id, fact.id])
        found += _parts(fact, terminal_id, was, was.now(owner) if owner else "")
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


def _asked(fact: Fact, moved: Sequence[Moved]) -> Asked:
    """What the event may have left where its members were before."""
    members = frozenset({*_members(fact), *(given.member_id for _, given in moved)})
    marks = tuple({fact.id, *(event_id for event_id, _ in moved)})
    document = fact.document
    if document is None:
        return Asked(members, marks)
    return Asked(
        members,
        marks,
        document.transaction_id,
        document.member_id or "",
        bool(_guest_code(fact)),
        tuple(entry.entry_id for entry in document.entries),
    )


def _cards_part(fact: Fact, terminal_id: str) -> Part:
    if not isinstance(fact.event, TransactionCompleted):
        raise TypeError("a receipt")
    return Part("gift_cards", fact.id, fact.seq, terminal_id, "", fact.event, home=fact.member)


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


def _move_parts(fact: Fact, terminal_id: str, was: Homes, moved: Sequence[Moved]) -> list[Part]:
    """The giving, once for whoever tells it, and then the taking."""
    found = []
    for event_id, given in moved:
        fact.member = was.of_part(given.member_id, moves.GIVEN_PART, event_id)
        seq = fact.seq if isinstance(fact.event, AllowanceGiven) else 0
        part = Part(moves.GIVEN_PART, fact.id, seq, given.terminal_id, fact.member, given)
        found.append(replace(part, key=event_id))
    if found and isinstance(fact.event, AllowanceTaken):
        member = was.of_part(fact.event.member_id, "taken", fact.id)
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


def _parts(fact: Fact, terminal_id: str, was: Homes, guest: str) -> list[Part]:
    if isinstance(fact.event, AllowanceReturned | CategoriesChosen):
        name = "chosen" if isinstance(fact.event, CategoriesChosen) else "returned"
        fact.member = was.of_part(fact.event.member_id, name, fact.id)
        return [Part(name, fact.id, fact.seq, terminal_id, fact.member, fact.event)]
    if isinstance(fact.event, PointsAdjusted):
        return [_adjusted_part(fact, fact.event, terminal_id, was)]
    document = fact.document
    if document is None or not isinstance(fact.event, TransactionCompleted):
        return []
    fact.member = _home_of_receipt(fact, document, was, guest)
    entries: dict[str, list[PointsEntry]] = {fact.member: []} if fact.member else {}
    for entry in document.entries:
        owner = fact.member
        if entry.member_id != document.member_id and entry.member_id in was.trails:
            owner = was.of_entry(fact.id, (entry.member_id, entry.entry_id), fact.member)
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
            key="" if owner == fact.member else points_mark(fact.id, owner),
            text=fact.text,
            home=fact.member,
        )
        for owner, found in entries.items()
    ]


def _home_of_receipt(fact: Fact, document: CompletedTransaction, was: Homes, guest: str) -> str:
    """Whom the receipt lies with, where it lies already; else whose it is now."""
    if document.transaction_id in was.receipts:
        return was.receipts[document.transaction_id]
    member = was.now(document.member_id) if document.member_id else guest
    if not member and document.member_code:
        fact.conflicts.append("unknown_code")
    return member


def _adjusted_part(fact: Fact, event: PointsAdjusted, terminal_id: str, was: Homes) -> Part:
    fact.member = was.of_part(event.member_id, "adjusted", fact.id)
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


def _sale_days(connection: Connection, facts: Sequence[Fact], was: Homes) -> dict[str, date]:
    """Business days of the sales that returns answer: turnover goes back to where it came from.

    A sale that does not lie with its member now is looked for wherever they have been.
    """
    wanted = {
        f.document.original_id: f.document.member_id
        for f in facts
        if f.document and f.document.kind is TransactionKind.RETURN
        if f.document.original_id and f.document.member_id
    }
    here = {(bucket_of(was.now(member)), sold) for sold, member in wanted.items()}
    days = _by_receipt(bulk.matching(connection, sale, ("bucket", "id"), here))
    beyond = wanted.keys() - days.keys() - days_of(facts).keys()
    return days | _by_receipt(anywhere(connection, beyond))


def _by_receipt(rows: Iterable[Any]) -> dict[str, date]:
    return {row.id: date.fromisoformat(row.business_on) for row in rows}
