"""Value added tax as dated data: a class of goods and its rates. Never a rate in a rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pos_app.domain.money import PPM, divide_half_up


@dataclass(frozen=True, slots=True)
class TaxRate:
    """`rate_ppm` millionths, in force since that day."""

    since_on: date
    rate_ppm: int


@dataclass(frozen=True, slots=True)
class TaxTable:
    """Rates by tax class, oldest first. `included`: shelf prices contain the tax."""

    rates: Mapping[str, tuple[TaxRate, ...]]
    included: bool = True

    def rate_ppm(self, tax_class: str, on: date) -> int:
        """The rate of a class on a day; 0 for a class without rates (not taxed)."""
        found = 0
        for rate in self.rates.get(tax_class, ()):
            if rate.since_on <= on:
                found = rate.rate_ppm
        return found


def tax_inside_minor(amount_minor: int, rate_ppm: int) -> int:
    """The tax contained in an amount, half up per line."""
    return divide_half_up(amount_minor * rate_ppm, PPM + rate_ppm)


def russian_tax() -> TaxTable:
    """Russia: 22 % since 2026-01-01 (425-FZ of 2025-11-28), 20 % from 2019, reduced 10 %."""
    return TaxTable(
        {
            "standard": (
                TaxRate(date(2004, 1, 1), 180_000),
                TaxRate(date(2019, 1, 1), 200_000),
                TaxRate(date(2026, 1, 1), 220_000),
            ),
            "reduced": (TaxRate(date(2004, 1, 1), 100_000),),
            "zero": (TaxRate(date(2004, 1, 1), 0),),
        }
    )
