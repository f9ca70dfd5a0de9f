"""The member's own discount: which one, at what rate, on which part of a line."""

from collections.abc import Callable
from dataclasses import dataclass

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.mechanics.discount import MemberDiscount
from pos_app.domain.money import format_decimal, share_half_up
from pos_app.domain.pricing.basket import BasketLine, Context
from pos_app.domain.pricing.derivation import percent_text
from pos_app.domain.pricing.eligibility import failed_condition
from pos_app.domain.pricing.worksheet import Row, Worksheet
from pos_app.domain.sentence import Sentence, say


@dataclass(frozen=True, slots=True)
class MemberOffer:
    """A member discount that holds for this customer, with its rate."""

    discount: MemberDiscount
    rate_ppm: int

    def on(self, line: BasketLine) -> int:
        """The rate on a line, ppm."""
        holds = line.reducible and self.discount.goods.holds(line.item, line.unit_price_minor)
        return self.rate_ppm if holds else 0


def rate_ppm(discount: MemberDiscount, context: Context) -> int:
    """The rate for this customer; "up to 10 000" includes 10 000.00."""
    customer = context.customer
    if customer is None:
        return 0
    if discount.kind == "fixed":
        return discount.percent_ppm
    if discount.kind == "tier":
        return discount.by_tier.get(customer.tier_id, 0)
    spend = customer.spend_minor.get(discount.period, 0)
    found = 0
    for step in discount.steps:
        if step.above_minor == 0 or spend > step.above_minor:
            found = step.percent_ppm
    return found


def offers(
    discounts: tuple[MemberDiscount, ...], context: Context
) -> tuple[tuple[MemberOffer, ...], dict[str, Sentence]]:
    """The discounts that hold, and why the others do not."""
    held, failed = [], {}
    for discount in discounts:
        reason = (
            say("why.members_only")
            if context.customer is None
            else failed_condition(discount.when, context)
        )
        rate = rate_ppm(discount, context)
        if reason is None and not rate:
            reason = say("why.no_rate_for_tier")
        if reason is None:
            held.append(MemberOffer(discount, rate))
        else:
            failed[discount.discount_id] = reason
    return tuple(held), failed


def search_rate(offer: MemberOffer | None) -> Callable[[BasketLine], int]:
    """What a unit that takes no promotion saves, for the search of the item step.

    A discount that also holds on promoted goods favours no assignment, so it is left out.
    """
    if offer is None or offer.discount.on_promoted:
        return lambda _line: 0
    return offer.on


def apply(sheet: Worksheet, offer: MemberOffer, language: str, digits: int) -> None:
    """Reduce each line once: its unpromoted units, or all of it where the discount says so."""
    name = offer.discount.name(language)
    for row in sheet.rows:
        rate = offer.on(row.line)
        base, units = _base(row, offer.discount)
        if not rate or not base:
            continue
        # The room that promoted units left is theirs: no unit falls below its own floor.
        room = (row.line.unit_minor - row.line.floor_unit_minor) * units
        amount = min(share_half_up(base, rate), room)
        text = f"{format_decimal(base, digits)} x {percent_text(rate)} %"
        text += f" = {format_decimal(amount, digits)}"
        rule_id = offer.discount.discount_id
        row.take(PriceModification(rule_id, Step.MEMBER, amount, units, name, text))


def _base(row: Row, discount: MemberDiscount) -> tuple[int, int]:
    if discount.on_promoted or not row.promoted_units:
        return row.net_minor, row.line.count
    units = row.line.count - row.promoted_units
    return min(row.line.unit_minor * units, row.net_minor), units
