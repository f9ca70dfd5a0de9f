"""Turns a key with arguments into a sentence of one language. Never fails on an unknown key."""

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cache
from typing import Any

from resources import names, read_text
from resources.words import locale as how
from resources.words.reading import words_of
from resources.words.shapes import MoneyLike, PointsLike, QuantityLike, RateLike, SentenceLike

PLURAL_FORMS = frozenset({"one", "few", "many", "other", "plural"})
_NUMBER = re.compile(r"[0-9]+\.[0-9]+")
Entry = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its own name, its marks, and which plural form a number takes."""

    code: str
    name: str
    locale: how.Locale
    form_of: Callable[[int], str]


def _form_ru(count: int) -> str:
    """CLDR: 1 балл, 2-4 балла, 5-20 баллов; 11-14 are many."""
    tens, ones = abs(count) % 100, abs(count) % 10
    if ones == 1 and tens != 11:
        return "one"
    return "few" if ones in {2, 3, 4} and tens not in {12, 13, 14} else "many"


def _form_en(count: int) -> str:
    return "one" if abs(count) == 1 else "other"


LANGUAGES: Mapping[str, Language] = {
    "ru": Language("ru", "Русский", how.RU, _form_ru),
    "en": Language("en", "English", how.EN, _form_en),
}


@cache
def entries(language: str) -> Mapping[str, Entry]:
    """Every key of a language, flattened: `notice.item_added` -> words or plural forms.

    One catalogue in several files: `ru.toml`, `ru.sheet.toml`. Nothing is said in two of them.
    """
    flat: dict[str, Entry] = {}
    for name in names("words", ".toml"):
        if name.split(".")[0] == language:
            flat |= entries_of(name)
    return flat


def entries_of(name: str) -> dict[str, Entry]:
    """Those of one file."""
    found: dict[str, Entry] = {}
    _flatten("", words_of(read_text("words", f"{name}.toml")), found)
    return found


def _flatten(prefix: str, table: Mapping[str, Any], into: dict[str, Entry]) -> None:
    for key, value in table.items():
        if isinstance(value, str) or set(value) <= PLURAL_FORMS:
            into[prefix + key] = value
        else:
            _flatten(f"{prefix}{key}.", value, into)


def placeholders(words: str) -> frozenset[str]:
    """The argument names that a sentence's words ask for."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(words) if name)


