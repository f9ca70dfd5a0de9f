"""What the law says of a line.

The cashier scans a bottle: it stands on the receipt with the day's lowest price and its age, or
not at all, and the till says why and when it may be sold. Never a rule of the shop.
"""

from pos_app.domain.errors import RegulationRefused
from pos_app.domain.item import Item
from pos_app.domain.promotion.gift import GiftGiven
from pos_app.domain.quantity import Unit
from pos_app.domain.read_regulation import regulation_of
from pos_app.domain.regulation import Regulation, Where, price_refused
from pos_app.domain.sentence import Sentence
from pos_app.domain.transaction import Transaction
from pos_app.workstation.answer import Answer, refused_with
from pos_app.workstation.station import Station

REGULATION = "regulation"
"""The setting with a whole document, where the shipped one of the country is not enough."""
REGION = "region"
"""The setting that names the store's region, as the document does."""


def regulation(station: Station) -> Regulation:
    """The document the mirror tells, else the one the till was built with.

    One that this release cannot read leaves the one before in force: a till sells on.
    """
    cursor = station.mirror.cursor_text()
    if station.law_cursor != cursor or station.law is None:
        station.law, station.law_cursor = _told(station), cursor
    return station.law


def _told(station: Station) -> Regulation:
    document = station.mirror.setting(REGULATION)
    if document is None:
        return station.settings.regulation
    try:
        return regulation_of(document)
    except RegulationRefused:
        return station.law or station.settings.regulation


def where(station: Station) -> Where:
    """The store, and the region whose law it is under."""
    identity = station.journal.identity()
    region = station.mirror.setting(REGION)
    return Where(identity.store_id if identity else "", region if isinstance(region, str) else "")


def on_line(station: Station, item: Item) -> Item:
    """The item as it stands on a line of this business day."""
    if not item.regulated:
        return item
    return regulation(station).on_line(item, station.business_on(), where(station))


def not_sold(station: Station, item: Item, unit_price_minor: int, entry: str) -> Answer | None:
    """Why an item (as it stands on a line) may not be sold now, or not at that price."""
    why = _not_now(station, item)
    if why is None and (item.unit is Unit.PIECE or entry != "label"):
        why = price_refused(item, unit_price_minor)
    return refused_with(why) if why else None


def _not_now(station: Station, item: Item) -> Sentence | None:
    if not item.regulated:
        return None
    language = station.operator.language if station.operator else station.settings.language
    law = regulation(station)
    return law.not_now(item.regulated, station.local(), where(station), language)


def hours_passed(station: Station, transaction: Transaction) -> Answer | None:
    """A line that was in time when it was scanned and is not when it is to be paid.

    Once money has moved nothing stands in the way: a paid receipt is never refused.
    """
    if transaction.tenders:
        return None
    for line in transaction.lines:
        why = _not_now(station, line.item)
        if why is not None:
            return refused_with(why)
    return None


def lawful_gifts(station: Station, gifts: tuple[GiftGiven, ...]) -> tuple[GiftGiven, ...]:
    """Without those that the law does not let a shop give away."""
    return tuple(gift for gift in gifts if not _barred_gift(station, gift.item_id))


def _barred_gift(station: Station, item_id: str) -> bool:
    item = station.mirror.item(item_id)
    return item is not None and on_line(station, item).bars.gift
