"""The programme as one validated, versioned document. Never half-understood: faults refuse it.

A receipt records (program id, version, content hash), so that it can be recomputed to the kopeck.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from pos_app.domain.errors import Fault, ProgramRefused
from pos_app.domain.loyalty.ledger import ProgramRef
from pos_app.domain.money import Currency
from pos_app.domain.promotion.promotion import (
    Goods,
    Promotion,
    When,
    read_goods,
    read_promotion,
    read_when,
)
from pos_app.domain.reading import Reader

DAYS_MOST = 36_500
VERSION_MOST = 1_000_000_000
SCHEMA = 1
DIGITS_MOST = 4
EARN_BASES = ("paid_money", "before_redemption", "none_if_redeemed")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PERIODS = ("month", "quarter", "year", "rolling_12_months", "lifetime")


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier and the spend from which it is reached (lower bound inclusive)."""

    tier_id: str
    names: dict[str, str]
    from_minor: int

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.tier_id)


@dataclass(frozen=True, slots=True)
class Tiers:
    """Tiers by spend in a period, lowest first; upgrade at once, downgrade at period end."""

    period: str = "rolling_12_months"
    tiers: tuple[Tier, ...] = ()

    def find(self, tier_id: str) -> Tier | None:
        """The tier of that id."""
        return next((t for t in self.tiers if t.tier_id == tier_id), None)

    def rank(self, tier_id: str) -> int:
        """0 for the lowest, -1 for none of them."""
        return next((i for i, t in enumerate(self.tiers) if t.tier_id == tier_id), -1)


@dataclass(frozen=True, slots=True)
class Step:
    """A rate above a border: up to and including the border the lower rate is in force."""

    above_minor: int
    percent_ppm: int


@dataclass(frozen=True, slots=True)
class MemberDiscount:
    """A discount for being a member. kind fixed: `percent_ppm`; tier: `by_tier`; cumulative:
    `steps` by spend of earlier receipts in `period`. `on_promoted` false leaves lines alone that
    an item promotion has touched."""

    discount_id: str
    names: dict[str, str]
    kind: str
    percent_ppm: int = 0
    by_tier: dict[str, int] = field(default_factory=dict)
    period: str = "rolling_12_months"
    steps: tuple[Step, ...] = ()
    when: When = field(default_factory=When)
    goods: Goods = field(default_factory=Goods)
    on_promoted: bool = False

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.discount_id)


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


@dataclass(frozen=True, slots=True)
class Redeem:
    """How points pay. Shares are of the eligible net before redemption."""

    point_value_minor: int = 100
    max_share_ppm: int = 1_000_000
    max_share_line_ppm: int = 1_000_000
    min_receipt_minor: int = 0
    min_left_per_line_minor: int = 0
    step: int = 1
    chip_step: int = 100
    confirm_above: int = 0
    goods: Goods = field(default_factory=Goods)
    start: str = "ask"


@dataclass(frozen=True, slots=True)
class Program:
    """A programme, whole. `ref` identifies it on every receipt."""

    ref: ProgramRef
    names: dict[str, str]
    valid_from: datetime
    currency: Currency
    tiers: Tiers
    member_discounts: tuple[MemberDiscount, ...]
    promotions: tuple[Promotion, ...]
    earn: Earn
    redeem: Redeem
    node_budget: int = 20_000
    cash_rounding_minor: int = 0
    return_policy: str = "difference"


