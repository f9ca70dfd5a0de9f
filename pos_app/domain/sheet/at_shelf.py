"""What is promised about one item, in the words of the rule sheet. Never what it comes to.

A promise for the evening is told at noon; one that has ended, or is for others, is not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pos_app.domain.loyalty.program import Program
from pos_app.domain.pricing.basket import Context
from pos_app.domain.pricing.eligibility import failed_claim, failed_condition
from pos_app.domain.promotion.promotion import Promotion
from pos_app.domain.promotion.when import When
from pos_app.domain.sentence import Argument, Sentence
from pos_app.domain.sheet.benefits import said_promotion
from pos_app.domain.sheet.rule_sheet import NO_NAMES, telling
from pos_app.domain.sheet.scope import Line, Telling

OF_GOODS = frozenset(
    f"sheet.{one}"
    for one in ("categories", "items", "brands", "except", "price_min", "price_max", "any_goods")
)
"""Which goods: the item that is asked about is among them."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A promotion that touches the item: its name, what it gives and what narrows it. `open`: its
    hour has come, and whoever is here has shown what it asks for."""

    rule_id: str
    name: str
    words: Line
    open: bool


def promises(
    program: Program,
    touching: Iterable[Promotion],
    context: Context,
    items: Mapping[str, str] = NO_NAMES,
) -> tuple[Promise, ...]:
    """Of the promotions that touch an item, what is worth saying to whoever is here: those on
    goods before those on the whole receipt."""
    told = telling(program, context.language, context.local.date(), items)
    personal = frozenset(one.segment for one in program.offers)
    return tuple(
        _promise(one, told, context)
        for one in sorted(touching, key=lambda one: one.whole)
        if not one.limits.used_up
        and not told.over(one.when.until_on)
        and _may_be(one.when, context, personal)
    )


def _may_be(when: When, context: Context, personal: frozenset[str]) -> bool:
    """Whether its place is here and its people are whoever is here, or may still come."""
    some_time = replace(
        when, from_on=None, until_on=None, weekdays=frozenset(), from_time=None, until_time=None
    )
    if context.member is not None:
        return failed_condition(some_time, context) is None
    if when.segments and when.segments <= personal:
        return False  # somebody's own offer is told to them alone
    here = When(stores=when.stores, channels=when.channels)
    return failed_condition(here, context) is None


def _promise(promotion: Promotion, told: Telling, context: Context) -> Promise:
    head, *narrowed = said_promotion(promotion, told)
    here = replace(context, customer=context.member)
    closed = failed_condition(promotion.when, here) or failed_claim(promotion, here)
    words = (*_given(head.args["given"]), *narrowed)
    return Promise(promotion.promotion_id, promotion.name(told.language), words, closed is None)


def _given(given: Argument) -> Iterator[Sentence]:
    """What is given, without the goods it is given on."""
    for one in given if isinstance(given, tuple) else ():
        if isinstance(one, Sentence) and one.key not in OF_GOODS:
            yield one
