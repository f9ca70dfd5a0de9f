"""Price effects of a case as benefits of a promotion, a function an effect. Never an amount."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.vectors.outcome import NotModelled
from tests.vectors.pricing.cart import SHIPPING, Filter, filter_of
from tests.vectors.pricing.desk import Desk, words
from tests.vectors.pricing.fields import UNKNOWN_VALUE, Fields

Benefit = dict[str, Any]
SCOPES = {"unit": "unit", "line": "line", "order": "transaction"}
PICKS = {"": "", "cheapest": "cheapest", "most_expensive": "dearest"}
PAIRINGS = {"": "", "retailer": "shop", "customer": "customer"}
ALLOCATIONS = {
    "proportional": "largest_remainder",
    "equal_per_unit": "equal_per_unit",
    "largest_line": "largest_line",
}


def _limits(effect: Fields) -> Benefit:
    """Which and how many units; a pick means something only where not all are taken."""
    pick = PICKS[effect.choice("pick", tuple(PICKS))]
    most = effect.whole("max_units")
    per_line = effect.whole("max_units_per_line")
    group = effect.whole("group_size")
    return {
        "max_units": most,
        "max_units_per_line": per_line,
        "group_size": group,
        "pick": pick if most else "",
    }


def _percent_off(effect: Fields, desk: Desk) -> Benefit:
    meant = desk.filter(effect)
    lines = desk.meant(meant)
    # The tax is in the percentage of a price with tax as in that of the price without it.
    base = effect.choice("base", ("list", "net", "tax_included"), "net")
    effect.ignore("global_discount")
    cap_of = effect.choice("cap_basis", tuple(bases := _bases(desk)))
    cap, said = effect.text("cap"), bases[cap_of]
    return {
        "kind": "percent",
        "percent": effect.text("value"),
        "scope": SCOPES[effect.choice("scope", tuple(SCOPES), "line")],
        "base": "list" if base == "list" else "",
        "cap": said(cap, lines) if cap else "",
        "goods": desk.goods(meant),
        **_limits(effect),
    }


def _bases(desk: Desk) -> dict[str, Callable[[str, list[str]], str]]:
    """How an amount that bounds a reduction is meant."""
    prices = desk.prices
    return {
        "": prices.order_amount,
        "tax_included": prices.paid,
        "tax_excluded": prices.priced,
    }


def _amount_off(effect: Fields, desk: Desk) -> Benefit:
    meant = desk.filter(effect)
    lines = desk.meant(meant)
    per = effect.choice("per", tuple(SCOPES), "order")
    said = desk.prices.order_amount if per == "order" else desk.prices.priced
    _allocated(effect, desk)
    return {
        "kind": "amount",
        "amount": said(effect.text("value"), lines),
        "scope": SCOPES[per],
        "goods": desk.goods(meant),
        **_limits(effect),
    }


def _allocated(effect: Fields, desk: Desk) -> None:
    way = effect.choice("allocate", tuple(ALLOCATIONS))
    if way:
        desk.state("allocation", ALLOCATIONS[way])


def _fixed_price(effect: Fields, desk: Desk) -> Benefit:
    """A price of nothing is the whole price off."""
    meant = desk.filter(effect)
    price = desk.prices.priced(effect.text("price"), desk.meant(meant))
    common = {"goods": desk.goods(meant), **_limits(effect)}
    if not effect.number("price"):
        return {"kind": "percent", "percent": "100", "scope": "unit", **common}
    return {"kind": "fixed_price", "price": price, **common}


def _tiered(effect: Fields, desk: Desk, kind: str) -> Benefit:
    """A value by how much, or how many of the goods, are bought."""
    meant = desk.filter(effect)
    by_units = effect.choice("by", ("order_subtotal", "category_qty")) == "category_qty"
    lines = desk.meant(meant)

    def value(text: str) -> str:
        return text if kind == "percent" else desk.prices.order_amount(text, lines)

    def border(text: str) -> int | str:
        return int(text) if by_units else desk.prices.priced(text, desk.all_lines)

    scope = "line" if kind == "percent" else "order"
    scope = effect.choice("scope" if kind == "percent" else "per", tuple(SCOPES), scope)
    _allocated(effect, desk)
    return {
        "kind": kind,
        kind: value(effect.text("base", "0")),
        "steps": [{"from": border(a), kind: value(b)} for a, b in effect.pairs("tiers")],
        "steps_by": "units" if by_units else "amount",
        "steps_of": "goods" if by_units else "receipt",
        "scope": SCOPES[scope],
        "goods": desk.goods(meant),
    }


def _tiered_percent_off(effect: Fields, desk: Desk) -> Benefit:
    return _tiered(effect, desk, "percent")


def _tiered_amount_off(effect: Fields, desk: Desk) -> Benefit:
    return _tiered(effect, desk, "amount")


def _first_then(effect: Fields, desk: Desk) -> Benefit:
    meant = desk.filter(effect)
    lines = desk.meant(meant)
    return {
        "kind": "first_then",
        "amount": desk.prices.priced(effect.text("first"), lines),
        "further_amount": desk.prices.priced(effect.text("additional"), lines),
        "max_units": effect.whole("max_units"),
        "goods": desk.goods(meant),
    }


def _bundle(effect: Fields, desk: Desk) -> Benefit:
    meant = desk.filter(effect)
    pick = effect.choice("pick", ("cheapest", "most_expensive"))
    parts = effect.raw("parts", {})
    named = [(Filter(skus=frozenset({sku})), int(units)) for sku, units in parts.items()]
    lines = [n for part, _ in named for n in desk.meant(part)] or desk.meant(meant)
    bundle: Benefit = {
        "kind": "bundle",
        "price": desk.prices.priced(effect.text("price"), lines),
    }
    if named:
        return bundle | {"parts": [{"units": n, "goods": desk.goods(one)} for one, n in named]}
    bundle |= {"buy": effect.whole("qty"), "goods": desk.goods(meant)}
    return bundle | {"pick": "cheapest" if pick == "cheapest" else ""}


def _cheapest_free(effect: Fields, desk: Desk) -> Benefit:
    """The cheapest of the receipt, or one of every full group."""
    goods = desk.goods(desk.filter(effect))
    ways = {"": "", "cheapest_overall": "shop", "best_for_customer": "customer"}
    way = ways[effect.choice("grouping", tuple(ways))]
    size = effect.whole("group_size")
    units = effect.whole("qty", 1)
    if not size:
        return {"kind": "cheapest_free", "units": units, "goods": goods}
    return {
        "kind": "buy_n_pay_m",
        "buy": size,
        "pay": size - units,
        "pairing": way,
        "goods": goods,
        "spread": False,
    }


def _buy_get(effect: Fields, desk: Desk) -> Benefit:
    buy, get = effect.child("buy"), effect.child("get")
    most = effect.whole("max_get_units")
    received = get.whole("qty", 1)
    repeat = effect.flag("repeat", default=most > received)
    found: Benefit = {
        "kind": "buy_get",
        "buy": {"units": buy.whole("qty", 1), "goods": desk.goods(desk.filter(buy))},
        "get": words(
            {
                "units": received,
                "goods": desk.goods(desk.filter(get)),
                "percent": get.text("percent", "100"),
                "pick": PICKS[get.choice("pick", tuple(PICKS))],
            }
        ),
        "max_get_units": most,
        "pairing": PAIRINGS[effect.choice("pairing", tuple(PAIRINGS))],
    }
    buy.finish()
    get.finish()
    return found if repeat else found | {"repeat": False}


def _nth_unit_price(effect: Fields, desk: Desk) -> Benefit:
    meant = desk.filter(effect)
    return {
        "kind": "nth_price",
        "every": effect.whole("every"),
        "price": desk.prices.priced(effect.text("price"), desk.meant(meant)),
        "goods": desk.goods(meant),
    }


def _gift(effect: Fields, desk: Desk) -> Benefit:
    """Free goods on top: once, or for every so many bought (of their own article, if that is)."""
    goods = desk.goods(desk.filter(effect))
    own = Filter(skus=frozenset({effect.text("sku")}))
    if effect.has("per_bought") and not effect.has("filter") and desk.meant(own):
        goods = desk.goods(own)
    effect.choice("round", ("down",), "down")
    if effect.choice("combine", ("largest_break_first",)):
        desk.state("gift_steps", "largest_first")
    units, per = effect.whole("qty", 1), effect.whole("per_bought")
    if effect.has("qty_per_unit_bought"):
        units, per = effect.whole("qty_per_unit_bought"), 1
    if effect.has("step"):
        units, per = effect.whole("qty_per_step", 1), effect.whole("step")
    steps = [{"from": int(a), "units": int(b)} for a, b in effect.pairs("tiers")]
    return {
        "kind": "gift",
        "item": effect.text("sku"),
        "same_item": effect.flag("same_sku"),
        "units": units,
        "per": per,
        "steps": steps or None,
        "goods": goods,
    }


def _free_shipping(effect: Fields, _: Desk) -> Benefit:
    if filter_of(effect.child("filter")) != Filter():
        raise NotModelled(UNKNOWN_VALUE)
    return {"kind": "percent", "percent": "100", "scope": "line", "goods": {"items": [SHIPPING]}}


def _round_total_down(effect: Fields, desk: Desk) -> Benefit:
    _allocated(effect, desk)
    return {"kind": "round_down", "to": desk.prices.paid(effect.text("to"), desk.all_lines)}


def _coupon(effect: Fields, _: Desk) -> Benefit:
    """`points` is what the next order may take from it: the coupon's own worth."""
    effect.ignore("points")
    return {"kind": "coupon", "coupon": NEXT_VISIT}


NEXT_VISIT = "next-visit"

BENEFITS: Mapping[str, Callable[[Fields, Desk], Benefit]] = {
    "percent_off": _percent_off,
    "amount_off": _amount_off,
    "fixed_price": _fixed_price,
    "tiered_percent_off": _tiered_percent_off,
    "tiered_amount_off": _tiered_amount_off,
    "first_then_additional_amount_off": _first_then,
    "bundle_price": _bundle,
    "cheapest_free": _cheapest_free,
    "buy_get": _buy_get,
    "nth_unit_price": _nth_unit_price,
    "add_free_item": _gift,
    "free_shipping": _free_shipping,
    "round_total_down": _round_total_down,
    "issue_coupon_for_next_order": _coupon,
}


def gives_nothing(effect: Fields) -> bool:
    """A percentage or an amount of zero."""
    return effect.text("type") in ("percent_off", "amount_off") and not effect.number("value")


def benefit_of(effect: Fields, desk: Desk) -> Benefit:
    """One price effect as a benefit."""
    kind = effect.text("type")
    found = words(BENEFITS[kind](effect, desk))
    effect.finish()
    return found
