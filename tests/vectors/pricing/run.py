"""The pricing format: an array of cases -> one outcome each. Never edits or knows a case."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from pos_app.domain.errors import ProgramRefused
from tests.vectors.outcome import Adapter, NotModelled, Outcome
from tests.vectors.pricing import allocation
from tests.vectors.pricing.case import Case, case_of
from tests.vectors.pricing.compare import Facts, differences
from tests.vectors.pricing.document import written
from tests.vectors.pricing.events import facts_of_events
from tests.vectors.pricing.fields import UNKNOWN_VALUE, Fields
from tests.vectors.pricing.orders import orders
from tests.vectors.pricing.sale import asked_of
from tests.vectors.pricing.shop import Shop, shop_of

REFUSED = "refused by the document"
MARK = "after_each_event"


def outcome_of(data: Mapping[str, Any]) -> Outcome:
    """One case, run."""
    case_id = str(data.get("id", "?"))
    try:
        return Outcome(case_id, "; ".join(_wrong(case_of(data))))
    except NotModelled as reason:
        return Outcome(case_id, not_modelled=str(reason))
    except ProgramRefused as refused:
        if data.get("portable"):  # what every engine must match cannot be refused
            faults = "; ".join(f"{fault.path} {fault.reason}" for fault in refused.faults)
            return Outcome(case_id, f"the programme is refused: {faults}")
        return Outcome(case_id, not_modelled=REFUSED)
    except Exception as error:  # one broken case must not hide the others
        return Outcome(case_id, f"{type(error).__name__}: {error}")


def _wrong(case: Case) -> list[str]:
    if case.allocation is not None:
        return differences(case.expected, allocation.facts_of(Fields(case.allocation)))
    shop = _shop(case)
    if case.cart is not None:
        return differences(case.expected, facts_of_cart(shop, case)) or _in_other_orders(case)
    wrong: list[str] = []
    last: Facts = shop.state()
    for name, expected, facts in facts_of_events(shop):
        wrong += [f"{name}: {one}" for one in differences(expected, facts)]
        last = facts
    rest = {key: value for key, value in case.expected.items() if key != MARK}
    return wrong + differences(rest, last)


def _shop(case: Case) -> Shop:
    """The case in the product's words; a shape that cannot be read is not modelled."""
    try:
        return shop_of(written(case))
    except (KeyError, ValueError) as error:
        raise NotModelled(UNKNOWN_VALUE) from error


def facts_of_cart(shop: Shop, case: Case) -> Facts:
    """A cart is one sale in an otherwise empty day."""
    asked = asked_of(Fields(case.cart))
    facts: dict[str, Callable[[], Any]] = dict(shop.sell(asked, "cart"))
    quote = shop.sales["cart"].quote
    facts["line_max_redeemable"] = lambda: _line_limits(shop, case)
    facts["after_refund_of_1"] = lambda: _after_one_back(shop)
    if not asked.lines:
        facts["line_discounts"] = dict
    assert quote.priced is not None
    return facts


def _in_other_orders(case: Case) -> list[str]:
    """A case that must hold for every order of its lines."""
    cart = case.cart or {}
    lines = cart.get("lines") or ()
    for order in orders(len(lines)) if case.permute else ():
        turned = replace(case, cart={**cart, "lines": [lines[i] for i in order]})
        if wrong := differences(case.expected, facts_of_cart(_shop(turned), turned)):
            return [f"in the order {order}: {one}" for one in wrong]
    return []


def _line_limits(shop: Shop, case: Case) -> dict[str, Fraction]:
    """What points may pay of each line when there are enough of them."""
    rich = {**case.customer, "balance": str(10**9)}
    cart = {**(case.cart or {}), "redeem_points": "max"}
    other = shop_of(written(replace(case, customer=rich, cart=cart)))
    other.sell(asked_of(Fields(cart)), "cart")
    quote = other.sales["cart"].quote
    return {
        line.line: other.money(quote.priced.line(number).points_minor)
        for number, line in quote.numbers.items()
    }


def _after_one_back(shop: Shop) -> dict[str, Fraction]:
    """The first line of several units after one of them came back."""
    sold = shop.sales["cart"]
    number, cart = next((n, c) for n, c in sold.quote.numbers.items() if c.quantity > 1)
    shop.give_back("cart", [(cart.line, Fraction(1))])
    back = shop.returns["cart"][-1].lines[0]
    line = next(one for one in sold.document.lines if one.line == number)
    net = line.net_minor - back.net_minor
    listed = line.list_minor - back.list_minor
    return {"line_discount": shop.money(listed - net), "line_total": shop.money(net)}


def run(path: Path) -> Iterator[Outcome]:
    """Every case of a file, in its order."""
    for data in json.loads(path.read_text(encoding="utf-8"), parse_float=str):
        yield outcome_of(data)


def recognises(_: Path, head: str) -> bool:
    """An array of cases that state a currency or an allocation."""
    array = head.lstrip()[:1] == "[" and '"id"' in head
    return array and any(f'"{key}"' in head for key in ("programs", "allocation"))


ADAPTER = Adapter("pricing", recognises, run)
