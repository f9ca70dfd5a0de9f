"""Reads a country's regulation: each list of the document becomes its rules. Never half of it.

A figure without its source is a fault: nobody could check it.
"""

import json
from collections.abc import Callable
from datetime import date, time
from types import MappingProxyType
from typing import Any, TypeVar

from pos_app.domain.errors import Fault, RegulationRefused
from pos_app.domain.item import BARRED, KINDS_OF, Bars
from pos_app.domain.reading import Reader
from pos_app.domain.regulation import (
    AgeLimit,
    Barred,
    ForbiddenDays,
    Hours,
    LowestPrice,
    PrintedCeiling,
    RegulatedClass,
    Regulation,
    Scope,
    Scoped,
)

SCHEMA = 1
DIGITS_MOST = 4
AGE_MOST = 120
VOLUME_MOST_ML = 1_000_000
KEEPS = ("reduction", "points", "earning", "gift", "threshold")
LEAP_YEAR = 2024
ALWAYS = date.min
MIDNIGHT = time.min
T = TypeVar("T", bound=Scoped)
Told = tuple[str, date, frozenset[str], frozenset[str], int]


def load_regulation(data: bytes | str) -> Regulation:
    """A regulation from its JSON; RegulationRefused with every fault otherwise."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RegulationRefused((Fault("document", f"is not JSON: {error}"),)) from error
    return regulation_of(document)


def regulation_of(document: Any) -> Regulation:
    """The same from parsed JSON."""
    faults: list[Fault] = []
    found = read_regulation(Reader(document, "", faults))
    if faults:
        raise RegulationRefused(tuple(faults))
    return found


def read_regulation(doc: Reader) -> Regulation:
    """The whole document; faults stay with the reader."""
    if doc.integer("schema", SCHEMA) != SCHEMA:
        doc.fault("schema", f"this release reads schema {SCHEMA}")
    digits = doc.integer("minor_digits", 2, 0, DIGITS_MOST)
    classes = _classes(doc)
    known = frozenset(classes) | frozenset(BARRED) | frozenset(KINDS_OF)

    def rules(key: str, read: Callable[[Reader, frozenset[str], int], T]) -> tuple[T, ...]:
        found = []
        told: set[Told] = set()
        for one in doc.children(key):
            rule = read(one, known, digits)
            one.finish()
            found.append(rule)
            _once(one, rule, told)
        return tuple(found)

    regulation = Regulation(
        country=doc.text("country", ""),
        version=doc.integer("version", 1, least=1),
        classes=MappingProxyType(classes),
        ages=rules("ages", _age),
        hours=rules("hours", _hours),
        forbidden_days=rules("forbidden_days", _days),
        lowest_prices=rules("lowest_prices", _lowest),
        printed_ceilings=rules("printed_ceilings", _ceiling),
        barred=rules("barred", _barred),
    )
    doc.raw("note", "")
    doc.finish()
    return regulation


def _classes(doc: Reader) -> dict[str, RegulatedClass]:
    found: dict[str, RegulatedClass] = {}
    for one in doc.children("classes"):
        read = RegulatedClass(one.text("id"), one.names("name"), one.text("under", ""))
        one.finish()
        if read.class_id in found:
            one.fault("id", f"{read.class_id!r} is used twice")
        if read.under and read.under not in found:
            one.fault("under", f"there is no class {read.under!r} above this one")
        found[read.class_id] = read
    return found


def _scope(doc: Reader, known: frozenset[str]) -> Scope:
    classes = doc.words("classes")
    if not classes:
        doc.fault("classes", "name at least one class")
    for name in classes:
        if name not in known:
            doc.fault("classes", f"there is no class {name!r}")
    since_on, until_on = doc.day("since"), doc.day("until")
    if since_on is None:
        doc.fault("since", "is needed: the day it came into force")
    if since_on and until_on and until_on < since_on:
        doc.fault("until", f"ends before it begins ({since_on})")
    stores, regions = frozenset(doc.words("stores")), frozenset(doc.words("regions"))
    if stores and regions:
        doc.fault("regions", "name stores or regions, not both")
    source = doc.text("source")
    return Scope(frozenset(classes), since_on or ALWAYS, source, until_on, stores, regions)


def _once(doc: Reader, rule: Scoped, told: set[Told]) -> None:
    """Two rules of one class, place and day leave nobody to say which binds; days add up."""
    if isinstance(rule, ForbiddenDays):
        return
    scope = rule.scope
    weekdays = (rule.weekdays or {0}) if isinstance(rule, Hours) else {0}
    said = {
        (name, scope.since_on, scope.stores, scope.regions, weekday)
        for name in scope.classes
        for weekday in weekdays
    }
    for name in sorted({one[0] for one in said & told}):
        doc.fault("classes", f"{name!r} is told twice since {scope.since_on}")
    told |= said


def _age(doc: Reader, known: frozenset[str], _digits: int) -> AgeLimit:
    return AgeLimit(_scope(doc, known), doc.integer("years", least=1, most=AGE_MOST))


def _hours(doc: Reader, known: frozenset[str], _digits: int) -> Hours:
    scope = _scope(doc, known)
    since, until = doc.clock_time("from"), doc.clock_time("to")
    weekdays = doc.integers("weekdays", 1, 7, "a list of days 1 (Monday) to 7 is wanted")
    if since is None or until is None:
        doc.fault("from", "from and to are needed, as 08:00")
    elif since == until:
        doc.fault("to", "is the hour it begins: no hour at all, or all of them")
    return Hours(scope, since or MIDNIGHT, until or MIDNIGHT, frozenset(weekdays))


def _days(doc: Reader, known: frozenset[str], _digits: int) -> ForbiddenDays:
    scope = _scope(doc, known)
    yearly = frozenset(_month_day(doc, text) for text in doc.words("yearly"))
    dates = frozenset(_date(doc, text) for text in doc.words("dates"))
    if not (yearly or dates):
        doc.fault("dates", "name a day: yearly as 09-01, dates as 2026-06-27")
    return ForbiddenDays(scope, yearly, dates)


def _month_day(doc: Reader, text: str) -> tuple[int, int]:
    found = _date(doc, f"{LEAP_YEAR}-{text}", "yearly", "a day is wanted, as 09-01")
    return found.month, found.day


def _date(
    doc: Reader, text: str, key: str = "dates", wanted: str = "a date is wanted, as 2026-06-27"
) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        doc.fault(key, wanted)
        return ALWAYS


def _lowest(doc: Reader, known: frozenset[str], digits: int) -> LowestPrice:
    scope = _scope(doc, known)
    price = doc.decimal("price", digits)
    if not price:
        doc.fault("price", "more than 0 is wanted")
    return LowestPrice(scope, price, doc.integer("per_ml", 0, 0, VOLUME_MOST_ML))


def _ceiling(doc: Reader, known: frozenset[str], _digits: int) -> PrintedCeiling:
    return PrintedCeiling(_scope(doc, known))


def _barred(doc: Reader, known: frozenset[str], _digits: int) -> Barred:
    scope = _scope(doc, known)
    named = doc.words("forbids")
    for name in named:
        if name not in KEEPS:
            doc.fault("forbids", f"one of {', '.join(KEEPS)} is wanted, got {name!r}")
    return Barred(scope, Bars(**{name: name in named for name in KEEPS}))
