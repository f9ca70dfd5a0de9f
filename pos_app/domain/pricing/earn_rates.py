"""What a program's rules of earning give for goods: points per minor unit and per unit of goods.

Never how much was bought, never a rounding: exact rates, looked at once for the same goods.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from pos_app.domain.mechanics.earn import Earn, EarnRule
from pos_app.domain.pricing.basket import BasketLine, Context, Customer
from pos_app.domain.pricing.by_goods import ByGoods
from pos_app.domain.pricing.eligibility import failed_condition

_NOTHING = Fraction(0)
_ONCE = Fraction(1)
CUSTOMERS_MOST = 16
"""Kinds of customers (tier, chosen categories, rules that are open) remembered at a time."""

RuleRates = tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class LineRates:
    """What multiplies is in it. `per_minor`: points per minor unit of the base, by money rule;
    `rate`: their sum; `per_unit`: points for every unit, by rule; `scale`: a denominator that all
    of them have in common."""

    per_minor: RuleRates
    per_unit: RuleRates
    rate: Fraction
    scale: int


def open_rules(earn: Earn, context: Context) -> tuple[EarnRule, ...]:
    """The rules whose calendar, place and people hold now."""
    return tuple(rule for rule in earn.rules if failed_condition(rule.when, context) is None)


def earns(line: BasketLine) -> bool:
    """False for goods on which the law or the shop gives no points."""
    return line.item.earns and not line.item.bars.earning


def holds(rule: EarnRule, line: BasketLine, customer: Customer | None) -> bool:
    """True when the rule means the line's goods, and the customer has chosen them where it asks."""
    if not rule.goods.holds(line.item, line.unit_price_minor):
        return False
    chosen = customer.chosen.get(rule.rule_id) if customer else None
    return chosen is None or not chosen.isdisjoint(line.item.categories)


class Rates:
    """The rates of a program, by the rules that are open, the kind of customer, and the goods."""

    def __init__(self, combine: str) -> None:
        self._combine = combine
        self._known: dict[object, ByGoods[LineRates]] = {}

    def of(self, rules: Sequence[EarnRule], customer: Customer | None) -> ByGoods[LineRates]:
        """What these rules give this customer for goods."""
        who = (customer.tier_id, frozenset(customer.chosen.items())) if customer else None
        key = (tuple(rule.rule_id for rule in rules), who)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= CUSTOMERS_MOST:
                self._known.clear()
            same: dict[Fraction, Fraction] = {}  # one object for equal rates: quick to compare

            def judge(line: BasketLine) -> LineRates:
                return _line_rates(rules, line, customer, self._combine, same)

            known = self._known[key] = ByGoods(judge)
        return known


def _line_rates(
    rules: Sequence[EarnRule],
    line: BasketLine,
    customer: Customer | None,
    combine: str,
    same: dict[Fraction, Fraction],
) -> LineRates:
    if not earns(line):
        return LineRates((), (), same.setdefault(_NOTHING, _NOTHING), 1)
    held = [rule for rule in rules if holds(rule, line, customer)]
    tier = customer.tier_id if customer else ""
    times = _ONCE
    for rule in held:
        if rule.kind == "multiplier":
            times *= rule.rate(tier)
    found = [(rule.rule_id, rule.rate(tier)) for rule in held if rule.kind == "money"]
    if combine == "best" and found:
        found = [max(found, key=lambda one: one[1])]
    per_minor = tuple((rule_id, rate * times) for rule_id, rate in found)
    per_unit = tuple((rule.rule_id, rule.points * times) for rule in held if rule.kind == "unit")
    rate = sum_of(one for _, one in per_minor)
    scale = lcm(*(one.denominator for _, one in (*per_minor, *per_unit)))
    return LineRates(per_minor, per_unit, same.setdefault(rate, rate), scale)


def sum_of(parts: Iterable[Fraction]) -> Fraction:
    """Their exact sum, brought to one denominator once: a long receipt adds hundreds."""
    some = tuple(part for part in parts if part)
    if len(some) < 2:
        return some[0] if some else _NOTHING
    common = lcm(*(part.denominator for part in some))
    return Fraction(sum(part.numerator * (common // part.denominator) for part in some), common)
