"""An item of the catalogue as the till knows it. Never a quantity, never a discount."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from pos_app.domain.quantity import Unit


@dataclass(frozen=True, slots=True)
class DatedPrice:
    """A unit price in force since that day."""

    since_on: date
    price_minor: int


@dataclass(frozen=True, slots=True)
class Item:
    """One item. `categories` is the path from the department down.

    `regulated`: "" or a regulated class (alcohol, tobacco, beer, energy, gift_card, deposit).
    `floor_minor`: the lowest legal unit price, under every reduction; 0 is none.
    `discountable` and `points_allowed` are the shop's own exclusions.
    """

    item_id: str
    name: str
    prices: tuple[DatedPrice, ...]
    categories: tuple[str, ...] = ()
    brand: str = ""
    unit: Unit = Unit.PIECE
    tax_class: str = "standard"
    codes: tuple[str, ...] = ()
    plu: str = ""
    age_limit: int = 0
    marking: str = ""
    regulated: str = ""
    floor_minor: int = 0
    discountable: bool = True
    points_allowed: bool = True
    earns: bool = True
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def price_minor(self, on: date) -> int | None:
        """The unit price on a day; None before the first price."""
        found = None
        for price in self.prices:
            if price.since_on <= on:
                found = price.price_minor
        return found
