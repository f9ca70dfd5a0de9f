"""The "why" of a price: one entry a rule, applied or not, with its arithmetic or what it lacks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import floor

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.item import BARRED, KINDS_OF
from pos_app.domain.loyalty.program import Program
from pos_app.domain.mechanics.earn import EarnRule
from pos_app.domain.money import Money, format_decimal
from pos_app.domain.pricing.basket import Context
from pos_app.domain.pricing.earning import RuleEarned
from pos_app.domain.pricing.eligibility import (
    Candidate,
    Judge,
    PromotionIndex,
    failed_condition,
)
from pos_app.domain.pricing.extras import gift_units
from pos_app.domain.pricing.result import PricedLine, Trace
from pos_app.domain.pricing.worksheet import Row
from pos_app.domain.promotion.benefit import Gift, Issue
from pos_app.domain.promotion.promotion import Promotion
from pos_app.domain.sentence import Points, Sentence, say


def notes_of(row: Row) -> tuple[Sentence, ...]:
    """Why a line got less than others, for the line itself."""
    item = row.line.item
    if row.line.reducible:
        if item.floor_minor and row.modifications and not row.room_minor:
            return (say("note.floor", floor=Money(row.line.floor_minor)),)
        return ()
    if not item.bars.reduction:
        return (say("note.excluded"),)
    named = KINDS_OF.get(item.regulated, item.regulated)
    named = named if named in BARRED else "by_law"
    return (say(f"note.regulated.{named}"),)


def why_modified(modification: PriceModification) -> Sentence:
    """One applied reduction as a sentence."""
    goodwill = modification.step is Step.GOODWILL
    return _why(goodwill, modification.name, modification.arithmetic)


@lru_cache(maxsize=1_000)
def _why(goodwill: bool, name: str, arithmetic: str) -> Sentence:
    """Asked for each line of a reduction of the whole receipt: it is the same sentence for all."""
    if goodwill:  # no name on a receipt of before it was given one
        return say("why.goodwill", reason=name) if name else say("why.goodwill_unnamed")
    if not arithmetic:
        return say("why.named", name=name)
    return say("why.applied", name=name, arithmetic=arithmetic)


@dataclass(frozen=True, slots=True)
class Tracing:
    """What is known when the answer is explained."""

    program: Program
    context: Context
    index: PromotionIndex
    chosen: Sequence[Candidate]
    touching: Sequence[Candidate]
    failed: Mapping[int, Sentence]
    member_failed: Mapping[str, Sentence]
    alone: Callable[[int], dict[int, int]] = lambda _number: {}

    def judged(self, judge: Judge) -> list[int]:
        """Every promotion with a condition that does not hold."""
        return [
            number
            for number, promotion in enumerate(self.index.promotions)
            if number in self.failed or judge.failed(promotion) is not None
        ]

    def trace(self, judge: Judge, priced: Sequence[PricedLine]) -> tuple[Trace, ...]:
        """Applied rules first, in the order of the calculation; the others when asked."""
        found = [*self._applied(priced), *self._extras()]
        if not self.context.explain:
            return tuple(found)
        applied = {one.rule_id for one in found}
        touched = {c.number for c in self.chosen}
        for number, promotion in enumerate(self.index.promotions):
            if promotion.promotion_id not in applied:
                found.append(self._missed(number, promotion, number in touched, (judge, priced)))
        for discount in self.program.member_discounts:
            if discount.discount_id not in applied:
                why = self.member_failed.get(discount.discount_id, say("why.beaten"))
                name = discount.name(self.context.language)
                found.append(Trace(discount.discount_id, name, Step.MEMBER, False, 0, (), (why,)))
        return tuple(found)

    def _applied(self, priced: Sequence[PricedLine]) -> list[Trace]:
        rules: dict[tuple[str, Step], list[tuple[int, PriceModification]]] = {}
        for line in priced:
            for modification in line.modifications:
                key = (modification.rule_id, modification.step)
                rules.setdefault(key, []).append((line.line, modification))
        order = {step: place for place, step in enumerate(Step)}
        found = []
        for (rule_id, step), parts in sorted(rules.items(), key=lambda r: order[r[0][1]]):
            amount = sum(m.amount_minor for _, m in parts)
            first: dict[tuple[str, str], PriceModification] = {}
            for _, modification in parts:
                first.setdefault((modification.name, modification.arithmetic), modification)
            why = tuple(why_modified(one) for one in first.values())
            numbers = tuple(dict.fromkeys(number for number, _ in parts))
            found.append(Trace(rule_id, parts[0][1].name, step, True, amount, numbers, why))
        return found

    def _extras(self) -> Iterator[Trace]:
        """Gifts beside the basket and coupons for the next visit."""
        names = {c.coupon_id: c.names for c in self.program.coupons}
        for candidate in self.chosen:
            promotion = candidate.promotion
            for part in candidate.parts:
                one = part.benefit
                if isinstance(one, Issue):
                    said = names.get(one.coupon_id, {})
                    coupon = said.get(self.context.language) or next(iter(said.values()), "")
                    why = say("why.coupon_given", name=coupon or one.coupon_id)
                elif isinstance(one, Gift) and part.lines and gift_units(part, self.program):
                    why = say("why.gift_given")
                else:
                    continue
                lines = tuple(line.line for line in part.lines)
                name = promotion.name(self.context.language)
                yield Trace(promotion.promotion_id, name, Step.ITEM, True, 0, lines, (why,))

    def _missed(
        self,
        number: int,
        promotion: Promotion,
        chosen: bool,
        seen: tuple[Judge, Sequence[PricedLine]],
    ) -> Trace:
        judge, priced = seen
        why = self.failed.get(number)
        if why is None and not chosen:
            why = judge.failed(promotion)
        if why is None and not self._sees_goods(number, judge):
            why = say("why.no_goods")
        step = Step.TRANSACTION if promotion.whole else Step.ITEM
        name = promotion.name(self.context.language)
        why = why or self._beaten(number, promotion, priced)
        return Trace(promotion.promotion_id, name, step, False, 0, (), (why,))

    def _beaten(self, number: int, promotion: Promotion, priced: Sequence[PricedLine]) -> Sentence:
        """By whom and by how much: what it would save alone, beside what its lines save now."""
        saved = self.alone(number)
        total = sum(saved.values())
        if promotion.cost_points and number not in {c.number for c in self.chosen}:
            return say("why.claim_short", points=Points(promotion.cost_points))
        if not total:
            units = sum(line.count for c in self.touching if c.number == number for line in c.lines)
            least = max((group.size for group in promotion.groups), default=0)
            missing = least - units
            return say("why.too_few", missing=missing) if missing > 0 else say("why.gives_nothing")
        steps = (Step.TRANSACTION,) if promotion.whole else (Step.ITEM, Step.MEMBER)
        rivals = _by_rule(line for line in priced if line.line in saved)
        rivals = {key: amount for key, amount in rivals.items() if key[2] in steps}
        if not rivals:
            return say("why.beaten")
        first = max(rivals, key=lambda key: rivals[key])
        more = sum(rivals.values()) - total
        if more <= 0:
            return say("why.beaten")
        return say("why.beaten_by", name=first[1], amount=Money(more))

    def _sees_goods(self, number: int, judge: Judge) -> bool:
        return number in self.index.without_goods or any(
            seen == number
            for line in judge.lines
            if line.reducible
            for seen, _, _ in self.index.seen(line)
        )


def earn_traces(
    program: Program, context: Context, gave: Mapping[str, RuleEarned], judge: Judge
) -> tuple[Trace, ...]:
    """Rules of earning that gave points; the others when asked, and why not."""
    found = []
    for rule in program.earn.rules:
        name, one = rule.name(context.language), gave.get(rule.rule_id)
        if one is not None:
            why = say("why.earned", points=Points(floor(one.exact)))
            told = (why, *_of_tier(program, rule, context))
            found.append(Trace(rule.rule_id, name, Step.POINTS, True, 0, one.lines, told))
        elif rule.kind == "multiplier" and gave and _multiplies(rule, context, judge):
            tier = context.customer.tier_id if context.customer else ""
            why = say("why.multiplies", times=_plain(rule.rate(tier)))
            found.append(Trace(rule.rule_id, name, Step.POINTS, True, 0, (), (why,)))
        elif context.explain:
            why = failed_condition(rule.when, context) or _earns_nothing(context, gave, program)
            found.append(Trace(rule.rule_id, name, Step.POINTS, False, 0, (), (why,)))
    return tuple(found)


def _of_tier(program: Program, rule: EarnRule, context: Context) -> tuple[Sentence, ...]:
    """A rule that gives a tier more than its name says."""
    tier_id = context.customer.tier_id if context.customer else ""
    if tier_id not in rule.by_tier or rule.rate(tier_id) == rule.per_minor:
        return ()
    tiers = {one.tier_id: one.name(context.language) for one in program.tiers.tiers}
    name = tiers.get(tier_id, tier_id)
    if not rule.per_minor:
        return (say("why.tier_rate", tier=name),)
    times = rule.rate(tier_id) / rule.per_minor
    return (say("why.tier_multiplies", tier=name, times=_plain(times)),)


def _multiplies(rule: EarnRule, context: Context, judge: Judge) -> bool:
    """True when a multiplier is open and touches a line."""
    if failed_condition(rule.when, context) is not None or not judge.hold(rule.conditions):
        return False
    return any(rule.goods.holds(line.item, line.unit_price_minor) for line in judge.lines)


def _plain(times: Fraction) -> str:
    """`2`, `1.5`."""
    text = format_decimal(int(times * 10_000), 4)
    return text.rstrip("0").rstrip(".")


def _earns_nothing(context: Context, gave: Mapping[str, RuleEarned], program: Program) -> Sentence:
    if context.customer is None:
        return say("why.members_only")
    if gave and program.earn.combine == "best":
        return say("why.earns_less")
    return say("why.earns_nothing")


def _by_rule(lines: Iterable[PricedLine]) -> dict[tuple[str, str, Step], int]:
    """What each rule took off these lines, by id, name and step."""
    found: dict[tuple[str, str, Step], int] = {}
    for line in lines:
        for m in line.modifications:
            key = m.rule_id, m.name, m.step
            found[key] = found.get(key, 0) + m.amount_minor
    return found
