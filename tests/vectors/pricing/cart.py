"""The lines of a neutral cart and the filters that mean some of them. Never a discount."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pos_app.domain.item import DatedPrice, Item
from pos_app.domain.pricing.basket import BasketLine, Goodwill
from pos_app.domain.quantity import Quantity, Unit, grams, pieces
from tests.builders import LONG_AGO
from tests.vectors.outcome import NotModelled
from tests.vectors.pricing.fields import Fields
from tests.vectors.pricing.prices import Prices

BELOW_ZERO = "line below zero"
FINER_THAN_A_GRAM = "finer than a gram"
GRAM_DIGITS = 3
SHIPPING = "shipping"
"""Delivery is sold as a line of its own, which no other rule's goods hold."""


@dataclass(frozen=True)
class CartLine:
    """One line as the case states it."""

    line: str
    sku: str
    categories: tuple[str, ...]
    quantity: Fraction
    weighed: bool
    unit_price: str
    floor: str = "0"
    discountable: bool = True
    points_allowed: bool = True
    tax_percent: Fraction | None = None
    base_units: int = 1
    manual_percent: str = "0"
    gift_card: bool = False


def line_of(fields: Fields) -> CartLine:
    """One line. A price below zero is a manual line that gives money back; less than nothing of a
    thing is no line of a sale."""
    line = CartLine(
        line=fields.text("line"),
        sku=fields.text("sku"),
        categories=fields.words("category"),
        quantity=fields.number("qty", 1),
        weighed=_is_weight(fields.text("qty", "1")),
        unit_price=fields.text("unit_price"),
        floor=fields.text("min_unit_price", "0"),
        discountable=fields.flag("discountable", default=True),
        points_allowed=fields.flag("points_allowed", default=True),
        tax_percent=fields.number("tax_percent") if fields.has("tax_percent") else None,
        base_units=fields.whole("base_units", 1),
        manual_percent=fields.text("manual_percent_off", "0"),
        gift_card=fields.choice("kind", ("gift_card_sale",)) == "gift_card_sale",
    )
    fields.finish()
    if line.quantity < 0:
        raise NotModelled(BELOW_ZERO)
    if line.weighed and 1000 % line.quantity.denominator:
        raise NotModelled(FINER_THAN_A_GRAM)
    return line


def _is_weight(text: str) -> bool:
    """A part of a unit, or grams written out (1.000)."""
    return Fraction(text).denominator != 1 or len(text.partition(".")[2]) == GRAM_DIGITS


@dataclass(frozen=True)
class Filter:
    """Which lines a rule means; nothing named is every line."""

    skus: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    not_skus: frozenset[str] = frozenset()
    not_categories: frozenset[str] = frozenset()
    price_min: str = ""
    price_max: str = ""
    not_discounted: bool = False

    def means(self, line: CartLine) -> bool:
        """True when the line is meant, whatever happened to it before."""
        price = Fraction(line.unit_price)
        if line.sku in self.not_skus or not self.not_categories.isdisjoint(line.categories):
            return False
        if self.price_min and price < Fraction(self.price_min):
            return False
        if self.price_max and price > Fraction(self.price_max):
            return False
        named = line.sku in self.skus or not self.categories.isdisjoint(line.categories)
        return named or not (self.skus or self.categories)


def filter_of(fields: Fields, barred: Fields | None = None) -> Filter:
    """The filter of an effect or a condition, and what it excludes."""
    out = barred or Fields({})
    found = Filter(
        skus=frozenset(fields.words("sku")),
        categories=frozenset(fields.words("category")),
        not_skus=frozenset(out.words("sku")),
        not_categories=frozenset(fields.words("not_category")) | frozenset(out.words("category")),
        price_min=fields.text("price_min"),
        price_max=fields.text("price_max"),
        not_discounted=fields.flag("not_discounted"),
    )
    fields.finish()
    out.finish()
    return found


def numbers_of(lines: Iterable[CartLine], meant: Filter) -> list[str]:
    """The lines that a filter means."""
    return [line.line for line in lines if meant.means(line)]


def goods_of(meant: Filter, prices: Prices, lines: Iterable[CartLine]) -> Mapping[str, Any]:
    """The filter in the words of the programme; delivery is no goods."""
    some = [line.line for line in lines]
    goods: dict[str, Any] = {
        "items": sorted(meant.skus),
        "categories": sorted(meant.categories),
        "not_items": sorted(meant.not_skus | {SHIPPING}),
        "not_categories": sorted(meant.not_categories),
    }
    if meant.price_min:
        goods["price_min"] = prices.priced(meant.price_min, some)
    if meant.price_max:
        goods["price_max"] = prices.priced(meant.price_max, some)
    if meant.not_discounted:
        goods["not_promoted"] = True
    return {key: value for key, value in goods.items() if value}


def basket_line(line: CartLine, number: int, prices: Prices, *, counts: bool) -> BasketLine:
    """The line as the engine wants it; `counts` false: goods barred from something earn nothing."""
    price = prices.unit_minor(line.unit_price, line.line)
    barred = not (line.discountable and line.points_allowed)
    item = Item(
        item_id=line.sku,
        name=line.sku,
        prices=(DatedPrice(LONG_AGO, price),),
        categories=line.categories,
        unit=Unit.GRAM if line.weighed else Unit.PIECE,
        regulated="gift_card" if line.gift_card else "",
        floor_minor=prices.unit_minor(line.floor, line.line),
        discountable=line.discountable,
        points_allowed=line.points_allowed,
        earns=counts or not barred,
    )
    goodwill = _goodwill(line)
    return BasketLine(number, item, _quantity(line), price, goodwill, pack_units=line.base_units)


def _goodwill(line: CartLine) -> Goodwill | None:
    percent = Fraction(line.manual_percent)
    return Goodwill(percent_ppm=int(percent * 10_000), reason="manual") if percent else None


def _quantity(line: CartLine) -> Quantity:
    return grams(int(line.quantity * 1000)) if line.weighed else pieces(int(line.quantity))


def shipping_line(minor: int, number: int) -> BasketLine:
    """Delivery: it can be given free, but never earns and is not paid by points."""
    item = Item(
        item_id=SHIPPING,
        name=SHIPPING,
        prices=(DatedPrice(LONG_AGO, minor),),
        points_allowed=False,
        earns=False,
    )
    return BasketLine(number, item, pieces(1), minor)
