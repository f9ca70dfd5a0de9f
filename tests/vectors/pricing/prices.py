"""Money of a case as the till's money: minor units, tax inside. Never a discount.

Where a case adds tax to its prices, the programme is written either in prices with tax or in
prices without it, whichever can say every amount of the case exactly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from pos_app.domain.money import divide_half_up, format_decimal
from tests.vectors.outcome import NotModelled

MIXED_TAX = "amounts across tax rates"
FINER_THAN_MONEY = "finer than money"


class Inconvertible(Exception):
    """This amount cannot be said in these prices."""


def half_up(value: Fraction) -> int:
    """The nearest whole number, a half away from zero."""
    return divide_half_up(value.numerator, value.denominator)


@dataclass(frozen=True)
class Prices:
    """`rates` are the tax rates by line; `added`: the case's prices come without their tax.

    `gross`: the programme and the basket are written with tax inside. `by_line`: every line may
    have its own rate.
    """

    digits: int
    rates: Mapping[str, Fraction]
    added: bool = False
    gross: bool = True
    by_line: bool = False

    def minor(self, text: str | Fraction) -> int:
        """Minor units of an amount; more decimals than the currency has are not money."""
        value = Fraction(text) * 10**self.digits
        if value.denominator != 1:
            raise NotModelled(FINER_THAN_MONEY)
        return int(value)

    def unit_minor(self, text: str, line: str) -> int:
        """The unit price of a line as the basket states it."""
        if not (self.added and self.gross):
            return self.minor(text)
        value = Fraction(text) * (1 + self.rates[line]) * 10**self.digits
        if value.denominator != 1:
            raise Inconvertible
        return int(value)

    def priced(self, text: str, lines: Iterable[str]) -> str:
        """An amount that is meant like the prices of the case, over these lines."""
        if not (self.added and self.gross):
            return self.decimal(self.minor(text))
        return self.decimal(half_up(Fraction(text) * (1 + self._rate(lines)) * 10**self.digits))

    def paid(self, text: str, lines: Iterable[str]) -> str:
        """An amount of money as the customer pays it, tax included, over these lines."""
        if not self.added or self.gross:
            return self.decimal(self.minor(text))
        return self.decimal(half_up(Fraction(text) / (1 + self._rate(lines)) * 10**self.digits))

    def order_amount(self, text: str, lines: Iterable[str]) -> str:
        """An amount off an order: like its prices where the order has one rate of tax; money that
        the customer pays where its lines have their own."""
        return self.paid(text, lines) if self.by_line else self.priced(text, lines)

    def decimal(self, minor: int) -> str:
        """Minor units as the document writes them."""
        return format_decimal(minor, self.digits)

    def with_tax_minor(self, minor: int, line: str) -> int:
        """What the customer pays for an amount of the basket."""
        if not self.added or self.gross:
            return minor
        return minor + half_up(minor * self.rates[line])

    def without_tax_minor(self, minor: int, line: str) -> int:
        """An amount of the basket without its tax."""
        if self.added and not self.gross:
            return minor
        return half_up(minor / (1 + self.rates[line]))

    def _rate(self, lines: Iterable[str]) -> Fraction:
        rates = {self.rates[line] for line in lines} or {Fraction(0)}
        if len(rates) > 1:
            raise Inconvertible
        return rates.pop()
