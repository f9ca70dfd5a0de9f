"""How points are earned, as written in the program. Never how many somebody earned."""

from dataclasses import dataclass, field
from fractions import Fraction

from pos_app.domain.promotion.goods import Goods, read_goods
from pos_app.domain.promotion.when import When, read_when
from pos_app.domain.reading import Reader

DAYS_MOST = 36_500
EARN_BASES = ("paid_money", "before_redemption", "none_if_redeemed")


@dataclass(frozen=True, slots=True)
class EarnRule:
    """Points for money: `per_minor` is points per minor unit of the base, by tier if named.

    A line earns by the rule that gives it most; `multiplier` rules raise the base rule's result.
    """

    rule_id: str
    names: dict[str, str]
    per_minor: Fraction
    by_tier: dict[str, Fraction] = field(default_factory=dict)
    when: When = field(default_factory=When)
    goods: Goods = field(default_factory=Goods)

    def rate(self, tier_id: str) -> Fraction:
        """Points per minor unit for a member of that tier."""
        return self.by_tier.get(tier_id, self.per_minor)

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.rule_id)


@dataclass(frozen=True, slots=True)
class Earn:
    """How points are earned. They can be spent `vesting_days` later and end after so many days."""

    rules: tuple[EarnRule, ...] = ()
    base: str = "paid_money"
    vesting_days: int = 1
    expires_after_days: int | None = 365
    welcome_points: int = 0


def _rate(doc: Reader, digits: int) -> Fraction:
    """`percent` of money in points of `point_value`, or `points` per `per` money."""
    if doc.has("percent"):
        ppm = doc.percent_ppm("percent")
        value = doc.decimal("point_value", digits, "1.00") or 1
        return Fraction(ppm, 1_000_000 * value)
    points = doc.integer("points", 0)
    per = doc.decimal("per", digits, "0")
    if not points or not per:
        doc.fault("percent", "either percent, or points and per, is needed")
        return Fraction(0)
    return Fraction(points, per)


def read_earn(doc: Reader, digits: int) -> Earn:
    """The section `earn`."""
    rules = []
    for one in doc.children("rules"):
        tiers = one.child("by_tier")
        by_tier = {}
        for tier in tiers.keys():  # noqa: SIM118 - a Reader is no mapping
            child = tiers.child(tier)
            by_tier[tier] = _rate(child, digits)
            child.finish()
        rule = EarnRule(
            rule_id=one.text("id"),
            names=one.names("name"),
            per_minor=_rate(one, digits),
            by_tier=by_tier,
            when=read_when(one.child("when")),
            goods=read_goods(one.child("goods"), digits),
        )
        one.finish()
        rules.append(rule)
    expires = doc.optional_integer("expires_after_days", 365, 1)
    earn = Earn(
        rules=tuple(rules),
        base=doc.choice("base", EARN_BASES, EARN_BASES[0]),
        vesting_days=doc.integer("vesting_days", 1),
        expires_after_days=expires,
        welcome_points=doc.integer("welcome_points", 0),
    )
    doc.finish()
    for key, days in (("vesting_days", earn.vesting_days), ("expires_after_days", expires or 0)):
        if days > DAYS_MOST:
            doc.fault(key, f"more than {DAYS_MOST} days is never")
    if earn.expires_after_days is not None and earn.vesting_days >= earn.expires_after_days:
        doc.fault("vesting_days", "points would end before they can be spent")
    return earn
