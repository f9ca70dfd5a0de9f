"""Domain objects for tests, in as few words as a test can be read with. Never a rule of its own."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from pos_app.domain.item import DatedPrice, Item
from pos_app.domain.loyalty.ledger import Cause, EntryKind, PointsEntry
from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.program import Program, load
from pos_app.domain.pricing.basket import BasketLine, Context, Customer, Goodwill
from pos_app.domain.pricing.engine import Engine
from pos_app.domain.pricing.result import Priced
from pos_app.domain.quantity import Quantity, grams, pieces
from pos_app.domain.schema import program_schema
from tests.json_schema import broken

TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, 0)
"""A Friday, in the store's own time."""
NOON_UTC = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)


class FixedClock:
    """A clock that stands until a test moves it."""

    def __init__(self, now: datetime = NOON_UTC) -> None:
        self.now = now
        self.boot = "boot-1"
        self._started = now

    def now_utc(self) -> datetime:
        return self.now

    def monotonic_ms(self) -> int:
        return (self.now - self._started) // timedelta(milliseconds=1)

    def boot_id(self) -> str:
        return self.boot

    def forward(self, **delta: int) -> None:
        """`forward(minutes=5)`."""
        self.now += timedelta(**delta)


def counted_ids(prefix: str = "id") -> Callable[[], str]:
    """Ids that a reader of a failure can tell: id-1, id-2, ..."""
    given = 0

    def new_id() -> str:
        nonlocal given
        given += 1
        return f"{prefix}-{given}"

    return new_id


def an_item(item_id: str = "milk", price: int = 89_90, **fields: Any) -> Item:
    """An item by its price in minor units; any field of Item by name."""
    categories = fields.pop("categories", ())
    prices = (DatedPrice(LONG_AGO, price),)
    return Item(item_id, fields.pop("name", item_id.title()), prices, categories, **fields)


def a_line(
    item: Item | str = "milk",
    count: int | Quantity = 1,
    price: int | None = None,
    *,
    line: int = 1,
    goodwill: Goodwill | None = None,
) -> BasketLine:
    """A line of pieces (or of any Quantity) at the item's price, or at another."""
    sold = an_item(item, 89_90 if price is None else price) if isinstance(item, str) else item
    quantity = pieces(count) if isinstance(count, int) else count
    unit_price = sold.prices[-1].price_minor if price is None else price
    return BasketLine(line, sold, quantity, unit_price, goodwill)


def weighed(item_id: str, weight: int, price: int, *, line: int = 1, **fields: Any) -> BasketLine:
    """A weighed line: `weight` grams at a price per kilogram."""
    return BasketLine(line, an_item(item_id, price, **fields), grams(weight), price)


def numbered(*lines: BasketLine) -> tuple[BasketLine, ...]:
    """The lines in the order of scanning, numbered from 1."""
    return tuple(
        BasketLine(number, one.item, one.quantity, one.unit_price_minor, one.goodwill)
        for number, one in enumerate(lines, start=1)
    )


def a_document(**parts: Any) -> dict[str, Any]:
    """A program document: what the schema wants, and the parts that a test is about."""
    return {
        "schema": 1,
        "program": "test",
        "version": 1,
        "valid_from": "2026-01-01T00:00:00Z",
        "currency": {"code": "RUB", "minor_digits": 2},
        **parts,
    }


def a_program(**parts: Any) -> Program:
    """The program of such a document; what the reader takes must fit the JSON Schema as well."""
    document = a_document(**parts)
    program = load(json.dumps(document))
    assert broken(the_schema(), document) == []
    return program


@cache
def the_schema() -> dict[str, Any]:
    """The JSON Schema of the program document."""
    return program_schema()


def a_promotion(kind: str, promotion_id: str = "p", **fields: Any) -> dict[str, Any]:
    """`a_promotion("percent", percent="10", goods={"categories": ["tea"]})`."""
    return {"id": promotion_id, "kind": kind, "name": {"en": promotion_id}, **fields}


def a_customer(member_id: str = "m1", **fields: Any) -> Customer:
    """A customer of the engine; any field of Customer by name."""
    return Customer(member_id, **fields)


def a_context(local: datetime = NOON, **fields: Any) -> Context:
    """Noon of a Friday, anonymous, unless said otherwise."""
    return Context(local, **{"language": "en", **fields})


def priced(program: Program, *lines: BasketLine, **context: Any) -> Priced:
    """The lines, numbered in order, through the real engine."""
    return Engine(program).price(numbered(*lines), a_context(**context))


def a_member(member_id: str = "m1", **fields: Any) -> Member:
    """A mirrored member; any field of Member by name."""
    return Member(member_id, fields.pop("display_name", "Anna"), **fields)


def an_entry(
    kind: EntryKind | str,
    points: int,
    *,
    on: date = TODAY,
    member_id: str = "m1",
    entry_id: str = "e1",
    **fields: Any,
) -> PointsEntry:
    """A ledger entry; `points` is its signed effect. Any field of PointsEntry by name."""
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    cause = fields.pop("cause", Cause("operator", "op1"))
    return PointsEntry(entry_id, member_id, EntryKind(kind), points, at, on, cause, **fields)


def by_rule(result: Priced) -> Mapping[str, int]:
    """What each rule took off, minor units."""
    found: dict[str, int] = {}
    for line in result.lines:
        for modification in line.modifications:
            rule = modification.rule_id
            found[rule] = found.get(rule, 0) + modification.amount_minor
    return found
