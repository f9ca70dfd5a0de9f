"""Lines and programmes for the tests of what is counted."""

import json
from collections.abc import Mapping
from typing import Any

from pos_app.domain.errors import ProgramRefused
from pos_app.domain.item import Item
from pos_app.domain.loyalty.program import Program, load
from pos_app.domain.loyalty.sold import SoldLine

BASE: dict[str, Any] = {
    "schema": 1,
    "program": "club",
    "version": 1,
    "valid_from": "2026-01-01T00:00:00Z",
    "currency": {"code": "RUB", "minor_digits": 2},
    "earn": {"rules": [{"id": "base", "percent": "5"}, {"id": "more", "percent": "1"}]},
}
REWARD = {"id": "free", "kind": "percent", "percent": "100", "when": {"segments": ["stamps/tea"]}}


def program(**sections: Any) -> Program:
    """A programme with these sections."""
    return load(json.dumps({**BASE, **sections}))


def faults(**sections: Any) -> dict[str, str]:
    """Path to reason of what is refused."""
    try:
        program(**sections)
    except ProgramRefused as refused:
        return {fault.path: fault.reason for fault in refused.faults}
    return {}


def line(
    number: int = 1,
    units: int = 1,
    price: int = 100_00,
    categories: tuple[str, ...] = ("Чай",),
    touched: Mapping[str, int] | None = None,
    **more: Any,
) -> SoldLine:
    """A sold line; `net` is its money unless told otherwise."""
    item = Item(f"item{number}", f"Item {number}", (), categories)
    net = more.pop("net", price * units)
    return SoldLine(
        number, item, units, price, net, more.pop("paid", net), touched=touched or {}, **more
    )
