"""Looking goods up.

The cashier types a few letters or scans for a price; nothing is sold by that.
"""

from pos_app.domain.item import Item
from pos_app.domain.money import Money
from pos_app.workstation.answer import Answer, Tone, done, notice, refused
from pos_app.workstation.sale import goods_of
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


def _meant(station: Station, text: str) -> Item | None:
    """By what a person types, or else by what a scanner reads off a label."""
    read = station.gear.identifier
    for found in (read.typed(text), read.scan(text.encode())):
        item = goods_of(station, found)[0]
        if item is not None:
            return item
    return None


def price_check(station: Station, text: str) -> Answer:
    """What it costs, without selling it."""
    item = _meant(station, text)
    if item is None:
        return refused("unknown_code", code=text)
    row = found_item(station, item)
    price = Money(row.unit_price_minor)
    return done(notice("price", Tone.NEUTRAL, name=row.name, price=price), item=row)
