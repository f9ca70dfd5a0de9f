"""Which promotions may touch which lines: conditions and an index. Never an amount given.

The index makes the cost grow with the promotions that touch the basket, not with all of them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pos_app.domain.item import Item
from pos_app.domain.mechanics.policies import Policies
from pos_app.domain.money import Money
from pos_app.domain.pricing.basket import BasketLine, Context
from pos_app.domain.pricing.by_goods import ByGoods
from pos_app.domain.promotion.benefit import Benefit, goods_of
from pos_app.domain.promotion.condition import Condition
from pos_app.domain.promotion.promotion import Promotion
from pos_app.domain.promotion.when import When
from pos_app.domain.sentence import Sentence, say

MOMENTS_MOST = 64
NOT_EARLY = "net_after_line_promotions", "net_after_earlier_promotions"


@dataclass(slots=True, eq=False)
class Part:
    """One benefit of a promotion and the lines it may touch; of a set, per role as well."""

    benefit: Benefit
    lines: tuple[BasketLine, ...]
    of_role: tuple[tuple[BasketLine, ...], ...] = ()


@dataclass(slots=True, eq=False)
class Candidate:
    """A promotion whose conditions hold (those on net amounts are judged when its turn comes)."""

    number: int
    promotion: Promotion
    parts: tuple[Part, ...]

    @property
    def lines(self) -> tuple[BasketLine, ...]:
        """Every line it may touch."""
        if len(self.parts) == 1:
            return self.parts[0].lines
        found = {line.line: line for part in self.parts for line in part.lines}
        return tuple(found.values())


# What a promotion sees in an item: the number of the promotion, of the benefit and of the role.
_Seen = tuple[tuple[int, int, int], ...]


class PromotionIndex:
    """Promotions by item, by category, and those that name neither."""

    def __init__(self, promotions: tuple[Promotion, ...]) -> None:
        self.promotions = promotions
        self._by_item: dict[str, list[int]] = {}
        self._by_category: dict[str, list[int]] = {}
        self._anywhere: list[int] = []
        self.without_goods: list[int] = []
        self._seen = ByGoods(self._sees)
        self._open: dict[object, frozenset[int]] = {}
        self._borders = sorted(
            {
                border
                for promotion in promotions
                for border in (promotion.when.from_time, promotion.when.until_time)
                if border is not None
            }
        )
        for number, promotion in enumerate(promotions):
            self._enter(number, promotion)

    def _enter(self, number: int, promotion: Promotion) -> None:
        if any(not goods_of(benefit) for benefit in promotion.benefits):
            self.without_goods.append(number)
        for goods in promotion.goods:
            if not (goods.items or goods.categories):
                self._anywhere.append(number)
            for item in goods.items:
                self._by_item.setdefault(item, []).append(number)
            for category in goods.categories:
                self._by_category.setdefault(category, []).append(number)

    def open_now(self, context: Context) -> frozenset[int]:
        """Numbers of the promotions whose calendar, place and people hold: the index by time, tier
        and segment. Judged once for each hour that a rule can tell from another."""
        key = self._moment(context)
        known = self._open.get(key)
        if known is None:
            known = frozenset(
                number
                for number, promotion in enumerate(self.promotions)
                if promotion.always or closed(promotion.when, context) is None
            )
            if len(self._open) >= MOMENTS_MOST:
                self._open.clear()
            self._open[key] = known
        return known

    def _moment(self, context: Context) -> object:
        """What a condition on calendar, place and people can see."""
        customer = context.customer
        return (
            context.local.date(),
            bisect_right(self._borders, context.local.time()),
            context.store_id,
            context.channel,
            context.segments,
            customer and (customer.tier_id, customer.segments, customer.birthday, customer.guest),
        )

    def of_item(self, item: Item) -> set[int]:
        """Numbers of the promotions whose goods may hold this item."""
        found = set(self._anywhere)
        found.update(self._by_item.get(item.item_id, ()))
        for category in item.categories:
            found.update(self._by_category.get(category, ()))
        return found

    def seen(self, line: BasketLine) -> _Seen:
        """Which benefits see the line's item at its price; remembered, as the same goods return."""
        return self._seen.of(line)

    def _sees(self, line: BasketLine) -> _Seen:
        return tuple(
            (number, part, role)
            for number in sorted(self.of_item(line.item))
            for part, benefit in enumerate(self.promotions[number].benefits)
            for role, goods in enumerate(goods_of(benefit))
            if goods.holds(line.item, line.unit_price_minor)
        )


def closed(when: When, context: Context) -> Sentence | None:
    """As `failed_condition`, for what is meant for members: a guest's card opens none of it."""
    if context.member is None:
        context = replace(context, customer=None)
    return failed_condition(when, context)


def failed_condition(when: When, context: Context) -> Sentence | None:
    """The first condition on calendar, place and people that does not hold, or None."""
    closed = when.closed(context.local)
    if closed is not None:
        return closed
    if when.stores and context.store_id not in when.stores:
        return say("why.other_store")
    if when.channels and context.channel not in when.channels:
        return say("why.other_channel")
    return _failed_customer(when, context)


def _failed_customer(when: When, context: Context) -> Sentence | None:
    customer = context.customer
    if customer is None:
        foreign = when.segments and when.segments.isdisjoint(context.segments)
        personal = when.members_only or when.tiers or foreign or when.birthday
        return say("why.members_only") if personal else None
    if when.tiers and customer.tier_id not in when.tiers:
        return say("why.other_tier")
    if when.segments and when.segments.isdisjoint(customer.segments | context.segments):
        return say("why.other_segment")
    if when.birthday and not customer.birthday:
        return say("why.no_birthday")
    return None


