"""Two accounts of one person become one, with both histories. Never counts anything twice.

The old account is emptied by entries of its own bucket; what it held is carried to the other
bucket, where entries with derived ids take it up: both in one transaction, applied once.
"""

from collections.abc import Mapping
from dataclasses import replace

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from pos_app.domain.ids import derived_id as derived_id
from pos_app.domain.loyalty.choosing import Choices, with_choice
from pos_app.domain.loyalty.ledger import Cause, EntryKind, Lot, PointsEntry
from pos_app.domain.loyalty.placement import Habits, Policy
from pos_app.domain.loyalty.placement import joined as joined_habits
from pos_app.domain.loyalty.tally import joined
from sync.server.books.book import Book, Grant, Held
from sync.server.books.desk import SharedDesk
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import allowance, effect, member_redirect
from sync.server.engine.services import Services
from sync.translate import lot_from_row, lot_row
from sync.translate.rows import (
    choice_rows,
    choices_from_rows,
    tallies_flat,
    tallies_nested,
)
from sync.wire.codec import canonical
from sync.wire.rows import ChosenRow, LotRow

CARRIED_OUT = "carried_out"
HOPS_MAX = 16


class CarriedGrant(Struct):
    """A grant that goes on under the other account."""

    grant: str
    terminal: str
    granted: int
    spent: int
    returned: int
    kind: str
    lease_until: int
    posted_seq: int
    incarnation: int


