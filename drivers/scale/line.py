"""One question and its answer over a link, with a deadline. Never gives an old answer to a new
question.
"""

from collections.abc import Callable

from drivers.transport import Link, monotonic_ms

BUFFER_MAX = 4096
Take = Callable[[bytes], bytes | None]
"""Finds one whole frame in what has arrived; None while there is none."""


class NoWeight(Exception):
    """The scale did not answer, or what it said is no weight. The message is for the log."""


class Refused(NoWeight):
    """The scale understood and said no."""


class Line:
    """The link as a protocol sees it. `answer_ms` is how long one answer may take."""

    def __init__(self, link: Link, answer_ms: int = 400) -> None:
        self._link = link
        self._answer_ms = answer_ms

    def say(self, data: bytes) -> None:
        """Sends without waiting; raises LinkDownError."""
        self._link.write(data)

    def ask(self, data: bytes, take: Take) -> bytes:
        """Forgets what came late, sends, waits for a frame.

        Raises NoWeight when none came in time, LinkDownError when the link broke.
        """
        while self._link.read(0):
            pass
        self._link.write(data)
        return self.hear(take)

    def hear(self, take: Take) -> bytes:
        """Waits for a frame. Raises as `ask` does."""
        heard = b""
        end_ms = monotonic_ms() + self._answer_ms
        while True:
            heard = (heard + self._link.read(max(1, end_ms - monotonic_ms())))[-BUFFER_MAX:]
            frame = take(heard)
            if frame is not None:
                return frame
            if monotonic_ms() >= end_ms:
                raise NoWeight(f"no answer but {heard[:32].hex() or 'silence'}")