def failed_claim(promotion: Promotion, context: Context) -> Sentence | None:
    """What the customer has not shown, asked for, or has used up."""
    customer, limits = context.member, promotion.limits
    if promotion.coupon and promotion.coupon not in context.coupons:
        return say("why.no_coupon")
    if promotion.claim and promotion.promotion_id not in context.claims:
        return say("why.not_claimed")
    if limits.used_up:
        return say("why.used_up")
    if limits.per_member:
        if customer is None:
            return say("why.members_only")
        used = customer.uses.get(promotion.promotion_id, 0)
        if used >= limits.per_member:
            return say("why.used", used=used, of=limits.per_member)
    return None


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges conditions on the basket's list amounts; those on net amounts must wait."""

    lines: Sequence[BasketLine]
    context: Context
    policies: Policies

    def failed(self, promotion: Promotion) -> Sentence | None:
        """The first condition that does not hold whatever the other promotions do."""
        return None if promotion.unconditional else self.failed_but_for(promotion, None)

    def failed_besides_when(self, promotion: Promotion) -> Sentence | None:
        """The same where calendar, place and people are known to hold."""
        if promotion.unconditional:
            return None
        return failed_claim(promotion, self.context) or self._failed_of(promotion, None)

    def failed_but_for(self, promotion: Promotion, left_out: Condition | None) -> Sentence | None:
        """The same, one condition not looked at."""
        why = closed(promotion.when, self.context)
        why = why or failed_claim(promotion, self.context)
        return why or self._failed_of(promotion, left_out)

    def _failed_of(self, promotion: Promotion, left_out: Condition | None) -> Sentence | None:
        for condition in promotion.conditions:
            skipped = condition is left_out or self.late(condition)
            why = None if skipped else self._failed(condition)
            if why is not None:
                return why
        return None

    def hold(self, conditions: Iterable[Condition]) -> bool:
        """True when all of them hold on the list amounts."""
        return all(self._failed(condition) is None for condition in conditions)

    def late(self, condition: Condition) -> bool:
        """True for an amount that other promotions lower before it is compared."""
        base = condition.base or self.policies.condition_base
        return condition.kind == "amount" and base in NOT_EARLY

    def _failed(self, condition: Condition) -> Sentence | None:
        if condition.kind == "amount":
            return short_of(condition, sum(line.list_minor for line in self._counted(condition)))
        if condition.kind == "receipt":
            return self._failed_receipt(condition)
        units = sum(line.count * line.pack_units for line in self._counted(condition))
        if condition.kind == "contains":
            return None if units else say("why.no_goods_of_condition")
        if units < condition.least:
            return say("why.too_few", missing=condition.least - units)
        if condition.most is not None and units > condition.most:
            return say("why.too_many", most=condition.most)
        return None

    def _counted(self, condition: Condition) -> list[BasketLine]:
        """Goods that the law bars from promotions open none either."""
        return [
            line
            for line in self.lines
            if not line.item.bars.threshold
            and condition.goods.holds(line.item, line.unit_price_minor)
        ]

    def _failed_receipt(self, condition: Condition) -> Sentence | None:
        customer = self.context.member
        if customer is None:
            return say("why.members_only")
        number = customer.receipts + 1
        held = number % condition.every == 0 if condition.every else number == condition.least
        return None if held else say("why.other_receipt", number=number)


def short_of(condition: Condition, amount_minor: int) -> Sentence | None:
    """What an amount lacks to its border."""
    missing = condition.least - amount_minor
    if missing > 0 or (condition.strict and missing == 0):
        return say("why.missing", missing=Money(missing if missing > 0 else 1))
    return None


def candidates(
    index: PromotionIndex, lines: Iterable[BasketLine], judge: Judge
) -> tuple[tuple[Candidate, ...], dict[int, Sentence]]:
    """Promotions that are open and touch a line, in the order of the program; and why others that
    touch one are not."""
    open_now = index.open_now(judge.context)
    touched: dict[int, dict[tuple[int, int], list[BasketLine]]] = {
        number: {} for number in index.without_goods if number in open_now
    }
    for line in lines:
        if not line.reducible or not line.count:
            continue
        for number, part, role in index.seen(line):
            if number in open_now:
                touched.setdefault(number, {}).setdefault((part, role), []).append(line)
    found, failed = [], {}
    for number in sorted(touched):
        promotion = index.promotions[number]
        why = judge.failed_besides_when(promotion)
        if why is None:
            found.append(Candidate(number, promotion, _parts(promotion, touched[number])))
        else:
            failed[number] = why
    return tuple(found), failed


def _parts(
    promotion: Promotion, touched: dict[tuple[int, int], list[BasketLine]]
) -> tuple[Part, ...]:
    if len(promotion.benefits) == 1 and len(touched) == 1 and (0, 0) in touched:
        lines = tuple(touched[0, 0])
        benefit = promotion.benefits[0]
        if len(goods_of(benefit)) == 1:
            return (Part(benefit, lines),)
    found = []
    for number, benefit in enumerate(promotion.benefits):
        of_role = tuple(
            tuple(touched.get((number, role), ())) for role in range(len(goods_of(benefit)))
        )
        merged = {line.line: line for lines in of_role for line in lines}
        lines = tuple(merged.values())
        if lines or not of_role:
            found.append(Part(benefit, lines, of_role if len(of_role) > 1 else ()))
    return tuple(found)
