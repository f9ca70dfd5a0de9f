"""Reads a benefit: each word of the document becomes one of the shapes. Never judges the rest."""

from collections.abc import Callable, Mapping

from pos_app.domain.money import PPM
from pos_app.domain.promotion.benefit import (
    NOTHING_OFF,
    PAIRINGS,
    PICKS,
    SCOPES,
    Benefit,
    Break,
    FirstThen,
    Gift,
    Issue,
    Off,
    OrderedGroup,
    Reduction,
    Role,
    RoleGroup,
    RoundDown,
)
from pos_app.domain.promotion.goods import read_goods
from pos_app.domain.reading import Reader

GROUP_MOST = 10_000
BREAKS_BY = ("amount", "units")
BREAKS_OF = ("goods", "receipt")
SAME_ITEM = "="


def read_benefit(doc: Reader, digits: int) -> Benefit:
    """One benefit, by its `kind`; the caller finishes the document."""

    def bound(read: Callable[[Reader, int], Benefit]) -> Callable[[Reader], Benefit]:
        return lambda one: read(one, digits)

    return doc.variant("kind", {kind: bound(read) for kind, read in BENEFITS.items()})


def _percent(doc: Reader, digits: int) -> Benefit:
    value = doc.percent_ppm("percent", "0")
    breaks = _breaks(doc, lambda one: one.percent_ppm("percent"), digits)
    return _reduction(doc, "percent", value, "line", breaks, digits)


def _amount(doc: Reader, digits: int) -> Benefit:
    value = doc.decimal("amount", digits, "0")
    breaks = _breaks(doc, lambda one: one.decimal("amount", digits), digits)
    return _reduction(doc, "amount", value, "unit", breaks, digits)


def _fixed_price(doc: Reader, digits: int) -> Benefit:
    value = doc.decimal("price", digits)
    if not value and not doc.faulted("price"):
        doc.fault("price", "a fixed_price promotion needs it, more than 0")
    return _reduction(doc, "fixed_price", value, "unit", (), digits)


def _reduction(
    doc: Reader, kind: str, value: int, scope: str, breaks: tuple[Break, ...], digits: int
) -> Benefit:
    scopes = SCOPES if kind != "fixed_price" else ("unit",)
    found = Reduction(
        kind=kind,
        value=value,
        goods=read_goods(doc.child("goods"), digits),
        scope=doc.choice("scope", scopes, scope),
        on_list=doc.choice("base", ("net", "list"), "net") == "list",
        cap_minor=doc.decimal("cap", digits, "0"),
        max_units=doc.integer("max_units", 0),
        max_units_per_line=doc.integer("max_units_per_line", 0),
        pick=doc.choice("pick", PICKS, "best"),
        breaks=breaks,
        breaks_by=doc.choice("steps_by", BREAKS_BY, "amount"),
        breaks_of=doc.choice("steps_of", BREAKS_OF, "goods"),
    )
    _judge_reduction(doc, found)
    size = doc.integer("group_size", 0, most=GROUP_MOST)
    return _grouped(doc, found, size) if size > 1 else found


def _judge_reduction(doc: Reader, one: Reduction) -> None:
    empty = not one.value and not one.breaks and not doc.faulted(one.kind)
    if one.kind != "fixed_price" and empty:
        doc.fault(one.kind, f"a {one.kind} promotion needs it, more than 0")
    limited = one.max_units or one.max_units_per_line
    if limited and one.scope != "unit" and one.kind == "amount":
        doc.fault("max_units", f"an amount off a {one.scope} has no units")
    if limited and one.whole:
        doc.fault("max_units", "means nothing for the whole transaction")
    if one.pick != "best" and not one.max_units:
        doc.fault("pick", "has a meaning only with max_units")
    if one.max_units and one.max_units_per_line:
        doc.fault("max_units_per_line", "either this or max_units")


def _grouped(doc: Reader, one: Reduction, size: int) -> Benefit:
    """The same off every unit of a full group."""
    if one.kind == "fixed_price" or one.whole or one.breaks:
        doc.fault("group_size", "only a percent or an amount off units can ask for full groups")
    off = Off(rate_ppm=one.value) if one.kind == "percent" else Off(amount_minor=one.value)
    return OrderedGroup(one.goods, (off,) * size, spread=False)


def _breaks(
    doc: Reader, value: Callable[[Reader], int], digits: int, by_units: bool = False
) -> tuple[Break, ...]:
    units = by_units or doc.choice("steps_by", BREAKS_BY, "amount") == "units"
    found = []
    for one in doc.children("steps"):
        least = one.integer("from") if units else one.decimal("from", digits)
        found.append(Break(least, value(one)))
        one.finish()
    if any(b.least <= a.least for a, b in zip(found, found[1:], strict=False)):
        doc.fault("steps", "borders must rise")
    return tuple(found)


