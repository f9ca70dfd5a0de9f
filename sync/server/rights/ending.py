"""Points that end soon are promised no longer than they are good. Never a day beyond their last.

Two tills in the dark cannot tell each other that a lot has ended, so what is promised beyond the
last day of a lot is never more than what is good after it; the rest is promised up to that
midnight, by a lease of its own. Source: docs/adr/0234.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from pos_app.domain.loyalty.account import Account
from pos_app.domain.loyalty.allowance import RECALLED
from pos_app.domain.loyalty.lease import margin
from sync.server.books.book import Book, Grant, Held
from sync.server.engine.days import Days
from sync.server.engine.services import micros

ONE = timedelta(days=1)
FOR_GOOD = 0
"""The lease of what a till honours until it is told otherwise, or has not heard us for long."""


@dataclass(slots=True)
class End:
    """`until`: the midnight after a lot's last day, in the first store that comes to it,
    microseconds; `room`: points that may still be promised beyond it."""

    until: int
    room: int


def horizon_days(lease_hours: int) -> int:
    """So many days ahead is looked: as long as a till that is not heard honours what lies there,
    by a clock that is slow, and the two days in which each member's turn comes for sure."""
    lease = timedelta(hours=lease_hours)
    return (lease + margin(lease)).days + 3


def longest_lease(book: Book, lease_hours: int) -> int:
    """The end of a lease given now, in whole hours so that grants of one hour grow together:
    never later than a till honours what has no lease."""
    hours = (book.services.now() + timedelta(hours=lease_hours)).replace(minute=0, second=0)
    return micros(hours.replace(microsecond=0))


def ends_of(book: Book, held: Held, days: int) -> list[End]:
    """The ends within so many days, the first one first. A gift card's is somebody else's care."""
    if held.bearer is not None:
        return []
    return room_beyond(held.account, book.grants_of(held.member.member_id), book.days, days)


def room_beyond(account: Account, grants: Iterable[Grant], now: Days, days: int) -> list[End]:
    """The same of an account and what is promised of it."""
    last, promised = now.first + timedelta(days=days), list(grants)
    on = sorted({e for lot in account.lots if (e := lot.expires_on) and now.first <= e <= last})
    ends = [End(micros(now.begins(day + ONE)), account.available(day + ONE)) for day in on]
    for end in ends:
        end.room -= sum(g.left for g in promised if outlasts(g, end))
    return ends


def outlasts(grant: Grant, end: End) -> bool:
    """Whether a till may still honour it when that end is past."""
    return not grant.lease_until or grant.lease_until > end.until


def parts(ends: list[End], points: int) -> Iterator[tuple[int, int]]:
    """(lease, points): what is promised for good, then what ends, the last to end first.

    `points` are free today; all of them are promised.
    """
    for number in range(len(ends), -1, -1):
        room = min((max(0, end.room) for end in ends[:number]), default=points)
        part = min(points, room)
        if part:
            yield (ends[number].until if number < len(ends) else FOR_GOOD), part
        for end in ends[:number]:
            end.room -= part
        points -= part


def lease_within(ends: list[End], points: int, lease_until: int) -> int:
    """A lease of so many points, cut at the first midnight beyond which they may not be there."""
    short = (end.until for end in ends if points > max(0, end.room))
    return min(lease_until, next(short, lease_until))


def outlasting(grants: Iterable[Grant], ends: list[End], kinds: tuple[str, ...]) -> list[Grant]:
    """Waiting grants to ask back, the largest first, so that no more is promised beyond an end
    than there is then. What was asked back already is on its way."""
    promised, found = list(grants), []
    for grant in promised:
        if grant.kind == RECALLED:
            _comes_back(grant, ends)
    waiting = [grant for grant in promised if grant.kind in kinds and grant.left]
    for grant in sorted(waiting, key=lambda g: (-g.left, g.grant_id)):
        if any(end.room < 0 for end in ends if outlasts(grant, end)):
            found.append(grant)
            _comes_back(grant, ends)
    return found


def _comes_back(grant: Grant, ends: list[End]) -> None:
    for end in ends:
        end.room += grant.left if outlasts(grant, end) else 0
