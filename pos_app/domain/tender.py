"""What a customer pays with, and the change due. Never a device."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from pos_app.domain.money import RUB, Currency


class TenderKind(Enum):
    """Kinds of tender; change is given from cash only."""

    CASH = "cash"
    CARD = "card"
    QR = "qr"
    GIFT_CARD = "gift_card"


@dataclass(frozen=True, slots=True)
class Tender:
    """`amount_minor` was taken (negative: given back). `reference` is the acquirer's or card's."""

    kind: TenderKind
    amount_minor: int
    reference: str = ""


NOTES_MINOR = {"RUB": (10_00, 50_00, 100_00, 200_00, 500_00, 1000_00, 2000_00, 5000_00)}


RARE_NOTES_MINOR = {"RUB": (200_00, 2000_00)}
"""In use, but seldom handed over: shown when there is room left."""


def next_round_amounts(due_minor: int, currency: Currency = RUB, count: int = 5) -> tuple[int, ...]:
    """Amounts a customer is likely to hand over: the due rounded up to each note, ascending."""
    notes = NOTES_MINOR.get(currency.code, (1_00, 5_00, 10_00, 20_00, 50_00, 100_00))
    rare = RARE_NOTES_MINOR.get(currency.code, ())
    likely = _rounded_up(due_minor, (note for note in notes if note not in rare))[-count:]
    seldom = [a for a in _rounded_up(due_minor, rare) if a not in likely]
    return tuple(sorted((*likely, *seldom[: count - len(likely)])))


def _rounded_up(due_minor: int, notes: Iterable[int]) -> list[int]:
    found = {-(-due_minor // note) * note for note in notes}
    return sorted(amount for amount in found if amount > due_minor)
