"""The member's own discount: which one, at what rate, on which part of a line."""

from collections.abc import Callable
from dataclasses import dataclass

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.loyalty.turnover import cumulative_ppm
from pos_app.domain.mechanics.discount import MemberDiscount
from pos_app.domain.money import format_decimal, share_half_up
from pos_app.domain.pricing.basket import BasketLine, Context
from pos_app.domain.pricing.derivation import percent_text
from pos_app.domain.pricing.eligibility import closed
from pos_app.domain.pricing.worksheet import Worksheet, spread_over
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


def rate_ppm(discount: MemberDiscount, context: Context, list_minor: int = 0) -> int:
    """The rate for this customer; the program says on which side a border itself is."""
    customer = context.customer
    if customer is None:
        return 0
    if discount.kind == "fixed":
        return discount.percent_ppm
    if discount.kind == "tier":
        return discount.by_tier.get(customer.tier_id, 0)
    return cumulative_ppm(discount, customer.spend_minor.get(discount.period, 0), list_minor)


def offers(
    discounts: tuple[MemberDiscount, ...], context: Context, list_minor: int = 0
) -> tuple[tuple[MemberOffer, ...], dict[str, Sentence]]:
    """The discounts that hold, and why the others do not."""
    held, failed = [], {}
    for discount in discounts:
        reason = (
            say("why.members_only") if context.member is None else closed(discount.when, context)
        )
        rate = rate_ppm(discount, context, list_minor)
        if reason is None and discount.evidence and discount.discount_id not in context.evidence:
            reason = say("why.no_evidence", paper=discount.paper(context.language))
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
    """Reduce each line once: its unclaimed units, or all of it where the discount says so."""
    name = offer.discount.name(language)
    for row in sheet.rows:
        rate = offer.on(row.line)
        cells = row.cells if offer.discount.on_promoted else row.free_cells()
        base = sum(cell.units * cell.net_minor for cell in cells)
        if not rate or base <= 0:
            continue
        # The room that promoted units left is theirs: no unit falls below its own floor.
        floor = row.line.floor_unit_minor
        room = sum(cell.units * max(cell.net_minor - floor, 0) for cell in cells)
        amount = min(share_half_up(base, rate), room)
        text = f"{format_decimal(base, digits)} x {percent_text(rate)} %"
        text += f" = {format_decimal(amount, digits)}"
        units = sum(cell.units for cell in cells)
        rule_id = offer.discount.discount_id
        modification = PriceModification(rule_id, Step.MEMBER, amount, units, name, text)
        if row.promoted_units and not offer.discount.on_promoted:
            row.put(cells, spread_over(cells, amount, floor), modification)
        else:
            row.take(modification)
