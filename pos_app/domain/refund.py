"""Where the money of a return goes, and its rounding. Never more than was paid.

Source: loyalty.md 3 and `refund_tender`: cash up to what cash had paid, then card, then gift card;
what points had paid returns as points.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.tender import Tender, TenderKind

ORDER = (TenderKind.CASH, TenderKind.CARD, TenderKind.QR, TenderKind.GIFT_CARD)


@dataclass(frozen=True, slots=True)
class Deduction:
    """A goodwill return's claim on points that are spent: what is left, and a point's value."""

    available: int
    point_value_minor: int


@dataclass(frozen=True, slots=True)
class Withheld:
    """Spent points that the refund pays for, instead of a debt of points."""

    points: int = 0
    minor: int = 0


def withheld(deduction: Deduction | None, taken: int, given: int, due_minor: int) -> Withheld:
    """What a refund keeps back for `taken` points of which too few are left after `given` came."""
    if deduction is None:
        return Withheld()
    missing = min(max(taken - max(deduction.available + given, 0), 0), taken)
    points = min(missing, due_minor // deduction.point_value_minor)
    return Withheld(points, points * deduction.point_value_minor)


def due_of_return(
    original: CompletedTransaction, earlier: Sequence[CompletedTransaction], payable_minor: int
) -> int:
    """What a return of goods worth `payable_minor` pays out.

    Cash was rounded down for the customer and is rounded up for them; all returns together pay
    exactly what was paid.
    """
    back = payable_minor + sum(document.totals.payable_minor for document in earlier)
    paid_out = sum(document.totals.due_minor for document in earlier)
    return max(_paid_out(original, back) - paid_out, 0)


def _paid_out(original: CompletedTransaction, back_minor: int) -> int:
    """Everything paid out when goods of so much are back."""
    paid = original.totals.due_minor
    unit = original.cash_unit_minor
    if back_minor >= original.totals.payable_minor:
        return paid
    cash = _paid_by(original).get((TenderKind.CASH, ""), 0)
    if unit and back_minor < cash:
        return min(-(-back_minor // unit) * unit, cash)
    return min(back_minor, paid)


def _paid_by(original: CompletedTransaction) -> dict[tuple[TenderKind, str], int]:
    left: dict[tuple[TenderKind, str], int] = {}
    for tender in original.tenders:
        key = _key(tender)
        left[key] = left.get(key, 0) + tender.amount_minor
    if original.change_minor:
        cash = (TenderKind.CASH, "")
        left[cash] = left.get(cash, 0) - original.change_minor
    return left


def _key(tender: Tender) -> tuple[TenderKind, str]:
    """Each gift card is a tender of its own."""
    return tender.kind, tender.reference if tender.kind is TenderKind.GIFT_CARD else ""


def refund_tenders(
    original: CompletedTransaction,
    earlier: Sequence[CompletedTransaction],
    amount_minor: int,
) -> tuple[Tender, ...]:
    """Back to the original tenders; what no tender explains is paid in cash."""
    left = _paid_by(original)
    for document in earlier:
        for tender in document.tenders:
            key = _key(tender)
            left[key] = left.get(key, 0) + tender.amount_minor
    found = []
    for kind, reference in sorted(left, key=lambda key: ORDER.index(key[0])):
        part = min(left[kind, reference], amount_minor)
        if part > 0:
            found.append(Tender(kind, -part, reference))
            amount_minor -= part
    return (*found, Tender(TenderKind.CASH, -amount_minor)) if amount_minor else tuple(found)
