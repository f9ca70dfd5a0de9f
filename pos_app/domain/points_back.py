"""How many points a return takes back and gives back. Never by new rules: by the stored numbers.

Source: loyalty.md 3. `difference`: what was earned less what the kept goods, at their stored
amounts and rates, would have earned, rounded down once per receipt and never more than was
really earned; what no line explains (points per receipt, brackets) goes with the last unit.
`proportional`: each line's share. Redeemed points: whole points of the stored split, cumulatively.
All are judged on everything that is back, less what earlier returns took: any parts close exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor, lcm

from pos_app.domain.document import CompletedLine, CompletedTransaction, ReturnPolicy
from pos_app.domain.loyalty.ledger import EntryKind
from pos_app.domain.money import allocate_largest_remainder


@dataclass(frozen=True, slots=True)
class Returned:
    """A receipt, what came back of it before, and the lines that come back now."""

    original: CompletedTransaction
    earlier: Sequence[CompletedTransaction]
    lines: Sequence[CompletedLine]

    def back(self) -> list[CompletedLine]:
        """Every line that is back, these included."""
        before = [line for document in self.earlier for line in document.lines]
        return [*before, *self.lines]

    @property
    def is_whole(self) -> bool:
        """True when nothing of the receipt is kept."""
        units = sum(line.quantity.value for line in self.back())
        return units == sum(line.quantity.value for line in self.original.lines)


def with_points(returned: Returned) -> tuple[CompletedLine, ...]:
    """The lines that come back now, with the points taken back and given back on each."""
    earned = max(_taken(returned) - sum(d.totals.points_earned for d in returned.earlier), 0)
    given = max(_given(returned) - sum(d.totals.points_redeemed for d in returned.earlier), 0)
    lines = returned.lines
    by_earning = allocate_largest_remainder(earned, _weights(lines)).parts
    by_payment = allocate_largest_remainder(given, [line.points_minor for line in lines]).parts
    return tuple(
        replace(line, points_earned=taken, points_redeemed=back)
        for line, taken, back in zip(lines, by_earning, by_payment, strict=True)
    )


def earned_by(document: CompletedTransaction) -> int:
    """Points that a receipt really earned."""
    entries = [e.points for e in document.entries if e.kind is EntryKind.EARN]
    return sum(entries) if entries else document.totals.points_earned


def _taken(returned: Returned) -> int:
    """Points taken back when all that is back is back."""
    earned = earned_by(returned.original)
    if returned.is_whole:
        return earned
    if returned.original.return_policy is ReturnPolicy.PROPORTIONAL:
        return min(sum(line.points_earned for line in returned.back()), earned)
    full = floor(_exact(returned.original.lines))
    kept = floor(_exact(returned.original.lines) - _exact(returned.back()))
    return earned - (kept + earned - full if earned > full else min(kept, earned))


def _exact(lines: Sequence[CompletedLine]) -> Fraction:
    return sum((line.earn_rate * line.earn_base_minor for line in lines), Fraction(0))


def _given(returned: Returned) -> int:
    """Points given back when all that is back is back: as the money they paid; of rewards, which
    paid no money, as the goods' net."""
    totals = returned.original.totals
    if returned.is_whole:
        return totals.points_redeemed
    if totals.points_minor:
        money = sum(line.points_minor for line in returned.back())
        return totals.points_redeemed * money // totals.points_minor
    net = sum(line.net_minor for line in returned.back())
    return totals.points_redeemed * net // max(totals.net_minor, 1)


def _weights(lines: Sequence[CompletedLine]) -> list[int]:
    exact = [line.earn_rate * line.earn_base_minor for line in lines]
    scale = lcm(*(part.denominator for part in exact))
    return [int(part * scale) for part in exact]
