"""Caps of earning: what counts under them, what is left, what a posting takes back.

Never blocks an earning: a till that is offline prints "up to", and the posting clips.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pos_app.domain.loyalty.sold import SoldLine
from pos_app.domain.loyalty.tally import Tallies, TallyEntry, period_of
from pos_app.domain.mechanics.cashback import Cap
from pos_app.domain.sentence import Points, Sentence, say


@dataclass(frozen=True, slots=True)
class Clip:
    """Points that a posting takes back under a cap (more than 0), or gives again (less)."""

    cap: Cap
    period: str
    points: int

    @property
    def entry(self) -> TallyEntry:
        """What the member's state remembers of it."""
        return TallyEntry(clipped(self.cap), self.period, self.points)


def clipped(cap: Cap) -> str:
    """The tally of what postings took back."""
    return f"clipped/{cap.cap_id}"


def cap_entries(caps: Iterable[Cap], lines: Sequence[SoldLine], on: date) -> Iterator[TallyEntry]:
    """What a sale earned under each cap."""
    for cap in caps:
        under = [x for x in lines if x.points_earned and cap.holds(x.earn_rules, x.item.categories)]
        points = sum(line.points_earned for line in under)
        numbers = tuple(line.line for line in under)
        if points:
            yield TallyEntry(cap.tally, period_of(cap.period, on), points, numbers)


def earned_under(cap: Cap, tallies: Tallies, on: date) -> int:
    """Points of the running period as the receipts had them, clipped or not."""
    return tallies.get((cap.tally, period_of(cap.period, on)), 0)


def left_under(cap: Cap, tallies: Tallies, on: date) -> int:
    """Points that can still be earned in the running period."""
    return max(cap.points - earned_under(cap, tallies, on), 0)


def clips(caps: Iterable[Cap], tallies: Tallies, entries: Sequence[TallyEntry]) -> list[Clip]:
    """What to take back (or to give again) after these entries; `tallies` contain them.

    What stays of a period is the smaller of its sum and the cap, in whatever order receipts and
    returns arrive. Never more than these entries earned: a cap that was lowered meanwhile takes
    nothing of earlier receipts.
    """
    found = []
    for cap in caps:
        moved: dict[str, int] = {}
        for entry in entries:
            if entry.tally == cap.tally:
                moved[entry.period] = moved.get(entry.period, 0) + entry.amount
        for period, amount in moved.items():
            beyond = max(tallies.get((cap.tally, period), 0) - cap.points, 0)
            points = min(beyond - tallies.get((clipped(cap), period), 0), max(amount, 0))
            if points:
                found.append(Clip(cap, period, points))
    return found


def up_to(cap: Cap, points: int, language: str) -> Sentence:
    """What a receipt printed offline says of points under a cap."""
    return say("cap.up_to", name=cap.name(language), points=Points(points), most=Points(cap.points))
