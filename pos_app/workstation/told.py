"""What is kept of a receipt so that it can be explained for ever: for whom, when, and what the
rules saw in its goods. Never a price, a name or a card: those are in the document.

A row of the till's own file, written with the receipt; nobody else ever reads it. Short keys and
nothing that is as usual, for it lies there as long as the receipt does.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pos_app.domain.document import CompletedLine, CompletedTransaction
from pos_app.domain.item import NOTHING_BARRED, Bars, Item
from pos_app.domain.pricing.basket import BasketLine, Context, Customer, Goodwill, Wish
from pos_app.domain.transaction import LineItem

SHOP_FLAGS = ("discountable", "points_allowed", "earns")
LAW_FLAGS = ("reduction", "points", "earning", "gift", "threshold")
COUNTERS = ("earned", "stamps", "uses", "spend_minor")


def kept(context: Context, lines: Iterable[LineItem]) -> bytes:
    """The context that the prices on the screen were made in, and what no document tells of its
    lines."""
    told = {
        "at": context.local.isoformat(),
        "store": context.store_id,
        "channel": context.channel,
        "wish": [context.wish.points, context.wish.most, context.wish.most_reason],
        "goodwill": _goodwill(context.goodwill),
        "coupons": sorted(context.coupons),
        "claims": context.claims,
        "evidence": sorted(context.evidence),
        "segments": sorted(context.segments),
        "who": _customer(context.customer),
        "lines": {str(one.line): _line(one.basket_line()) for one in lines},
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def read(
    body: bytes, document: CompletedTransaction, language: str
) -> tuple[Context, tuple[BasketLine, ...]]:
    """The reverse, with what the document tells; to be explained in that language.

    Raises ValueError, KeyError or TypeError for what another release wrote otherwise.
    """
    told = json.loads(body)
    points, most, reason = told["wish"]
    context = Context(
        local=datetime.fromisoformat(told["at"]),
        store_id=told["store"],
        channel=told["channel"],
        customer=_customer_of(told["who"], document.member_id or document.member_code),
        wish=Wish(points, most, reason),
        goodwill=_goodwill_of(told["goodwill"]),
        language=language,
        explain=True,
        coupons=frozenset(told["coupons"]),
        claims=tuple(told["claims"]),
        evidence=frozenset(told["evidence"]),
        segments=frozenset(told["segments"]),
    )
    return context, tuple(_line_of(told["lines"][str(one.line)], one) for one in document.lines)


def _customer(customer: Customer | None) -> dict[str, Any] | None:
    if customer is None:
        return None
    told: dict[str, Any] = {name: dict(getattr(customer, name)) for name in COUNTERS}
    told["chosen"] = {rule: sorted(chosen) for rule, chosen in customer.chosen.items()}
    told |= {"tier": customer.tier_id, "segments": sorted(customer.segments)}
    told |= {"receipts": customer.receipts, "points": customer.points}
    told |= {"birthday": customer.birthday, "guest": customer.guest, "barred": not customer.earns}
    return {name: value for name, value in told.items() if value}


def _customer_of(told: Mapping[str, Any] | None, member_id: str) -> Customer | None:
    if told is None:
        return None
    chosen = told.get("chosen", {})
    customer = Customer(
        member_id,
        tier_id=told.get("tier", ""),
        segments=frozenset(told.get("segments", ())),
        birthday=told.get("birthday", False),
        earns=not told.get("barred", False),
        receipts=told.get("receipts", 0),
        points=told.get("points", 0),
        chosen={rule: frozenset(names) for rule, names in chosen.items()},
        guest=told.get("guest", False),
    )
    return replace(customer, **{name: told.get(name, {}) for name in COUNTERS})


def _goodwill(given: Goodwill | None) -> list[Any] | None:
    return [given.percent_ppm, given.amount_minor, given.reason] if given else None


def _goodwill_of(told: Sequence[Any] | None) -> Goodwill | None:
    return Goodwill(*told) if told else None


def _line(line: BasketLine) -> dict[str, Any]:
    item = line.item
    told = {
        "brand": item.brand,
        "floor": item.floor_minor,
        "not": [name for name in SHOP_FLAGS if not getattr(item, name)],
        "law": [name for name in LAW_FLAGS if getattr(item.bars, name)],
        "goodwill": _goodwill(line.goodwill),
    }
    return {name: value for name, value in told.items() if value}


def _line_of(told: Mapping[str, Any], sold: CompletedLine) -> BasketLine:
    closed, law = told.get("not", ()), told.get("law", ())
    item = Item(
        item_id=sold.item_id,
        name=sold.name,
        prices=(),
        categories=sold.categories,
        brand=told.get("brand", ""),
        unit=sold.quantity.unit,
        floor_minor=told.get("floor", 0),
        law=Bars(**dict.fromkeys(law, True)) if law else NOTHING_BARRED,
        discountable="discountable" not in closed,
        points_allowed="points_allowed" not in closed,
        earns="earns" not in closed,
    )
    goodwill = _goodwill_of(told.get("goodwill"))
    return BasketLine(sold.line, item, sold.quantity, sold.unit_price_minor, goodwill)
