"""What pricing answers: every amount, and the rule that caused it. Never recomputed by a reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from pos_app.domain.document import PriceModification, Step, Totals
from pos_app.domain.promotion.gift import GiftGiven
from pos_app.domain.sentence import Sentence


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line after every step. list - modifications = net; net - points_minor = payable.

    `earn_rate`: exact points per minor unit of the earning base, so that a return can take back
    exactly what the goods kept would not have earned.
    """

    line: int
    list_minor: int
    modifications: tuple[PriceModification, ...]
    net_minor: int
    points_minor: int = 0
    points_redeemed: int = 0
    points_earned: int = 0
    earn_rate: Fraction = Fraction(0)
    notes: tuple[Sentence, ...] = ()

    @property
    def payable_minor(self) -> int:
        """What money pays."""
        return self.net_minor - self.points_minor

    def parts(self, count: int) -> tuple[tuple[int, int, int], ...]:
        """(units, price, sum) of `count` pieces, so that quantity x price = sum; dearer first."""
        each, odd = divmod(self.payable_minor, count)
        found = ((odd, each + 1, odd * (each + 1)), (count - odd, each, (count - odd) * each))
        return tuple(part for part in found if part[0])


@dataclass(frozen=True, slots=True)
class Trace:
    """One rule: applied or not, and why. `lines` are those it touched."""

    rule_id: str
    name: str
    step: Step | None
    applied: bool
    amount_minor: int
    lines: tuple[int, ...]
    why: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Amounts:
    """The receipt step by step (loyalty.md 2): list amount, promotional amount after item
    promotions, member amount after the member's discount, net amount after transaction
    promotions, after goodwill, payable amount after points. Minor units."""

    list_minor: int
    promotional_minor: int
    member_minor: int
    net_minor: int
    after_goodwill_minor: int
    payable_minor: int


@dataclass(frozen=True, slots=True)
class RedeemLimit:
    """The most points this receipt takes, and the one reason that binds."""

    points: int
    why: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Priced:
    """The whole answer. `optimal` false: the node budget ran out, at most `gap_minor` is missed.

    `gifts`: free goods beside the basket. `issued`: coupons for the next visit. `claimed_points`:
    what rewards cost, part of the points redeemed. `applications`: how often a promotion was given.
    `notes`: what cut the receipt as a whole.
    """

    lines: tuple[PricedLine, ...]
    totals: Totals
    limit: RedeemLimit
    trace: tuple[Trace, ...] = ()
    optimal: bool = True
    gap_minor: int = 0
    nodes: int = 0
    hints: tuple[Sentence, ...] = ()
    gifts: tuple[GiftGiven, ...] = ()
    issued: tuple[str, ...] = ()
    claimed_points: int = 0
    applications: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[Sentence, ...] = ()

    @property
    def amounts(self) -> Amounts:
        """The receipt after every step of the calculation, each by its name."""
        off = dict.fromkeys(Step, 0)
        for line in self.lines:
            for modification in line.modifications:
                off[modification.step] += modification.amount_minor
        promotional = self.totals.list_minor - off[Step.CORRECTION] - off[Step.ITEM]
        member = promotional - off[Step.MEMBER]
        net = member - off[Step.TRANSACTION]
        return Amounts(
            self.totals.list_minor,
            promotional,
            member,
            net,
            net - off[Step.GOODWILL],
            self.totals.payable_minor,
        )

    def line(self, number: int) -> PricedLine:
        """The priced line of that number."""
        return next(one for one in self.lines if one.line == number)
