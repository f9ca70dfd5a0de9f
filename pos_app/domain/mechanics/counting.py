"""What all counted mechanics have in common: pieces of the calendar and days of validity.

Never counts: see `loyalty/tally.py`.
"""

from dataclasses import dataclass
from datetime import date

from pos_app.domain.reading import Reader

CALENDAR = ("day", "week", "month", "quarter", "year", "lifetime")
"""Pieces of the store's calendar that are counted in; weeks begin on Monday (ISO 8601)."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days of validity, both ends inclusive; None is open."""

    from_on: date | None = None
    until_on: date | None = None

    def hold(self, on: date) -> bool:
        """True on a day of them."""
        after = self.from_on is None or self.from_on <= on
        return after and (self.until_on is None or on <= self.until_on)


def read_days(doc: Reader) -> Days:
    """The fields `from` and `until`."""
    days = Days(doc.day("from"), doc.day("until"))
    if days.from_on and days.until_on and days.from_on > days.until_on:
        doc.fault("until", f"ends before it begins ({days.from_on})")
    return days


def name_in(names: dict[str, str], language: str, fallback: str) -> str:
    """The name in a language, else in any, else the id."""
    return names.get(language) or next(iter(names.values()), fallback)


def refuse_twice(doc: Reader, key: str, ids: list[str]) -> None:
    """An id that stands twice in a list is a fault."""
    for index, one in enumerate(ids):
        if one in ids[:index]:
            doc.fault(f"{key}[{index}].id", f"{one!r} is used twice")
