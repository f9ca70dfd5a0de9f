"""What a rule makes of goods at a price, remembered: the same goods return with every scan.

Never anything that depends on the receipt, the moment or the quantity.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from pos_app.domain.item import Item
from pos_app.domain.pricing.basket import BasketLine

GOODS_MOST = 5_000

Found = TypeVar("Found")


class ByGoods(Generic[Found]):
    """`judge` is asked once for an item at its price; another state of the item is asked anew."""

    def __init__(self, judge: Callable[[BasketLine], Found]) -> None:
        self._judge = judge
        self._known: dict[tuple[str, int], tuple[Item, Found]] = {}

    def of(self, line: BasketLine) -> Found:
        """What it makes of the line's item at its price."""
        item = line.item
        key = (item.item_id, line.unit_price_minor)
        known = self._known.get(key)
        if known is not None and known[0] is item:
            return known[1]
        found = known[1] if known is not None and known[0] == item else self._judge(line)
        if len(self._known) >= GOODS_MOST:
            self._known.clear()
        self._known[key] = (item, found)
        return found
