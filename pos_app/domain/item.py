"""An item of the catalogue as the till knows it. Never a quantity, never a discount."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from pos_app.domain.quantity import Unit


@dataclass(frozen=True, slots=True)
class DatedPrice:
    """A unit price in force since that day."""

    since_on: date
    price_minor: int


@dataclass(frozen=True, slots=True)
class Bars:
    """What is forbidden with goods of a class: a reduction, paying with points, earning them,
    being a gift, opening a promotion (a threshold, a condition)."""

    reduction: bool = False
    points: bool = False
    earning: bool = False
    gift: bool = False
    threshold: bool = False


NOTHING_BARRED = Bars()
ALL_BARRED = Bars(True, True, True, True, True)
BARRED: Mapping[str, Bars] = MappingProxyType(
    {
        "tobacco": ALL_BARRED,
        "gift_card": ALL_BARRED,
        "deposit": ALL_BARRED,
    }
)
"""Classes that are barred in every country, so that no missing document opens them."""
KINDS_OF = {"cigarettes": "tobacco", "nicotine": "tobacco"}
"""Classes that are barred as another one is."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item. `categories` is the path from the department down.

    `regulated`: "" or a regulated class (vodka, wine, beer, cigarettes, energy, gift_card,
    deposit; see `regulation`). `volume_ml`: what is in one piece, for prices by volume; 0 unknown.
    `floor_minor`: the lowest legal unit price, under every reduction; 0 is none.
    `ceiling_minor`: the highest legal unit price (printed on a pack); 0 is none.
    `discountable`, `earns` and `points_allowed` are the shop's own exclusions; `law` is what the
    regulation of the day bars, once the item stands on a line. `bars`: what the law forbids with
    it: the regulation's word, else what holds everywhere.
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
    volume_ml: int = 0
    ceiling_minor: int = 0
    law: Bars | None = None
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    bars: Bars = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        named = KINDS_OF.get(self.regulated, self.regulated)
        bars = self.law or BARRED.get(named, NOTHING_BARRED)
        object.__setattr__(self, "bars", bars)  # asked for by every rule about every line

    def price_minor(self, on: date) -> int | None:
        """The unit price on a day; None before the first price."""
        found = None
        for price in self.prices:
            if price.since_on <= on:
                found = price.price_minor
        return found

    def lowest_before_minor(self, on: date, days: int) -> int | None:
        """The lowest unit price of the `days` before the price of that day began; None where that
        price is older than they are, or the first one (Directive 98/6/EC, article 6a)."""
        begun = [one.since_on for one in self.prices if one.since_on <= on]
        if not begun or begun[-1] <= on - timedelta(days=days):
            return None
        first, last = begun[-1] - timedelta(days=days), begun[-1]
        between = [one.price_minor for one in self.prices if first < one.since_on < last]
        before = self.price_minor(first)
        return min((*between, *(() if before is None else (before,))), default=None)