class Carried(Struct):
    """What one account hands to another."""

    old: str
    lots: tuple[LotRow, ...] = ()
    debt: int = 0
    spend_by_month: dict[str, int] = {}
    lifetime_spend: int = 0
    posted: dict[str, int] = {}
    grants: tuple[CarriedGrant, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    tallies: dict[str, dict[str, int]] = {}
    choices: dict[str, ChosenRow] = {}
    habits: Habits = msgspec.field(default_factory=Habits)
    confirmed: bool = False


def trails(connection: Connection, member_ids: set[str]) -> dict[str, tuple[str, ...]]:
    """Member id -> itself and what it has become, hop by hop."""
    found: dict[str, tuple[str, ...]] = {m: (m,) for m in member_ids}
    for _hop in range(HOPS_MAX):
        heads = {path[-1] for path in found.values()}
        rows = connection.execute(
            sa.select(member_redirect.c.old, member_redirect.c.new).where(
                bulk.among(connection, member_redirect.c.bucket, map(bucket_of, heads)),
                bulk.among(connection, member_redirect.c.old, heads),
            )
        )
        moved = {row.old: row.new for row in rows}
        if not moved:
            break
        for m, path in found.items():
            if path[-1] in moved:
                found[m] = (*path, moved[path[-1]])
    return found


def resolve(connection: Connection, member_ids: set[str]) -> dict[str, str]:
    """Member id -> the id it has now."""
    return {m: path[-1] for m, path in trails(connection, member_ids).items()}


def former_ids(connection: Connection, who: str) -> list[str]:
    """Ids that have become this one, through any number of merges."""
    found: list[str] = []
    heads = [who]
    while heads:
        rows = connection.execute(
            sa.select(member_redirect.c.old).where(
                bulk.among(connection, member_redirect.c.new, heads)
            )
        )
        heads = [row.old for row in rows if row.old not in found]
        found += heads
    return found


def carry_out(desk: SharedDesk, services: Services, old: str, new: str, event_id: str) -> Carried:
    """Empty the old account and point it at the new one; asked again, the same answer.

    The desk has locked both buckets, and is flushed when the other account has taken it up.
    """
    connection, bucket = desk.connection, bucket_of(old)
    book = Book(connection, services, bucket, desk=desk)
    done = connection.execute(
        sa.select(effect.c.result).where(
            effect.c.bucket == bucket, effect.c.event == event_id, effect.c.name == CARRIED_OUT
        )
    ).scalar_one_or_none()
    if done is not None:
        return msgspec.json.decode(done, type=Carried)
    book.load([old])
    held = book.held.get(old)
    carried = _emptied(book, held, event_id) if held is not None else Carried(old)
    book.flush()
    connection.execute(
        sa.delete(allowance).where(allowance.c.bucket == bucket, allowance.c.member == old)
    )
    redirect = {"bucket": bucket, "old": old, "new": new}
    bulk.insert(connection, member_redirect, [redirect], "replace")
    mark = {"bucket": bucket, "event": event_id, "name": CARRIED_OUT}
    bulk.insert(connection, effect, [{**mark, "result": canonical(carried).decode()}])
    return carried


def _emptied(book: Book, held: Held, event_id: str) -> Carried:
    member, lots, debt = held.member, held.account.lots, held.account.debt
    for lot in lots:
        book.post(held, _move(book, event_id, held, lot, EntryKind.REVERSE, -lot.points))
    if debt:
        book.post(held, _move(book, event_id, held, None, EntryKind.ADJUST, debt))
    book.drop(held)
    return Carried(
        old=member.member_id,
        lots=tuple(lot_row(lot) for lot in lots),
        debt=debt,
        spend_by_month=dict(member.spend_by_month),
        lifetime_spend=member.lifetime_spend_minor,
        posted=dict(member.posted),
        grants=tuple(_packed(g) for g in book.grants_of(member.member_id)),
        keys=held.keys,
        tallies=tallies_nested(member.tallies),
        choices=choice_rows(member.choices),
        habits=held.habits,
        confirmed=member.confirmed,
    )


def _move(
    book: Book, event_id: str, held: Held, lot: Lot | None, kind: EntryKind, points: int
) -> PointsEntry:
    member_id = held.member.member_id
    name = lot.lot_id if lot else "debt"
    today = book.days.today
    return PointsEntry(
        entry_id=derived_id(f"{event_id}\n{member_id}\n{kind.value}\n{name}"),
        member_id=member_id,
        kind=kind,
        points=points,
        at=book.services.now(),
        business_on=today,
        cause=Cause("event", event_id, reason="merge"),
        lot_id=lot.lot_id if lot else None,
        available_on=lot.available_on if lot else None,
        expires_on=lot.expires_on if lot else None,
    )


def carry_in(book: Book, held: Held, carried: Carried, event_id: str) -> None:
    """Take up what the other account had."""
    for row in carried.lots:
        lot = lot_from_row(row)
        book.post(held, _move(book, event_id, held, lot, EntryKind.TRANSFER, lot.points))
    if carried.debt:
        book.post(held, _move(book, event_id, held, None, EntryKind.ADJUST, -carried.debt))
    for packed in carried.grants:
        book.reserve(held, _unpacked(packed, held.member.member_id))
    held.keys = tuple(dict.fromkeys((*held.keys, *carried.keys)))
    held.habits = joined_habits(held.habits, carried.habits, Policy().decay_ppm)
    spend = dict(held.member.spend_by_month)
    for month, amount in carried.spend_by_month.items():
        spend[month] = spend.get(month, 0) + amount
    changed = replace(
        held.member,
        spend_by_month=spend,
        lifetime_spend_minor=held.member.lifetime_spend_minor + carried.lifetime_spend,
        posted=_later(held.member.posted, carried.posted),
        tallies=joined(held.member.tallies, tallies_flat(carried.tallies)),
        choices=_latest(held.member.choices, choices_from_rows(carried.choices)),
        confirmed=held.member.confirmed or carried.confirmed,
    )
    book.change(held, changed)


def _later(mine: Mapping[str, int], theirs: Mapping[str, int]) -> dict[str, int]:
    return {t: max(mine.get(t, 0), theirs.get(t, 0)) for t in {*mine, *theirs}}


def _latest(mine: Choices, theirs: Choices) -> Choices:
    for chosen in theirs.values():
        mine = with_choice(mine, chosen)
    return mine


def _packed(g: Grant) -> CarriedGrant:
    return CarriedGrant(
        grant=g.grant_id,
        terminal=g.terminal,
        granted=g.granted,
        spent=g.spent,
        returned=g.returned,
        kind=g.kind,
        lease_until=g.lease_until,
        posted_seq=g.posted_seq,
        incarnation=g.incarnation,
    )


def _unpacked(c: CarriedGrant, member_id: str) -> Grant:
    return Grant(
        grant_id=c.grant,
        member=member_id,
        terminal=c.terminal,
        granted=c.granted,
        spent=c.spent,
        returned=c.returned,
        kind=c.kind,
        lease_until=c.lease_until,
        posted_seq=c.posted_seq,
        incarnation=c.incarnation,
    )
