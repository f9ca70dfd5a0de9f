"""A sentence to say to a person, as data: a key and its arguments. Never words of a language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import TypeAlias

from pos_app.domain.money import Money
from pos_app.domain.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Points:
    """A number of points, so that a language can decline it."""

    value: int


@dataclass(frozen=True, slots=True)
class Rate:
    """A percentage in millionths: Rate(75_000) reads 7.5 %."""

    ppm: int


Argument: TypeAlias = (
    "str | int | Money | Points | Rate | Quantity | date | datetime | Sentence"
    " | tuple[Argument, ...]"
)
"""A sentence within a sentence is said first; several arguments at one place are a list."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """`key` names the sentence in the catalogue of words; `args` fill it."""

    key: str
    args: Mapping[str, Argument] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        inside = ", ".join(f"{k}={v}" for k, v in self.args.items())
        return f"{self.key}({inside})"


def say(key: str, /, **args: Argument) -> Sentence:
    """Shorthand: `say("line.not_found", code="4600")`."""
    return Sentence(key, MappingProxyType(args))
