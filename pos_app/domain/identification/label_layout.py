"""Where a shop's label printer puts PLU and value into an EAN-13. Never guesses a field.

A layout is written as it stands in a label scale's manual: `PP PPPPP WWWWW C` is a prefix, a PLU,
grams, the check digit. Letters: P prefix (the first group) and PLU, W grams, N pieces, M minor
units of money, V the value's own check digit (GS1 General Specifications, 7.9: 4 or 5 digits).
"""

from collections.abc import Mapping
from dataclasses import dataclass

DIGITS = 13
VALUES = {"W": "weight", "N": "count", "M": "price"}
_MINUS_2 = (0, 2, 4, 6, 8, 9, 1, 3, 5, 7)
_TIMES_3 = (0, 3, 6, 9, 2, 5, 8, 1, 4, 7)
_MINUS_5 = (0, 5, 9, 4, 8, 3, 7, 2, 6, 1)
_PLUS_5 = (0, 5, 1, 6, 2, 7, 3, 8, 4, 9)
_WEIGHTS: Mapping[int, tuple[tuple[int, ...], ...]] = {
    4: (_MINUS_2, _MINUS_2, _TIMES_3, _MINUS_5),
    5: (_PLUS_5, _MINUS_2, _MINUS_5, _PLUS_5, _MINUS_2),
}


@dataclass(frozen=True, slots=True)
class LabelLayout:
    """One layout, read from its pattern. `kind`: weight, count or price."""

    pattern: str
    kind: str
    prefix_digits: int
    plu_digits: int
    value_digits: int
    is_verified: bool = False

    @classmethod
    def read(cls, pattern: str) -> "LabelLayout":
        """ValueError, in words, for a pattern that is no EAN-13 with a PLU and a value."""
        groups = pattern.split()
        letters = "".join(group[:1] for group in groups)
        plain = all(group == group[:1] * len(group) for group in groups)
        known = {f"PP{v}{value}C" for v in ("", "V") for value in VALUES}
        if not plain or letters not in known or sum(map(len, groups)) != DIGITS:
            raise ValueError(f"{pattern!r} is not like `PP PPPPP WWWWW C`, 13 characters in all")
        if len(groups[-1]) != 1 or ("V" in letters and len(groups[2]) != 1):
            raise ValueError(f"{pattern!r}: a check digit is one digit")
        if "V" in letters and len(groups[-2]) not in _WEIGHTS:
            raise ValueError(f"{pattern!r}: a value with a check digit of its own has 4 or 5")
        sizes = [len(group) for group in groups]
        return cls(pattern, VALUES[letters[-2]], sizes[0], sizes[1], sizes[-2], "V" in letters)

    def split(self, ean13: str) -> tuple[str, int] | None:
        """(PLU, value); None when the value's own check digit is wrong."""
        plu_end = self.prefix_digits + self.plu_digits
        value = ean13[-1 - self.value_digits : -1]
        if self.is_verified and ean13[plu_end] != value_check_digit(value):
            return None
        return ean13[self.prefix_digits : plu_end], int(value)


def value_check_digit(value: str) -> str:
    """The check digit of a value of four or five digits inside a label."""
    total = sum(
        weights[int(digit)] for weights, digit in zip(_WEIGHTS[len(value)], value, strict=True)
    )
    if len(value) == 4:
        return str(total * 3 % 10)
    return str(_MINUS_5.index(-total % 10))