def content_hash(document: Any) -> str:
    """SHA-256 of the canonical JSON of a document, in hex."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def load(data: bytes | str) -> Program:
    """A program from its JSON; ProgramRefused with every fault (path and reason) otherwise."""
    try:
        document = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise ProgramRefused((Fault("document", f"is not JSON: {error}"),)) from error
    faults: list[Fault] = []
    program = _read(Reader(document, "", faults), content_hash(document))
    _judge(program, faults)
    if faults:
        raise ProgramRefused(tuple(faults))
    return program


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets the last of two equal names win; a rule must not vanish that way."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)!r} is named twice")
    return found


def _read(doc: Reader, digest: str) -> Program:
    if doc.integer("schema", SCHEMA) != SCHEMA:
        doc.fault("schema", f"this release reads schema {SCHEMA}")
    money = doc.child("currency")
    currency = Currency(money.text("code"), min(money.integer("minor_digits", 2), DIGITS_MOST))
    if money.raw("minor_digits", 2) != currency.minor_digits:
        money.fault("minor_digits", f"a number from 0 to {DIGITS_MOST} is wanted (ISO 4217)")
    money.finish()
    digits = currency.minor_digits
    program = Program(
        ref=ProgramRef(doc.text("program"), doc.integer("version", least=1), digest),
        names=doc.names("name"),
        valid_from=doc.instant("valid_from") or EPOCH,
        currency=currency,
        tiers=_read_tiers(doc.child("tiers"), digits),
        member_discounts=tuple(_read_discount(d, digits) for d in doc.children("member_discounts")),
        promotions=tuple(read_promotion(p, digits) for p in doc.children("promotions")),
        earn=_read_earn(doc.child("earn"), digits),
        redeem=_read_redeem(doc.child("redeem"), digits),
        node_budget=doc.integer("node_budget", 20_000, least=1),
        cash_rounding_minor=doc.decimal("cash_rounding", digits, "0"),
        return_policy=doc.choice("return_policy", ("difference", "proportional"), "difference"),
    )
    doc.finish()
    return program


def _read_tiers(doc: Reader, digits: int) -> Tiers:
    tiers = []
    for one in doc.children("list"):
        tiers.append(Tier(one.text("id"), one.names("name"), one.decimal("from", digits, "0")))
        one.finish()
    period = doc.choice("period", PERIODS, "rolling_12_months")
    doc.finish()
    for lower, higher in zip(tiers, tiers[1:], strict=False):
        if higher.from_minor <= lower.from_minor:
            doc.fault("list", f"{higher.tier_id!r} must start above {lower.tier_id!r}")
    if tiers and tiers[0].from_minor:
        doc.fault("list[0].from", "the lowest tier starts from 0")
    return Tiers(period, tuple(tiers))


def _read_discount(doc: Reader, digits: int) -> MemberDiscount:
    steps = []
    for one in doc.children("steps"):
        steps.append(Step(one.decimal("above", digits, "0"), one.percent_ppm("percent")))
        one.finish()
    by_tier = doc.child("by_tier")
    discount = MemberDiscount(
        discount_id=doc.text("id"),
        names=doc.names("name"),
        kind=doc.choice("kind", ("fixed", "tier", "cumulative")),
        percent_ppm=doc.percent_ppm("percent", "0"),
        by_tier={tier: by_tier.percent_ppm(tier) for tier in by_tier.keys()},  # noqa: SIM118 - a Reader is no mapping
        period=doc.choice("period", PERIODS, "rolling_12_months"),
        steps=tuple(steps),
        when=read_when(doc.child("when")),
        goods=read_goods(doc.child("goods"), digits),
        on_promoted=doc.flag("on_promoted", False),
    )
    doc.finish()
    wanted = {"fixed": discount.percent_ppm, "tier": by_tier.keys(), "cumulative": steps}
    field_of = {"fixed": "percent", "tier": "by_tier", "cumulative": "steps"}
    for kind, value in wanted.items():
        if bool(value) != (kind == discount.kind):
            reason = "is needed" if kind == discount.kind else "means nothing"
            doc.fault(field_of[kind], f"{reason} in a {discount.kind} discount")
    if any(b.above_minor <= a.above_minor for a, b in zip(steps, steps[1:], strict=False)):
        doc.fault("steps", "borders must rise")
    return discount


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


def _read_earn(doc: Reader, digits: int) -> Earn:
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
    expires = doc.raw("expires_after_days", 365)
    earn = Earn(
        rules=tuple(rules),
        base=doc.choice("base", EARN_BASES, EARN_BASES[0]),
        vesting_days=doc.integer("vesting_days", 1),
        expires_after_days=None if expires is None else doc.integer("expires_after_days", 365, 1),
        welcome_points=doc.integer("welcome_points", 0),
    )
    doc.finish()
    for key, days in (("vesting_days", earn.vesting_days), ("expires_after_days", expires or 0)):
        if isinstance(days, int) and days > DAYS_MOST:
            doc.fault(key, f"more than {DAYS_MOST} days is never")
    if earn.expires_after_days is not None and earn.vesting_days >= earn.expires_after_days:
        doc.fault("vesting_days", "points would end before they can be spent")
    return earn


def _read_redeem(doc: Reader, digits: int) -> Redeem:
    redeem = Redeem(
        point_value_minor=doc.decimal("point_value", digits, "1.00"),
        max_share_ppm=doc.percent_ppm("max_share", "100"),
        max_share_line_ppm=doc.percent_ppm("max_share_of_line", "100"),
        min_receipt_minor=doc.decimal("min_receipt", digits, "0"),
        min_left_per_line_minor=doc.decimal("min_left_per_line", digits, "0"),
        step=doc.integer("step", 1, least=1),
        chip_step=doc.integer("chip_step", 100, least=1),
        confirm_above=doc.integer("confirm_above", 0),
        goods=read_goods(doc.child("goods"), digits),
        start=doc.choice("start", ("ask", "none", "max"), "ask"),
    )
    doc.finish()
    if not redeem.point_value_minor:
        doc.fault("point_value", "a point must be worth something")
    if redeem.chip_step % redeem.step:
        doc.fault("chip_step", f"must be a multiple of step ({redeem.step})")
    return redeem


def _judge(program: Program, faults: list[Fault]) -> None:
    """Contradictions between parts: doubled ids, tiers that do not exist."""
    known = {t.tier_id for t in program.tiers.tiers}
    seen: set[str] = set()
    if program.ref.version > VERSION_MOST:
        faults.append(Fault("version", f"more than {VERSION_MOST} is no version"))
    for path, rule_id, tiers in _named_parts(program):
        if rule_id in seen:
            faults.append(Fault(f"{path}.id", f"{rule_id!r} is used twice"))
        seen.add(rule_id)
        for tier in sorted(tiers - known):
            faults.append(Fault(path, f"there is no tier {tier!r}"))


def _named_parts(program: Program) -> list[tuple[str, str, frozenset[str]]]:
    parts: list[tuple[str, str, frozenset[str]]] = []
    for i, tier in enumerate(program.tiers.tiers):
        parts.append((f"tiers.list[{i}]", f"tier {tier.tier_id}", frozenset()))
    for i, p in enumerate(program.promotions):
        parts.append((f"promotions[{i}]", p.promotion_id, p.when.tiers))
    for i, d in enumerate(program.member_discounts):
        parts.append((f"member_discounts[{i}]", d.discount_id, d.when.tiers | set(d.by_tier)))
    for i, r in enumerate(program.earn.rules):
        parts.append((f"earn.rules[{i}]", r.rule_id, r.when.tiers | set(r.by_tier)))
    return parts
