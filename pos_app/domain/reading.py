"""Reads a JSON document field by field and remembers every fault with its path. Never guesses."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any, TypeVar

from pos_app.domain.errors import Fault
from pos_app.domain.money import parse_decimal

MISSING = object()
T = TypeVar("T")


class Reader:
    """One object of a document. Asking for a field marks it as known; `finish` refuses the rest."""

    def __init__(self, value: Any, path: str, faults: list[Fault]) -> None:
        self.path = path
        self.faults = faults
        self._known: set[str] = set()
        if isinstance(value, Mapping):
            self._value: Mapping[str, Any] = value
        else:
            self._value = {}
            self.fault("", "an object is wanted here")

    def fault(self, key: str, reason: str) -> None:
        """Remember that a field is wrong."""
        found = Fault(self.at(key), reason)
        if found not in self.faults:
            self.faults.append(found)

    def faulted(self, key: str) -> bool:
        """True when something is wrong with the field already: one reason is enough."""
        return any(fault.path == self.at(key) for fault in self.faults)

    def at(self, key: str) -> str:
        """The path of a field: `promotions[2].percent`."""
        return f"{self.path}.{key}".strip(".") if key else self.path or "document"

    def raw(self, key: str, default: Any = MISSING) -> Any:
        """The field as it is; a missing field without a default is a fault."""
        self._known.add(key)
        if key in self._value:
            return self._value[key]
        if default is MISSING:
            self.fault(key, "is missing")
            return None
        return default

    def has(self, key: str) -> bool:
        """True when the document names the field."""
        return key in self._value

    def text(self, key: str, default: Any = MISSING) -> str:
        """A non-empty string (the default may be empty)."""
        value = self.raw(key, default)
        if isinstance(value, str) and (value or default == ""):
            return value
        if self.has(key) or default is not MISSING:
            self.fault(key, "a text is wanted")
        return ""

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self.raw(key, default)
        if isinstance(value, bool):
            return value
        self.fault(key, "true or false is wanted")
        return default

    def integer(
        self, key: str, default: Any = MISSING, least: int = 0, most: int | None = None
    ) -> int:
        """A whole number not below `least` nor above `most`."""
        value = self.raw(key, default)
        if _is_whole(value, least, most):
            return int(value)
        if self.has(key):
            self.fault(key, f"a whole number {_range(least, most)} is wanted")
        return least

    def optional_integer(
        self, key: str, default: int | None = None, least: int = 0, most: int | None = None
    ) -> int | None:
        """The same, where null is a value of its own: "never", "no limit"."""
        value = self.raw(key, default)
        if value is None or _is_whole(value, least, most):
            return None if value is None else int(value)
        self.fault(key, f"a whole number {_range(least, most)} is wanted, or null")
        return default

    def integers(self, key: str, least: int, most: int, reason: str = "") -> tuple[int, ...]:
        """A list of whole numbers; absent is empty. `reason` says what is wanted."""
        value = self.raw(key, ())
        if isinstance(value, (list, tuple)) and all(_is_whole(v, least, most) for v in value):
            return tuple(value)
        self.fault(key, reason or f"a list of whole numbers {_range(least, most)} is wanted")
        return ()

    def decimal(self, key: str, digits: int, default: Any = MISSING) -> int:
        """A decimal string as an integer of 10^-digits; not negative."""
        value = self.raw(key, default)
        if value is None and not self.has(key):
            return 0
        try:
            number = parse_decimal(value, digits) if isinstance(value, str) else -1
        except ValueError as error:
            self.fault(key, str(error))
            return 0
        if number < 0:
            self.fault(key, 'a decimal string is wanted, as "12.50"')
            return 0
        return number

    def number(self, key: str, digits: int, default: Any = MISSING) -> Fraction:
        """A whole number, or a decimal string where parts are meant; not negative."""
        if isinstance(self._value.get(key), str):
            return Fraction(self.decimal(key, digits, default), 10**digits)
        return Fraction(self.integer(key, default))

    def optional_decimal(self, key: str, digits: int) -> int | None:
        """The same, or None where the document does not name it."""
        return self.decimal(key, digits) if self.has(key) else None

    def percent_ppm(self, key: str, default: Any = MISSING) -> int:
        """A percentage string in millionths; at most 100 %."""
        ppm = self.decimal(key, 4, default)
        if ppm > 1_000_000:
            self.fault(key, "more than 100 %")
        return min(ppm, 1_000_000)

    def choice(self, key: str, allowed: tuple[str, ...], default: Any = MISSING) -> str:
        """One word of a closed list."""
        value = self.raw(key, default)
        if value in allowed:
            return str(value)
        if value is not None or self.has(key):
            self.fault(key, f"one of {', '.join(allowed)} is wanted, got {value!r}")
        return allowed[0]

    def variant(
        self, key: str, variants: Mapping[str, "Callable[[Reader], T]"], default: Any = MISSING
    ) -> T:
        """What the reader of the named variant makes of this object: a word decides the shape."""
        return variants[self.choice(key, tuple(variants), default)](self)

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts; absent is empty."""
        value = self.raw(key, ())
        if isinstance(value, (list, tuple)) and all(isinstance(v, str) and v for v in value):
            return tuple(value)
        self.fault(key, "a list of texts is wanted")
        return ()

    def names(self, key: str) -> dict[str, str]:
        """A name per language: {"ru": "...", "en": "..."}."""
        value = self.raw(key, {})
        if isinstance(value, Mapping) and all(isinstance(v, str) for v in value.values()):
            return dict(value)
        self.fault(key, "a name per language is wanted")
        return {}

    def day(self, key: str) -> date | None:
        """An ISO date, or nothing."""
        value = self.raw(key, None)
        try:
            return date.fromisoformat(value) if value is not None else None
        except (ValueError, TypeError):
            self.fault(key, "a date is wanted, as 2026-03-01")
            return None

    def clock_time(self, key: str) -> time | None:
        """HH:MM in the store's zone, or nothing."""
        value = self.raw(key, None)
        try:
            found = time.fromisoformat(value) if value is not None else None
        except (ValueError, TypeError):
            found = time(tzinfo=UTC)
        if found is not None and found.tzinfo is not None:
            self.fault(key, "a time of the store is wanted, as 09:30")
            return None
        return found

    def instant(self, key: str) -> datetime | None:
        """An ISO instant with its zone."""
        value = self.raw(key)
        try:
            found = datetime.fromisoformat(value) if value is not None else None
        except (ValueError, TypeError):
            found = None
        if found is None or found.tzinfo is None:
            if self.has(key):
                self.fault(key, "an instant with its zone is wanted, as 2026-03-01T00:00:00Z")
            return None
        return found

    def child(self, key: str) -> "Reader":
        """A nested object; absent is empty."""
        return Reader(self.raw(key, {}), self.at(key), self.faults)

    def children(self, key: str) -> Iterator["Reader"]:
        """The objects of a list."""
        value = self.raw(key, ())
        if not isinstance(value, (list, tuple)):
            self.fault(key, "a list is wanted")
            return
        for index, one in enumerate(value):
            yield Reader(one, f"{self.at(key)}[{index}]", self.faults)

    def mapping(self, key: str) -> Iterator[tuple[str, "Reader"]]:
        """The free names of an object, each with the reader that holds it; absent is empty.

        `{tier: held.percent_ppm(tier) for tier, held in doc.mapping("by_tier")}`
        """
        held = self.child(key)
        for name in held.keys():  # noqa: SIM118 - a Reader is no mapping
            yield name, held

    def keys(self) -> tuple[str, ...]:
        """The fields the document names."""
        return tuple(self._value)

    def finish(self) -> None:
        """Refuse fields that nobody asked for: a misspelt rule must not be a missing rule."""
        for key in self._value:
            if key not in self._known:
                from difflib import get_close_matches  # only what is misspelt needs it

                near = get_close_matches(key, self._known, 1)
                hint = f": did you mean {near[0]!r}?" if near else ""
                self.fault(key, f"is not known here{hint}")


def _is_whole(value: object, least: int, most: int | None) -> bool:
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return value >= least and (most is None or value <= most)


def _range(least: int, most: int | None) -> str:
    return f"from {least}" if most is None else f"from {least} to {most}"
