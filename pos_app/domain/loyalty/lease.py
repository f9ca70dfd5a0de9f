"""How long a till honours points that were granted to it. Never prolonged by setting a clock.

The till counts from the last moment at which it had heard everything the server said, on its
monotonic clock; after another boot the wall clock only ever shortens what is left. The server
waits for the lease and a margin before it believes that a till spends no more of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

DRIFT_PPM = 150_000
"""A clock may be wrong by so much of what it measures."""
SLACK = timedelta(minutes=20)
"""Beside it: how roughly the server remembers when it was heard."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The server's time, heard at a reading of the till's clocks. `wall` is the till's own."""

    server_at: datetime
    monotonic_ms: int
    boot_id: str
    wall: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """The till's clocks now."""

    wall: datetime
    monotonic_ms: int
    boot_id: str


def lease_time(anchor: Anchor | None, now: Reading) -> datetime | None:
    """The server's time as this till can prove it, never early; None when it cannot tell.

    Without any anchor (a till that never heard a server) the wall clock has to do. After another
    boot the wall clock counts, and one that stands before the anchor's is not believed at all.
    """
    if anchor is None:
        return now.wall
    if now.boot_id == anchor.boot_id and now.monotonic_ms >= anchor.monotonic_ms:
        return anchor.server_at + timedelta(milliseconds=now.monotonic_ms - anchor.monotonic_ms)
    if now.wall < anchor.wall:
        return None
    return anchor.server_at + (now.wall - anchor.wall)


def margin(lasted: timedelta) -> timedelta:
    """How much longer a till may honour a lease that lasted so long."""
    return lasted * DRIFT_PPM // 1_000_000 + SLACK


def over_for_sure(lease_until: datetime, lasted: timedelta) -> datetime:
    """When the server may believe that a lease which lasted so long is not honoured any more."""
    return lease_until + margin(lasted)