def _buy_n_pay_m(doc: Reader, digits: int) -> Benefit:
    buy, pay = doc.integer("buy", 0, most=GROUP_MOST), doc.integer("pay", 0)
    if not buy and not doc.faulted("buy"):
        doc.fault("buy", "a buy_n_pay_m promotion needs it, more than 0")
    if pay >= max(buy, 1) and not doc.faulted("buy"):
        doc.fault("pay", f"must be less than buy ({buy})")
    buy = max(buy, 1)
    pay = min(pay, buy - 1)
    return OrderedGroup(
        goods=read_goods(doc.child("goods"), digits),
        offs=(NOTHING_OFF,) * pay + (Off(rate_ppm=PPM),) * (buy - pay),
        max_applications=doc.integer("max_applications", 0),
        pairing=doc.choice("pairing", PAIRINGS, ""),
        spread=doc.flag("spread", True),
    )


def _cheapest_free(doc: Reader, digits: int) -> Benefit:
    units = doc.integer("units", 1, least=1)
    return Reduction(
        "percent",
        PPM,
        read_goods(doc.child("goods"), digits),
        scope="unit",
        max_units=units,
        pick="cheapest",
    )


def _bundle(doc: Reader, digits: int) -> Benefit:
    price = doc.decimal("price", digits, "0")
    most = doc.integer("max_applications", 0)
    parts = tuple(_role(one, digits) for one in doc.children("parts"))
    buy = doc.integer("buy", 0, most=GROUP_MOST)
    if not price:
        doc.fault("price", "a bundle promotion needs it, more than 0")
    if bool(parts) == bool(buy):
        doc.fault("buy", "a bundle promotion needs it, more than 0, or else its parts")
    if parts:
        if doc.has("goods"):
            doc.fault("goods", "each part names its own")
        return RoleGroup(parts, price, most)
    pick = doc.choice("pick", PICKS[:2], "best")
    goods = read_goods(doc.child("goods"), digits)
    # A mistaken document still makes a group of one unit, so that reading can go on.
    return OrderedGroup(goods, (NOTHING_OFF,) * max(buy, 1), price, 0, most, pick=pick)


def _role(doc: Reader, digits: int, off: Off = NOTHING_OFF) -> Role:
    role = Role(
        read_goods(doc.child("goods"), digits),
        doc.integer("units", 1, least=1, most=GROUP_MOST),
        off,
    )
    doc.finish()
    return role


def _buy_get(doc: Reader, digits: int) -> Benefit:
    buy = _role(doc.child("buy"), digits)
    inner = doc.child("get")
    off = Off(rate_ppm=inner.percent_ppm("percent", "100"))
    pick = inner.choice("pick", PICKS, "best")
    get = _role(inner, digits, off)
    most = doc.integer("max_get_units", 0)
    if not doc.flag("repeat", True):
        most = min(most or get.units, get.units)
    pairing = doc.choice("pairing", PAIRINGS, "")
    if not off.rate_ppm:
        inner.fault("percent", "gives nothing")
    if buy.goods == get.goods and pick != "dearest":
        offs = (NOTHING_OFF,) * buy.units + (off,) * get.units
        spread = doc.flag("spread", False)
        return OrderedGroup(
            buy.goods, offs, None, buy.units + 1, 0, most, pairing, pick, spread=spread
        )
    return RoleGroup((buy, get), max_off=most, pick=pick)


def _nth_price(doc: Reader, digits: int) -> Benefit:
    every = doc.integer("every", 0, most=GROUP_MOST)
    if every < 2:
        doc.fault("every", "2 or more: every second, every third")
    offs = (NOTHING_OFF,) * (every - 1) + (Off(price_minor=doc.decimal("price", digits)),)
    return OrderedGroup(
        read_goods(doc.child("goods"), digits),
        offs,
        max_applications=doc.integer("max_applications", 0),
        pairing=doc.choice("pairing", PAIRINGS, ""),
        spread=False,
    )


def _first_then(doc: Reader, digits: int) -> Benefit:
    return FirstThen(
        doc.decimal("amount", digits),
        doc.decimal("further_amount", digits),
        read_goods(doc.child("goods"), digits),
        doc.integer("max_units", 0),
    )


def _gift(doc: Reader, digits: int) -> Benefit:
    item, same = doc.text("item", ""), doc.flag("same_item", False)
    if bool(item) == same:
        doc.fault("item", "either item or same_item is needed")
    gift = Gift(
        item_id=item or SAME_ITEM,
        units=doc.integer("units", 1, least=1),
        per=doc.integer("per", 0),
        breaks=_breaks(doc, lambda one: one.integer("units"), digits, by_units=True),
        goods=read_goods(doc.child("goods"), digits),
    )
    if same and not (gift.goods.items or gift.per or gift.breaks):
        doc.fault("same_item", "of what? name goods, per or steps")
    return gift


def _round_down(doc: Reader, digits: int) -> Benefit:
    to_minor = doc.decimal("to", digits)
    if to_minor < 2:
        doc.fault("to", "a multiple more than one minor unit is needed")
    return RoundDown(to_minor)


def _issue(doc: Reader, digits: int) -> Benefit:
    return Issue(doc.text("coupon"))


BENEFITS: Mapping[str, Callable[[Reader, int], Benefit]] = {
    "percent": _percent,
    "amount": _amount,
    "fixed_price": _fixed_price,
    "buy_n_pay_m": _buy_n_pay_m,
    "cheapest_free": _cheapest_free,
    "bundle": _bundle,
    "buy_get": _buy_get,
    "nth_price": _nth_price,
    "first_then": _first_then,
    "gift": _gift,
    "round_down": _round_down,
    "coupon": _issue,
}
