"""The last bytes that went over a link, for the service screen and for replay as a test.

Never grows without bound and never writes a file by itself.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from drivers.transport.links import Link, monotonic_ms

ENTRIES_MAX = 500


class Direction(StrEnum):
    """From the till's point of view."""

    SENT = "tx"
    RECEIVED = "rx"


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One read or write. `t_ms` is monotonic."""

    t_ms: int
    direction: Direction
    data: bytes


class Trace:
    """A ring of entries; safe to read from another thread."""

    def __init__(self, entries_max: int = ENTRIES_MAX) -> None:
        self._entries: deque[TraceEntry] = deque(maxlen=entries_max)
        self._lock = Lock()
        self.heard_at_ms: int | None = None
        self.also: Callable[[TraceEntry], None] | None = None
        """Hears every entry too, from the device's thread: a file, when one was asked for."""

    def add(self, direction: Direction, data: bytes) -> None:
        """Notes bytes that went over the link now."""
        entry = TraceEntry(monotonic_ms(), direction, data)
        if direction is Direction.RECEIVED:
            self.heard_at_ms = entry.t_ms
        with self._lock:
            self._entries.append(entry)
            if self.also is not None:
                self.also(entry)

    def entries(self) -> tuple[TraceEntry, ...]:
        """Oldest first."""
        with self._lock:
            return tuple(self._entries)

    def rows(self) -> tuple[tuple[int, str, str], ...]:
        """(t_ms, "tx" or "rx", hex); received rows have the shape of a scan vector's chunks."""
        return tuple((one.t_ms, one.direction.value, one.data.hex()) for one in self.entries())


class TracedLink:
    """A link that notes what passes."""

    def __init__(self, link: Link, note: Callable[[Direction, bytes], None]) -> None:
        self._link = link
        self._note = note

    def open(self) -> None:
        self._link.open()

    def read(self, timeout_ms: int) -> bytes:
        data = self._link.read(timeout_ms)
        if data:
            self._note(Direction.RECEIVED, data)
        return data

    def write(self, data: bytes) -> None:
        self._note(Direction.SENT, data)
        self._link.write(data)

    def close(self) -> None:
        self._link.close()
