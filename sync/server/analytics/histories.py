"""Customers as BG/NBD sees them: repeats, their last day, how long known. Never a name or a price.

Purchases of one day are one purchase; the first one is the customer's birth and not counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Histories:
    """Columns, one row a customer. Times are in units of the caller's choice (weeks as a rule).

    `frequency`: repeat purchases. `recency`: the age at the last one, 0 without repeats. `age`:
    from the first purchase to the day of observation. `mean_value`: of a repeat purchase, in the
    units of the amounts; 0 without repeats.
    """

    ids: tuple[str, ...]
    frequency: Numbers
    recency: Numbers
    age: Numbers
    mean_value: Numbers

    def __len__(self) -> int:
        return len(self.ids)


def histories_of(
    purchases: Mapping[str, Iterable[tuple[date, float]]], until: date, days_per_unit: int = 7
) -> Histories:
    """From (day, amount) by customer, up to a day; who bought nothing by then is left out."""
    ids, rows = [], []
    for customer, bought in purchases.items():
        by_day: dict[int, float] = {}
        for on, amount in bought:
            if on <= until:
                by_day[on.toordinal()] = by_day.get(on.toordinal(), 0.0) + amount
        if by_day:
            ids.append(customer)
            rows.append(_row(by_day, until, days_per_unit))
    columns = np.array(rows, dtype=np.float64).reshape(len(rows), 4).T
    return Histories(tuple(ids), *columns)


def _row(by_day: Mapping[int, float], until: date, unit: int) -> tuple[float, ...]:
    first, last = min(by_day), max(by_day)
    repeats = [amount for on, amount in by_day.items() if on != first]
    mean = sum(repeats) / len(repeats) if repeats else 0.0
    return (len(repeats), (last - first) / unit, (until.toordinal() - first) / unit, mean)
