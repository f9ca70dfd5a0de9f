"""Which lines later rules cannot tell apart, and the order of a sheet. Never an amount.

An odd minor unit goes to the first of equal lines. If those lines earn or redeem differently, the
order of scanning would decide a total. So a sheet lists lines by what later rules make of them
first, and lines that are alike to every rule in the order of scanning.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pos_app.domain.loyalty.program import Program
from pos_app.domain.pricing.basket import BasketLine, Context
from pos_app.domain.pricing.by_goods import ByGoods
from pos_app.domain.pricing.earn_rates import LineRates, Rates, open_rules
from pos_app.domain.pricing.eligibility import Candidate
from pos_app.domain.pricing.member_step import MemberOffer
from pos_app.domain.pricing.redemption import eligible

Likeness = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """What the rules of points make of goods; an engine looks at the same goods once."""

    rates: Rates
    payable: ByGoods[bool]

    @staticmethod
    def of(program: Program) -> "Sight":
        """Nothing looked at yet."""
        return Sight(Rates(program.earn.combine), ByGoods(partial(eligible, program.redeem)))


@dataclass(frozen=True, slots=True)
class Rules:
    """Every rule that may still treat two lines differently."""

    program: Program
    context: Context
    candidates: Sequence[Candidate]
    offers: Sequence[MemberOffer]
    sight: Sight

    def ordered(self, lines: Sequence[BasketLine]) -> tuple[BasketLine, ...]:
        """The lines of a sheet: alike ones together, otherwise as scanned."""
        touched: dict[int, list[int]] = {}
        for number, candidate in enumerate(self.candidates):
            for line in candidate.lines:
                touched.setdefault(line.line, []).append(number)
        earn = open_rules(self.program.earn, self.context)
        rates = self.sight.rates.of(earn, self.context.customer)
        return tuple(sorted(lines, key=lambda line: self._key(line, touched, rates)))

    def _key(
        self, line: BasketLine, touched: dict[int, list[int]], rates: ByGoods[LineRates]
    ) -> Likeness:
        goodwill = line.goodwill
        return (
            tuple(touched.get(line.line, ())),
            tuple([offer.on(line) for offer in self.offers]),
            rates.of(line).rate,
            self.sight.payable.of(line),
            line.reducible,
            line.floor_unit_minor,
            (goodwill.percent_ppm, goodwill.amount_minor) if goodwill else (),
        )
