"""The last bytes that went over a link, for the service screen and for replay as a test.

Never grows without bound and never writes a file by itself.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from drivers.transport.links import Link, LinkDownError, monotonic_ms

ENTRIES_MAX = 500


class Direction(StrEnum):
    """From the till's point of view: bytes, the line coming and going, a request of the till, the
    moment from which the device was looked after."""

    SENT = "tx"
    RECEIVED = "rx"
    OPENED = "up"
    LOST = "down"
    ASKED = "ask"
    BEGUN = "begin"

    @property
    def is_bytes(self) -> bool:
        """Something that went over the line."""
        return self in (Direction.SENT, Direction.RECEIVED)


class Doing(StrEnum):
    """What the driver did when the line was lost: the first word of a LOST entry."""

    OPENING = "opening"
    READING = "reading"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One read or write, or what happened between them. `t_ms` is monotonic.

    `data` of LOST is text, `reading 192.0.2.1:9100: ...`; of ASKED the request as JSON.
    """

    t_ms: int
    direction: Direction
    data: bytes = b""


Hear = Callable[[TraceEntry], None]


class Trace:
    """A ring of the bytes; safe to read from another thread."""

    def __init__(self, entries_max: int = ENTRIES_MAX) -> None:
        self._entries: deque[TraceEntry] = deque(maxlen=entries_max)
        self._lock = Lock()
        self._others: list[Hear] = []
        self.heard_at_ms: int | None = None

    def add(self, direction: Direction, data: bytes = b"") -> None:
        """Notes bytes that went over the link now, or what happened to it."""
        entry = TraceEntry(monotonic_ms(), direction, data)
        if direction is Direction.RECEIVED:
            self.heard_at_ms = entry.t_ms
        with self._lock:
            if direction.is_bytes:
                self._entries.append(entry)
            for hear in self._others:
                hear(entry)

    def listen(self, hear: Hear) -> None:
        """`hear` gets every entry from now on, from the device's thread: for a file."""
        with self._lock:
            self._others.append(hear)

    def entries(self) -> tuple[TraceEntry, ...]:
        """Oldest first."""
        with self._lock:
            return tuple(self._entries)

    def rows(self) -> tuple[tuple[int, str, str], ...]:
        """(t_ms, "tx" or "rx", hex); received rows have the shape of a scan vector's chunks."""
        return tuple((one.t_ms, one.direction.value, one.data.hex()) for one in self.entries())


class TracedLink:
    """A link that notes what passes, and when it came and went.

    `hidden`: its bytes are noted by somebody who knows what in them must not be kept.
    """

    def __init__(
        self, link: Link, note: Callable[[Direction, bytes], None], *, hidden: bool = False
    ) -> None:
        self._link = link
        self._note = note
        self._hidden = hidden
        self._is_open = False
        self._why = ""

    def open(self) -> None:
        try:
            self._link.open()
        except LinkDownError as down:
            self._lost(Doing.OPENING, down)
            raise
        if not self._is_open:
            self._is_open, self._why = True, ""
            self._note(Direction.OPENED, b"")

    def read(self, timeout_ms: int) -> bytes:
        try:
            data = self._link.read(timeout_ms)
        except LinkDownError as down:
            self._lost(Doing.READING, down)
            raise
        if data and not self._hidden:
            self._note(Direction.RECEIVED, data)
        return data

    def write(self, data: bytes) -> None:
        if not self._hidden:
            self._note(Direction.SENT, data)
        try:
            self._link.write(data)
        except LinkDownError as down:
            self._lost(Doing.WRITING, down)
            raise

    def close(self) -> None:
        self._is_open = False
        self._link.close()

    def _lost(self, doing: Doing, down: LinkDownError) -> None:
        """Once for a reason, however often it is looked for afterwards."""
        self._is_open = False
        if self._why != str(down):
            self._why = str(down)
            self._note(Direction.LOST, f"{doing.value} {down}".encode())