class Words:
    """One language's voice. Times are shown in `zone` (None: the zone each time brings)."""

    def __init__(self, language: str, zone: tzinfo | None = None) -> None:
        self.language = language if language in LANGUAGES else "en"
        self.zone = zone
        self._how = LANGUAGES[self.language]
        self._entries = entries(self.language)
        self._write: dict[type, Callable[[Any, str], str]] = {}

    def say(self, sentence: SentenceLike) -> str:
        """A sentence of the rules (a key and its arguments), in words."""
        return self.text(sentence.key, **dict(sentence.args))

    def text(self, key: str, /, **args: Any) -> str:
        """The words under a key, filled. An unknown key reads as its last part and arguments."""
        entry = self._entries.get(key)
        if entry is None:
            return self._fallback(key, args)
        words = entry if isinstance(entry, str) else self._plural(entry, args)
        return "".join(self._pieces(words, args))

    def knows(self, key: str) -> bool:
        """True when the catalogue has words for the key."""
        return key in self._entries

    def money(self, minor: int, currency: Any) -> str:
        """`3 189,14 ₽`."""
        return how.money(minor, currency.minor_digits, currency.code, self._how.locale)

    def amount(self, minor: int, currency: Any) -> str:
        """`3 189,14`: a column of money whose head names the currency."""
        return how.amount(minor, currency.minor_digits, self._how.locale)

    def number(self, value: int) -> str:
        """`1 250`."""
        return how.number(value, self._how.locale)

    def decimal(self, text: str) -> str:
        """`-1 234,5` of the neutral decimal string `-1234.5`."""
        return how.decimal(text, self._how.locale)

    @property
    def point(self) -> str:
        """The mark between a number and its decimals."""
        return self._how.locale.point

    def sign_of(self, currency: Any) -> str:
        """`₽`."""
        return how.SIGNS.get(str(currency.code), str(currency.code))

    def format(self, value: Any, style: str = "") -> str:
        """One argument. Styles: `n` bare number, `plain` for paper, `day` a date's, `short`
        money without idle zeros."""
        kind = type(value)
        if kind not in self._write:  # a shape is looked at once a type: that is slow
            shapes = (write for shape, write in self._writers() if isinstance(value, shape))
            self._write[kind] = next(shapes, lambda value, style: str(value))
        return self._write[kind](value, style)

    def _writers(self) -> tuple[tuple[Any, Callable[[Any, str], str]], ...]:
        return (
            (str, self._words_in),
            (int, lambda value, style: self.number(value)),
            (datetime, self._instant),
            (date, self._day),
            (MoneyLike, self._money),
            (RateLike, lambda value, style: how.percent(value.ppm, self._how.locale)),
            (QuantityLike, self._quantity),
            (PointsLike, self._points),
            (SentenceLike, lambda value, style: self.say(value)),
            (tuple, lambda value, style: ", ".join(self.format(one, style) for one in value)),
        )

    def _words_in(self, value: str, style: str) -> str:
        """`sum`: neutral arithmetic (`3 x 38.90 - 77.80 = 38.90`) in the marks of the language."""
        if style != "sum":
            return str(value)
        neutral = value.replace(" x ", " \u00d7 ").replace(" - ", " \u2212 ")
        return _NUMBER.sub(lambda found: how.decimal(found[0], self._how.locale), neutral)

    def _money(self, value: MoneyLike, style: str) -> str:
        if style == "plain":
            return how.plain(value.minor, value.currency.minor_digits)
        currency = value.currency
        if style == "short" and value.minor % 10**currency.minor_digits == 0:
            return how.money(
                value.minor // 10**currency.minor_digits, 0, currency.code, self._how.locale
            )
        write = self.amount if style == "n" else self.money
        return write(value.minor, value.currency)

    def _quantity(self, value: QuantityLike, style: str) -> str:
        body = how.decimal(value.decimal(), self._how.locale)
        unit = self.text(f"unit.{value.unit.value}", n=value.value)
        return body if style == "n" else f"{body}\u00a0{unit}"

    def _points(self, value: PointsLike, style: str) -> str:
        if style == "plain":
            return str(value.value)
        return self.number(value.value) if style == "n" else self.text("unit.points", n=value.value)

    def _day(self, value: date, style: str) -> str:
        if style == "plain":
            return how.paper_day(value, self._how.locale)
        return how.day(value, self._how.locale, style != "day")

    def _instant(self, value: datetime, style: str) -> str:
        clock = how.clock(value, self.zone)
        if style == "plain":
            return f"{self._day(how.in_zone(value, self.zone).date(), style)} {clock}"
        if style != "day":
            return clock
        local = how.in_zone(value, self.zone)
        return f"{how.day(local.date(), self._how.locale, with_year=False)}, {clock}"

    def _plural(self, entry: Mapping[str, str], args: Mapping[str, Any]) -> str:
        counted = args.get(entry.get("plural", "n"), 0)
        count = counted if isinstance(counted, int) else int(getattr(counted, "value", 0))
        return str(entry.get(self._how.form_of(count)) or next(iter(entry.values())))

    def _pieces(self, words: str, args: Mapping[str, Any]) -> list[str]:
        pieces: list[str] = []
        for literal, name, style, _ in string.Formatter().parse(words):
            pieces.append(literal)
            if name:
                pieces.append(self.format(args[name], style or "") if name in args else "…")
        return pieces

    def _fallback(self, key: str, args: Mapping[str, Any]) -> str:
        plain = key.rpartition(".")[2].replace("_", " ")
        said = ", ".join(self.format(value) for value in args.values())
        sentence = plain[:1].upper() + plain[1:]
        return f"{sentence}: {said}" if said else sentence
