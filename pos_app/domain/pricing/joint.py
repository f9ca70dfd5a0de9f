"""Which item promotions to try without, where later percentages are uneven. Never applies one.

The item step saves most by itself, and that is also best for the whole receipt while every line of
a group promotion is reduced by the same percentages afterwards. Where it is not so, a smaller
saving on lines that are not reduced again may be the better one: then the whole calculation is
compared over subsets of the promotions concerned.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.cascade import claims
from pos_app.domain.pricing.eligibility import Candidate
from pos_app.domain.pricing.member_step import MemberOffer
from pos_app.domain.promotion.benefit import Benefit, Reduction

SUBSETS_OF_MOST = 5


def item_choices(
    chosen: Sequence[Candidate], offer: MemberOffer | None
) -> Iterator[Sequence[Candidate]]:
    """All promotions first; then without some that claim units, fewest left out first."""
    yield chosen
    concerned = _concerned(chosen, offer)
    most = len(concerned) if len(concerned) <= SUBSETS_OF_MOST else 1
    for count in range(1, most + 1):
        for out in combinations(concerned, count):
            yield [c for c in chosen if c.number not in out]


def _concerned(chosen: Sequence[Candidate], offer: MemberOffer | None) -> list[int]:
    """Promotions that share lines, through each other, with one that spans uneven lines."""
    touched = [
        {line.line for line in part.lines}
        for candidate in chosen
        if not claims(candidate)
        for part in candidate.parts
        if _is_percentage(part.benefit)
    ]
    apart = [c for c in chosen if claims(c)]
    found = [c for c in apart if _together(c) and _is_uneven(c, touched, offer)]
    lines = {line.line for c in found for line in c.lines}
    grown = True
    while grown:
        more = [c for c in apart if any(line.line in lines for line in c.lines)]
        grown = len(more) > len(found)
        found, lines = more, {line.line for c in more for line in c.lines}
    return sorted(c.number for c in found)


def _together(candidate: Candidate) -> bool:
    """True for promotions whose units cannot be judged one by one."""
    return bool(candidate.promotion.groups) or any(
        isinstance(part.benefit, Reduction) and part.benefit.max_units for part in candidate.parts
    )


def _is_percentage(benefit: Benefit) -> bool:
    return isinstance(benefit, Reduction) and benefit.kind == "percent"


def _is_uneven(
    candidate: Candidate, touched: Sequence[set[int]], offer: MemberOffer | None
) -> bool:
    def rates(line: BasketLine) -> tuple[tuple[bool, ...], int]:
        on_all = offer is not None and offer.discount.on_promoted
        rate = offer.on(line) if offer is not None and on_all else 0
        return tuple(line.line in numbers for numbers in touched), rate

    return len({rates(line) for line in candidate.lines}) > 1
