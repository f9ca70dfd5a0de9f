"""Reads an arithmetic of the explanation and counts it again. Never asks the engine.

3 x 89.90 x 10 % = 26.97            a part of something, rounded half up
(2 x 89.90 + 120.00) x 5 % = 14.99
2 x 89.90 + 120.00 - 269.80 = 30.00
2 x 5.00 = 10.00                    so much off so many
89.90 x 10 % = 8.99, <= 5.00        and the cap that cut it in all
449.00 x 10 % = 44.90 -> 40.00      down to the legal price
"""

import re
from dataclasses import dataclass
from fractions import Fraction

_NUMBER = r"-?\d+(?:\.\d+)?"
_TOKEN = re.compile(rf"\s*({_NUMBER}|[x+\-()%])")


@dataclass(frozen=True)
class Retold:
    """`counted`: what the left side comes to, exactly; `said`: the right side; minor units.
    `cap_minor`: what is given in all, where a cap is named. `percents`: whether it rounds."""

    counted: Fraction
    said_minor: int
    cap_minor: int | None
    percents: bool


def minor(text: str) -> int:
    """An amount with two decimals."""
    whole = Fraction(text) * 100
    assert whole.denominator == 1
    return int(whole)


def retold(arithmetic: str) -> Retold:
    """Both sides of an arithmetic; a bare amount says itself."""
    formula, _, cap = arithmetic.partition(", ")
    formula, _, cut = formula.partition(" -> ")
    left, equals, right = formula.rpartition(" = ")
    assert not cap or cap.startswith("<= ")
    return Retold(
        _Sum(left if equals else right).value() * 100,
        minor(cut or right),
        minor(cap.removeprefix("<= ")) if cap else None,
        "%" in left,
    )


class _Sum:
    """A sum of products, left to right; `x 10 %` is a hundredth of ten."""

    def __init__(self, text: str) -> None:
        self.tokens = _TOKEN.findall(text)
        assert "".join(self.tokens) == text.replace(" ", "")

    def value(self) -> Fraction:
        found = self._sum()
        assert not self.tokens
        return found

    def _sum(self) -> Fraction:
        found = self._product()
        while self.tokens and self.tokens[0] in "+-":
            sign = 1 if self.tokens.pop(0) == "+" else -1
            found += sign * self._product()
        return found

    def _product(self) -> Fraction:
        found = self._one()
        while self.tokens and self.tokens[0] == "x":
            self.tokens.pop(0)
            found *= self._one()
        return found

    def _one(self) -> Fraction:
        token = self.tokens.pop(0)
        if token == "(":
            found = self._sum()
            assert self.tokens.pop(0) == ")"
        else:
            found = Fraction(token)
        if self.tokens and self.tokens[0] == "%":
            self.tokens.pop(0)
            found /= 100
        return found


def half_up(exact: Fraction) -> int:
    """Rounded half up to whole minor units."""
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
