"""What the law of a country says of goods of a class on a day, in a place. Never a shop's own rule.

Ages, hours, lowest and highest prices, what may not be reduced, earned on or given: dated data of
one document per country, each figure with its source. Of several rules the one of the nearest class
binds (vodka before spirits before alcohol), among those the one for this store, then for its
region, then the newest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Protocol, TypeVar

from pos_app.domain.item import Bars, Item
from pos_app.domain.money import Money
from pos_app.domain.quantity import Unit
from pos_app.domain.sentence import Sentence, say

LITRE_ML = 1000
DAYS_AHEAD = 366


@dataclass(frozen=True, slots=True)
class Where:
    """The place that is judged: a store and the region whose law it is under."""

    store_id: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a rule means and since when. `until_on` is its last day; `source` is the act."""

    classes: frozenset[str]
    since_on: date
    source: str
    until_on: date | None = None
    stores: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()

    def holds(self, on: date, where: Where) -> bool:
        """True on that day in that place."""
        if on < self.since_on or (self.until_on is not None and on > self.until_on):
            return False
        if self.stores:
            return where.store_id in self.stores
        return not self.regions or where.region in self.regions

    @property
    def rank(self) -> tuple[int, date]:
        """The greater of two rules that hold is the one that binds."""
        return (2 if self.stores else 1 if self.regions else 0), self.since_on


@dataclass(frozen=True, slots=True)
class AgeLimit:
    """From how many years on."""

    scope: Scope
    years: int


@dataclass(frozen=True, slots=True)
class Hours:
    """Sold from `from_time` until (not at) `until_time`, which may be after midnight.

    `weekdays`: 1 (Monday) to 7; empty is every day. A rule for weekdays binds before one for all.
    """

    scope: Scope
    from_time: time
    until_time: time
    weekdays: frozenset[int] = frozenset()

    @property
    def passes_midnight(self) -> bool:
        """True when the hours end on the next day."""
        return self.until_time <= self.from_time


@dataclass(frozen=True, slots=True)
class ForbiddenDays:
    """Days without any sale: of every year as (month, day), and single dates."""

    scope: Scope
    yearly: frozenset[tuple[int, int]] = frozenset()
    dates: frozenset[date] = frozenset()

    def name(self, on: date) -> bool:
        """True when the day is one of them."""
        return on in self.dates or (on.month, on.day) in self.yearly


@dataclass(frozen=True, slots=True)
class LowestPrice:
    """Not sold below `price_minor` for `per_ml` of it; `per_ml` 0: for a piece."""

    scope: Scope
    price_minor: int
    per_ml: int = 0


@dataclass(frozen=True, slots=True)
class PrintedCeiling:
    """Not sold above the price that its maker printed on the pack."""

    scope: Scope


@dataclass(frozen=True, slots=True)
class Barred:
    """What is forbidden with the goods."""

    scope: Scope
    bars: Bars


class Scoped(Protocol):
    """Any rule."""

    @property
    def scope(self) -> Scope:
        """Whom it means."""


R = TypeVar("R", bound=Scoped)


@dataclass(frozen=True, slots=True)
class RegulatedClass:
    """A class of goods; what is not said of it is what is said of the class it is `under`."""

    class_id: str
    names: dict[str, str] = field(default_factory=dict)
    under: str = ""

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.class_id)


