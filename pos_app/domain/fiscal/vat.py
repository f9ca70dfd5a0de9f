"""The values of tag 1199 as dated data: which rate has which number since when. Never a rate.

What a line is taxed with is the sale's own fact (`CompletedLine.tax_rate_ppm`); this only says how
the format writes it down.
"""

import json
from dataclasses import dataclass
from datetime import date

ZERO_CLASS = "zero"
"""Taxed at nothing (exports); any other class without a rate is not taxed at all."""
EXEMPT_CLASSES = frozenset({"none", "exempt", ""})


@dataclass(frozen=True, slots=True)
class VatValue:
    """One value of tag 1199. `of_gross`: the tax inside an advance (22/122)."""

    value: int
    name: str
    rate_ppm: int | None
    of_gross: bool
    since_on: date


@dataclass(frozen=True, slots=True)
class VatValues:
    """The list of a format; `exempt` is the value of goods without the tax."""

    values: tuple[VatValue, ...]
    exempt: int

    def of_line(
        self, tax_class: str, rate_ppm: int, on: date, *, advance: bool = False
    ) -> int | None:
        """The value for a line sold at that rate, on a day; None: the format has none then.

        `advance`: money taken before anybody knows for which goods, so the tax inside it.
        """
        if tax_class in EXEMPT_CLASSES or (rate_ppm == 0 and tax_class != ZERO_CLASS):
            return self.exempt
        gross = advance and rate_ppm > 0
        for one in self.values:
            if (one.rate_ppm, one.of_gross) == (rate_ppm, gross) and one.since_on <= on:
                return one.value
        return None


def load_vat_values(text: str) -> VatValues:
    """From JSON; ValueError or KeyError when it is not such a list."""
    said = json.loads(text)
    return VatValues(tuple(_value(one) for one in said["values"]), int(said["exempt"]))


def _value(said: dict[str, object]) -> VatValue:
    rate = said.get("rate_ppm")
    return VatValue(
        value=int(str(said["value"])),
        name=str(said["name"]),
        rate_ppm=None if rate is None else int(str(rate)),
        of_gross=bool(said.get("of_gross", False)),
        since_on=date.fromisoformat(str(said["since_on"])),
    )
