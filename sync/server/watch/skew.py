"""How far a till's clock stands from ours, by the times it signs. Never trusted, only told.

A request is on its way for a while, so the time it carries looks too early by that much: of an
hour's requests the one that looks latest is nearest the truth.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sync.server.books.conflicts import Conflict
from sync.translate.instants import instant

BOUND_MS = 120_000
"""What a till shows too: a clock nearer than this disturbs no rule."""
WINDOW_MS = 3_600_000
KEPT, LEAST, REMEMBERED = 32, 3, 100_000
MILLISECOND = timedelta(milliseconds=1)


@dataclass
class _Till:
    """(monotonic, ahead) of the last requests; `filed`: the day and the direction told of."""

    last: datetime | None = None
    heard: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=KEPT))
    filed: str = ""


@dataclass
class Skews:
    """The tills that spoke lately with this process."""

    _tills: OrderedDict[str, _Till] = field(default_factory=OrderedDict)

    def heard(self, terminal_id: str, sent: str, received: datetime, at_ms: int) -> Conflict | None:
        """A genuine request came, signed at `sent`; the line for a person, once a day, if its
        clock is wrong. `at_ms`: our monotonic clock."""
        try:
            ahead_ms = (instant(sent) - received) // MILLISECOND
        except (ValueError, OverflowError):
            return None
        till = self._of(terminal_id)
        if till.last == received:
            return None  # a request that waits is looked at more than once
        till.last = received
        till.heard.append((at_ms, ahead_ms))
        found = self.ahead_ms(terminal_id, at_ms)
        if found is None or abs(found) <= BOUND_MS:
            return None
        direction = "ahead" if found > 0 else "behind"
        name = f"{received.date()} {direction}"
        if till.filed == name:
            return None
        till.filed = name
        return Conflict(
            "clock_skew",
            terminal=terminal_id,
            detail=f"{abs(found) // 1000} s {direction}",
            name=name,
        )

    def ahead_ms(self, terminal_id: str, at_ms: int) -> int | None:
        """How far its clock is ahead of ours (negative: behind); None before it is known.

        One request that comes from our future is enough; one from the past may have been slow.
        """
        till = self._tills.get(terminal_id)
        if till is None:
            return None
        recent = [ahead for at, ahead in till.heard if at_ms - at <= WINDOW_MS]
        if not recent or (max(recent) < 0 and len(recent) < LEAST):
            return None
        return max(recent)

    def forget(self, terminal_id: str) -> None:
        """The line was not written down after all."""
        self._of(terminal_id).filed = ""

    def _of(self, terminal_id: str) -> _Till:
        till = self._tills.setdefault(terminal_id, _Till())
        self._tills.move_to_end(terminal_id)
        if len(self._tills) > REMEMBERED:
            self._tills.popitem(last=False)
        return till
