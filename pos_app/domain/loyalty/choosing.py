"""The member's choice of categories for a month: read, judged, and which of two wins.

Never a rate: the earn rules of the choice say what it is worth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from pos_app.domain.loyalty.tally import period_of
from pos_app.domain.mechanics.cashback import Choice
from pos_app.domain.sentence import Sentence, say

MONTHS_KEPT = 3


@dataclass(frozen=True, slots=True)
class Chosen:
    """Categories chosen for one month, and when."""

    month: str
    categories: tuple[str, ...]
    at: datetime


Choices = Mapping[str, Chosen]
"""By month (`2026-03`)."""
NONE_CHOSEN: Choices = MappingProxyType({})


def with_choice(known: Choices, new: Chosen) -> dict[str, Chosen]:
    """The last choice of a month wins, by its instant, in whatever order two of them arrive."""
    held = known.get(new.month)
    later = held is None or (new.at, new.categories) > (held.at, held.categories)
    found = {**known, new.month: new} if later else dict(known)
    return {month: found[month] for month in sorted(found)[-MONTHS_KEPT:]}


def chosen_on(known: Choices, on: date) -> frozenset[str]:
    """What is chosen for the month of a day."""
    held = known.get(period_of("month", on))
    return frozenset(held.categories) if held else frozenset()


def months_open(on: date) -> tuple[str, str]:
    """The months that can be chosen for on a day: its own and the next."""
    after = on.replace(day=1) + timedelta(days=31)
    return period_of("month", on), period_of("month", after)


def why_not(
    choice: Choice | None, known: Choices, month: str, categories: Sequence[str]
) -> Sentence | None:
    """The reason why this cannot be chosen, or None."""
    if choice is None:
        return say("choice.none")
    strange = [one for one in categories if one not in choice.categories]
    if strange:
        return say("choice.unknown", category=strange[0])
    if not 0 < len(set(categories)) <= choice.count:
        return say("choice.count", count=choice.count)
    held = known.get(month)
    if choice.once_a_month and held is not None and set(held.categories) != set(categories):
        return say("choice.once")
    return None
