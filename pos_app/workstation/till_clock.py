"""The till's own time between gestures. Never the wall clock alone, never asks a disk.

`learn` is told what `till.db` knows: when the server was heard, and the last instant recorded.
"""

from datetime import datetime

from pos_app.domain.loyalty.lease import Anchor, Reading
from pos_app.domain.ports import Clock
from pos_app.domain.sentence import Sentence, say
from pos_app.domain.till_time import Doubt, Told, first_told, told


class TillClock:
    """One process's reckoning of time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._anchor: Anchor | None = None
        self._floor: datetime | None = None
        self._last: tuple[Told, Reading] | None = None

    def reading(self) -> Reading:
        """The machine's clocks now."""
        return Reading(self._clock.now_utc(), self._clock.monotonic_ms(), self._clock.boot_id())

    def learn(self, anchor: Anchor | None, floor: datetime | None = None) -> None:
        """What the till's file knows; `floor` counts at the start of the process."""
        self._anchor = anchor
        known = [at for at in (floor, anchor.server_at if anchor else None) if at is not None]
        if self._last is None:
            self._floor = max(known, default=None)

    def told(self) -> Told:
        """The time to sell by."""
        now = self.reading()
        if self._last is None:
            said = first_told(self._anchor, self._floor, now)
        else:
            said = told(self._anchor, *self._last, now)
        self._last = (said, now)
        return said

    def doubted(self) -> Doubt:
        """Whether a person should look at the machine's clock."""
        return self.told().doubt

    def trouble(self) -> Sentence | None:
        """The same in words, for the screen."""
        doubt = self.doubted()
        return None if doubt is Doubt.NONE else say(f"link.{doubt.value}")

    def confirm(self) -> None:
        """Somebody who may has said that the wall clock is right."""
        now = self.reading()
        self._last = (Told(now.wall), now)
