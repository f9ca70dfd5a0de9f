"""What a receipt adds to its member's tallies under the counted mechanics. Never its worth."""

from collections.abc import Iterator, Sequence
from datetime import date

from pos_app.domain.loyalty.capping import cap_entries
from pos_app.domain.loyalty.drawing import draw_entries
from pos_app.domain.loyalty.offering import offer_entries
from pos_app.domain.loyalty.program import Program
from pos_app.domain.loyalty.sold import SoldLine
from pos_app.domain.loyalty.stamps import stamp_entries
from pos_app.domain.loyalty.tally import TallyEntry


def mechanics_entries(
    program: Program, lines: Sequence[SoldLine], on: date
) -> Iterator[TallyEntry]:
    """Caps, stamps, offers and draws."""
    yield from cap_entries(program.cashback.caps, lines, on)
    for card in program.stamps:
        yield from stamp_entries(card, lines, on)
    yield from offer_entries(program.offers, segments_by_rule(program), lines, on)
    yield from draw_entries(program.draws, lines, on)


def segments_by_rule(program: Program) -> dict[str, frozenset[str]]:
    """The segments that each promotion, member discount and earn rule is for."""
    found = {p.promotion_id: p.when.segments for p in program.promotions}
    found |= {d.discount_id: d.when.segments for d in program.member_discounts}
    return found | {r.rule_id: r.when.segments for r in program.earn.rules}
