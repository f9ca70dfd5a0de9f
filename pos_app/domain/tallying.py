"""What a sale adds to its member's tallies: one entry for all that the programme counts.

Never counts for a receipt without a member, and never looks at another receipt.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pos_app.domain.document import CompletedLine
from pos_app.domain.loyalty.program import Program
from pos_app.domain.loyalty.tally import LIFETIME, TallyEntry, period_of
from pos_app.domain.pricing.result import Trace

VISITS = "visits"


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale to count: its lines as completed, what the rules said, the store's business day."""

    lines: Sequence[CompletedLine]
    trace: Sequence[Trace]
    business_on: date


def tallies_of(program: Program, sold: Sold) -> tuple[TallyEntry, ...]:
    """The entries of a sale to a member; amounts of nothing are left out."""
    return tuple(e for count in COUNTS for e in count(program, sold) if e.amount)


def _visits(_program: Program, sold: Sold) -> Iterator[TallyEntry]:
    """One for every receipt, in all and by month."""
    yield TallyEntry(VISITS, LIFETIME, 1)
    yield TallyEntry(VISITS, period_of("month", sold.business_on), 1)


COUNTS: tuple[Callable[[Program, Sold], Iterator[TallyEntry]], ...] = (_visits,)
