"""What a receipt adds to its member's tallies under the counted mechanics. Never its worth."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from pos_app.domain.loyalty.capping import cap_entries
from pos_app.domain.loyalty.drawing import draw_entries
from pos_app.domain.loyalty.offering import offer_entries
from pos_app.domain.loyalty.program import Program
from pos_app.domain.loyalty.sold import SoldLine
from pos_app.domain.loyalty.stamps import stamp_entries
from pos_app.domain.loyalty.tally import Tallies, TallyEntry, period_of


def mechanics_entries(
    program: Program, lines: Sequence[SoldLine], given: Mapping[str, int], on: date
) -> Iterator[TallyEntry]:
    """Caps, stamps, offers, draws, and uses of limited promotions; `given`: how often each was."""
    yield from cap_entries(program.cashback.caps, lines, on)
    for card in program.stamps:
        yield from stamp_entries(card, lines, on, given.get(card.reward, 1))
    yield from offer_entries(program.offers, segments_by_rule(program), lines, on)
    yield from draw_entries(program.draws, lines, on)
    for promotion in program.promotions:
        touched = tuple(x.line for x in lines if promotion.promotion_id in x.touched)
        times = given.get(promotion.promotion_id, int(bool(touched)))
        if promotion.limits.per_member and times:
            period = period_of(promotion.limits.period, on)
            yield TallyEntry(uses_tally(promotion.promotion_id), period, times, touched)


def uses_tally(promotion_id: str) -> str:
    """The tally of how often a promotion with a limit was given to a member."""
    return f"uses/{promotion_id}"


def uses_by_promotion(program: Program, tallies: Tallies, on: date) -> dict[str, int]:
    """Earlier uses of limited promotions in the running period of their limit."""
    return {
        p.promotion_id: tallies.get((uses_tally(p.promotion_id), period_of(p.limits.period, on)), 0)
        for p in program.promotions
        if p.limits.per_member
    }


def segments_by_rule(program: Program) -> dict[str, frozenset[str]]:
    """The segments that each promotion, member discount and earn rule is for."""
    found = {p.promotion_id: p.when.segments for p in program.promotions}
    found |= {d.discount_id: d.when.segments for d in program.member_discounts}
    return found | {r.rule_id: r.when.segments for r in program.earn.rules}
