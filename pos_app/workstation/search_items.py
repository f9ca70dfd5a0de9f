"""Looking goods up.

The cashier types a few letters; nothing is sold by that.
"""

from pos_app.domain.item import Item
from pos_app.workstation.answer import Answer, done
from pos_app.workstation.station import Station
from pos_app.workstation.view import FoundItem


def found_item(station: Station, item: Item) -> FoundItem:
    """A row for a list."""
    price = item.price_minor(station.business_on()) or 0
    code = item.codes[0] if item.codes else item.plu or item.item_id
    return FoundItem(item.item_id, code, item.name, price, item.unit.value)


def find_items(station: Station, text: str, limit: int) -> Answer:
    """By the beginnings of words, by code or PLU."""
    items = station.mirror.search_items(text, limit)
    return done(items=tuple(found_item(station, item) for item in items))
