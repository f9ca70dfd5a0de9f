"""Which item promotions to try without, where later percentages are uneven. Never applies one.

The item step saves most by itself, and that is also best for the whole receipt while every line of
a group promotion is reduced by the same percentages afterwards. Where it is not so, a smaller
saving on lines that are not reduced again may be the better one: then the whole calculation is
compared over subsets of the promotions concerned.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from math import ceil

from pos_app.domain.document import Step
from pos_app.domain.money import PPM
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.cascade import claims
from pos_app.domain.pricing.eligibility import Candidate
from pos_app.domain.pricing.member_step import MemberOffer
from pos_app.domain.pricing.worksheet import Worksheet
from pos_app.domain.promotion.benefit import Benefit, OrderedGroup, Reduction, RoleGroup

SUBSETS_OF_MOST = 5


def item_choices(
    chosen: Sequence[Candidate], offer: MemberOffer | None
) -> Iterator[Sequence[Candidate]]:
    """All promotions first; then without some that claim units, fewest left out first."""
    yield chosen
    concerned = sorted({*_concerned(chosen, offer), *_named_units(chosen, offer)})
    most = len(concerned) if len(concerned) <= SUBSETS_OF_MOST else 1
    for count in range(1, most + 1):
        for out in combinations(concerned, count):
            yield [c for c in chosen if c.number not in out]


def missed_minor(
    sheet: Worksheet,
    most_minor: int,
    lines: set[int],
    chosen: Sequence[Candidate],
    offer: MemberOffer | None,
) -> int:
    """What a better assignment inside one set could still save, at the very most.

    `most_minor`: the largest saving of claimed units on the lines concerned, whatever comes after.
    Later percentages take their part of it; no line keeps more of a saving than the line that
    they spare most.
    """
    kept = {line: _kept(line, chosen, offer) for line in lines}
    reached = sum(
        (kept[line] * claimed for line, claimed in claimed_minor(sheet, chosen, lines).items()),
        Fraction(0),
    )
    later = sum(1 for c in chosen for p in c.parts if not claims(c) and _is_percentage(p.benefit))
    rounding = len(lines) * (later + 1)
    missed = most_minor * max(kept.values()) - reached
    return ceil(missed) + rounding if missed > rounding else 0


def concerned_lines(chosen: Sequence[Candidate], offer: MemberOffer | None) -> set[int]:
    """The lines of promotions whose assignment later percentages may turn."""
    numbers = set(_concerned(chosen, offer))
    return {line.line for c in chosen if c.number in numbers for line in c.lines}


def claimed_minor(sheet: Worksheet, chosen: Sequence[Candidate], lines: set[int]) -> dict[int, int]:
    """What the search has saved on each of these lines."""
    rules = {c.promotion.promotion_id for c in chosen if claims(c)}
    return {
        row.line.line: sum(
            m.amount_minor for m in row.modifications if m.rule_id in rules or m.step is Step.MEMBER
        )
        for row in sheet.rows
        if row.line.line in lines
    }


def _kept(line: int, chosen: Sequence[Candidate], offer: MemberOffer | None) -> Fraction:
    """The part of a saving on a line that later percentages leave."""
    kept = Fraction(1)
    for candidate in chosen:
        for part in candidate.parts if not claims(candidate) else ():
            one = part.benefit
            touches = any(touched.line == line for touched in part.lines)
            if touches and isinstance(one, Reduction) and one.kind == "percent":
                kept *= 1 - Fraction(one.value, PPM)
    if offer is not None and offer.discount.on_promoted:
        kept *= 1 - Fraction(offer.rate_ppm, PPM)
    return kept


def _concerned(chosen: Sequence[Candidate], offer: MemberOffer | None) -> list[int]:
    """Promotions that share lines, through each other, with one that spans uneven lines."""
    touched = [
        {line.line for line in part.lines}
        for candidate in chosen
        if not claims(candidate)
        for part in candidate.parts
        if _is_percentage(part.benefit)
    ]
    on_all = offer is not None and offer.discount.on_promoted
    if not touched and not on_all:
        return []
    apart = [c for c in chosen if claims(c)]
    found = [c for c in apart if _together(c) and _is_uneven(c, touched, offer)]
    lines = {line.line for c in found for line in c.lines}
    grown = True
    while grown:
        more = [c for c in apart if any(line.line in lines for line in c.lines)]
        grown = len(more) > len(found)
        found, lines = more, {line.line for c in more for line in c.lines}
    return sorted(c.number for c in found)


def _named_units(chosen: Sequence[Candidate], offer: MemberOffer | None) -> list[int]:
    """Promotions that take the units they name before the search, where others want them too: the
    whole set may be worth more without them. `preempt` asks for nothing else."""
    rivals: dict[int, int] = {}
    apart = [c for c in chosen if claims(c)]
    for candidate in apart:
        for line in candidate.lines:
            rivals[line.line] = rivals.get(line.line, 0) + 1
    return [
        c.number
        for c in apart
        if any(_names_units(part.benefit) for part in c.parts)
        and not c.promotion.preempt
        and (offer is not None or any(rivals[line.line] > 1 for line in c.lines))
    ]


def _names_units(benefit: Benefit) -> bool:
    """True where the choice of units is not the customer's."""
    if isinstance(benefit, Reduction):
        return bool(benefit.max_units) and benefit.pick != "best"
    if isinstance(benefit, OrderedGroup) and benefit.price_minor is None:
        return benefit.pairing == "shop"
    return isinstance(benefit, OrderedGroup | RoleGroup) and benefit.pick == "cheapest"


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
