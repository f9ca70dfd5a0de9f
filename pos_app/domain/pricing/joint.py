"""Which item promotions to try without, where later percentages are uneven. Never applies one.

The item step saves most by itself, and that is also best for the whole receipt while every line of
a group promotion is reduced by the same percentages afterwards. Where it is not so, a smaller
saving on lines that are not reduced again may be the better one: then the whole calculation is
compared over subsets of the promotions concerned.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.eligibility import Candidate
from pos_app.domain.pricing.member_step import MemberOffer
from pos_app.domain.pricing.search import is_group
from pos_app.domain.pricing.transaction_step import reached

SUBSETS_OF_MOST = 5


def item_choices(
    item: Sequence[Candidate], whole: Sequence[Candidate], offer: MemberOffer | None
) -> Iterator[Sequence[Candidate]]:
    """All item promotions first; then without some, fewest left out first."""
    yield item
    concerned = _concerned(item, whole, offer)
    most = len(concerned) if len(concerned) <= SUBSETS_OF_MOST else 1
    for count in range(1, most + 1):
        for out in combinations(concerned, count):
            yield [c for c in item if c.promotion.promotion_id not in out]


def _concerned(
    item: Sequence[Candidate], whole: Sequence[Candidate], offer: MemberOffer | None
) -> list[str]:
    """Promotions that share lines, through each other, with one that spans uneven lines."""
    later = [c for c in (*item, *whole) if _is_later_percentage(c)]
    touched = [{line.line for line in c.lines} for c in later]
    apart = [c for c in item if c.promotion.stacking != "compound"]
    found = [c for c in apart if is_group(c.promotion) and _is_uneven(c, touched, offer)]
    lines = {line.line for c in found for line in c.lines}
    grown = True
    while grown:
        more = [c for c in apart if any(line.line in lines for line in c.lines)]
        grown = len(more) > len(found)
        found, lines = more, {line.line for c in more for line in c.lines}
    return sorted(c.promotion.promotion_id for c in found)


def _is_later_percentage(candidate: Candidate) -> bool:
    promotion = candidate.promotion
    if not promotion.percent_ppm:
        return False
    if promotion.transaction_step:
        return not reached(candidate)
    return promotion.stacking == "compound"


def _is_uneven(
    candidate: Candidate, touched: Sequence[set[int]], offer: MemberOffer | None
) -> bool:
    def rates(line: BasketLine) -> tuple[tuple[bool, ...], int]:
        on_all = offer is not None and offer.discount.on_promoted
        rate = offer.on(line) if offer is not None and on_all else 0
        return tuple(line.line in numbers for numbers in touched), rate

    return len({rates(line) for line in candidate.lines}) > 1
