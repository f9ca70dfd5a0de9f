"""What a customer pays with, and the change due. Never a device."""

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


def next_round_amounts(due_minor: int, currency: Currency = RUB, count: int = 5) -> tuple[int, ...]:
    """Amounts a customer is likely to hand over: the due rounded up to each note, ascending."""
    found: set[int] = set()
    for note in NOTES_MINOR.get(currency.code, (1_00, 5_00, 10_00, 20_00, 50_00, 100_00)):
        rounded = -(-due_minor // note) * note
        if rounded > due_minor:
            found.add(rounded)
    biggest = max(NOTES_MINOR.get(currency.code, (100_00,)))
    near = sorted(a for a in found if a <= max(due_minor + biggest, biggest))
    keep = near[: count - 1]
    single = [a for a in near if a == biggest and a not in keep]
    return tuple(sorted({*keep, *(single or near[count - 1 : count])}))
