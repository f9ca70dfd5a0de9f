"""A promotion as data: a condition and a benefit, read and judged. Never applied here.

A rule = condition + benefit (after pretix and ARTS RewardEligibilityRule / DerivationRule).
"""

from dataclasses import dataclass, field

from pos_app.domain.promotion.goods import Goods, read_goods
from pos_app.domain.promotion.when import When, read_when
from pos_app.domain.reading import Reader

KINDS = ("percent", "amount", "fixed_price", "buy_n_pay_m", "bundle", "threshold")
GROUP_KINDS = frozenset({"buy_n_pay_m", "bundle"})
STACKINGS = ("exclusive", "best_of", "compound")


@dataclass(frozen=True, slots=True)
class Promotion:
    """One promotion. Which of the benefit fields are set follows from `kind`.

    percent: `percent_ppm` off. amount: `amount_minor` off each unit. fixed_price: `price_minor`.
    buy_n_pay_m: of `buy` units the cheapest `buy - pay` are free. bundle: `buy` units for
    `price_minor`. threshold: from `threshold_minor` of list amount, percent or amount off.
    """

    promotion_id: str
    names: dict[str, str]
    kind: str
    when: When = field(default_factory=When)
    goods: Goods = field(default_factory=Goods)
    percent_ppm: int = 0
    amount_minor: int = 0
    price_minor: int = 0
    buy: int = 0
    pay: int = 0
    threshold_minor: int = 0
    stacking: str = "exclusive"
    group: str = ""
    priority: int = 0
    max_units: int = 0
    max_applications: int = 0

    @property
    def transaction_step(self) -> bool:
        """True for promotions on the whole transaction, allocated to its lines."""
        return self.kind == "threshold"

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.promotion_id)


def read_promotion(doc: Reader, digits: int) -> Promotion:
    """Read one promotion; contradictions become faults of the reader."""
    kind = doc.choice("kind", KINDS)
    promotion = Promotion(
        promotion_id=doc.text("id"),
        names=doc.names("name"),
        kind=kind,
        when=read_when(doc.child("when")),
        goods=read_goods(doc.child("goods"), digits),
        percent_ppm=doc.percent_ppm("percent", "0"),
        amount_minor=doc.decimal("amount", digits, "0"),
        price_minor=doc.decimal("price", digits, "0"),
        buy=doc.integer("buy", 0),
        pay=doc.integer("pay", 0),
        threshold_minor=doc.decimal("threshold", digits, "0"),
        stacking=doc.choice("stacking", STACKINGS, "exclusive"),
        group=doc.text("group", ""),
        priority=doc.integer("priority", 0),
        max_units=doc.integer("max_units", 0),
        max_applications=doc.integer("max_applications", 0),
    )
    doc.finish()
    _judge(doc, promotion)
    return promotion


_WANTED = {
    "percent": ("percent_ppm",),
    "amount": ("amount_minor",),
    "fixed_price": ("price_minor",),
    "buy_n_pay_m": ("buy",),
    "bundle": ("buy", "price_minor"),
    "threshold": ("threshold_minor",),
}
_FIELD = {
    "percent_ppm": "percent",
    "amount_minor": "amount",
    "price_minor": "price",
    "buy": "buy",
    "pay": "pay",
    "threshold_minor": "threshold",
}


def _judge(doc: Reader, p: Promotion) -> None:
    """Refuse what nobody can explain."""
    for attribute in _WANTED[p.kind]:
        if not getattr(p, attribute):
            doc.fault(_FIELD[attribute], f"a {p.kind} promotion needs it, more than 0")
    allowed = {*_WANTED[p.kind], *_EXTRA.get(p.kind, ())}
    for attribute, name in _FIELD.items():
        if getattr(p, attribute) and attribute not in allowed:
            doc.fault(name, f"means nothing in a {p.kind} promotion")
    if p.kind == "buy_n_pay_m" and p.pay >= max(p.buy, 1):
        doc.fault("pay", f"must be less than buy ({p.buy})")
    if p.kind == "threshold" and bool(p.percent_ppm) == bool(p.amount_minor):
        doc.fault("percent", "a threshold gives either a percent or an amount")
    _judge_stacking(doc, p)


def _judge_stacking(doc: Reader, p: Promotion) -> None:
    if p.stacking == "best_of" and not p.group:
        doc.fault("group", "best_of needs the name of a group")
    if p.group and p.stacking != "best_of":
        doc.fault("group", "has a meaning only with stacking best_of")
    if p.kind in GROUP_KINDS and p.stacking == "compound":
        doc.fault("stacking", "a group of units cannot be given on top of another reduction")
    if p.max_units and (p.kind in GROUP_KINDS or p.transaction_step or p.stacking == "compound"):
        doc.fault("max_units", f"cannot limit a {p.kind} promotion with stacking {p.stacking}")
    if p.max_applications and p.kind not in GROUP_KINDS:
        doc.fault("max_applications", f"means nothing in a {p.kind} promotion")


_EXTRA = {"buy_n_pay_m": ("pay",), "threshold": ("percent_ppm", "amount_minor")}
