"""Points a receipt earns: rule by rule, rounded as the program names it, then cut to its caps.

Never the ledger, never what other tills have earned meanwhile (the server cuts that at posting).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import floor, lcm
from types import MappingProxyType

from pos_app.domain.document import Step
from pos_app.domain.loyalty.program import Program
from pos_app.domain.mechanics.cashback import Cap
from pos_app.domain.mechanics.earn import Earn, EarnRule
from pos_app.domain.money import allocate_largest_remainder
from pos_app.domain.pricing.basket import BasketLine, Context, Customer
from pos_app.domain.pricing.eligibility import Judge, failed_condition
from pos_app.domain.pricing.redemption import PointsShare
from pos_app.domain.pricing.worksheet import Row
from pos_app.domain.sentence import Points, Sentence, say

_NOTHING = Fraction(0)
_HALF = Fraction(1, 2)
_ONCE = Fraction(1)


@dataclass(frozen=True, slots=True)
class RuleEarned:
    """What one rule gave, exactly, and on which lines (all of them: once a receipt)."""

    exact: Fraction
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Earned:
    """Whole points a line, exact points per minor unit of a line's base, what cut them, and what
    each rule gave before rounding and caps."""

    points: tuple[int, ...]
    rates: tuple[Fraction, ...]
    notes: tuple[Sentence, ...] = ()
    by_rule: Mapping[str, RuleEarned] = field(default_factory=lambda: MappingProxyType({}))


def open_rules(earn: Earn, context: Context) -> tuple[EarnRule, ...]:
    """The rules whose calendar, place and people hold now."""
    return tuple(rule for rule in earn.rules if failed_condition(rule.when, context) is None)


def line_rate(
    rules: Sequence[EarnRule], line: BasketLine, customer: Customer | None, combine: str = "best"
) -> Fraction:
    """Points per minor unit that a line earns by money rules, multipliers included."""
    by_rule, times = line_rates(rules, line, customer, combine)
    return _times(sum_of(by_rule.values()), times)


def line_rates(
    rules: Sequence[EarnRule], line: BasketLine, customer: Customer | None, combine: str
) -> tuple[dict[str, Fraction], Fraction]:
    """Points per minor unit by money rule, and what multiplies them."""
    if not earns(line):
        return {}, _ONCE
    tier = customer.tier_id if customer else ""
    found: dict[str, Fraction] = {}
    times = _ONCE
    for rule in rules:
        if rule.kind not in ("money", "multiplier") or not _holds(rule, line, customer):
            continue
        if rule.kind == "multiplier":
            times *= rule.rate(tier)
        else:
            found[rule.rule_id] = rule.rate(tier)
    if combine == "best" and len(found) > 1:
        best = max(found, key=lambda rule_id: found[rule_id])
        found = {best: found[best]}
    return found, times


def earns(line: BasketLine) -> bool:
    """False for goods on which the law or the shop gives no points."""
    return line.item.earns and not line.item.bars.earning


def _holds(rule: EarnRule, line: BasketLine, customer: Customer | None) -> bool:
    if not rule.goods.holds(line.item, line.unit_price_minor):
        return False
    chosen = customer.chosen.get(rule.rule_id) if customer else None
    return chosen is None or not chosen.isdisjoint(line.item.categories)


@dataclass(frozen=True, slots=True)
class Earning:
    """One receipt's earning under one program."""

    program: Program
    rows: Sequence[Row]
    shares: Sequence[PointsShare]
    context: Context

    def earned(self) -> Earned:
        """Points per line; their sum is the receipt's."""
        nothing = (0,) * len(self.rows)
        rates = (_NOTHING,) * len(self.rows)
        customer, earn = self.context.customer, self.program.earn
        redeemed = any(share.points for share in self.shares)
        if customer is None or not customer.earns:
            return Earned(nothing, rates)
        if earn.base == "none_if_redeemed" and redeemed:
            return Earned(nothing, rates)
        judge = Judge([row.line for row in self.rows], self.context, self.program.policies)
        rules = [r for r in open_rules(earn, self.context) if judge.hold(r.conditions)]
        lines, rates = self._by_line(rules, customer)
        whole = self._by_receipt(rules, customer)
        points = self._rounded(lines, whole)
        earned = Earned(points, rates, by_rule=self._by_rule(lines, whole))
        return self._capped(earned, lines, customer)

    def _by_rule(
        self, lines: Sequence[Mapping[str, Fraction]], whole: Mapping[str, Fraction]
    ) -> dict[str, RuleEarned]:
        everywhere = tuple(row.line.line for row in self.rows)
        parts = {rule_id: [exact] for rule_id, exact in whole.items()}
        on = {rule_id: list(everywhere) for rule_id in whole}
        for row, of_rule in zip(self.rows, lines, strict=True):
            for rule_id, exact in of_rule.items():
                parts.setdefault(rule_id, []).append(exact)
                on.setdefault(rule_id, []).append(row.line.line)
        found = {
            rule_id: RuleEarned(sum_of(some), tuple(on[rule_id])) for rule_id, some in parts.items()
        }
        return {rule_id: one for rule_id, one in found.items() if one.exact > 0}

    def _base_minor(self, row: Row, share: PointsShare) -> int:
        """What a line earns on: what money paid, or as the program has it."""
        base = self.program.earn.base
        amount = row.net_minor - (share.money_minor if base != "before_redemption" else 0)
        if base == "before_transaction_promotions":
            amount += sum(m.amount_minor for m in row.modifications if m.step is Step.TRANSACTION)
        if base == "before_redemption":
            paid = {p.promotion_id for p in self.program.promotions if p.cost_points}
            amount += sum(m.amount_minor for m in row.modifications if m.rule_id in paid)
        return max(amount, 0)

    def _by_line(
        self, rules: Sequence[EarnRule], customer: Customer
    ) -> tuple[list[dict[str, Fraction]], tuple[Fraction, ...]]:
        """Exact points by line and rule, and the exact rate of each line."""
        found, rates = [], []
        by_unit = [rule for rule in rules if rule.kind == "unit"]
        for row, share in zip(self.rows, self.shares, strict=True):
            of_rule, times = line_rates(rules, row.line, customer, self.program.earn.combine)
            base, rate = self._base_minor(row, share), _times(sum_of(of_rule.values()), times)
            exact = {rule_id: _times(one, times) * base for rule_id, one in of_rule.items()}
            for rule in by_unit:
                if earns(row.line) and _holds(rule, row.line, customer):
                    units = row.line.count * row.line.pack_units
                    exact[rule.rule_id] = rule.points * units * times
            found.append(exact)
            of_units = len(exact) > len(of_rule) and base
            rates.append(sum_of(exact.values()) / base if of_units else rate)
        return found, tuple(rates)

    def _by_receipt(self, rules: Sequence[EarnRule], customer: Customer) -> dict[str, Fraction]:
        """Exact points by rule of what is given once a receipt."""
        times = Fraction(1)
        for rule in rules:
            everything = all(_holds(rule, row.line, customer) for row in self.rows)
            if rule.kind == "multiplier" and everything:
                times *= rule.rate(customer.tier_id)
        found = {}
        for rule in rules:
            if rule.kind == "receipt":
                found[rule.rule_id] = rule.points * times
            elif rule.kind == "brackets":
                base = sum(
                    self._base_minor(row, share)
                    for row, share in zip(self.rows, self.shares, strict=True)
                    if earns(row.line) and _holds(rule, row.line, customer)
                )
                found[rule.rule_id] = times * sum(
                    (b.per_minor * max(base - b.above_minor, 0) for b in rule.brackets), _NOTHING
                )
        return found

    def _rounded(
        self, lines: Sequence[Mapping[str, Fraction]], whole: Mapping[str, Fraction]
    ) -> tuple[int, ...]:
        """Whole points by line, rounded once at the named scope."""
        exact = [sum_of(of_rule.values()) for of_rule in lines]
        rounding = self.program.earn.rounding
        if rounding == "floor_line":
            once = split_down([Fraction(floor(sum(whole.values(), _NOTHING)))], self._nets())
            return tuple(floor(e) + o for e, o in zip(exact, once, strict=True))
        total = floor(sum_of((*exact, *whole.values())))
        if rounding == "half_up_per_rule":
            by_rule = dict(whole)
            for of_rule in lines:
                for rule_id, points in of_rule.items():
                    by_rule[rule_id] = by_rule.get(rule_id, _NOTHING) + points
            total = sum(floor(points + _HALF) for points in by_rule.values())
        weights = exact if any(exact) else [Fraction(net) for net in self._nets()]
        return _split(total, weights)

    def _nets(self) -> list[int]:
        return [max(row.net_minor, 0) for row in self.rows]

    def _capped(
        self, earned: Earned, lines: Sequence[Mapping[str, Fraction]], customer: Customer
    ) -> Earned:
        """Cut to what is left of each cap in its period; the cut falls on the capped goods."""
        points, notes = list(earned.points), []
        for cap in self.program.cashback.caps:
            held = [
                n if _under(cap, of_rule, row.line) else 0
                for n, of_rule, row in zip(points, lines, self.rows, strict=True)
            ]
            left = max(cap.points - customer.earned.get(cap.cap_id, 0), 0)
            cut = sum(held) - left
            if cut > 0:
                parts = allocate_largest_remainder(cut, held, held).parts
                points = [n - part for n, part in zip(points, parts, strict=True)]
                name = cap.name(self.context.language)
                notes.append(say("note.earn_cap", name=name, cut=Points(cut), left=Points(left)))
        return replace(earned, points=tuple(points), notes=tuple(notes))


