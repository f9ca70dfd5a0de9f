"""When, where, for whom and on what a rule holds, as sentences. Never whether it holds now."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from fractions import Fraction
from types import MappingProxyType

from pos_app.domain.mechanics.counting import Days
from pos_app.domain.mechanics.periods import rolling_days
from pos_app.domain.money import Currency, Money
from pos_app.domain.promotion.goods import Goods
from pos_app.domain.promotion.when import When
from pos_app.domain.sentence import Argument, Sentence, say

Line = tuple[Sentence, ...]
"""A sentence and what narrows it."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What every part of the sheet needs: language and currency, names of the program's parts.

    `on`: rules that have ended before that day are left out; None tells all. `items`: their names
    by id, as far as somebody knows them. `chosen`: earn rules that count in chosen categories only.
    """

    language: str
    currency: Currency
    tiers: Mapping[str, str]
    coupons: Mapping[str, str]
    segments: Mapping[str, Argument]
    rules: Mapping[str, str]
    point_value: Fraction = Fraction(100)
    on: date | None = None
    items: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    chosen: frozenset[str] = frozenset()

    def money(self, minor: int) -> Money:
        """An amount of the programme."""
        return Money(minor, self.currency)

    def over(self, until: date | None) -> bool:
        """True for what has ended."""
        return self.on is not None and until is not None and until < self.on


def items_named(ids: Iterable[str], told: Telling) -> tuple[str, ...]:
    """Items by their names where those are known; other words stay."""
    return tuple(told.items.get(one, one) for one in listed(ids))


def listed(values: Iterable[str]) -> tuple[str, ...]:
    """A set of the programme in an order that does not change."""
    return tuple(sorted(values))


def said_when(when: When, told: Telling) -> Iterator[Sentence]:
    """Dates, days, hours, places and people."""
    yield from said_days(when.from_on, when.until_on)
    if when.weekdays:
        days = tuple(say(f"sheet.weekday.{day}") for day in sorted(when.weekdays))
        yield say("sheet.weekdays", list=days)
    yield from _hours(when.from_time, when.until_time)
    if when.stores:
        yield say("sheet.stores", list=listed(when.stores))
    if when.channels:
        names = tuple(say(f"sheet.channel.{one}") for one in listed(when.channels))
        yield say("sheet.channels", list=names)
    yield from _people(when, told)


def _people(when: When, told: Telling) -> Iterator[Sentence]:
    if when.tiers:
        names = tuple(name for tier, name in told.tiers.items() if tier in when.tiers)
        yield say("sheet.for_tiers", list=names)
    if when.segments:
        whose: list[Argument] = [told.segments.get(one, one) for one in listed(when.segments)]
        yield say("sheet.for_segments", list=tuple(whose))
    if when.birthday:
        yield say("sheet.birthday")
    if when.members_only and not (when.tiers or when.segments or when.birthday):
        yield say("sheet.members_only")


def said_validity(days: Days) -> Iterator[Sentence]:
    """Days of validity."""
    return said_days(days.from_on, days.until_on)


def said_days(first: date | None, last: date | None) -> Iterator[Sentence]:
    """Both ends inclusive; None is open."""
    if first and last:
        yield say("sheet.days", first=first, last=last)
    elif first:
        yield say("sheet.from", on=first)
    elif last:
        yield say("sheet.until", on=last)


def _hours(start: time | None, end: time | None) -> Iterator[Sentence]:
    if start and end:
        yield say("sheet.hours", start=f"{start:%H:%M}", end=f"{end:%H:%M}")
    elif start:
        yield say("sheet.from_hour", start=f"{start:%H:%M}")
    elif end:
        yield say("sheet.until_hour", end=f"{end:%H:%M}")


def said_goods(goods: Goods, told: Telling) -> Iterator[Sentence]:
    """Which goods; nothing for all of them."""
    if goods.categories:
        yield say("sheet.categories", list=listed(goods.categories))
    if goods.items:
        yield say("sheet.items", list=items_named(goods.items, told))
    if goods.brands:
        yield say("sheet.brands", list=listed(goods.brands))
    if goods.not_categories or goods.not_items:
        yield say("sheet.except", list=items_named(goods.not_categories | goods.not_items, told))
    if goods.price_min_minor is not None:
        yield say("sheet.price_min", least=told.money(goods.price_min_minor))
    if goods.price_max_minor is not None:
        yield say("sheet.price_max", most=told.money(goods.price_max_minor))
    if goods.not_promoted:
        yield say("sheet.not_promoted")


def named_goods(goods: Goods, told: Telling) -> Argument:
    """The goods as one argument of a sentence; "any" for all of them."""
    return tuple(said_goods(goods, told)) or say("sheet.any_goods")


def period(name: str) -> Sentence:
    """`month`, `rolling_30_days`: a period as a person says it after "in"."""
    days = rolling_days(name)
    return say("sheet.in_days", n=days) if days is not None else say(f"sheet.in.{name}")
