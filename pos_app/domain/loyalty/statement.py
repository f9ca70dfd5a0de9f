"""What a member is told of the points: every move with its balance, and what ends soon.

Never a number that the entries do not give.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pos_app.domain.loyalty.account import Account, Cause, EntryKind, PointsEntry
from pos_app.domain.loyalty.ledger import fold, in_order

EXPIRING_DAYS = 60


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One move: `points` as they changed the balance, `balance` after it."""

    on: date
    kind: EntryKind
    points: int
    balance: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class Statement:
    """The moves of a period and where they lead. `expiring`: (points, last day), soonest first."""

    rows: tuple[StatementRow, ...]
    opening: int
    balance: int
    available: int
    pending: int
    held: int
    debt: int
    expiring: tuple[tuple[int, date], ...]


def statement(
    member_id: str,
    entries: Iterable[PointsEntry],
    on: date,
    *,
    since: date | None = None,
    days: int = EXPIRING_DAYS,
) -> Statement:
    """As it stands on a day; `rows` from `since` (None: all), holds left out."""
    history = in_order(entry for entry in entries if entry.business_on <= on)
    rows: list[StatementRow] = []
    opening = balance = 0
    for entry in history:
        balance += entry.effect
        if since is not None and entry.business_on < since:
            opening = balance
        elif entry.effect:
            rows.append(
                StatementRow(entry.business_on, entry.kind, entry.effect, balance, entry.cause)
            )
    account = fold(member_id, history)
    return _stated(account, tuple(rows), opening, on, days)


def _stated(
    account: Account, rows: tuple[StatementRow, ...], opening: int, on: date, days: int
) -> Statement:
    return Statement(
        rows,
        opening,
        account.balance,
        account.available(on),
        account.pending(on),
        account.held,
        account.debt,
        account.expiring(on, days),
    )
