"""The rule sheet of a programme: one page that a member understands. Never a second programme.

Every field of `Program` is told here or stands in `NOT_FOR_MEMBERS` with the reason.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Protocol

from pos_app.domain.benefits import tier_brings
from pos_app.domain.loyalty.program import Program
from pos_app.domain.mechanics.counting import Days
from pos_app.domain.mechanics.earn import EarnRule
from pos_app.domain.mechanics.segments import PRESETS
from pos_app.domain.promotion.goods import Goods
from pos_app.domain.promotion.when import When
from pos_app.domain.sentence import Argument, Points, Sentence, say
from pos_app.domain.sheet.benefits import said_promotion
from pos_app.domain.sheet.others import (
    said_activity,
    said_birthday,
    said_coupon,
    said_draw,
    said_early_access,
    said_entitlement,
    said_gift_cards,
    said_membership,
    said_offer,
    said_partner,
    said_reward,
    said_stamps,
)
from pos_app.domain.sheet.points import (
    said_cashback,
    said_discount,
    said_earn,
    said_redeem,
    said_tiers,
)
from pos_app.domain.sheet.scope import Line, Telling

EXAMPLE_MAJOR = 1000
NO_NAMES: Mapping[str, str] = MappingProxyType({})


class _Maker(Protocol):
    """A part of the programme that puts members into a segment of its own."""

    @property
    def segment(self) -> str: ...
    def name(self, language: str) -> str: ...


class _Dated(Protocol):
    """A part of the programme with days of validity."""

    @property
    def days(self) -> Days: ...


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading and its lines."""

    title: Sentence
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class RuleSheet:
    """The page."""

    title: Sentence
    since: Sentence
    chapters: tuple[Chapter, ...]


def rule_sheet(
    program: Program, language: str, on: date | None = None, items: Mapping[str, str] = NO_NAMES
) -> RuleSheet:
    """The page of a programme; names in that language. With `on`, what has ended is left out.
    `items`: names by item id; an item that is not there stands with its id."""
    told = telling(program, language, on, items)
    chapters = (
        Chapter(say(f"sheet.chapter.{name}"), tuple(tell(program, told)))
        for name, tell in CHAPTERS.items()
    )
    name = program.names.get(language) or next(iter(program.names.values()), "")
    return RuleSheet(
        say("sheet.title", name=name or program.ref.program_id),
        say("sheet.since", on=program.valid_from.date(), version=program.ref.version),
        tuple(chapter for chapter in chapters if chapter.lines),
    )


def telling(
    program: Program, language: str, on: date | None = None, items: Mapping[str, str] = NO_NAMES
) -> Telling:
    """What every part of the sheet, or one sentence of it, needs; see `rule_sheet`."""
    choice = program.cashback.choice
    return Telling(
        language=language,
        currency=program.currency,
        tiers={tier.tier_id: tier.name(language) for tier in program.tiers.tiers},
        coupons={one.coupon_id: one.name(language) for one in program.coupons},
        segments=_segments(program, language),
        rules={
            **{one.promotion_id: one.name(language) for one in program.promotions},
            **{one.rule_id: one.name(language) for one in program.earn.rules},
        },
        point_value=program.redeem.point_value,
        on=on,
        items=items,
        chosen=frozenset(choice.rules) if choice else frozenset(),
    )


def _segments(program: Program, language: str) -> dict[str, Argument]:
    """Segments by the names that people know them by."""
    makers: Mapping[str, Sequence[_Maker]] = {
        "offer": program.offers,
        "partner": program.partners,
        "membership": program.memberships,
        "stamps": program.stamps,
    }
    made: dict[str, Argument] = {
        one.segment: say(f"sheet.segment.{kind}", name=one.name(language))
        for kind, parts in makers.items()
        for one in parts
    }
    named = (*PRESETS.values(), *program.segments)
    return made | {one.segment_id: one.name(language) for one in named}


def _earn(program: Program, told: Telling) -> Iterator[Line]:
    """With an example, unless rules that add up or multiply would make it another number."""
    yield from said_earn(program.earn, told)
    if program.earn.rules and program.earn.expires_after_days is not None:
        yield (say(f"sheet.lot_order.{program.lot_order.value}"),)
    rules = program.earn.rules
    plain = [rule for rule in rules if _for_all(rule) and rule.rule_id not in told.chosen]
    simple = program.earn.combine == "best" and all(rule.kind == "money" for rule in rules)
    if plain and simple:
        lowest = program.tiers.tiers[0].tier_id if program.tiers.tiers else ""
        spent = EXAMPLE_MAJOR * program.currency.scale
        points = Points(max(int(rule.rate(lowest) * spent) for rule in plain))
        yield (say("sheet.earn_example", spent=told.money(spent), points=points),)


