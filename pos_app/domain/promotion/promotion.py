"""A promotion as data: conditions and benefits, read and judged. Never applied here.

A rule = condition + benefit (after pretix and ARTS RewardEligibilityRule / DerivationRule).
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from pos_app.domain.errors import Fault
from pos_app.domain.promotion.benefit import (
    Benefit,
    FirstThen,
    Issue,
    OrderedGroup,
    Reduction,
    RoleGroup,
    RoundDown,
    goods_of,
)
from pos_app.domain.promotion.condition import Condition, read_condition
from pos_app.domain.promotion.goods import Goods, read_goods
from pos_app.domain.promotion.read_benefit import BENEFITS, read_benefit
from pos_app.domain.promotion.when import When, read_when
from pos_app.domain.reading import Reader

STACKINGS = ("exclusive", "best_of", "compound", "sole")
STAGES = ("", "price", "item", "transaction")
LIMIT_PERIODS = ("lifetime", "day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Limits:
    """How often a promotion is given: on one receipt, to one member in a period. 0: no limit."""

    per_receipt: int = 0
    per_member: int = 0
    period: str = "lifetime"
    used_up: bool = False


@dataclass(frozen=True, slots=True)
class Promotion:
    """One promotion.

    `stage` price: a shelf price, always given, before everything; item and transaction: before
    the promotions that name no stage, or among them. `stacking` exclusive: alone on the units it
    takes (on the transaction: alone among those on the transaction); best_of: one of its group;
    compound: on what the earlier ones left; sole: alone on the receipt. `coupon`: only with that
    coupon. `claim`: only when the customer asks, for `cost_points` each time.

    `preempt`: takes its units by priority before the best combination is searched; it may then be
    that somebody pays more than without it.

    `whole`: on the whole transaction, allocated to its lines; `partly_whole`: one of its benefits
    is. `groups`: its benefits on groups of
    units. `always`: open everywhere, to everybody. `unconditional`: nothing has to hold.
    """

    promotion_id: str
    names: dict[str, str]
    benefits: tuple[Benefit, ...]
    when: When = field(default_factory=When)
    conditions: tuple[Condition, ...] = ()
    stage: str = ""
    stacking: str = "exclusive"
    group: str = ""
    priority: int = 0
    limits: Limits = field(default_factory=Limits)
    coupon: str = ""
    claim: bool = False
    cost_points: int = 0
    not_with_price_stage: bool = False
    preempt: bool = False
    whole: bool = field(init=False, compare=False, repr=False)
    partly_whole: bool = field(init=False, compare=False, repr=False)
    groups: tuple[OrderedGroup | RoleGroup, ...] = field(init=False, compare=False, repr=False)
    always: bool = field(init=False, compare=False, repr=False)
    unconditional: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        groups = tuple(b for b in self.benefits if isinstance(b, OrderedGroup | RoleGroup))
        asked = self.coupon or self.claim or self.limits != Limits() or self.conditions
        settle = object.__setattr__  # what follows from a frozen promotion is computed once
        settle(self, "whole", all(is_whole(benefit) for benefit in self.benefits))
        settle(self, "partly_whole", any(is_whole(benefit) for benefit in self.benefits))
        settle(self, "groups", groups)
        settle(self, "always", self.when == When())
        settle(self, "unconditional", not asked and self.when == When())

    @property
    def goods(self) -> tuple[Goods, ...]:
        """Every filter of goods it names."""
        return tuple(goods for benefit in self.benefits for goods in goods_of(benefit))

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.promotion_id)


def is_whole(benefit: Benefit) -> bool:
    """True when the benefit is one amount on the transaction."""
    return isinstance(benefit, RoundDown) or (isinstance(benefit, Reduction) and benefit.whole)


def read_promotion(doc: Reader, digits: int) -> Promotion:
    """Read one promotion; contradictions become faults of the reader."""
    conditions = tuple(read_condition(one, digits) for one in doc.children("conditions"))
    if doc.has("benefits"):
        benefits = tuple(_inner(one, digits) for one in doc.children("benefits"))
    else:
        more, benefits = doc.variant("kind", _shapes(digits))
        conditions = (*conditions, *more)
    promotion = Promotion(
        promotion_id=doc.text("id"),
        names=doc.names("name"),
        benefits=benefits,
        when=read_when(doc.child("when")),
        conditions=conditions,
        stage=doc.choice("stage", STAGES, ""),
        stacking=doc.choice("stacking", STACKINGS, "exclusive"),
        group=doc.text("group", ""),
        priority=doc.integer("priority", 0),
        limits=_read_limits(doc.child("limits")),
        coupon=doc.text("coupon_needed", ""),
        claim=doc.flag("claim", False),
        cost_points=doc.integer("cost_points", 0),
        not_with_price_stage=doc.flag("not_with_price_stage", False),
        preempt=doc.flag("preempt", False),
    )
    doc.finish()
    _judge(doc, promotion)
    return promotion


def _inner(doc: Reader, digits: int) -> Benefit:
    benefit = read_benefit(doc, digits)
    doc.finish()
    return benefit


_Parts = tuple[tuple[Condition, ...], tuple[Benefit, ...]]


def _flat(doc: Reader, digits: int) -> _Parts:
    """The usual promotion has one benefit and writes it beside its name."""
    return (), (read_benefit(doc, digits),)


def _shapes(digits: int) -> dict[str, Callable[[Reader], _Parts]]:
    """Every word that a promotion's `kind` may be."""
    found: dict[str, Callable[[Reader], _Parts]] = {
        kind: lambda doc: _flat(doc, digits) for kind in BENEFITS
    }
    found["threshold"] = lambda doc: _threshold(doc, digits)
    return found


