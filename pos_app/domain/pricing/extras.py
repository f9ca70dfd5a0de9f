"""Benefits that reduce nothing: gifts on top, coupons for the next visit. Never a price."""

from collections.abc import Sequence

from pos_app.domain.loyalty.program import Program
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.eligibility import Candidate, Part
from pos_app.domain.promotion.benefit import Benefit, Gift, Issue
from pos_app.domain.promotion.gift import GiftGiven
from pos_app.domain.promotion.read_benefit import SAME_ITEM


def is_extra(benefit: Benefit) -> bool:
    """True for gifts and coupons."""
    return isinstance(benefit, Gift | Issue)


def gives_extra(candidate: Candidate) -> bool:
    """True when a gift or a coupon comes with it here."""
    return any(
        isinstance(part.benefit, Issue)
        or (isinstance(part.benefit, Gift) and bool(part.lines or not candidate.lines))
        for part in candidate.parts
    )


def gift_units(part: Part, program: Program) -> int:
    """Units of a gift benefit on its lines, by the program's way of counting its steps."""
    assert isinstance(part.benefit, Gift)
    return sum(units for _, units in _given(part.benefit, part, program.policies.gift_steps))


def gifts(chosen: Sequence[Candidate], steps: str, times: dict[str, int]) -> tuple[GiftGiven, ...]:
    """What is given on top; `times`: how often a claimed one was paid for."""
    found = []
    for candidate in chosen:
        promotion = candidate.promotion
        for part in candidate.parts:
            if isinstance(part.benefit, Gift):
                for item, units in _given(part.benefit, part, steps):
                    units *= times.get(promotion.promotion_id, 1)
                    if units:
                        found.append(GiftGiven(item, units, promotion.promotion_id))
    return tuple(found)


def _given(gift: Gift, part: Part, steps: str) -> list[tuple[str, int]]:
    if gift.item_id != SAME_ITEM:
        return [(gift.item_id, _units(gift, part.lines, steps))]
    by_item: dict[str, list[BasketLine]] = {}
    for line in part.lines:
        by_item.setdefault(line.item.item_id, []).append(line)
    return [(item, _units(gift, lines, steps)) for item, lines in by_item.items()]


def _units(gift: Gift, lines: Sequence[BasketLine], steps: str) -> int:
    bought = sum(line.count * line.pack_units for line in lines)
    if gift.breaks:
        return _by_breaks(gift, bought, steps)
    if gift.per:
        return bought // gift.per * gift.units
    return gift.units if bought else 0


def _by_breaks(gift: Gift, bought: int, steps: str) -> int:
    found, rest = 0, bought
    for one in reversed(gift.breaks):
        if steps == "single" and rest >= one.least:
            return one.value
        if one.least:
            times, rest = divmod(rest, one.least)
            found += times * one.value
    return found if steps != "single" else 0


def issued(chosen: Sequence[Candidate]) -> tuple[str, ...]:
    """Coupons for the next visit."""
    return tuple(
        part.benefit.coupon_id
        for candidate in chosen
        for part in candidate.parts
        if isinstance(part.benefit, Issue)
    )
