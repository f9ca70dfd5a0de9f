"""A promotion as data: a condition and a benefit, read and judged. Never applied here.

A rule = condition + benefit (after pretix and ARTS RewardEligibilityRule / DerivationRule).
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from pos_app.domain.item import Item
from pos_app.domain.reading import Reader

KINDS = ("percent", "amount", "fixed_price", "buy_n_pay_m", "bundle", "threshold")
GROUP_KINDS = frozenset({"buy_n_pay_m", "bundle"})
STACKINGS = ("exclusive", "best_of", "compound")


@dataclass(frozen=True, slots=True)
class Goods:
    """Which lines: empty sets mean "any". Prices are list unit prices, inclusive."""

    items: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    not_items: frozenset[str] = frozenset()
    not_categories: frozenset[str] = frozenset()
    price_min_minor: int | None = None
    price_max_minor: int | None = None

    def holds(self, item: Item, unit_price_minor: int) -> bool:
        """True when the item is among these goods."""
        if item.item_id in self.not_items or not self.not_categories.isdisjoint(item.categories):
            return False
        if self.price_min_minor is not None and unit_price_minor < self.price_min_minor:
            return False
        if self.price_max_minor is not None and unit_price_minor > self.price_max_minor:
            return False
        return self._named(item)

    def _named(self, item: Item) -> bool:
        if self.brands and item.brand not in self.brands:
            return False
        if not (self.items or self.categories):
            return True
        return item.item_id in self.items or not self.categories.isdisjoint(item.categories)


@dataclass(frozen=True, slots=True)
class When:
    """When, where and for whom. Days and hours are the store's local ones; ends are inclusive
    days and exclusive hours; hours may pass midnight and then belong to the day they began."""

    from_on: date | None = None
    until_on: date | None = None
    weekdays: frozenset[int] = frozenset()
    from_time: time | None = None
    until_time: time | None = None
    stores: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    members_only: bool = False
    birthday: bool = False

    def open_at(self, local: datetime) -> bool:
        """True when the calendar and the clock allow it."""
        today = self._began_on(local)
        if self.from_on and today < self.from_on or self.until_on and today > self.until_on:
            return False
        if self.weekdays and today.isoweekday() not in self.weekdays:
            return False
        return self._hours(local.time())

    def _began_on(self, local: datetime) -> date:
        """Hours that pass midnight belong to the day they began on."""
        start, end = self.from_time, self.until_time
        if start is not None and end is not None and local.time() < end < start:
            return local.date() - timedelta(days=1)
        return local.date()

    def _hours(self, now: time) -> bool:
        start, end = self.from_time or time.min, self.until_time
        if end is None:
            return now >= start
        return start <= now < end if start < end else now >= start or now < end


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


def read_when(doc: Reader) -> When:
    """Read the condition's calendar, place and people."""
    days = doc.raw("weekdays", ())
    if not isinstance(days, (list, tuple)) or not all(_is_day(d) for d in days):
        doc.fault("weekdays", "a list of days 1 (Monday) to 7 is wanted")
        days = ()
    when = When(
        from_on=doc.day("from"),
        until_on=doc.day("until"),
        weekdays=frozenset(days),
        from_time=doc.clock_time("from_time"),
        until_time=doc.clock_time("until_time"),
        stores=frozenset(doc.words("stores")),
        channels=frozenset(doc.words("channels")),
        tiers=frozenset(doc.words("tiers")),
        segments=frozenset(doc.words("segments")),
        members_only=doc.flag("members_only", False),
        birthday=doc.flag("birthday", False),
    )
    doc.finish()
    if when.from_on and when.until_on and when.from_on > when.until_on:
        doc.fault("until", f"ends before it begins ({when.from_on})")
    if when.from_time is not None and when.from_time == when.until_time:
        doc.fault("until_time", "is the hour it begins: no hour at all, or all of them")
    return when


def _is_day(day: object) -> bool:
    return isinstance(day, int) and not isinstance(day, bool) and 1 <= day <= 7


def read_goods(doc: Reader, digits: int) -> Goods:
    """Read the filter of goods."""
    goods = Goods(
        items=frozenset(doc.words("items")),
        categories=frozenset(doc.words("categories")),
        brands=frozenset(doc.words("brands")),
        not_items=frozenset(doc.words("not_items")),
        not_categories=frozenset(doc.words("not_categories")),
        price_min_minor=doc.decimal("price_min", digits) if doc.has("price_min") else None,
        price_max_minor=doc.decimal("price_max", digits) if doc.has("price_max") else None,
    )
    doc.finish()
    both = (goods.items & goods.not_items) | (goods.categories & goods.not_categories)
    for name in sorted(both):
        doc.fault("", f"{name!r} is both named and excluded")
    least, most = goods.price_min_minor, goods.price_max_minor
    if least is not None and most is not None and least > most:
        doc.fault("price_max", "is below price_min: no goods at all")
    return goods


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
