"""Cash rounded down to what the shop's coins can pay. Never a card, never below a legal price.

Source: loyalty.md 2: the last step, off by default; points are earned as if it were not there.
"""

from collections.abc import Sequence
from dataclasses import replace

from pos_app.domain.document import Totals
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.result import Priced
from pos_app.domain.tender import Tender, TenderKind


def rounding_room_minor(lines: Sequence[BasketLine], priced: Priced) -> int:
    """How far the receipt may sink: to the floors of the goods that may be reduced at all."""
    return sum(
        max(priced.line(line.line).payable_minor - line.floor_minor, 0)
        for line in lines
        if line.reducible
    )


def rounding_minor(
    payable_minor: int, tenders: Sequence[Tender], unit_minor: int, room_minor: int
) -> int:
    """The rounding (0 or negative) if cash pays what other tenders have not.

    It is all or nothing, for a part of it could not be paid in coins either; and never all that
    is to be paid: goods do not become free by rounding.
    """
    other = sum(t.amount_minor for t in tenders if t.kind is not TenderKind.CASH)
    rest = payable_minor - other
    cut = rest % unit_minor if unit_minor and rest > 0 else 0
    return -cut if cut <= room_minor and cut != rest else 0


def settled(totals: Totals, tenders: Sequence[Tender], unit_minor: int, room_minor: int) -> Totals:
    """The totals as these tenders pay them: rounded when cash is among them."""
    if not any(t.kind is TenderKind.CASH for t in tenders):
        return totals
    cut = rounding_minor(totals.payable_minor, tenders, unit_minor, room_minor)
    return replace(totals, rounding_minor=cut)
