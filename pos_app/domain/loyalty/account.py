"""What a points ledger is made of: entries, and what they fold to. Never how an entry is applied.

Source: loyalty.md 3; kinds and result codes after TigerBeetle.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

FAR = date.max


class EntryKind(Enum):
    """What an entry does."""

    EARN = "earn"
    REDEEM = "redeem"
    HOLD = "hold"
    POST = "post"
    VOID = "void"
    EXPIRE = "expire"
    ADJUST = "adjust"
    REVERSE = "reverse"
    TRANSFER = "transfer"


class LotOrder(Enum):
    """Which lot is spent first."""

    EARLIEST_EXPIRY_FIRST = "earliest_expiry_first"
    OLDEST_ISSUED_FIRST = "oldest_issued_first"


class PostResult(Enum):
    """The answer to an entry or an event that is applied."""

    POSTED = "posted"
    EXISTS = "exists"
    EXISTS_WITH_DIFFERENT_CONTENT = "exists_with_different_content"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an entry exists. `kind`: transaction, event, operator, program."""

    kind: str
    id: str
    operator_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProgramRef:
    """Which rules were in force: enough to recompute."""

    program_id: str
    version: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class PointsEntry:
    """One entry. `points` is its signed effect on the balance; ids are born at the till.

    An earning carries `available_on` and `expires_on` (inclusive last day, None: never) of its
    lot. An expiry names its `lot_id`. A reversal, a post and a void name what they answer in
    `reverses`. `lot_order` is the program's when the entry was born, so that a later program
    cannot change what an old redemption took.
    """

    entry_id: str
    member_id: str
    kind: EntryKind
    points: int
    at: datetime
    business_on: date
    cause: Cause
    program: ProgramRef | None = None
    lot_id: str | None = None
    available_on: date | None = None
    expires_on: date | None = None
    reverses: str | None = None
    lot_order: LotOrder = LotOrder.EARLIEST_EXPIRY_FIRST

    @property
    def effect(self) -> int:
        """What the entry adds to the balance: holds and their voids reserve, they do not move."""
        return 0 if self.kind in (EntryKind.HOLD, EntryKind.VOID) else self.points


@dataclass(frozen=True, slots=True)
class Lot:
    """Points that live and end together. `expires_on` is the last day they can be spent."""

    lot_id: str
    points: int
    available_on: date
    expires_on: date | None = None

    def spendable(self, on: date) -> bool:
        """True when the lot can be spent on that day."""
        return self.available_on <= on and (self.expires_on is None or on <= self.expires_on)


@dataclass(frozen=True, slots=True)
class Take:
    """So many points came out of that lot; `expires_on` is kept to give them back as they were."""

    lot_id: str
    points: int
    available_on: date
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Owed:
    """Points that left `owner` (a lot, or a redemption beyond the lots) and were not there.

    `payer` None: they are part of the debt. Else another lot stood in, and has them back first
    when points come back to the owner: that is why a full return restores every lot.
    """

    owner: str
    points: int
    payer: Take | None = None


@dataclass(frozen=True, slots=True)
class Spare:
    """Points that were taken on `day` from lots that were good on the `other` day too, while lots
    that are good on `day` alone had as many: those may give in their place (docs/adr/0221)."""

    day: date
    other: date
    points: int


@dataclass(frozen=True, slots=True)
class Account:
    """What the entries fold to. `debt` is what was spent beyond the lots; `held` is reserved."""

    member_id: str
    lots: tuple[Lot, ...] = ()
    debt: int = 0
    holds: tuple[tuple[str, int], ...] = ()
    owed: tuple[Owed, ...] = ()
    spares: tuple[Spare, ...] = ()

    @property
    def balance(self) -> int:
        """All points of the account, pending ones included: the sum of its entries."""
        return sum(lot.points for lot in self.lots) - self.debt

    @property
    def held(self) -> int:
        """Points reserved by holds."""
        return sum(points for _, points in self.holds)

    def available(self, on: date) -> int:
        """Points that can be spent on that day; negative while there is a debt."""
        return sum(lot.points for lot in self.lots if lot.spendable(on)) - self.debt - self.held

    def pending(self, on: date) -> int:
        """Points that cannot be spent yet."""
        return sum(lot.points for lot in self.lots if lot.available_on > on)

    def expiring(self, on: date, days: int) -> tuple[tuple[int, date], ...]:
        """(points, last day) of the lots that end within so many days, first end first."""
        until = on + timedelta(days=days)
        ends: dict[date, int] = {}
        for lot in self.lots:
            if lot.expires_on is not None and on <= lot.expires_on <= until and lot.points:
                ends[lot.expires_on] = ends.get(lot.expires_on, 0) + lot.points
        return tuple((ends[day], day) for day in sorted(ends))

    def lapsed(self, on: date) -> tuple[Lot, ...]:
        """Lots past their last day that still hold points: each wants an `expire` entry."""
        return tuple(lot for lot in self.lots if lot.expires_on and lot.expires_on < on)


def by_expiry(lot: Lot) -> tuple[date, date, str]:
    """The order lots are kept and, by default, spent in: the one that ends first first."""
    return (lot.expires_on or FAR, lot.available_on, lot.lot_id)


def by_age(lot: Lot) -> tuple[date, date, str]:
    """The oldest first: by the day its points could first be spent, then by its birth."""
    return (lot.available_on, FAR, lot.lot_id)


ORDERS = {LotOrder.EARLIEST_EXPIRY_FIRST: by_expiry, LotOrder.OLDEST_ISSUED_FIRST: by_age}
