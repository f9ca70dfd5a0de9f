"""What goods coming back take off a member's tallies. Never a tally the sale did not carry."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from pos_app.domain.document import CompletedLine, CompletedTransaction
from pos_app.domain.loyalty.tally import Portion, TallyEntry, shares_back
from pos_app.domain.loyalty.turnover import SPEND

EARNED = "earned/"
"""Tallies of points weigh their lines by points, all others by money."""


def tallies_back(
    original: CompletedTransaction, before: Mapping[int, int], lines: Sequence[CompletedLine]
) -> tuple[TallyEntry, ...]:
    """The tallies of a return of these lines; `before` are base units back already, by line."""
    after = dict(before)
    for line in lines:
        if line.returned_line is not None:
            after[line.returned_line] = after.get(line.returned_line, 0) + line.quantity.value

    def portions(weights: Mapping[int, int]) -> dict[int, Portion]:
        return {
            sold.line: Portion(
                weights[sold.line],
                Fraction(before.get(sold.line, 0), sold.quantity.value),
                Fraction(after.get(sold.line, 0), sold.quantity.value),
            )
            for sold in original.lines
        }

    points = portions({sold.line: sold.points_earned for sold in original.lines})
    money = portions({sold.line: sold.net_minor for sold in original.lines})
    earned = [e for e in original.tallies if e.tally.startswith(EARNED)]
    others = [e for e in original.tallies if not e.tally.startswith((EARNED, SPEND))]
    # Spend goes back by what was refunded, to the kopeck, not by a share of the whole.
    net = sum(line.net_minor for line in lines if line.adds_to_spend)
    spend = [TallyEntry(e.tally, e.period, -net) for e in original.tallies if e.tally == SPEND]
    spent = tuple(e for e in spend if e.amount)
    return shares_back(earned, points) + shares_back(others, money) + spent