@dataclass(frozen=True, slots=True)
class Regulation:
    """The law of a country, as far as a counter needs it."""

    country: str
    version: int = 1
    classes: MappingProxyType[str, RegulatedClass] = field(
        default_factory=lambda: MappingProxyType({})
    )
    ages: tuple[AgeLimit, ...] = ()
    hours: tuple[Hours, ...] = ()
    forbidden_days: tuple[ForbiddenDays, ...] = ()
    lowest_prices: tuple[LowestPrice, ...] = ()
    printed_ceilings: tuple[PrintedCeiling, ...] = ()
    barred: tuple[Barred, ...] = ()

    def name(self, class_id: str, language: str) -> str:
        """The class in words."""
        known = self.classes.get(class_id)
        return known.name(language) if known else class_id

    def _line(self, class_id: str) -> tuple[str, ...]:
        """The class and those it is under, the nearest first."""
        found: list[str] = []
        while class_id and class_id not in found:
            found.append(class_id)
            known = self.classes.get(class_id)
            class_id = known.under if known else ""
        return tuple(found)

    def _all(self, rules: Sequence[R], class_id: str, on: date, where: Where) -> list[R]:
        """What is in force, of the nearest class that has any."""
        for one in self._line(class_id):
            found = [r for r in rules if one in r.scope.classes and r.scope.holds(on, where)]
            if found:
                return found
        return []

    def _binding(self, rules: Sequence[R], class_id: str, on: date, where: Where) -> R | None:
        found = self._all(rules, class_id, on, where)
        return max(found, key=lambda rule: rule.scope.rank) if found else None

    def age_limit(self, class_id: str, on: date, where: Where) -> int:
        """Years, 0 for goods for everybody."""
        rule = self._binding(self.ages, class_id, on, where)
        return rule.years if rule else 0

    def bars(self, class_id: str, on: date, where: Where) -> Bars | None:
        """What is forbidden; None where the document says nothing."""
        rule = self._binding(self.barred, class_id, on, where)
        return rule.bars if rule else None

    def lowest_price(self, class_id: str, on: date, where: Where) -> LowestPrice | None:
        """The rule of the lowest price that binds."""
        return self._binding(self.lowest_prices, class_id, on, where)

    def has_printed_ceiling(self, class_id: str, on: date, where: Where) -> bool:
        """True where the printed price is the highest."""
        return self._binding(self.printed_ceilings, class_id, on, where) is not None

    def hours_of(self, class_id: str, on: date, where: Where) -> Hours | None:
        """The hours that begin on that day; None: no hour is forbidden."""
        today = on.isoweekday()
        fitting = [one for one in self.hours if not one.weekdays or today in one.weekdays]
        found = self._all(fitting, class_id, on, where)
        return max(found, key=_hours_rank) if found else None

    def is_forbidden_day(self, class_id: str, on: date, where: Where) -> bool:
        """True on a day without any sale; every class in the line may forbid it."""
        line = set(self._line(class_id))
        return any(
            not line.isdisjoint(rule.scope.classes)
            and rule.scope.holds(on, where)
            and rule.name(on)
            for rule in self.forbidden_days
        )

    def not_now(
        self, class_id: str, local: datetime, where: Where, language: str
    ) -> Sentence | None:
        """Why goods of the class are not sold at that local time, and when they are again."""
        on, name = local.date(), self.name(class_id, language)
        if self.is_forbidden_day(class_id, on, where):
            again = self._next_day(class_id, on, where)
            return say("regulated.forbidden_day", name=name, on=on, again=again)
        hours = self.hours_of(class_id, on, where)
        if hours is None or self._is_open(hours, class_id, local, where):
            return None
        since, until = f"{hours.from_time:%H:%M}", f"{hours.until_time:%H:%M}"
        return say("regulated.hours", name=name, since=since, until=until)

    def _is_open(self, hours: Hours, class_id: str, local: datetime, where: Where) -> bool:
        now = local.time()
        if now >= hours.from_time and (hours.passes_midnight or now < hours.until_time):
            return True
        before = self.hours_of(class_id, local.date() - timedelta(days=1), where)
        return before is not None and before.passes_midnight and now < before.until_time

    def _next_day(self, class_id: str, on: date, where: Where) -> date:
        days = (on + timedelta(days=n) for n in range(1, DAYS_AHEAD))
        allowed = (day for day in days if not self.is_forbidden_day(class_id, day, where))
        return next(allowed, on)

    def floor_minor(self, item: Item, on: date, where: Where) -> int | None:
        """The lowest legal price of a priced unit (a piece, a litre), no kopeck below the law.

        0: none. None: there is one, but nobody knows how much is in a piece.
        """
        rule = self.lowest_price(item.regulated, on, where)
        if rule is None:
            return 0
        if not rule.per_ml:
            return rule.price_minor
        volume = LITRE_ML if item.unit is Unit.MILLILITRE else item.volume_ml
        if not volume:
            return None
        return -(-rule.price_minor * volume // rule.per_ml)

    def on_line(self, item: Item, on: date, where: Where) -> Item:
        """The item as it stands on a line that day: with its floor, its age and what is barred.

        The catalogue may be stricter than the law, never laxer. Where the floor cannot be known
        nothing is reduced.
        """
        if not item.regulated:
            return item
        floor = self.floor_minor(item, on, where)
        bars = self.bars(item.regulated, on, where) or item.bars
        if floor is None:
            bars = replace(bars, reduction=True, points=True)
        if floor != 0:
            bars = replace(bars, gift=True)
        ceiled = self.has_printed_ceiling(item.regulated, on, where)
        return replace(
            item,
            age_limit=max(item.age_limit, self.age_limit(item.regulated, on, where)),
            floor_minor=max(item.floor_minor, floor or 0),
            ceiling_minor=item.ceiling_minor if ceiled else 0,
            law=bars,
        )


def _hours_rank(hours: Hours) -> tuple[int, bool, date]:
    place, since_on = hours.scope.rank
    return place, bool(hours.weekdays), since_on


def price_refused(item: Item, unit_price_minor: int) -> Sentence | None:
    """Why an item that stands on a line may not be sold at that unit price."""
    if unit_price_minor < item.floor_minor:
        return say(
            "regulated.below_floor",
            name=item.name,
            floor=Money(item.floor_minor),
            price=Money(unit_price_minor),
        )
    if item.ceiling_minor and unit_price_minor > item.ceiling_minor:
        return say(
            "regulated.above_ceiling",
            name=item.name,
            ceiling=Money(item.ceiling_minor),
            price=Money(unit_price_minor),
        )
    return None


UNREGULATED = Regulation("")
"""Where no document is: only what is barred everywhere."""
