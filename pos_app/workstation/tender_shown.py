"""One tender as a screen shows it: data alone, never a rule."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TenderView:
    """One tender taken (or refunded, negative). `kind`: cash, card, gift_card, qr."""

    kind: str
    amount_minor: int
    label: str = ""