def sum_of(parts: Iterable[Fraction]) -> Fraction:
    """Their exact sum, brought to one denominator once: a long receipt adds hundreds."""
    some = tuple(part for part in parts if part)
    if len(some) < 2:
        return some[0] if some else _NOTHING
    common = lcm(*{part.denominator for part in some})
    return Fraction(sum(part.numerator * (common // part.denominator) for part in some), common)


def _times(rate: Fraction, times: Fraction) -> Fraction:
    """The product; what nothing multiplies stays as it is."""
    return rate if times is _ONCE else rate * times


def _under(cap: Cap, of_rule: Mapping[str, Fraction], line: BasketLine) -> bool:
    return cap.holds(frozenset(of_rule), line.item.categories)


def split_down(exact: Sequence[Fraction], weights: Sequence[int] | None = None) -> tuple[int, ...]:
    """Whole points of the sum, spread by largest remainder over the parts or over `weights`."""
    total = floor(sum(exact, _NOTHING))
    return _split(total, exact if weights is None else [Fraction(w) for w in weights])


def _split(total: int, exact: Sequence[Fraction]) -> tuple[int, ...]:
    if total <= 0:
        return tuple(0 for _ in exact)
    scale = lcm(*(part.denominator for part in exact))
    return allocate_largest_remainder(total, [int(part * scale) for part in exact]).parts
