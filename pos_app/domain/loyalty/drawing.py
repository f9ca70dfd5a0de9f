"""Entries of prize draws that a receipt gives. Never a draw."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from pos_app.domain.loyalty.sold import SoldLine, counted
from pos_app.domain.loyalty.tally import LIFETIME, Tallies, TallyEntry
from pos_app.domain.mechanics.draws import Draw
from pos_app.domain.sentence import Sentence, say


def entries_given(draw: Draw, lines: Sequence[SoldLine]) -> int:
    """One for each full amount paid with money for its goods, or so many a unit."""
    found = counted(lines, draw.goods)
    if draw.per_unit:
        given = sum(line.units for line in found) * draw.per_unit
    else:
        given = sum(line.payable_minor for line in found) // draw.per_minor
    return min(given, draw.most_per_receipt) if draw.most_per_receipt else given


def draw_entries(
    draws: Iterable[Draw], lines: Sequence[SoldLine], on: date
) -> Iterator[TallyEntry]:
    """What a sale adds to the tallies of the draws that run."""
    for draw in draws:
        given = entries_given(draw, lines) if draw.days.hold(on) else 0
        if given:
            numbers = tuple(line.line for line in counted(lines, draw.goods))
            yield TallyEntry(draw.tally, LIFETIME, given, numbers)


def told(draw: Draw, tallies: Tallies, language: str) -> Sentence:
    """How many entries a member has."""
    entries = tallies.get((draw.tally, LIFETIME), 0)
    return say("draw.entries", name=draw.name(language), entries=entries)
