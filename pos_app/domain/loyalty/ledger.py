"""The append-only points ledger and its fold into an account. Never edits or drops an entry.

Lots: every earning opens one; a redemption takes the lot that ends first; what comes back goes
to the lots it came from. Source: loyalty.md 3; result codes after TigerBeetle.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pos_app.domain.errors import RuleError
from pos_app.domain.loyalty.account import (
    Account,
    Cause,
    EntryKind,
    Lot,
    LotOrder,
    Owed,
    PointsEntry,
    PostResult,
    ProgramRef,
    Take,
    by_expiry,
)
from pos_app.domain.loyalty.lots import RESTORED_LOT_DAYS, Lots

__all__ = [
    "RESTORED_LOT_DAYS",
    "Account",
    "Cause",
    "EntryKind",
    "Ledger",
    "Lot",
    "LotOrder",
    "Owed",
    "PointsEntry",
    "PostResult",
    "Posting",
    "ProgramRef",
    "Take",
    "apply",
    "continued",
    "fold",
    "in_order",
    "joined",
]


@dataclass(frozen=True, slots=True)
class Posting:
    """An account after an entry, and the lots the entry took from (kept with the entry).

    `left`: what a reversed redemption has still taken; it replaces the takes of that entry.
    """

    account: Account
    takes: tuple[Take, ...] = ()
    overdrawn: int = 0
    left: tuple[Take, ...] = ()


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
            return _moved(_without_hold(account, entry.reverses), entry)
        case EntryKind.EXPIRE:
            return _expired(account, entry)
        case EntryKind.REVERSE:
            return _reversed(account, entry, answered)
        case _:
            return _moved(account, entry)


def fold(member_id: str, entries: Iterable[PointsEntry]) -> Account:
    """The account of a member from its whole history, in posting order."""
    return continued(Account(member_id), entries)


def continued(account: Account, entries: Iterable[PointsEntry]) -> Account:
    """The account after further entries; what answers one of them finds what it took."""
    takes: dict[str, tuple[Take, ...]] = {}
    for entry in entries:
        answered = takes.get(entry.reverses or "", ())
        posting = apply(account, entry, answered)
        takes[entry.entry_id] = posting.takes
        if entry.kind is EntryKind.REVERSE and answered:
            takes[entry.reverses or ""] = posting.left
        account = posting.account
    return account


def in_order(entries: Iterable[PointsEntry]) -> tuple[PointsEntry, ...]:
    """Entries as they were born, whatever order they arrived in; an answer after its question.

    A till's clock may be wrong: a reversal, a post or a void that seems older than what it
    answers follows it all the same.
    """
    found: dict[str, PointsEntry] = {}
    waiting: dict[str, list[PointsEntry]] = {}
    known = {entry.entry_id: entry for entry in entries}
    for entry in sorted(known.values(), key=lambda e: (e.at, e.entry_id)):
        asked = entry.reverses or ""
        if asked in known and asked not in found:
            waiting.setdefault(asked, []).append(entry)
            continue
        ready = [entry]
        while ready:
            one = ready.pop(0)
            found[one.entry_id] = one
            ready += waiting.pop(one.entry_id, [])
    return tuple(found.values())


def _without_hold(account: Account, entry_id: str | None) -> Account:
    return replace(account, holds=tuple(h for h in account.holds if h[0] != entry_id))


def _moved(account: Account, entry: PointsEntry) -> Posting:
    lots = Lots(account, entry)
    if entry.points < 0:
        takes = lots.take(-entry.points, entry.entry_id, first=entry.lot_id)
        return Posting(lots.account(), takes, lots.overdrawn)
    opened = entry.available_on or entry.business_on
    lots.give(Take(entry.lot_id or entry.entry_id, entry.points, opened, entry.expires_on))
    return Posting(lots.account())


def _reversed(account: Account, entry: PointsEntry, answered: tuple[Take, ...]) -> Posting:
    lots = Lots(account, entry)
    if entry.points > 0:
        left = lots.restore(entry.points, entry.reverses or "", answered)
        return Posting(lots.account(), left=left)
    takes = lots.unearn(-entry.points, entry.lot_id or entry.reverses or entry.entry_id)
    return Posting(lots.account(), takes, lots.overdrawn)


def _expired(account: Account, entry: PointsEntry) -> Posting:
    """The named lot loses exactly these points; RuleError if it does not hold them."""
    lot = next((one for one in account.lots if one.lot_id == entry.lot_id), None)
    if lot is None or not 0 < -entry.points <= lot.points:
        held = lot.points if lot else 0
        raise RuleError(f"{-entry.points} points expire of {held} in lot {entry.lot_id}")
    rest = replace(lot, points=lot.points + entry.points)
    lots = (rest if one is lot else one for one in account.lots)
    return Posting(replace(account, lots=tuple(one for one in lots if one.points)))


def joined(member_id: str, accounts: Iterable[Account]) -> Account:
    """Several accounts of one person as one: all lots, all holds; lots pay what another owes."""
    lots: dict[str, Lot] = {}
    holds: list[tuple[str, int]] = []
    owed: list[Owed] = []
    debt = 0
    for account in accounts:
        for lot in account.lots:
            same = lots.get(lot.lot_id)
            lots[lot.lot_id] = replace(lot, points=lot.points + (same.points if same else 0))
        holds += account.holds
        owed += account.owed
        debt += account.debt
    left: list[Lot] = []
    for lot in sorted(lots.values(), key=by_expiry):
        paid = min(debt, lot.points)
        debt -= paid
        left += [replace(lot, points=lot.points - paid)] if lot.points > paid else []
    unpaid = tuple(o for o in owed if o.payer is not None or debt)
    return Account(member_id, tuple(left), debt, tuple(sorted(holds)), unpaid)


@dataclass
class Ledger:
    """The entries of one member, append-only; they may arrive in any order and any often.

    Every answer rests on the set of entries alone. After a merge the entries of the other account
    are here too, each under the id it was born with: their lots and ends stay what they were.
    """

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

    def post_all(self, entries: Sequence[PointsEntry]) -> tuple[PostResult, ...]:
        """Each entry's result, in their order."""
        return tuple(self.post(entry) for entry in entries)

    def merge(self, other: "Ledger") -> tuple[PostResult, ...]:
        """Take up another account of the same person; again, or the other way round: no matter."""
        return self.post_all(other.entries)

    def account(self) -> Account:
        """The fold of all entries, in the order they were born."""
        known = {entry.entry_id: entry for entry in self.entries}
        histories: dict[str, list[PointsEntry]] = {}
        for entry in in_order(self.entries):
            home = _home(entry, known)
            histories.setdefault(home, []).append(replace(entry, member_id=home))
        if set(histories) <= {self.member_id}:
            return fold(self.member_id, histories.get(self.member_id, ()))
        homes = sorted(histories)
        return joined(self.member_id, (fold(home, histories[home]) for home in homes))


def _home(entry: PointsEntry, known: Mapping[str, PointsEntry]) -> str:
    """Whose history an entry belongs to: that of what it answers, or of its lot."""
    while (asked := known.get(entry.reverses or entry.lot_id or "")) and asked is not entry:
        entry = asked
    return entry.member_id