def _for_all(rule: EarnRule) -> bool:
    """True for a rule that any purchase of any member meets."""
    return rule.goods == Goods() and rule.when == When() and not rule.conditions


def _redeem(program: Program, told: Telling) -> Iterator[Line]:
    if program.earn.rules or program.earn.welcome_points or program.rewards:
        yield from said_redeem(program.redeem, told)


def _tiers(program: Program, told: Telling) -> Iterator[Line]:
    gives = {tier: tier_brings(program, tier, told.language) for tier in told.tiers}
    return said_tiers(program.tiers, gives, told)


def _promotions(program: Program, told: Telling) -> Iterator[Line]:
    for promotion in program.promotions:
        if not (promotion.limits.used_up or told.over(promotion.when.until_on)):
            yield said_promotion(promotion, told)


def _discounts(program: Program, told: Telling) -> Iterator[Line]:
    for discount in program.member_discounts:
        if not told.over(discount.when.until_on):
            yield said_discount(discount, told)


def _coupons(program: Program, told: Telling) -> Iterator[Line]:
    for coupon in program.coupons:
        if not told.over(coupon.valid_until):
            yield said_coupon(coupon, told)


def _early_access(program: Program, told: Telling) -> Iterator[Line]:
    for one in program.early_access:
        if not told.over(one.open_on):
            yield said_early_access(one, told)


def _birthday(program: Program, told: Telling) -> Iterator[Line]:
    """Only where a rule asks for a birthday."""
    conditions = [
        *(one.when for one in program.promotions),
        *(one.when for one in program.member_discounts),
        *(one.when for one in program.earn.rules),
        *(one.when for one in program.entitlements),
    ]
    if any(when.birthday for when in conditions):
        yield said_birthday(program.birthday)


def _running(parts: Sequence[_Dated], told: Telling) -> Iterator[Any]:
    """What has not ended."""
    return (one for one in parts if not told.over(one.days.until_on))


def _memberships(program: Program, told: Telling) -> Iterator[Line]:
    for one in program.memberships:
        if not told.over(one.until_on):
            yield said_membership(one, told)


def _returns(program: Program, told: Telling) -> Iterator[Line]:
    yield (say("sheet.returns.money"),)
    if program.earn.rules:
        deducts = (say("sheet.returns.deducts"),) if program.goodwill_return_deducts else ()
        yield (say(f"sheet.returns.{program.return_policy}"), *deducts)
        yield (say("sheet.returns.redeemed"),)


CHAPTERS: Mapping[str, Callable[[Program, Telling], Iterator[Line]]] = {
    "earn": _earn,
    "cashback": lambda program, told: said_cashback(program.cashback, told),
    "redeem": _redeem,
    "activities": lambda program, told: (said_activity(one, told) for one in program.activities),
    "partners": lambda program, told: (said_partner(one, told) for one in program.partners),
    "rewards": lambda program, told: (
        said_reward(one, told) for one in _running(program.rewards, told)
    ),
    "tiers": _tiers,
    "member_discounts": _discounts,
    "memberships": _memberships,
    "entitlements": lambda program, told: (said_entitlement(e, told) for e in program.entitlements),
    "early_access": _early_access,
    "promotions": _promotions,
    "offers": lambda program, told: (
        said_offer(one, told) for one in _running(program.offers, told)
    ),
    "birthday": _birthday,
    "coupons": _coupons,
    "gift_cards": lambda program, told: said_gift_cards(program.gift_cards, told),
    "stamps": lambda program, told: (
        said_stamps(one, told) for one in _running(program.stamps, told)
    ),
    "draws": lambda program, told: (said_draw(one, told) for one in _running(program.draws, told)),
    "return_policy": _returns,
}
HEADING: Mapping[str, str] = {
    "ref": "the version is in the heading",
    "names": "the name is the heading",
    "valid_from": "the day is in the heading",
    "currency": "every amount carries it",
}
WITHIN: Mapping[str, str] = {
    "lot_order": "earn",
    "goodwill_return_deducts": "return_policy",
}
"""Fields that are told in the chapter of another."""
NOT_FOR_MEMBERS: Mapping[str, str] = {
    "node_budget": "how long the till searches for the best combination",
    "cash_rounding_minor": "a matter of the country's coins, said on the receipt where it happens",
    "segments": "how the shop sorts its customers; a rule that asks for one names it",
    "policies": "how the arithmetic is done where the field knows several ways",
}
