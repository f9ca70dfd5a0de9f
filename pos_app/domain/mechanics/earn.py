"""How points are earned, as written in the program. Never how many somebody earned."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from pos_app.domain.promotion.condition import Condition, read_condition
from pos_app.domain.promotion.goods import Goods, read_goods
from pos_app.domain.promotion.when import When, read_when
from pos_app.domain.reading import Reader

DAYS_MOST = 36_500
FORGOTTEN_CARD_DAYS = 14
FORGOTTEN_CARD_DAYS_MOST = 366
EARN_BASES = (
    "paid_money",
    "before_redemption",
    "before_transaction_promotions",
    "none_if_redeemed",
)
COMBINES = ("best", "sum")
EARN_ROUNDINGS = ("floor_receipt", "floor_line", "half_up_per_rule")
RULE_DIGITS = 4
"""Decimals of points within a rule; whole points are given at the end."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """Above so much of the receipt's base, so many points per minor unit."""

    above_minor: int
    per_minor: Fraction


@dataclass(frozen=True, slots=True)
class EarnRule:
    """kind money: `per_minor` points per minor unit of the base, by tier if named; unit: `points`
    for every unit; receipt: `points` once; brackets: by how far the receipt's base goes beyond
    their borders; multiplier: what the other rules give, times `points` (by tier if named).
    """

    rule_id: str
    names: dict[str, str]
    per_minor: Fraction = Fraction(0)
    by_tier: dict[str, Fraction] = field(default_factory=dict)
    when: When = field(default_factory=When)
    goods: Goods = field(default_factory=Goods)
    kind: str = "money"
    points: Fraction = Fraction(0)
    brackets: tuple[Bracket, ...] = ()
    conditions: tuple[Condition, ...] = ()

    def rate(self, tier_id: str) -> Fraction:
        """Points per minor unit (money), or the multiplier, for a member of that tier."""
        return self.by_tier.get(tier_id, self.per_minor)

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.rule_id)


@dataclass(frozen=True, slots=True)
class Earn:
    """How points are earned. They can be spent `vesting_days` later and end after so many days.

    `combine`: of several money rules a line earns by the best, or by their sum. `rounding`: whole
    points once a receipt, once a line, or (half up) once a rule. `forgotten_card_days`: so many
    days a receipt of nobody is credited to whoever had forgotten the card; 0: never.
    """

    rules: tuple[EarnRule, ...] = ()
    base: str = "paid_money"
    vesting_days: int = 1
    expires_after_days: int | None = 365
    welcome_points: int = 0
    combine: str = COMBINES[0]
    rounding: str = EARN_ROUNDINGS[0]
    forgotten_card_days: int = FORGOTTEN_CARD_DAYS


def _rate(doc: Reader, digits: int) -> Fraction:
    """`percent` of money in points of `point_value`, or `points` per `per` money."""
    if doc.has("percent"):
        ppm = doc.percent_ppm("percent")
        value = doc.decimal("point_value", digits, "1.00") or 1
        return Fraction(ppm, 1_000_000 * value)
    return _points_per(doc, digits)


def _points_per(doc: Reader, digits: int) -> Fraction:
    points = _points(doc)
    per = doc.decimal("per", digits, "0")
    if not points or not per:
        doc.fault("percent", "either percent, or points and per, is needed")
        return Fraction(0)
    return points / per


def _points(doc: Reader) -> Fraction:
    """Points of a rule: a whole number, or a decimal string."""
    return doc.number("points", RULE_DIGITS, 0)


def _money_rule(doc: Reader, digits: int) -> EarnRule:
    by_tier = {}
    for tier, held in doc.mapping("by_tier"):
        child = held.child(tier)
        by_tier[tier] = _rate(child, digits)
        child.finish()
    # A rule that names rates by tier only gives nothing to members of other tiers.
    named = doc.has("percent") or doc.has("points") or not by_tier
    rate = _rate(doc, digits) if named else Fraction(0)
    return EarnRule("", {}, per_minor=rate, by_tier=by_tier)


def _points_rule(doc: Reader, digits: int) -> EarnRule:
    points = _points(doc)
    if not points:
        doc.fault("points", "more than 0 are needed")
    return EarnRule("", {}, points=points)


def _bracket_rule(doc: Reader, digits: int) -> EarnRule:
    brackets = []
    for one in doc.children("brackets"):
        brackets.append(Bracket(one.decimal("above", digits, "0"), _points_per(one, digits)))
        one.finish()
    if not brackets:
        doc.fault("brackets", "at least one is needed")
    return EarnRule("", {}, brackets=tuple(brackets))


def _multiplier_rule(doc: Reader, digits: int) -> EarnRule:
    def times(one: Reader, key: str, default: str) -> Fraction:
        return Fraction(one.decimal(key, RULE_DIGITS, default), 10**RULE_DIGITS)

    by_tier = {tier: times(held, tier, "1") for tier, held in doc.mapping("by_tier")}
    rule = EarnRule("", {}, per_minor=times(doc, "multiplier", "1"), by_tier=by_tier)
    if rule.per_minor == 1 and not by_tier:
        doc.fault("multiplier", "times 1 changes nothing")
    return rule


_KINDS: dict[str, Callable[[Reader, int], EarnRule]] = {
    "money": _money_rule,
    "unit": _points_rule,
    "receipt": _points_rule,
    "brackets": _bracket_rule,
    "multiplier": _multiplier_rule,
}


def _read_rule(doc: Reader, digits: int) -> EarnRule:
    def bound(read: Callable[[Reader, int], EarnRule]) -> Callable[[Reader], EarnRule]:
        return lambda one: read(one, digits)

    by_kind = doc.variant("kind", {k: bound(read) for k, read in _KINDS.items()}, "money")
    rule = EarnRule(
        rule_id=doc.text("id"),
        names=doc.names("name"),
        per_minor=by_kind.per_minor,
        by_tier=by_kind.by_tier,
        when=read_when(doc.child("when")),
        goods=read_goods(doc.child("goods"), digits),
        kind=doc.choice("kind", tuple(_KINDS), "money"),
        points=by_kind.points,
        brackets=by_kind.brackets,
        conditions=tuple(read_condition(one, digits) for one in doc.children("conditions")),
    )
    doc.finish()
    return rule


def read_earn(doc: Reader, digits: int) -> Earn:
    """The section `earn`."""
    earn = Earn(
        rules=tuple(_read_rule(one, digits) for one in doc.children("rules")),
        base=doc.choice("base", EARN_BASES, EARN_BASES[0]),
        vesting_days=doc.integer("vesting_days", 1, most=DAYS_MOST),
        expires_after_days=doc.optional_integer("expires_after_days", 365, 1, DAYS_MOST),
        welcome_points=doc.integer("welcome_points", 0),
        combine=doc.choice("combine", COMBINES, COMBINES[0]),
        rounding=doc.choice("rounding", EARN_ROUNDINGS, EARN_ROUNDINGS[0]),
        forgotten_card_days=doc.integer(
            "forgotten_card_days", FORGOTTEN_CARD_DAYS, 0, FORGOTTEN_CARD_DAYS_MOST
        ),
    )
    doc.finish()
    if earn.expires_after_days is not None and earn.vesting_days >= earn.expires_after_days:
        doc.fault("vesting_days", "points would end before they can be spent")
    return earn
