"""Points, tiers and discounts of a programme, as sentences. Never a member's own figures."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from pos_app.domain.mechanics.cashback import Cashback
from pos_app.domain.mechanics.discount import MemberDiscount
from pos_app.domain.mechanics.earn import RULE_DIGITS, Earn, EarnRule
from pos_app.domain.mechanics.redeem import Redeem
from pos_app.domain.mechanics.tiers import Tier, Tiers
from pos_app.domain.money import PPM, format_decimal
from pos_app.domain.pricing.basket import NO_EARNING, NO_REDUCTION
from pos_app.domain.sentence import Argument, Points, Rate, Sentence, say
from pos_app.domain.sheet.benefits import CONDITIONS
from pos_app.domain.sheet.scope import (
    Line,
    Telling,
    items_named,
    listed,
    period,
    said_goods,
    said_when,
)


def classes(names: frozenset[str]) -> Argument:
    """Regulated classes by their names."""
    return tuple(say(f"sheet.class.{name}") for name in listed(names))


def said_earn(earn: Earn, told: Telling) -> Iterator[Line]:
    """How points come, when they can be spent, when they end."""
    if not earn.rules:
        return
    for rule in earn.rules:
        if not told.over(rule.when.until_on):
            yield from _earn_rule(rule, told)
    money = sum(rule.kind == "money" for rule in earn.rules)
    if earn.combine == "sum" and len(earn.rules) > 1:
        yield (say("sheet.earn_sum"),)
    elif money > 1:
        yield (say("sheet.earn_best"),)
    yield (say(f"sheet.earn_base.{earn.base}"),)
    yield (say("sheet.no_earning", list=classes(NO_EARNING)),)
    if earn.welcome_points:
        yield (say("sheet.welcome", points=Points(earn.welcome_points)),)
    yield (_vesting(earn.vesting_days),)
    yield (_expiry(earn.expires_after_days),)
    if earn.forgotten_card_days:
        yield (say("sheet.forgotten_card", n=earn.forgotten_card_days),)


def _earn_rule(rule: EarnRule, told: Telling) -> Iterator[Line]:
    name, given = rule.name(told.language), EARNS[rule.kind](rule, told)
    conditions = (CONDITIONS[one.kind](one, told) for one in rule.conditions)
    head = say("sheet.earn_rule", name=name, rate=given)
    chosen = (say("sheet.in_chosen"),) if rule.rule_id in told.chosen else ()
    goods = tuple(said_goods(rule.goods, told))
    tiers = tuple(
        say(
            "sheet.earn_tier",
            tier=told.tiers.get(tier, tier),
            rate=_times(rate) if rule.kind == "multiplier" else _rate(rate, told),
        )
        for tier, rate in rule.by_tier.items()
    )
    yield (head, *tiers, *goods, *chosen, *conditions, *said_when(rule.when, told))


def _by_money(rule: EarnRule, told: Telling) -> Argument:
    return _rate(rule.per_minor, told) if rule.per_minor else say("sheet.earn_by_tier")


def _by_unit(rule: EarnRule, told: Telling) -> Argument:
    return say("sheet.earn_unit", points=_decimal(rule.points))


def _by_receipt(rule: EarnRule, told: Telling) -> Argument:
    return say("sheet.earn_receipt", points=_decimal(rule.points))


def _by_brackets(rule: EarnRule, told: Telling) -> Argument:
    return tuple(
        say("sheet.earn_above", rate=_rate(b.per_minor, told), above=told.money(b.above_minor))
        if b.above_minor
        else _rate(b.per_minor, told)
        for b in rule.brackets
    )


def _by_multiplier(rule: EarnRule, told: Telling) -> Argument:
    return _times(rule.per_minor) if rule.per_minor != 1 else say("sheet.earn_by_tier")


def _times(times: Fraction) -> Sentence:
    return say("sheet.earn_times", times=_decimal(times))


def _decimal(number: Fraction) -> str:
    """`1.5` in neutral marks; the catalogue writes it as its language does."""
    text = format_decimal(int(number * 10**RULE_DIGITS), RULE_DIGITS)
    return text.rstrip("0").rstrip(".")


EARNS: Mapping[str, Callable[[EarnRule, Telling], Argument]] = {
    "money": _by_money,
    "unit": _by_unit,
    "receipt": _by_receipt,
    "brackets": _by_brackets,
    "multiplier": _by_multiplier,
}


def _rate(per_minor: Fraction, told: Telling) -> Sentence:
    """So many points for so much; in percent too where that is exact."""
    points, per = Points(per_minor.numerator), told.money(per_minor.denominator)
    share = per_minor * told.point_value * PPM
    if share.denominator == 1:
        return say("sheet.rate_percent", rate=Rate(int(share)), points=points, per=per)
    return say("sheet.rate_points", points=points, per=per)


def _vesting(days: int) -> Sentence:
    if days < 2:
        return say("sheet.spend_next_day") if days else say("sheet.spend_at_once")
    return say("sheet.spend_after", n=days)


def _expiry(days: int | None) -> Sentence:
    return say("sheet.never_expire") if days is None else say("sheet.expire_after", n=days)


def said_cashback(cashback: Cashback, told: Telling) -> Iterator[Line]:
    """The choice of categories, and the caps."""
    choice = cashback.choice
    if choice is not None:
        head = say("sheet.choice", n=choice.count, list=choice.categories)
        yield (head, *((say("sheet.choice_once"),) if choice.once_a_month else ()))
    for cap in cashback.caps:
        head = say(
            "sheet.earn_cap",
            name=cap.name(told.language),
            points=Points(cap.points),
            period=period(cap.period),
        )
        only = (say("sheet.categories", list=listed(cap.categories)),) if cap.categories else ()
        rules = tuple(told.rules.get(one, one) for one in listed(cap.rule_ids))
        yield (head, *only, *((say("sheet.cap_rules", list=rules),) if rules else ()))


def said_redeem(redeem: Redeem, told: Telling) -> Iterator[Line]:
    """What a point is worth, and where it cannot pay."""
    tiers = tuple(
        say("sheet.value_at_tier", tier=told.tiers.get(tier, tier), value=_worth(value, told))
        for tier, value in redeem.by_tier.items()
    )
    yield (_worth(redeem.point_value, told), *tiers)
    yield from _shares(redeem)
    for key, minor in (
        ("min_receipt", redeem.min_receipt_minor),
        ("min_left", redeem.min_left_per_line_minor),
        ("min_left_of_receipt", redeem.min_left_minor),
    ):
        if minor:
            yield (say(f"sheet.{key}", least=told.money(minor)),)
    for key, points in (
        ("redeem_step", redeem.step if redeem.step > 1 else 0),
        ("min_points", redeem.min_points),
        ("min_balance", redeem.min_balance),
        ("confirm_above", redeem.confirm_above),
        ("max_points_offline", redeem.max_points_offline),
    ):
        if points:
            yield (say(f"sheet.{key}", points=Points(points)),)
    yield from _paid_by_points(redeem, told)


def _worth(value: Fraction, told: Telling) -> Sentence:
    """One point, or as many as are worth whole minor units."""
    money = told.money(value.numerator)
    if value.denominator == 1:
        return say("sheet.point_value", value=money)
    return say("sheet.points_value", points=Points(value.denominator), value=money)


def _shares(redeem: Redeem) -> Iterator[Line]:
    if redeem.max_share_ppm < PPM:
        yield (say("sheet.max_share", share=Rate(redeem.max_share_ppm)),)
    if redeem.max_share_line_ppm < PPM:
        yield (say("sheet.max_share_of_line", share=Rate(redeem.max_share_line_ppm)),)


def _paid_by_points(redeem: Redeem, told: Telling) -> Iterator[Line]:
    goods = replace(redeem.goods, not_items=frozenset(), not_categories=frozenset())
    only = tuple(said_goods(goods, told))
    if only:
        yield (say("sheet.redeem_only"), *only)
    excluded = items_named(redeem.goods.not_items | redeem.goods.not_categories, told)
    if excluded:
        yield (say("sheet.redeem_not", list=excluded),)
    yield (say("sheet.no_redeeming", list=classes(NO_REDUCTION)),)


def said_tiers(
    tiers: Tiers, gives: Mapping[str, tuple[Sentence, ...]], told: Telling
) -> Iterator[Line]:
    """Where each tier begins, what it gives, and how long it stays."""
    for tier in tiers.tiers:
        yield (_tier(tiers, tier, told), *gives.get(tier.tier_id, ()))
    if len(tiers.tiers) < 2 or tiers.measure == "granted":
        return
    yield (say("sheet.tier_up"),)
    kept: list[Sentence] = []
    if tiers.grace_days:
        kept.append(say("sheet.tier_grace_days", n=tiers.grace_days))
    if tiers.grace_periods:
        kept.append(say("sheet.tier_grace_period"))
    if tiers.one_step:
        kept.append(say("sheet.tier_one_step"))
    if tiers.period != "lifetime":
        yield (say("sheet.tier_down"), *kept)
    if tiers.qualifying_days:
        yield (say("sheet.tier_returned", n=tiers.qualifying_days),)


def _tier(tiers: Tiers, tier: Tier, told: Telling) -> Sentence:
    name = tier.name(told.language)
    if not tier.start:
        return say(f"sheet.tier.{'granted' if tiers.measure == 'granted' else 'first'}", name=name)
    if tiers.measure == "spend":
        key = "above" if tiers.bound == "upper_inclusive" else "spend"
        start, within = told.money(tier.start), period(tiers.period)
        return say(f"sheet.tier.{key}", name=name, start=start, period=within)
    count = tier.start + (tiers.bound == "upper_inclusive")
    if tiers.measure in ("points_earned", "points_balance"):
        return say(f"sheet.tier.{tiers.measure}", name=name, points=Points(count))
    if tiers.measure == "visits":
        return say("sheet.tier.visits", name=name, n=count, period=period(tiers.period))
    return say("sheet.tier.months_in_row", name=name, n=count)


def said_discount(discount: MemberDiscount, told: Telling) -> Line:
    """One discount for being a member."""
    name = discount.name(told.language)
    rates: tuple[Sentence, ...]
    if discount.kind == "fixed":
        rates = (say("sheet.percent.goods", rate=Rate(discount.percent_ppm)),)
    elif discount.kind == "tier":
        rates = tuple(
            say("sheet.tier_rate", tier=told.tiers.get(tier, tier), rate=Rate(ppm))
            for tier, ppm in discount.by_tier.items()
        )
    else:
        key = "above" if discount.bound == "upper_inclusive" else "from"
        rates = tuple(
            say(f"sheet.step_{key}", rate=Rate(s.percent_ppm), border=told.money(s.above_minor))
            if s.above_minor
            else say("sheet.step_first", rate=Rate(s.percent_ppm))
            for s in discount.steps
        )
    paper = discount.paper(told.language)
    return (
        say("sheet.promotion", name=name, given=rates),
        *((say("sheet.spent_in", period=period(discount.period)),) * (discount.kind[0] == "c")),
        *((say("sheet.this_receipt"),) if discount.counts_current != "no" else ()),
        *said_goods(discount.goods, told),
        *said_when(discount.when, told),
        *((say("sheet.evidence", paper=paper),) if paper else ()),
        *(() if discount.on_promoted else (say("sheet.not_on_promoted"),)),
    )
