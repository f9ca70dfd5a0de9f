"""Free goods that a promotion gives beside the basket, as a fact. Never how many."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GiftGiven:
    """So many units of an item that the customer may take for nothing."""

    item_id: str
    units: int
    promotion_id: str
