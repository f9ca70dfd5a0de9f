"""A recorded line in place of a device: what was heard then is heard again, when it is asked for.

Never sends a byte anywhere. An answer waits for its question, so that a replay ends as the
recording did however fast it runs; a question that was not asked then is answered as last time.
"""

from collections import deque
from collections.abc import Callable, Sequence
from itertools import pairwise
from threading import Condition

from drivers.transport.links import LinkDownError, monotonic_ms
from drivers.transport.trace import Direction, Doing, TraceEntry

HASTY_PAUSE_MS = 400
"""Longer than any silence by which a driver tells two labels apart."""
STUCK_MS = 3000
ASK_WAIT_MS = 1000
ONE_ANSWER_MS = 20
"""The pieces of one answer come closer together."""
ANSWERS_COMPARED = 2
Same = Callable[[bytes, bytes], bool]
"""Whether what was sent then is what is sent now."""


class NotSentError(LinkDownError):
    """What was to be sent surely did not arrive."""


class Tape:
    """Link of the transport, and the requests of then for whoever plays it.

    `hasty`: pauses are cut to `HASTY_PAUSE_MS`.
    """

    def __init__(self, entries: Sequence[TraceEntry], same: Same, *, hasty: bool = False) -> None:
        self._entries = tuple(entries)
        self._same = same
        self._hasty = hasty
        self._played = [one.direction is Direction.BEGUN for one in self._entries]
        self._first = 0
        self._at_ms = monotonic_ms()
        self._again: deque[bytes] = deque()
        self._down: str | None = None
        self._finished = False
        self._changed = Condition()
        self._skip_played()
        self.strays = 0
        """Places where the driver did not do as it did then."""

    # --- the driver's side ------------------------------------------------------------------------

    def open(self) -> None:
        """See Link: as the line came and went then."""
        with self._changed:
            entry, is_due = self._next(), self._wait_ms() == 0
            if entry is not None and _doing(entry) is Doing.OPENING and is_due:
                self._lose(entry)
            opens = entry is not None and entry.direction is Direction.OPENED
            if opens and (is_due or self._down is None):
                self._down = None
                self._play(self._first)
            if self._down is not None:
                raise LinkDownError(self._down)

    def read(self, timeout_ms: int) -> bytes:
        """See Link."""
        end_ms = monotonic_ms() + timeout_ms
        with self._changed:
            while True:
                if self._again:
                    return self._again.popleft()
                heard = self._heard()
                rest_ms = end_ms - monotonic_ms()
                if heard is not None or rest_ms <= 0:
                    return heard or b""
                self._changed.wait(min(rest_ms, self._wait_ms() or rest_ms) / 1000)

    def write(self, data: bytes) -> None:
        """See Link."""
        self.sends(data)

    def close(self) -> None:
        """See Link."""

    def sends(self, data: bytes) -> bool:
        """The driver sends; True when the recording has an answer, or silence, for it."""
        with self._changed:
            if self._next() is None:  # nobody knows what it would have answered after the end
                self._changed.wait_for(lambda: self._finished)
                return False
            at = self._turn(data)
            if at is None:
                return self._as_before(data)
            if not self._same(self._entries[at].data, data):
                if self._as_before(data):
                    return True
                self.strays += 1
            self._play(at)
            lost = self._next()
            if lost is not None and _doing(lost) is Doing.WRITING:
                self._lose(lost)
                raise NotSentError(self._down or "")
            return True

    def exchange(self, data: bytes, timeout_ms: int) -> bytes:
        """One request and its answer, for a line that has no loose bytes; LinkDownError."""
        if not self.sends(data):
            raise LinkDownError("the recording has no answer to this")
        heard = self.read(timeout_ms)
        if not heard:
            raise LinkDownError("the recording has no answer to this")
        return heard

    # --- the player's side ------------------------------------------------------------------------

    def next_request(self, timeout_ms: int) -> bytes | None:
        """What the till asked then, once all before it has been played."""
        end_ms = monotonic_ms() + timeout_ms
        with self._changed:
            while True:
                entry = self._next()
                asked = entry is not None and entry.direction is Direction.ASKED
                if entry is not None and asked and self._wait_ms() == 0:
                    self._play(self._first)
                    return entry.data
                rest_ms = end_ms - monotonic_ms()
                if rest_ms <= 0:
                    self._unstick()
                    return None
                self._changed.wait(min(rest_ms, self._wait_ms() or rest_ms) / 1000)

    def finish(self) -> None:
        """Nothing more is played: whoever still asks hears silence."""
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    @property
    def ended(self) -> bool:
        """Everything was played."""
        with self._changed:
            return self._next() is None and not self._again

    # --- the inside; all under the lock -----------------------------------------------------------

    def _next(self) -> TraceEntry | None:
        return self._entries[self._first] if self._first < len(self._entries) else None

    def _play(self, at: int) -> None:
        self._played[at] = True
        self._skip_played()
        self._at_ms = monotonic_ms()
        self._changed.notify_all()

    def _skip_played(self) -> None:
        while self._first < len(self._entries) and self._played[self._first]:
            self._first += 1

    def _wait_ms(self) -> int:
        """How long until the next entry's time."""
        return max(0, self._at_ms + self._pause_ms(self._first) - monotonic_ms())

    def _pause_ms(self, at: int) -> int:
        if not 0 < at < len(self._entries):
            return 0
        pause_ms = self._entries[at].t_ms - self._entries[at - 1].t_ms
        return min(pause_ms, HASTY_PAUSE_MS) if self._hasty else pause_ms

    def _heard(self) -> bytes | None:
        """What is due to be read; raises when the line is due to be lost."""
        entry = self._next()
        if entry is None or self._wait_ms() > 0:
            return None
        if entry.direction is Direction.RECEIVED:
            self._play(self._first)
            return entry.data
        if entry.direction is Direction.LOST:
            self._lose(entry)
            raise LinkDownError(self._down or "")
        if entry.direction is Direction.OPENED:  # then it was opened anew, now it was not closed
            self._play(self._first)
        return None

    def _lose(self, entry: TraceEntry) -> None:
        self._down = entry.data.decode("utf-8", "replace").partition(" ")[2]
        self._play(self._first)

    def _turn(self, data: bytes) -> int | None:
        """Which question it is the turn of; a request of the till that comes first is waited for.

        None when there is none, and for another one than comes after that request.
        """
        end_ms = monotonic_ms() + ASK_WAIT_MS
        while (at := self._question()) is not None and self._asked_before(at):
            if not self._same(self._entries[at].data, data):
                return None
            if not self._changed.wait(max(0, end_ms - monotonic_ms()) / 1000):
                return None
        return at

    def _question(self) -> int | None:
        """The next that was sent then, and has not been sent now."""
        for at in range(self._first, len(self._entries)):
            if self._entries[at].direction is Direction.SENT and not self._played[at]:
                return at
        return None

    def _asked_before(self, at: int) -> bool:
        """A request of the till, not made yet, stands between."""
        between = range(self._first, at)
        return any(
            self._entries[i].direction is Direction.ASKED and not self._played[i] for i in between
        )

    def _as_before(self, data: bytes) -> bool:
        """A question more than then: the last answer to the same; False when there was none.

        What came unasked right behind an answer was no part of it: the answer before had less.
        """
        answers: list[list[bytes]] = []
        for at in range(self._first - 1, -1, -1):
            entry = self._entries[at]
            if entry.direction is Direction.SENT and self._same(entry.data, data):
                answers.append(self._answer_behind(at))
                if len(answers) == ANSWERS_COMPARED:
                    break
        if not answers:
            return False
        self._again.extend(answers[0][: min(len(one) for one in answers)])
        self._changed.notify_all()
        return True

    def _answer_behind(self, at: int) -> list[bytes]:
        """What was read in one go after a question."""
        found: list[bytes] = []
        for before, entry in pairwise(self._entries[at:]):
            late = found and entry.t_ms - before.t_ms > ONE_ANSWER_MS
            if entry.direction is not Direction.RECEIVED or late:
                break
            found.append(entry.data)
        return found

    def _unstick(self) -> None:
        """The driver does not do as then: go on without it."""
        entry = self._next()
        if entry is None or entry.direction is Direction.ASKED:
            return
        pause_ms = self._entries[self._first].t_ms - self._entries[max(0, self._first - 1)].t_ms
        if monotonic_ms() > self._at_ms + pause_ms + STUCK_MS:
            self.strays += 1
            self._play(self._first)


def _doing(entry: TraceEntry) -> Doing | None:
    if entry.direction is not Direction.LOST:
        return None
    word = entry.data.decode("utf-8", "replace").partition(" ")[0]
    return Doing(word) if word in set(Doing) else None
