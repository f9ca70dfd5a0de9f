"""Which promotions may touch which lines: conditions and an index. Never an amount given.

The index makes the cost grow with the promotions that touch the basket, not with all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pos_app.domain.item import Item
from pos_app.domain.pricing.basket import BasketLine, Context
from pos_app.domain.promotion.promotion import Promotion
from pos_app.domain.promotion.when import When
from pos_app.domain.sentence import Sentence, say


@dataclass
class PromotionIndex:
    """Promotions by item, by category, and those that name neither."""

    promotions: tuple[Promotion, ...]
    _by_item: dict[str, list[int]] = field(default_factory=dict)
    _by_category: dict[str, list[int]] = field(default_factory=dict)
    _anywhere: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, promotion in enumerate(self.promotions):
            goods = promotion.goods
            if not (goods.items or goods.categories):
                self._anywhere.append(number)
            for item in goods.items:
                self._by_item.setdefault(item, []).append(number)
            for category in goods.categories:
                self._by_category.setdefault(category, []).append(number)

    def of_item(self, item: Item) -> set[int]:
        """Numbers of the promotions whose goods may hold this item."""
        found = set(self._anywhere)
        found.update(self._by_item.get(item.item_id, ()))
        for category in item.categories:
            found.update(self._by_category.get(category, ()))
        return found


def failed_condition(when: When, context: Context) -> Sentence | None:
    """The first condition that does not hold, or None."""
    if not when.open_at(context.local):
        return say("why.not_now")
    if when.stores and context.store_id not in when.stores:
        return say("why.other_store")
    if when.channels and context.channel not in when.channels:
        return say("why.other_channel")
    return _failed_customer(when, context)


def _failed_customer(when: When, context: Context) -> Sentence | None:
    customer = context.customer
    if customer is None:
        personal = when.members_only or when.tiers or when.segments or when.birthday
        return say("why.members_only") if personal else None
    if when.tiers and customer.tier_id not in when.tiers:
        return say("why.other_tier")
    if when.segments and when.segments.isdisjoint(customer.segments):
        return say("why.other_segment")
    if when.birthday and not customer.birthday:
        return say("why.no_birthday")
    return None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A promotion whose conditions hold, with the lines it may touch."""

    promotion: Promotion
    lines: tuple[BasketLine, ...]


def candidates(
    index: PromotionIndex, lines: Iterable[BasketLine], context: Context
) -> tuple[Candidate, ...]:
    """Promotions that are open and touch a line, in the order of the program."""
    touched: dict[int, list[BasketLine]] = {}
    for line in lines:
        if not line.reducible or not line.count:
            continue
        for number in index.of_item(line.item):
            if index.promotions[number].goods.holds(line.item, line.unit_price_minor):
                touched.setdefault(number, []).append(line)
    found = []
    for number in sorted(touched):
        promotion = index.promotions[number]
        if failed_condition(promotion.when, context) is None:
            found.append(Candidate(promotion, tuple(touched[number])))
    return tuple(found)
