"""One device's table of the configuration, read key by key. Never guesses what a key meant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, TypeVar

from drivers.config_file import ConfigError

_T = TypeVar("_T")
_PLAIN = {str: "text", int: "a whole number", bool: "true or false", list: "a list"}
_TYPES = {str: "text", int: "number", bool: "flag", list: "list"}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean framing?`, or nothing where no known word is near."""
    near = _near(word, known)
    return f"; did you mean {near}?" if near else ""


def _near(word: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(word, sorted(known), 1)), "")


@dataclass(frozen=True, slots=True)
class Asked:
    """A key that a builder looked for."""

    key: str
    type: str
    default: object = None
    choices: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """For a settings form."""
        default = list(self.default) if isinstance(self.default, tuple) else self.default
        return {
            "key": self.key,
            "type": self.type,
            "default": default,
            "choices": list(self.choices),
        }


class Keys:
    """Reads one table; notes which keys were understood."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._table = table
        self._asked: dict[str, Asked] = {}
        self.kind = str(table.get("kind") or "?")
        self.name = str(table.get("name") or self.kind)

    def take(self, key: str, kind: type[_T], default: _T | None = None) -> _T:
        """The value, `default` when absent; ConfigError when wrong or missing without default."""
        self._note(Asked(key, _TYPES.get(kind, "text"), default))
        value = self._table.get(key, default)
        if value is None:
            near = _near(key, set(self._table) - set(self._asked))
            written = f"; is it meant by {near}?" if near else ""
            raise self.wrong(f"{key} is missing{written}", "missing", key=key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            what = f"{key} must be {_PLAIN.get(kind, kind.__name__)}, not {value!r}"
            word = f"no_{_TYPES.get(kind, 'text')}"
            raise self.wrong(what, word, key=key, value=str(value))
        return value

    @property
    def asked(self) -> tuple[Asked, ...]:
        """Every key that was looked for, in the order of looking."""
        return tuple(self._asked.values())

    def offer(self, key: str, choices: Iterable[str]) -> None:
        """Says what the key `key` may be, for a form; reading it is another call."""
        self._note(Asked(key, "text", None, tuple(choices)))

    def _note(self, asked: Asked) -> None:
        """The first look says the default; whichever knows the choices says them."""
        known = self._asked.setdefault(asked.key, asked)
        if asked.choices and not known.choices:
            self._asked[asked.key] = replace(known, choices=asked.choices)

    def has(self, key: str) -> bool:
        """The table has this key."""
        return key in self._table

    def one_of(self, key: str, known: Mapping[str, _T], default: str | None = None) -> _T:
        """The named member of a table of choices."""
        self._note(Asked(key, "text", default, tuple(sorted(known))))
        word = self.take(key, str, default)
        if word not in known:
            choices = ", ".join(sorted(known))
            what = f"{key} {word!r} is none of {choices}{did_you_mean(word, known)}"
            raise self.wrong(what, "none_of", key=key, value=word, choices=choices)
        return known[word]

    def hex(self, key: str, default: str = "") -> bytes:
        """Bytes written as hexadecimal digits."""
        return self._bytes(key, self.take(key, str, default))

    def hexes(self, key: str, default: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """A list of `hex`."""
        self._note(Asked(key, "list", [one.hex() for one in default]))
        if not self.has(key):
            return default
        return tuple(self._bytes(key, str(item)) for item in self.take(key, list))

    def wrong(self, what: str, word: str = "", /, **parts: str) -> ConfigError:
        """The error to raise, with the device's name; `word` and `parts` say it on a screen."""
        return ConfigError(f"device {self.name!r}: {what}", word, device=self.name, **parts)

    def finish(self) -> None:
        """A misspelt key must not be ignored in silence."""
        unknown = sorted(set(self._table) - set(self._asked))
        if unknown:
            keys = ", ".join(unknown)
            meant = did_you_mean(unknown[0], self._asked) if len(unknown) == 1 else ""
            raise self.wrong(f"unknown key {keys}{meant}", "unknown_key", keys=keys)

    def _bytes(self, key: str, digits: str) -> bytes:
        try:
            return bytes.fromhex(digits)
        except ValueError as bad:
            raise self.wrong(f"{key} is not hexadecimal", "no_hex", key=key) from bad
