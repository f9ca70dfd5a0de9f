"""The days around a birthday on which a member is treated. Never kept with the date of birth.

Only the server, which may know the date, computes windows; a till is told the windows.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from pos_app.domain.reading import Reader

DAYS_MOST = 60
Window = tuple[date, date]
"""First and last day, both included."""


@dataclass(frozen=True, slots=True)
class Birthday:
    """How many days before and after the day itself."""

    days_before: int = 3
    days_after: int = 7


def read_birthday(doc: Reader) -> Birthday:
    """The section `birthday`."""
    found = Birthday(
        days_before=doc.integer("days_before", 3, most=DAYS_MOST),
        days_after=doc.integer("days_after", 7, most=DAYS_MOST),
    )
    doc.finish()
    return found


def birthday_in(born: date, year: int) -> date:
    """The day it is kept in a year; 29 February on the 28th where there is no 29th."""
    if (born.month, born.day) == (2, 29):
        return date(year, 3, 1) - timedelta(days=1)
    return born.replace(year=year)


def windows(born: date, rule: Birthday, on: date) -> tuple[Window, Window]:
    """The window that runs or comes next, and the one of the year after: a till that is dark over
    new year still knows it."""
    before, after = timedelta(days=rule.days_before), timedelta(days=rule.days_after)
    found: list[Window] = []
    for year in range(on.year - 1, on.year + 3):
        day = birthday_in(born, year)
        if day + after >= on:
            found.append((day - before, day + after))
    return found[0], found[1]
