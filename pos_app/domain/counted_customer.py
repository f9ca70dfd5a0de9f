"""What pricing may know of a member's counters: filled from tallies and choices. Never a price.

Full stamp cards and open offers are segments (`stamps/<card>`, `offer/<offer>`): a promotion is
tied to them by `when.segments`, so pricing knows nothing of either.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from pos_app.domain.loyalty.capping import earned_under
from pos_app.domain.loyalty.choosing import NONE_CHOSEN, Choices, chosen_on
from pos_app.domain.loyalty.counting import uses_by_promotion
from pos_app.domain.loyalty.offering import OfferLeft, Whose, offers_open, segments_of
from pos_app.domain.loyalty.program import Program
from pos_app.domain.loyalty.stamps import stamps_held
from pos_app.domain.loyalty.tally import Tallies
from pos_app.domain.pricing.basket import Customer


@dataclass(frozen=True, slots=True)
class Counted:
    """A member's counters with the till's own unsent receipts. `spent`: uses of offers by all
    members, by offer id, as last heard."""

    tallies: Tallies = field(default_factory=lambda: MappingProxyType({}))
    choices: Choices = field(default_factory=lambda: NONE_CHOSEN)
    spent: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def with_counters(program: Program, customer: Customer, counted: Counted, on: date) -> Customer:
    """The customer with chosen categories, points under caps, stamps, offers and full cards."""
    held = {card.card_id: stamps_held(card, counted.tallies, on) for card in program.stamps}
    full = {card.segment for card in program.stamps if held[card.card_id] >= card.needed}
    choice, chosen = program.cashback.choice, chosen_on(counted.choices, on)
    return replace(
        customer,
        segments=customer.segments | segments_of(offers_of(program, customer, counted, on)) | full,
        chosen=dict.fromkeys(choice.rules, chosen) if choice else {},
        earned={
            cap.cap_id: earned_under(cap, counted.tallies, on) for cap in program.cashback.caps
        },
        stamps=held,
        uses=uses_by_promotion(program, counted.tallies, on),
    )


def offers_of(
    program: Program, customer: Customer, counted: Counted, on: date
) -> tuple[OfferLeft, ...]:
    """The offers that are open to a customer."""
    whose = Whose(customer.member_id, customer.segments, counted.tallies)
    return offers_open(program.offers, whose, on, counted.spent)
