"""Points from one member to another, as two sets of entries. Never a point made or lost.

A family on one account, a present, a correction: each lot keeps its own days on the other side.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from pos_app.domain.errors import RuleError
from pos_app.domain.loyalty.account import (
    ORDERS,
    Account,
    Cause,
    EntryKind,
    Lot,
    LotOrder,
    PointsEntry,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """When, on which business day, and why."""

    at: datetime
    business_on: date
    cause: Cause


def transfer(
    account: Account,
    to_member: str,
    points: int,
    moment: Moment,
    *,
    new_id: Callable[[], str],
    order: LotOrder = LotOrder.EARLIEST_EXPIRY_FIRST,
) -> tuple[PointsEntry, ...]:
    """The entries of both accounts, each pair for one lot: out of it, and into one like it.

    RuleError for points that the giver cannot spend on that day, or a transfer to oneself.
    """
    available = account.available(moment.business_on)
    if to_member == account.member_id or not 0 < points <= available:
        raise RuleError(f"{points} points of {available} to {to_member}")
    found: list[PointsEntry] = []
    for lot in sorted(account.lots, key=ORDERS[order]):
        part = min(points, lot.points) if lot.spendable(moment.business_on) else 0
        if part:
            found.append(_half(account.member_id, -part, lot, moment, new_id()))
            received = _half(to_member, part, lot, moment, new_id())
            found.append(received)
            points -= part
    return tuple(found)


def _half(member_id: str, points: int, lot: Lot, moment: Moment, entry_id: str) -> PointsEntry:
    return PointsEntry(
        entry_id,
        member_id,
        EntryKind.TRANSFER,
        points,
        moment.at,
        moment.business_on,
        moment.cause,
        lot_id=lot.lot_id if points < 0 else None,
        available_on=lot.available_on,
        expires_on=lot.expires_on,
    )
