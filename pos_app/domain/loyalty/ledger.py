"""The append-only points ledger and its fold into an account. Never edits or drops an entry.

Lots: every earning opens one; a redemption takes the lot that ends first; what comes back goes
to the lots it came from. Source: loyalty.md 3; result codes after TigerBeetle.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import Enum

from pos_app.domain.errors import RuleError

RESTORED_LOT_DAYS = 14
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
    `reverses`.
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
class Account:
    """What the entries fold to. `debt` is what was spent beyond the lots; `held` is reserved."""

    member_id: str
    lots: tuple[Lot, ...] = ()
    debt: int = 0
    holds: tuple[tuple[str, int], ...] = ()

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


@dataclass(frozen=True, slots=True)
class Posting:
    """An account after an entry, and the lots the entry took from (kept with the entry)."""

    account: Account
    takes: tuple[Take, ...] = ()
    overdrawn: int = 0


def apply(account: Account, entry: PointsEntry, answered: tuple[Take, ...] = ()) -> Posting:
    """The account after one entry.

    `answered` are the takes of the entry named by `entry.reverses`, for a reversed redemption.
    A redemption is never refused here: what the lots cannot give becomes debt and is reported
    as `overdrawn` (loyalty.md 4.4).
    """
    if entry.member_id != account.member_id:
        raise RuleError("an entry is applied to its own member's account")
    match entry.kind:
        case EntryKind.HOLD:
            holds = (*account.holds, (entry.entry_id, -entry.points))
            return Posting(replace(account, holds=holds))
        case EntryKind.VOID:
            return Posting(_without_hold(account, entry.reverses))
        case EntryKind.POST:
            return _spend(_without_hold(account, entry.reverses), -entry.points, entry)
        case EntryKind.EXPIRE:
            return _expire(account, entry)
        case EntryKind.REVERSE:
            return _reverse(account, entry, answered)
        case _:
            return _move(account, entry)


def fold(member_id: str, entries: Iterable[PointsEntry]) -> Account:
    """The account of a member from its whole history, in posting order."""
    account = Account(member_id)
    takes: dict[str, tuple[Take, ...]] = {}
    for entry in entries:
        answered = takes.get(entry.reverses or "", ())
        posting = apply(account, entry, answered)
        takes[entry.entry_id] = posting.takes
        if entry.kind is EntryKind.REVERSE and answered:
            takes[entry.reverses or ""] = takes_left(answered, entry.points)
        account = posting.account
    return account


def takes_left(takes: tuple[Take, ...], given_back: int) -> tuple[Take, ...]:
    """The takes of a redemption after part of it went back (the last taken goes back first)."""
    left: list[Take] = []
    for take in reversed(takes):
        part = min(given_back, take.points)
        given_back -= part
        if take.points > part:
            left.append(replace(take, points=take.points - part))
    return tuple(reversed(left))


def _without_hold(account: Account, entry_id: str | None) -> Account:
    return replace(account, holds=tuple(h for h in account.holds if h[0] != entry_id))


def _order(lot: Lot) -> tuple[date, date, str]:
    return (lot.expires_on or FAR, lot.available_on, lot.lot_id)


def _open_lot(account: Account, entry: PointsEntry) -> Posting:
    """New points repay the debt first; the rest is a lot."""
    repaid = min(account.debt, entry.points)
    rest = entry.points - repaid
    lots = account.lots
    if rest:
        lot = Lot(
            entry.lot_id or entry.entry_id,
            rest,
            entry.available_on or entry.business_on,
            entry.expires_on,
        )
        lots = _merged(lots, lot)
    return Posting(replace(account, lots=lots, debt=account.debt - repaid))


def _merged(lots: tuple[Lot, ...], lot: Lot) -> tuple[Lot, ...]:
    same = next((old for old in lots if old.lot_id == lot.lot_id), None)
    if same is None:
        return tuple(sorted((*lots, lot), key=_order))
    grown = replace(lot, points=same.points + lot.points)
    return tuple(sorted((*(old for old in lots if old is not same), grown), key=_order))


def _spend(account: Account, points: int, entry: PointsEntry, first: str | None = None) -> Posting:
    """Take points from spendable lots, the one that ends first first; `first` goes before all."""
    lots = list(account.lots)
    order = sorted(lots, key=lambda lot: (lot.lot_id != first, _order(lot)))
    takes: list[Take] = []
    rest = points
    left: dict[str, int] = {}
    for lot in order:
        if not rest or not (lot.spendable(entry.business_on) or lot.lot_id == first):
            continue
        part = min(rest, lot.points)
        takes.append(Take(lot.lot_id, part, lot.available_on, lot.expires_on))
        left[lot.lot_id] = lot.points - part
        rest -= part
    kept = tuple(
        replace(lot, points=left.get(lot.lot_id, lot.points))
        for lot in lots
        if left.get(lot.lot_id, lot.points) > 0
    )
    return Posting(replace(account, lots=kept, debt=account.debt + rest), tuple(takes), rest)


def _move(account: Account, entry: PointsEntry) -> Posting:
    if entry.points < 0:
        return _spend(account, -entry.points, entry)
    return _open_lot(account, entry)


def _reverse(account: Account, entry: PointsEntry, answered: tuple[Take, ...]) -> Posting:
    if entry.points > 0:
        return _restore(account, entry, answered)
    return _unearn(account, entry)


def _unearn(account: Account, entry: PointsEntry) -> Posting:
    """Earned points go back: out of their own lot, then like a redemption, then into debt."""
    return _spend(account, -entry.points, entry, entry.lot_id or entry.reverses)


def _expire(account: Account, entry: PointsEntry) -> Posting:
    """The named lot loses exactly these points; RuleError if it does not hold them."""
    lot = next((one for one in account.lots if one.lot_id == entry.lot_id), None)
    if lot is None or not 0 < -entry.points <= lot.points:
        held = lot.points if lot else 0
        raise RuleError(f"{-entry.points} points expire of {held} in lot {entry.lot_id}")
    rest = replace(lot, points=lot.points + entry.points)
    lots = (rest if one is lot else one for one in account.lots)
    return Posting(replace(account, lots=tuple(one for one in lots if one.points)))


def _restore(account: Account, entry: PointsEntry, answered: tuple[Take, ...]) -> Posting:
    """Redeemed points return to their lots with their old end, the last taken first.

    What came from a lot that ended meanwhile lives 14 days from the return, as a lot of its own:
    points that have lapsed do not live longer with it. Debt that the redemption left is repaid by
    what no lot had given.
    """
    rest = entry.points
    lots = account.lots
    for take in reversed(answered):
        part = min(rest, take.points)
        if not part:
            continue
        back = Lot(take.lot_id, part, take.available_on, take.expires_on)
        if take.expires_on is not None and take.expires_on < entry.business_on:
            ends = entry.business_on + timedelta(days=RESTORED_LOT_DAYS)
            back = Lot(entry.entry_id, part, entry.business_on, ends)
        lots = _merged(lots, back)
        rest -= part
    account = replace(account, lots=lots)
    return (
        _open_lot(account, replace(entry, points=rest, lot_id=None)) if rest else Posting(account)
    )


class PostResult(Enum):
    """The answer to an entry or an event that is applied."""

    POSTED = "posted"
    EXISTS = "exists"
    EXISTS_WITH_DIFFERENT_CONTENT = "exists_with_different_content"


@dataclass
class Ledger:
    """The entries of one member, append-only, in posting order."""

    member_id: str
    entries: list[PointsEntry] = field(default_factory=list)

    def post(self, entry: PointsEntry) -> PostResult:
        """Append an entry once; the same id again is a success or an alarm."""
        known = next((e for e in self.entries if e.entry_id == entry.entry_id), None)
        if known is None:
            self.entries.append(entry)
            return PostResult.POSTED
        same = known == entry
        return PostResult.EXISTS if same else PostResult.EXISTS_WITH_DIFFERENT_CONTENT

    def account(self) -> Account:
        """The fold of all entries."""
        return fold(self.member_id, self.entries)
