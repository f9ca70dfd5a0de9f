"""Runs the code that reads a document without one, and writes down what it asks for.

Every question is answered with something plausible. Where an answer may decide what is asked next
(is a field there? which word of a list? something or nothing?), the code is run once more for
every other answer. Never a document, never a fault.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from fractions import Fraction
from types import FrameType
from typing import Any

from pos_app.domain.reading import MISSING, Reader, T

OWN = ("pos_app.domain.reading", __name__)
Json = dict[str, Any]
DIGITS_MOST = 4
"""No currency has more: which one it is, only the reader knows."""
SOME = 2
"""A number that is neither nothing nor the single one."""
FREE = "*"
"""The name that a mapping with free names answers with."""
DEPTH_MOST = 12
Decision = tuple[str, str, str]
"""Path of the object, what is decided, the field."""
Decided = dict[Decision, Any]
Target = tuple[Decision, tuple[str, ...], Any]


@dataclass
class Asked:
    """The shapes in which a field was asked for; a look at the raw value adds nothing."""

    shapes: list[Json] = field(default_factory=list)

    def add(self, shape: Json) -> None:
        """One more question about the field; a look at the raw value says nothing of its shape."""
        alike = [one for one in self.shapes if _bare(one) == _bare(shape)]
        if alike:
            if alike[0] != shape:  # defaults that differ by the kind of the object are no default
                self.shapes[self.shapes.index(alike[0])] = _bare(shape)
            return
        if not _bare(shape) and self.shapes:
            return
        self.shapes = [*(one for one in self.shapes if _bare(one)), shape]

    def words(self) -> list[str]:
        """The closed list, where the field has one."""
        return [word for shape in self.shapes for word in shape.get("enum", ())]


@dataclass
class Place:
    """One object of the document, over all runs: what was asked there, and by whom."""

    fields: dict[str, Asked] = field(default_factory=dict)
    visits: list["Visit"] = field(default_factory=list)
    finished: bool = False
    owner: Callable[..., object] | None = None


@dataclass
class Visit:
    """One object in one run: the fields asked, those that had to be there, and the words given."""

    asked: set[str] = field(default_factory=set)
    needed: set[str] = field(default_factory=set)
    words: dict[str, str] = field(default_factory=dict)
    variant: tuple[str, ...] = ()
    looked: set[str] = field(default_factory=set)


@dataclass
class Run:
    """Answers decided beforehand; `met` are the decisions met on the way, with other answers.

    A decision is a new one in each `light`: the words of the same object that may decide with it.
    """

    decided: Decided
    places: dict[str, Place]
    met: dict[tuple[Decision, tuple[str, ...]], tuple[Any, ...]] = field(default_factory=dict)

    def decide(
        self, decision: Decision, answers: tuple[Any, ...], light: tuple[str, ...] = ()
    ) -> Any:
        """The answer of this run; the first one unless decided beforehand."""
        self.met[decision, light] = answers
        return self.decided.get(decision, answers[0])


class Recorder(Reader):
    """A Reader without a document. It answers, and remembers the questions."""

    def __init__(self, run: Run, path: str) -> None:
        super().__init__({}, path, [])
        if path.count(".") > DEPTH_MOST:
            raise RecursionError(f"{path}: a document that holds itself has no flat schema")
        self._run = run
        self._place = run.places.setdefault(path, Place())
        self._visit = Visit()
        self._place.visits.append(self._visit)

    def _ask(self, key: str, shape: Json, default: Any = MISSING) -> None:
        if self._place.owner is None:
            self._place.owner = owner_of()
        self._visit.asked.add(key)
        if default is MISSING:
            self._visit.needed.add(key)
        elif isinstance(default, (str, int)) and default != "":
            shape = {**shape, "default": default}
        self._place.fields.setdefault(key, Asked()).add(shape)

    def _decide(self, kind: str, key: str, answers: tuple[Any, ...]) -> Any:
        light = self._visit.variant
        if kind == "has":
            light = (*light, *(f"{name}={word}" for name, word in self._visit.words.items()))
        return self._run.decide((self.path, kind, key), answers, light)

    def _filled(self, key: str) -> bool:
        """Something, or nothing (0, "", an empty list): code may ask on only for one of them."""
        return bool(self._decide("filled", key, (True, False)))

    def raw(self, key: str, default: Any = MISSING) -> Any:
        if key not in self._visit.asked:
            self._visit.looked.add(key)
        self._ask(key, {}, default)
        return None if default is MISSING else default

    def has(self, key: str) -> bool:
        return bool(self._decide("has", key, (False, True)))

    def text(self, key: str, default: Any = MISSING) -> str:
        shape: Json = {"type": "string"} if default == "" else {"type": "string", "minLength": 1}
        self._ask(key, shape, default)
        return key if self._filled(key) else ""

    def flag(self, key: str, default: bool) -> bool:
        self._ask(key, {"type": "boolean"}, default)
        return bool(self._decide("flag", key, (default, not default)))

    def integer(
        self, key: str, default: Any = MISSING, least: int = 0, most: int | None = None
    ) -> int:
        self._ask(key, _whole(least, most), default)
        some = max(least, SOME) if most is None else min(max(least, SOME), most)
        return some if self._filled(key) else least

    def optional_integer(
        self, key: str, default: int | None = None, least: int = 0, most: int | None = None
    ) -> int | None:
        self._ask(key, {**_whole(least, most), "type": ["integer", "null"]}, default)
        return max(least, 1)

    def integers(self, key: str, least: int, most: int, reason: str = "") -> tuple[int, ...]:
        shape: Json = {"type": "array", "items": _whole(least, most)}
        self._ask(key, {**shape, "description": reason} if reason else shape, ())
        return (least,)

    def decimal(self, key: str, digits: int, default: Any = MISSING) -> int:
        self._ask(key, _number(digits), default)
        return int(self._filled(key))

    def number(self, key: str, digits: int, default: Any = MISSING) -> Fraction:
        told = "A whole number, or a decimal string."
        shape: Json = {"anyOf": [_whole(0, None), _number(digits)], "description": told}
        self._ask(key, shape, default)
        return Fraction(SOME if self._filled(key) else 0)

    def optional_decimal(self, key: str, digits: int) -> int | None:
        self._ask(key, _number(digits), None)
        return 1

    def percent_ppm(self, key: str, default: Any = MISSING) -> int:
        self._ask(key, PERCENT, default)
        return int(self._filled(key))

    def choice(self, key: str, allowed: tuple[str, ...], default: Any = MISSING) -> str:
        self._ask(key, {"enum": list(allowed)}, default)
        word = self._decide("choice", key, tuple(allowed))
        self._visit.words[key] = word
        return str(word)

    def variant(
        self, key: str, variants: Mapping[str, Callable[[Reader], T]], default: Any = MISSING
    ) -> T:
        word = self.choice(key, tuple(variants), default)
        self._visit.variant = (*self._visit.variant, f"{key}={word}")
        return variants[word](self)

    def words(self, key: str) -> tuple[str, ...]:
        self._ask(key, TEXTS, ())
        return (key,) if self._filled(key) else ()

    def names(self, key: str) -> dict[str, str]:
        self._ask(key, NAMES, {})
        return {}

    def day(self, key: str) -> date | None:
        self._ask(key, {"type": ["string", "null"], "format": "date"}, None)
        return date(2026, 3, 1)

    def clock_time(self, key: str) -> time | None:
        shape = {"type": ["string", "null"], "examples": ["09:30"]}
        self._ask(key, {**shape, "description": "Hours and minutes of the store's zone."}, None)
        return time(9, 30)

    def instant(self, key: str) -> datetime | None:
        self._ask(key, {"type": "string", "format": "date-time"})
        return datetime(2026, 3, 1, tzinfo=UTC)

    def child(self, key: str) -> "Recorder":
        path = self.at(key)
        self._ask(key, {"child": path}, {})
        return Recorder(self._run, path)

    def children(self, key: str) -> Iterator["Recorder"]:
        path = f"{self.at(key)}[]"
        self._ask(key, {"children": path}, ())
        if self._filled(key):
            yield Recorder(self._run, path)

    def keys(self) -> tuple[str, ...]:
        return (FREE,)

    def finish(self) -> None:
        self._place.finished = True

    def fault(self, key: str, reason: str) -> None:
        """What a made-up answer contradicts is nobody's fault; but a field that was looked at only
        to be refused is not asked for."""
        if key in self._visit.looked:
            self._visit.asked.discard(key)
            self._visit.needed.discard(key)


def places_of(read: Callable[[Reader], object]) -> dict[str, Place]:
    """Run the reading code until every decision was once answered in every way.

    Objects that do not hold each other decide apart, so one run tries an answer in each of them.
    """
    places: dict[str, Place] = {}
    known: set[Target] = set()
    waiting: dict[Target, Decided] = {}
    run = Run({}, places)
    while True:
        read(Recorder(run, ""))
        for (decision, light), answers in run.met.items():
            known.add((decision, light, run.decided.get(decision, answers[0])))
            bearing = _bearing(run.decided, decision[0])
            for answer in answers:
                target = (decision, light, answer)
                waiting.setdefault(target, {**bearing, decision: answer})
        waiting = {target: decided for target, decided in waiting.items() if target not in known}
        if not waiting:
            return places
        # Even if the run does not meet it, the first one is done with: every run gets further.
        known.add(next(iter(waiting)))
        run = Run(_together(waiting), places)


def _bearing(decided: Decided, path: str) -> Decided:
    """The decisions that an object depends on: its own and those of the objects that hold it."""
    return {one: answer for one, answer in decided.items() if _holds(one[0], path)}


def _holds(outer: str, path: str) -> bool:
    return not outer or path == outer or path.startswith((f"{outer}.", f"{outer}["))


def _together(waiting: dict[Target, Decided]) -> Decided:
    """The first of the waiting answers, and all that can be tried in the same run."""
    merged: Decided = {}
    used: list[str] = []
    for (decision, _, _), decided in waiting.items():
        path = decision[0]
        if any(_holds(path, one) or _holds(one, path) for one in used):
            continue
        if any(merged.get(one, answer) != answer for one, answer in decided.items()):
            continue
        more = [one for one in decided if one not in merged]
        if not any(_holds(one[0], place) for one in more for place in used):
            merged |= decided
            used.append(path)
    return merged


def _bare(shape: Json) -> Json:
    return {key: part for key, part in shape.items() if key != "default"}


def owner_of() -> Callable[..., object] | None:
    """The function that is asking: the first one outside of the reader."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        found = frame.f_globals.get(frame.f_code.co_name)
        own = frame.f_globals.get("__name__") in OWN
        if not own and getattr(found, "__code__", None) is frame.f_code:
            return found
        frame = frame.f_back
    return None


def _whole(least: int, most: int | None) -> Json:
    shape: Json = {"type": "integer", "minimum": least}
    return shape if most is None else {**shape, "maximum": most}


def _number(digits: int) -> Json:
    part = f"[.,][0-9]{{1,{max(digits, DIGITS_MOST)}}}0*"
    pattern = rf"^\s*[+-]?([0-9]+({part})?|{part})\s*$"
    told = "A decimal string, not negative, with at most the decimals of the currency."
    return {"type": "string", "pattern": pattern, "title": "Decimal", "description": told}


PERCENT: Json = {
    "type": "string",
    "pattern": r"^\s*[+-]?(0*100([.,]0+)?|0*[0-9]{1,2}([.,][0-9]{1,4}0*)?|[.,][0-9]{1,4}0*)\s*$",
    "title": "Percent",
    "description": "A percentage as a decimal string, from 0 to 100.",
}
TEXTS: Json = {"type": "array", "items": {"type": "string", "minLength": 1}, "title": "Texts"}
NAMES: Json = {
    "type": "object",
    "additionalProperties": {"type": "string"},
    "title": "Names",
    "description": "A name per language: ru, en.",
}
