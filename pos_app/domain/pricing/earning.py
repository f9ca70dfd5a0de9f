"""Points a receipt earns: rule by rule, rounded as the program names it, then cut to its caps.

Never the ledger, never what other tills have earned meanwhile (the server cuts that at posting).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm
from types import MappingProxyType

from pos_app.domain.document import Step
from pos_app.domain.loyalty.program import Program
from pos_app.domain.mechanics.cashback import Cap
from pos_app.domain.mechanics.earn import EarnRule
from pos_app.domain.money import allocate_largest_remainder
from pos_app.domain.pricing.basket import BasketLine, Context, Customer
from pos_app.domain.pricing.earn_rates import LineRates, Rates, earns, holds, open_rules
from pos_app.domain.pricing.eligibility import Judge
from pos_app.domain.pricing.redemption import PointsShare
from pos_app.domain.pricing.worksheet import Row
from pos_app.domain.sentence import Points, Sentence, say

_NOTHING = Fraction(0)


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


@dataclass(frozen=True, slots=True)
class _Exact:
    """Exact points as whole parts of 1/`scale`: by line and rule, and by rule once a receipt."""

    scale: int
    lines: list[dict[str, int]]
    whole: dict[str, int]


@dataclass(frozen=True, slots=True)
class Earning:
    """One receipt's earning under one program."""

    program: Program
    rows: Sequence[Row]
    shares: Sequence[PointsShare]
    context: Context
    sight: Rates | None = None

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
        of_goods = (self.sight or Rates(earn.combine)).of(rules, customer)
        exact, rates = self._by_line([of_goods.of(row.line) for row in self.rows], rules, customer)
        earned = Earned(self._rounded(exact), rates, by_rule=self._by_rule(exact))
        return self._capped(earned, exact.lines, customer)

    def _by_rule(self, exact: _Exact) -> dict[str, RuleEarned]:
        everywhere = tuple(row.line.line for row in self.rows)
        parts = dict(exact.whole)
        on = {rule_id: list(everywhere) for rule_id in parts}
        for row, of_rule in zip(self.rows, exact.lines, strict=True):
            for rule_id, some in of_rule.items():
                parts[rule_id] = parts.get(rule_id, 0) + some
                on.setdefault(rule_id, []).append(row.line.line)
        return {
            rule_id: RuleEarned(Fraction(some, exact.scale), tuple(on[rule_id]))
            for rule_id, some in parts.items()
            if some > 0
        }

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
        self, seen: Sequence[LineRates], rules: Sequence[EarnRule], customer: Customer
    ) -> tuple[_Exact, tuple[Fraction, ...]]:
        """Exact points by line and rule, and the exact rate of each line."""
        whole = self._by_receipt(rules, customer)
        scale = lcm(*{one.scale for one in seen}, *(one.denominator for one in whole.values()))
        lines, rates = [], []
        for row, share, one in zip(self.rows, self.shares, seen, strict=True):
            base, units = self._base_minor(row, share), row.line.count * row.line.pack_units
            found = {rule_id: _parts(rate, scale) * base for rule_id, rate in one.per_minor}
            for rule_id, points in one.per_unit:
                found[rule_id] = _parts(points, scale) * units
            lines.append(found)
            of_units = one.per_unit and base
            rates.append(Fraction(sum(found.values()), scale * base) if of_units else one.rate)
        parts = {rule_id: _parts(points, scale) for rule_id, points in whole.items()}
        return _Exact(scale, lines, parts), tuple(rates)

    def _by_receipt(self, rules: Sequence[EarnRule], customer: Customer) -> dict[str, Fraction]:
        """Exact points by rule of what is given once a receipt."""
        times = Fraction(1)
        for rule in rules:
            everything = all(holds(rule, row.line, customer) for row in self.rows)
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
                    if earns(row.line) and holds(rule, row.line, customer)
                )
                found[rule.rule_id] = times * sum(
                    (b.per_minor * max(base - b.above_minor, 0) for b in rule.brackets), _NOTHING
                )
        return found

    def _rounded(self, exact: _Exact) -> tuple[int, ...]:
        """Whole points by line, rounded once at the named scope."""
        lines, scale = [sum(of_rule.values()) for of_rule in exact.lines], exact.scale
        whole, rounding = sum(exact.whole.values()), self.program.earn.rounding
        if rounding == "floor_line":
            once = _split(whole // scale, self._nets())
            return tuple(parts // scale + o for parts, o in zip(lines, once, strict=True))
        total = (sum(lines) + whole) // scale
        if rounding == "half_up_per_rule":
            by_rule = dict(exact.whole)
            for of_rule in exact.lines:
                for rule_id, parts in of_rule.items():
                    by_rule[rule_id] = by_rule.get(rule_id, 0) + parts
            total = sum((2 * parts + scale) // (2 * scale) for parts in by_rule.values())
        return _split(total, lines if any(lines) else self._nets())

    def _nets(self) -> list[int]:
        return [max(row.net_minor, 0) for row in self.rows]

    def _capped(
        self, earned: Earned, lines: Sequence[Mapping[str, int]], customer: Customer
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


def _parts(exact: Fraction, scale: int) -> int:
    """An exact number as whole parts of 1/`scale`, which its denominator divides."""
    return exact.numerator * (scale // exact.denominator)


def _under(cap: Cap, of_rule: Mapping[str, int], line: BasketLine) -> bool:
    return cap.holds(frozenset(of_rule), line.item.categories)


def _split(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Whole points over the lines by largest remainder."""
    if total <= 0:
        return (0,) * len(weights)
    return allocate_largest_remainder(total, weights).parts