def _threshold(doc: Reader, digits: int) -> _Parts:
    """From so much, so much off: a condition and a benefit in one."""
    goods = read_goods(doc.child("goods"), digits)
    least = doc.decimal("threshold", digits, "0")
    percent = doc.percent_ppm("percent", "0")
    amount = doc.decimal("amount", digits, "0")
    if not least and not doc.faulted("threshold"):
        doc.fault("threshold", "a threshold promotion needs it, more than 0")
    if bool(percent) == bool(amount) and not (doc.faulted("percent") or doc.faulted("amount")):
        doc.fault("percent", "a threshold gives either a percent or an amount")
    kind = "percent" if percent else "amount"
    benefit = Reduction(kind, percent or amount, goods, scope="transaction")
    return (Condition("amount", least, goods=goods),), (benefit,)


def _read_limits(doc: Reader) -> Limits:
    limits = Limits(
        per_receipt=doc.integer("per_receipt", 0),
        per_member=doc.integer("per_member", 0),
        period=doc.choice("period", LIMIT_PERIODS, "lifetime"),
        used_up=doc.flag("used_up", False),
    )
    if doc.has("period") and not limits.per_member:
        doc.fault("period", "of what? per_member is not limited")
    doc.finish()
    return limits


def _judge(doc: Reader, p: Promotion) -> None:
    """Refuse what nobody can explain."""
    if p.stacking == "best_of" and not p.group:
        doc.fault("group", "best_of needs the name of a group")
    if p.group and p.stacking != "best_of":
        doc.fault("group", "has a meaning only with stacking best_of")
    if p.preempt and p.stacking in ("compound", "sole"):
        doc.fault("preempt", "has a meaning only where promotions compete: exclusive or best_of")
    if p.cost_points and not p.claim:
        doc.fault("cost_points", "only what the customer asks for can cost points: claim")
    _judge_benefits(doc, p)


def _judge_benefits(doc: Reader, p: Promotion) -> None:
    if not p.benefits:
        doc.fault("benefits", "a promotion gives something")
    if p.stage == "price" and not all(_is_shelf_price(b) for b in p.benefits):
        doc.fault("stage", "a shelf price is a percent, an amount or a price of units")
    if p.not_with_price_stage and not all(_is_shelf_price(b) for b in p.benefits):
        doc.fault("not_with_price_stage", "only a percent, an amount or a price of units compares")
    if p.stage == "item" and p.whole:
        doc.fault("stage", "an amount on the transaction is no item promotion")
    if len(p.benefits) > 1 and p.stacking in ("exclusive", "best_of"):
        doc.fault("stacking", "several benefits are given as compound or sole")


def coupon_strangers(promotions: Iterable[Promotion], coupons: Collection[str]) -> Iterator[Fault]:
    """Coupons that a promotion needs or gives and no section has."""
    for number, promotion in enumerate(promotions):
        issued = {b.coupon_id for b in promotion.benefits if isinstance(b, Issue)}
        for coupon in sorted({*issued, *filter(None, [promotion.coupon])} - set(coupons)):
            field_name = "coupon_needed" if coupon == promotion.coupon else "coupon"
            yield Fault(f"promotions[{number}].{field_name}", f"there is no coupon {coupon!r}")


def _is_shelf_price(benefit: Benefit) -> bool:
    return isinstance(benefit, FirstThen) or (
        isinstance(benefit, Reduction) and not benefit.whole and not benefit.max_units
    )
