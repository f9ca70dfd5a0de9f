"""What time it is at a till whose clock may be wrong. Never believes a jump, never goes behind
what it has already recorded.

The server's word, carried on by the monotonic clock, is better than the wall clock; without it the
till goes on counting from where it was, and a wall clock that says something else is a doubt that
the next word of the server, or of a manager, ends.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from pos_app.domain.loyalty.lease import Anchor, Reading

TOLERANCE = timedelta(minutes=2)
"""So far a wall clock may stand from what is known, and is still taken for the time."""
ABSENT_LONGEST = timedelta(hours=72)
"""So long a till may have been switched off before its clock is asked about."""


class Doubt(Enum):
    """What is wrong with the wall clock, as far as this till can tell."""

    NONE = ""
    BEHIND = "clock_behind"
    AHEAD = "clock_ahead"


@dataclass(frozen=True, slots=True)
class Told:
    """The time to sell by, and the doubt about it; `proven`: by the server's word in this boot."""

    at: datetime
    doubt: Doubt = Doubt.NONE
    proven: bool = False


def first_told(anchor: Anchor | None, floor: datetime | None, now: Reading) -> Told:
    """At the start of the process. `floor`: the last instant that this till knows of."""
    proven = _proven(anchor, now)
    if proven is not None:
        return proven
    if floor is not None and now.wall < floor - TOLERANCE:
        return Told(floor, Doubt.BEHIND)
    if floor is not None and now.wall > floor + ABSENT_LONGEST:
        return Told(now.wall, Doubt.AHEAD)
    return Told(now.wall)


def told(anchor: Anchor | None, last: Told, then: Reading, now: Reading) -> Told:
    """After it: `last` was told at the reading `then` of the same process."""
    proven = _proven(anchor, now)
    if proven is not None:
        return proven
    passed = timedelta(milliseconds=max(0, now.monotonic_ms - then.monotonic_ms))
    expected = last.at + passed
    if abs(now.wall - expected) <= TOLERANCE:
        # A clock that was doubted stays so until somebody says a word.
        return Told(now.wall, last.doubt if last.doubt is Doubt.AHEAD else Doubt.NONE)
    return Told(expected, Doubt.AHEAD if now.wall > expected else Doubt.BEHIND)


def _proven(anchor: Anchor | None, now: Reading) -> Told | None:
    if anchor is None or now.boot_id != anchor.boot_id or now.monotonic_ms < anchor.monotonic_ms:
        return None
    passed = timedelta(milliseconds=now.monotonic_ms - anchor.monotonic_ms)
    at = anchor.server_at + passed
    return Told(now.wall if abs(now.wall - at) <= TOLERANCE else at, proven=True)
