"""Quantities as integers of a base unit: pieces, grams, millilitres. Never a float kilogram."""

from dataclasses import dataclass
from enum import Enum

from pos_app.domain.money import divide_half_up, format_decimal, parse_decimal


class Unit(Enum):
    """What is counted; `price_digits` is how many decimals one priced unit has (kg = 1 000 g)."""

    PIECE = "piece"
    GRAM = "g"
    MILLILITRE = "ml"

    @property
    def price_digits(self) -> int:
        """3 where the price is per 1 000 base units, 0 where it is per piece."""
        return 0 if self is Unit.PIECE else 3

    @property
    def per_price(self) -> int:
        """Base units that one unit price buys."""
        return int(10**self.price_digits)


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """`value` base units: Quantity(342, GRAM) is 0.342 kg."""

    value: int
    unit: Unit = Unit.PIECE

    def decimal(self) -> str:
        """`3` pieces, `0.342` kg: in priced units, as the console and the paper write it."""
        return format_decimal(self.value, self.unit.price_digits)


def pieces(count: int) -> Quantity:
    """So many pieces."""
    return Quantity(count, Unit.PIECE)


def grams(weight: int) -> Quantity:
    """So many grams."""
    return Quantity(weight, Unit.GRAM)


def parse_quantity(text: str, unit: Unit) -> Quantity:
    """`3` or `0.342` in priced units of `unit`; ValueError if it is not one."""
    return Quantity(parse_decimal(text, unit.price_digits), unit)


def extended_minor(unit_price_minor: int, quantity: Quantity) -> int:
    """List amount of a line: price x quantity, half up to a minor unit."""
    return divide_half_up(unit_price_minor * quantity.value, quantity.unit.per_price)
