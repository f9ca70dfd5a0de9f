"""One object of a neutral case, read field by field. A field nobody asked for is never passed."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from tests.vectors.outcome import NotModelled

UNKNOWN_FIELD = "unknown field"
UNKNOWN_VALUE = "unknown value"


class Fields:
    """Asking for a field marks it as known; `finish` refuses a case that says more than that."""

    def __init__(self, data: Mapping[str, Any] | None) -> None:
        self._data: Mapping[str, Any] = data or {}
        self._known: set[str] = set()

    def raw(self, key: str, default: Any = None) -> Any:
        """The field as written; null is the default."""
        self._known.add(key)
        value = self._data.get(key)
        return default if value is None else value

    def has(self, key: str) -> bool:
        """True when the case names the field with a value."""
        return self._data.get(key) is not None

    def text(self, key: str, default: str = "") -> str:
        """A word or a decimal string."""
        return str(self.raw(key, default))

    def number(self, key: str, default: str | int = 0) -> Fraction:
        """A decimal string or a whole number, exactly."""
        return Fraction(str(self.raw(key, default)))

    def whole(self, key: str, default: int = 0) -> int:
        """A whole number, however it is written."""
        value = self.number(key, default)
        if value.denominator != 1:
            raise NotModelled(UNKNOWN_VALUE)
        return int(value)

    def flag(self, key: str, default: bool = False) -> bool:
        """true or false."""
        return bool(self.raw(key, default))

    def choice(self, key: str, allowed: tuple[str, ...], default: str = "") -> str:
        """One word of a closed list; another one is not modelled."""
        value = self.text(key, default)
        if value and value not in allowed:
            raise NotModelled(UNKNOWN_VALUE)
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """A string or a list of strings."""
        value = self.raw(key, ())
        return (value,) if isinstance(value, str) else tuple(str(one) for one in value)

    def child(self, key: str) -> "Fields":
        """A nested object; absent is empty."""
        return Fields(self.raw(key, {}))

    def children(self, key: str) -> Iterator["Fields"]:
        """The objects of a list."""
        return (Fields(one) for one in self.raw(key, ()))

    def pairs(self, key: str) -> list[tuple[str, str]]:
        """`[[name or border, value], ...]` or `{name: value}`."""
        value = self.raw(key, ())
        rows = value.items() if isinstance(value, Mapping) else value
        return [(str(first), str(second)) for first, second in rows]

    def ignore(self, *keys: str) -> None:
        """Fields that say nothing a till needs."""
        self._known.update(keys)

    def finish(self) -> None:
        """Refuse what was not asked for."""
        if set(self._data) - self._known:
            raise NotModelled(UNKNOWN_FIELD)
