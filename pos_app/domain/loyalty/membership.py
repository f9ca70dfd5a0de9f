"""Paid memberships of one member: until when, and what comes back. Never a price, never a clock.

Every piece sold is a tally of days under the day of its sale; tallies only add up, so renewals
at two dark tills are both kept, and every till that has heard of both gives the same last day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pos_app.domain.loyalty.tally import Tallies, TallyEntry
from pos_app.domain.mechanics.memberships import Membership
from pos_app.domain.money import divide_half_up

KIND = "membership/"
MARK = "+"
"""After the day: it is not forgotten with the days of a calendar, for renewals build on it."""


@dataclass(frozen=True, slots=True)
class Term:
    """What was sold on one day, and the days it runs for: `from_on` to `until_on`, inclusive.

    A term that was given back before it began has no day: `until_on` is before `from_on`.
    """

    membership_id: str
    bought_on: date
    days: int
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class SoldPiece:
    """One line that may sell a membership: base units of an item."""

    line: int
    item_id: str
    count: int


def purchases(
    memberships: Iterable[Membership], pieces: Iterable[SoldPiece], on: date
) -> tuple[TallyEntry, ...]:
    """What a receipt grants, as tallies for its document."""
    by_item = {item: one for one in memberships for item in one.items}
    found = []
    for piece in pieces:
        sold = by_item.get(piece.item_id)
        if sold is None or not sold.days_from(on):
            continue
        # A second piece of one that ends on a date would grant the same days again: nothing.
        days = sold.days_from(on) * (piece.count if sold.days else 1)
        name = KIND + sold.membership_id
        found.append(TallyEntry(name, on.isoformat() + MARK, days, (piece.line,)))
    return tuple(found)


def terms(membership: Membership, tallies: Tallies) -> tuple[Term, ...]:
    """All that was sold of one membership, oldest first; a renewal runs on from the old end."""
    name = KIND + membership.membership_id
    sold = sorted(
        (date.fromisoformat(period.removesuffix(MARK)), days)
        for (tally, period), days in tallies.items()
        if tally == name
    )
    found: list[Term] = []
    for bought_on, days in sold:
        start = max(bought_on, found[-1].until_on + timedelta(days=1)) if found else bought_on
        until = start + timedelta(days=max(days, 0) - 1)
        if membership.until_on is not None:
            until = min(until, membership.until_on)
        found.append(Term(membership.membership_id, bought_on, days, start, until))
    return tuple(found)


def holds_until(membership: Membership, tallies: Tallies, on: date) -> date | None:
    """The last day of a membership that runs on a day; None: it does not run."""
    running = None
    for term in terms(membership, tallies):
        if term.from_on <= on <= term.until_on or (
            running is not None and term.from_on <= running + timedelta(days=1)
        ):
            running = max(term.until_on, running or term.until_on)
    return running


def held(memberships: Iterable[Membership], tallies: Tallies, on: date) -> Mapping[str, date]:
    """Membership id -> last day, of those that run on a day."""
    found = ((m.membership_id, holds_until(m, tallies, on)) for m in memberships)
    return {name: until for name, until in found if until is not None}


def unused_days(membership: Membership, tallies: Tallies, bought_on: date, on: date) -> int:
    """Days of what was sold on `bought_on` that are left; the day it comes back is one of them."""
    term = next((t for t in terms(membership, tallies) if t.bought_on == bought_on), None)
    if term is None:
        return 0
    return max((term.until_on - max(term.from_on, on)).days + 1, 0)


def refund_minor(membership: Membership, paid_minor: int, days: int, unused: int) -> int:
    """What comes back of `paid_minor`: the share of the unused days, half up to a minor unit."""
    if membership.refund == "none" or not days:
        return 0
    return divide_half_up(paid_minor * min(unused, days), days)
