"""A basket written by hand, to try a programme on: its lines and what is known. Never a receipt.

{"at": "2026-11-20T12:00:00+03:00", "store": "s1", "points": 100, "coupons": ["spring"],
 "customer": {"id": "m1", "tier": "gold", "spend": {"year": "12000.00"}},
 "lines": [{"item": "2000000000015", "quantity": "2", "price": "89.90"}]}
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from pos_app.domain.item import DatedPrice, Item
from pos_app.domain.pricing.basket import BasketLine, Context, Customer, Wish
from pos_app.domain.quantity import Quantity, Unit
from pos_app.domain.reading import Reader

UNITS = tuple(unit.value for unit in Unit)
LINES_MOST = 1000
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Basket:
    """What the engine wants."""

    lines: tuple[BasketLine, ...]
    context: Context

    def context_in(self, language: str) -> Context:
        """The same, names in another language."""
        return replace(self.context, language=language)


def read_basket(
    doc: Reader, digits: int, catalogue: Mapping[str, Item], now: datetime | None = None
) -> Basket:
    """The whole document; items of the `catalogue` need no more than their code.

    `now` stands in for `at`; the zone of `at` is the store's.
    """
    local = now if now is not None and not doc.has("at") else doc.instant("at")
    when = (local or NEVER).replace(tzinfo=None)
    lines = tuple(
        _line(one, number, digits, catalogue, when.date())
        for number, one in enumerate(doc.children("lines"), start=1)
    )
    context = Context(
        local=when,
        store_id=doc.text("store", ""),
        channel=doc.text("channel", "shop"),
        customer=_customer(doc.child("customer"), digits) if doc.has("customer") else None,
        coupons=frozenset(doc.words("coupons")),
        claims=doc.words("claims"),
        evidence=frozenset(doc.words("evidence")),
        offline=doc.flag("offline", False),
        explain=True,
    )
    points = doc.integer("points", 0)
    doc.finish()
    if not lines:
        doc.fault("lines", "a basket has lines")
    if len(lines) > LINES_MOST:
        doc.fault("lines", f"more than {LINES_MOST} lines")
    most = context.customer.points if context.customer and context.customer.points else points
    return Basket(lines, replace(context, wish=Wish(points, most)))


def _line(
    doc: Reader, number: int, digits: int, catalogue: Mapping[str, Item], on: date
) -> BasketLine:
    item = _item(doc, catalogue.get(doc.text("item")), digits)
    quantity = Quantity(doc.decimal("quantity", item.unit.price_digits, "1"), item.unit)
    known = item.price_minor(on)
    price = doc.optional_decimal("price", digits)
    doc.finish()
    if quantity.value <= 0:
        doc.fault("quantity", "more than 0 is wanted")
    if price is None and known is None:
        doc.fault("price", "is missing, and the catalogue has none")
    return BasketLine(number, item, quantity, known or 0 if price is None else price)


def _item(doc: Reader, known: Item | None, digits: int) -> Item:
    """The item of the catalogue with what the line says otherwise, or what the line describes."""
    code = doc.text("item")
    item = known or Item(code, code, ())
    unit = Unit(doc.choice("unit", UNITS, item.unit.value))
    floor = doc.optional_decimal("floor", digits)
    return replace(
        item,
        name=doc.text("name", item.name or code),
        prices=item.prices or _undated(doc, digits),
        categories=doc.words("categories") or item.categories,
        brand=doc.text("brand", item.brand),
        unit=unit,
        regulated=doc.text("regulated", item.regulated),
        floor_minor=item.floor_minor if floor is None else floor,
        discountable=doc.flag("discountable", item.discountable),
        points_allowed=doc.flag("points_allowed", item.points_allowed),
        earns=doc.flag("earns", item.earns),
    )


def _undated(doc: Reader, digits: int) -> tuple[DatedPrice, ...]:
    price = doc.optional_decimal("price", digits)
    return () if price is None else (DatedPrice(date.min, price),)


def _customer(doc: Reader, digits: int) -> Customer:
    customer = Customer(
        member_id=doc.text("id", "member"),
        tier_id=doc.text("tier", ""),
        segments=frozenset(doc.words("segments")),
        birthday=doc.flag("birthday", False),
        spend_minor={p: held.decimal(p, digits) for p, held in doc.mapping("spend")},
        earns=doc.flag("earns", True),
        receipts=doc.integer("receipts", 0),
        points=doc.integer("points", 0),
        chosen={rule: frozenset(held.words(rule)) for rule, held in doc.mapping("chosen")},
        earned={cap: held.integer(cap) for cap, held in doc.mapping("earned")},
        stamps={card: held.integer(card) for card, held in doc.mapping("stamps")},
        uses={promotion: held.integer(promotion) for promotion, held in doc.mapping("uses")},
    )
    doc.finish()
    return customer
