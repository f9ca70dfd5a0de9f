"""The lots of one account while an entry moves them. Never the meaning of an entry.

Points are conserved: what is taken comes out of a lot or becomes debt, what is given repays or
becomes a lot, and whoever stood in for somebody else is remembered (`Owed`).
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta

from pos_app.domain.loyalty.account import (
    ORDERS,
    Account,
    Lot,
    Owed,
    PointsEntry,
    Spare,
    Take,
    by_expiry,
)

RESTORED_LOT_DAYS = 14
OWED_KEPT = 100
"""Paid debts that are remembered: an account stays small; balances never rest on them."""
SPARES_KEPT = 8
DAY = timedelta(days=1)


class Lots:
    """Lots, debt and who is owed what; `account()` is the result."""

    def __init__(self, account: Account, entry: PointsEntry) -> None:
        """`entry` gives the day, the order of the lots and the name of a lot that must be new."""
        self._before = account
        self._lots = {lot.lot_id: lot for lot in account.lots}
        self._owed = list(account.owed)
        self._spares = list(account.spares)
        self._debt = account.debt
        self._on = entry.business_on
        self._fresh = entry.entry_id
        self._order = ORDERS[entry.lot_order]
        self.overdrawn = 0

    def account(self) -> Account:
        """The account as it is now."""
        lots = sorted((lot for lot in self._lots.values() if lot.points), key=by_expiry)
        paid = [one for one in self._owed if one.payer is not None]
        forgotten = paid[:-OWED_KEPT]
        owed = tuple(one for one in self._owed if one not in forgotten)
        return replace(
            self._before, lots=tuple(lots), debt=self._debt, owed=owed, spares=tuple(self._spares)
        )

    def take(self, points: int, owner: str, first: str | None = None) -> tuple[Take, ...]:
        """Out of spendable lots in their order; `first` goes before all, whatever its days.

        What they cannot give, lots of the day before or after give that have points in place of
        theirs (`Spare`). The rest becomes debt of `owner` and is counted in `overdrawn`.
        """
        takes: list[Take] = []
        lots = sorted(self._lots.values(), key=lambda lot: (lot.lot_id != first, self._order(lot)))
        for lot in lots:
            if lot.lot_id != first and not lot.spendable(self._on):
                continue
            part = min(points, lot.points)
            if part:
                takes.append(self._out(lot, part))
                points -= part
        self._keep_spares(takes)
        instead = self._instead(points)
        self._borrow(owner, points - sum(one.points for one in instead))
        return (*takes, *instead)

    def give(self, new: Take) -> None:
        """Points arrive: first for what their lot owes, then for the debt; the rest is a lot."""
        rest = self._settle(new.lot_id, new.points)
        rest = self._repay(replace(new, points=rest))
        if not rest:
            return
        same = self._lots.get(new.lot_id)
        points = rest + (same.points if same else 0)
        self._lots[new.lot_id] = Lot(new.lot_id, points, new.available_on, new.expires_on)

    def restore(self, points: int, owner: str, takes: tuple[Take, ...]) -> tuple[Take, ...]:
        """Redeemed points return: what was beyond the lots first, then the lots, last taken first.

        What no lot had given and nobody owes is a lot of its own. Returns what is still taken.
        """
        self._forget_spares(points)
        rest = self._settle(owner, points)
        left: list[Take] = []
        for take in reversed(takes):
            part = min(rest, take.points)
            if part:
                self._back(replace(take, points=part))
                rest -= part
            if take.points > part:
                left.append(replace(take, points=take.points - part))
        if rest:
            self.give(Take(self._fresh, rest, self._on, None))
        return tuple(reversed(left))

    def unearn(self, points: int, lot_id: str) -> tuple[Take, ...]:
        """Earned points go back: out of their own lot (pending or not), then whoever that lot had
        stood in for owes again, and what is spent already other lots pay, or it is debt."""
        self._forget_spares(points)
        takes: list[Take] = []
        own = self._lots.get(lot_id)
        if own is not None and own.points:
            takes.append(self._out(own, min(points, own.points)))
            points -= takes[0].points
        points -= self._called_in(lot_id, points)
        self._borrow(lot_id, points)
        before = self._debt
        self._pay_open()
        self.overdrawn = max(self.overdrawn - (before - self._debt), 0)
        return tuple(takes)

    def _keep_spares(self, takes: Iterable[Take]) -> None:
        """What this day took from lots of two days, while lots of this day alone had points."""
        for other in (self._on - DAY, self._on + DAY):
            room = sum(lot.points for lot in self._only(self._on, other))
            both = sum(t.points for t in takes if _good(t, self._on) and _good(t, other))
            if points := min(room, both):
                self._spares.append(Spare(self._on, other, points))
        self._spares = self._spares[-SPARES_KEPT:]

    def _forget_spares(self, points: int) -> None:
        """Points that came back or were not earned: whatever they took stands in for nothing."""
        self._spares = [left for one in self._spares for left in _less(one, points)]

    def _instead(self, points: int) -> list[Take]:
        """Points of lots that are not good today: another day took as many of today's."""
        takes: list[Take] = []
        for day in (self._on - DAY, self._on + DAY):
            has = sum(s.points for s in self._spares if (s.day, s.other) == (day, self._on))
            left = wanted = min(points, has)
            for lot in self._only(day, self._on):
                if part := min(left, lot.points):
                    takes.append(self._out(lot, part))
                    left -= part
            points -= wanted - left
            self._stood_in(day, wanted - left)
        return takes

    def _stood_in(self, day: date, points: int) -> None:
        """What that day has taken stood in for one day: for none on the other side of it."""
        left = {day - DAY: points, day + DAY: points}
        kept: list[Spare] = []
        for one in self._spares:
            used = min(one.points, left[one.other]) if one.day == day else 0
            if used:
                left[one.other] -= used
            kept += _less(one, used)
        self._spares = kept

    def _only(self, day: date, other: date) -> list[Lot]:
        """Lots that are good on a day and not on the other, in their order."""
        lots = sorted(self._lots.values(), key=self._order)
        return [lot for lot in lots if _good(lot, day) and not _good(lot, other)]

    def _out(self, lot: Lot, points: int) -> Take:
        self._lots[lot.lot_id] = replace(lot, points=lot.points - points)
        return Take(lot.lot_id, points, lot.available_on, lot.expires_on)

    def _back(self, take: Take) -> None:
        """To its lot with its old end; one that ended meanwhile lives 14 days, as a new lot:
        points that have lapsed do not live longer with it."""
        if take.expires_on is None or take.expires_on >= self._on:
            self.give(take)
            return
        rest = self._settle(take.lot_id, take.points)
        ends = self._on + timedelta(days=RESTORED_LOT_DAYS)
        if rest:
            self.give(Take(self._fresh, rest, self._on, ends))

    def _borrow(self, owner: str, points: int) -> None:
        if points:
            self._debt += points
            self.overdrawn += points
            self._owed.append(Owed(owner, points))

    def _settle(self, owner: str, points: int) -> int:
        """Points of `owner` are here again: its debt is gone, its payers have theirs back."""
        for one in self._drawn(lambda o: o.owner == owner and o.payer is None, points):
            points -= one.points
            self._debt -= one.points
        drawn = self._drawn(lambda o: o.owner == owner, points)
        for payer in [replace(o.payer, points=o.points) for o in drawn if o.payer is not None]:
            self._back(payer)
        return points - sum(one.points for one in drawn)

    def _repay(self, new: Take) -> int:
        """New points pay the debt, oldest first, and are remembered as its payer."""
        rest = new.points
        for one in self._drawn(lambda o: o.payer is None, rest):
            rest -= one.points
            self._debt -= one.points
            self._owed.append(replace(one, payer=replace(new, points=one.points)))
        unnamed = self._debt - sum(o.points for o in self._owed if o.payer is None)
        part = min(rest, unnamed)
        self._debt -= part
        return rest - part

    def _called_in(self, lot_id: str, points: int) -> int:
        """What the lot had paid for others is owed again; how much."""
        called = self._drawn(lambda o: o.payer is not None and o.payer.lot_id == lot_id, points)
        for one in called:
            self._borrow(one.owner, one.points)
        return sum(one.points for one in called)

    def _pay_open(self) -> None:
        """Spendable lots pay what is owed by name."""
        for lot in sorted(self._lots.values(), key=self._order):
            if not lot.points or not lot.spendable(self._on):
                continue
            open_ = self._drawn(lambda o: o.payer is None, lot.points)
            paid = sum(one.points for one in open_)
            self._debt -= paid
            if paid:
                take = self._out(lot, paid)
                self._owed += [replace(o, payer=replace(take, points=o.points)) for o in open_]

    def _drawn(self, wanted: Callable[[Owed], bool], points: int) -> list[Owed]:
        """Up to so many points of what matches leave the list of what is owed."""
        drawn: list[Owed] = []
        kept: list[Owed] = []
        for one in self._owed:
            part = min(points, one.points) if wanted(one) else 0
            points -= part
            drawn += _parts(one, part)
            kept += _parts(one, one.points - part)
        self._owed = kept
        return drawn


def _good(lot: Lot | Take, on: date) -> bool:
    return lot.available_on <= on and (lot.expires_on is None or on <= lot.expires_on)


def _less(one: Spare, points: int) -> Iterable[Spare]:
    return (replace(one, points=one.points - points),) if one.points > points else ()


def _parts(one: Owed, points: int) -> Iterable[Owed]:
    return (replace(one, points=points),) if points else ()
