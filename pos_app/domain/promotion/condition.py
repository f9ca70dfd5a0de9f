"""Conditions of a promotion beyond its calendar and people, as data. Never judged here."""

from dataclasses import dataclass, field

from pos_app.domain.promotion.goods import Goods, read_goods
from pos_app.domain.reading import Reader

BASES = ("", "list", "net_after_line_promotions", "net_after_earlier_promotions")
KINDS = ("amount", "units", "contains", "receipt")


@dataclass(frozen=True, slots=True)
class Condition:
    """kind amount: the goods come to `least` minor units, on a declared base ("" is the
    program's); units: their count lies between `least` and `most`; contains: there is one;
    receipt: it is the member's receipt number `least`, or every `every`-th.
    """

    kind: str
    least: int = 0
    most: int | None = None
    goods: Goods = field(default_factory=Goods)
    base: str = ""
    strict: bool = False
    every: int = 0


def read_condition(doc: Reader, digits: int) -> Condition:
    """One of `conditions`."""
    kind = doc.choice("kind", KINDS)
    condition = _READERS[kind](doc, digits)
    doc.finish()
    return condition


def _amount(doc: Reader, digits: int) -> Condition:
    least = doc.decimal("from", digits)
    if not least:
        doc.fault("from", "an amount more than 0 is needed")
    return Condition(
        "amount",
        least,
        goods=read_goods(doc.child("goods"), digits),
        base=doc.choice("base", BASES, ""),
        strict=doc.flag("strict", False),
    )


def _units(doc: Reader, digits: int) -> Condition:
    least = doc.integer("from", 0)
    most = doc.integer("to") if doc.has("to") else None
    if most is not None and most < least:
        doc.fault("to", "is below from: never")
    if not least and most is None:
        doc.fault("from", "from or to is needed")
    return Condition("units", least, most, read_goods(doc.child("goods"), digits))


def _contains(doc: Reader, digits: int) -> Condition:
    return Condition("contains", goods=read_goods(doc.child("goods"), digits))


def _receipt(doc: Reader, digits: int) -> Condition:
    number, every = doc.integer("number", 0), doc.integer("every", 0)
    if bool(number) == bool(every):
        doc.fault("number", "either number or every is needed")
    return Condition("receipt", number, every=every)


_READERS = {"amount": _amount, "units": _units, "contains": _contains, "receipt": _receipt}
