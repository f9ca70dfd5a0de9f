"""What little is missing to a promotion, worth saying at the till. Never whether it is given."""

from collections.abc import Sequence

from pos_app.domain.money import Money
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.eligibility import Judge, PromotionIndex
from pos_app.domain.promotion.condition import Condition
from pos_app.domain.sentence import Sentence, say


def hints(
    index: PromotionIndex, failed: Sequence[int], judge: Judge, language: str
) -> tuple[Sentence, ...]:
    """How little is missing to an amount that is at least half reached, when nothing else is."""
    found = []
    for number in failed:
        promotion = index.promotions[number]
        short = [
            (condition, missing)
            for condition in promotion.conditions
            if condition.kind == "amount" and (missing := missing_minor(condition, judge.lines)) > 0
        ]
        if len(short) != 1 or not 2 * short[0][1] <= short[0][0].least:
            continue
        if judge.failed_but_for(promotion, short[0][0]) is None:
            name = promotion.name(language)
            found.append(say("hint.threshold", missing=Money(short[0][1]), name=name))
    return tuple(found)


def missing_minor(condition: Condition, lines: Sequence[BasketLine]) -> int:
    """What the list amount of its goods lacks to the border."""
    reached = sum(
        line.list_minor
        for line in lines
        if not line.item.bars.threshold and condition.goods.holds(line.item, line.unit_price_minor)
    )
    return condition.least - reached
