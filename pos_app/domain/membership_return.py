"""A paid membership that comes back: its used days stay sold. Never a refund beyond what was paid.

The return line carries the stored numbers like any other; what the used days cost is withheld
from the refund, and their days stay on the member's tallies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pos_app.domain.document import CompletedLine, CompletedTransaction
from pos_app.domain.loyalty.membership import KIND, MARK, refund_minor, unused_days
from pos_app.domain.loyalty.tally import Tallies, TallyEntry
from pos_app.domain.mechanics.memberships import Membership


@dataclass(frozen=True, slots=True)
class Used:
    """What used days keep back: money, and the days that stay sold."""

    minor: int = 0
    tallies: tuple[TallyEntry, ...] = ()


def used_days(
    memberships: Iterable[Membership],
    known: Tallies,
    original: CompletedTransaction,
    before: Mapping[int, int],
    lines: Sequence[CompletedLine],
    on: date,
) -> Used:
    """For the return of these lines on a day. `known`: the member's tallies; `before`: base units
    of the sold lines that are back already."""
    by_name = {KIND + one.membership_id: one for one in memberships}
    sold = {line.line: line for line in original.lines}
    left: dict[tuple[str, str], int] = {}
    minor, stay = 0, []
    for entry in original.tallies:
        one = by_name.get(entry.tally)
        if one is None or not entry.lines:
            continue
        number = entry.lines[0]
        back = [line for line in lines if line.returned_line == number]
        units = sold[number].quantity.value
        first = before.get(number, 0)
        last = first + sum(line.quantity.value for line in back)
        days = entry.amount * last // units - entry.amount * first // units
        key = (entry.tally, entry.period)
        bought_on = date.fromisoformat(entry.period.removesuffix(MARK))
        rest = left.get(key, unused_days(one, known, bought_on, on))
        unused = 0 if one.refund == "none" else min(rest, days)
        left[key] = rest - unused
        paid = sum(line.payable_minor for line in back)
        minor += paid - refund_minor(one, paid, days, unused)
        if days > unused:
            stay.append(TallyEntry(entry.tally, entry.period, days - unused, entry.lines))
    return Used(minor, tuple(stay))
