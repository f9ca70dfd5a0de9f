"""Scans wait here until the till is ready for one (UPOS DataEventEnabled).

Never drops one in silence.
"""

from collections import deque

from drivers.contract.events import DataEvent, ErrorEvent, Event
from drivers.contract.vocabulary import ErrorCode, Locus

CAPACITY_SCANS = 64


class InputQueue:
    """Delivers one scan at a time; a delivery disables until it is enabled again.

    Plain state: each method returns what must be delivered now. The owner serialises the calls.
    """

    def __init__(self, capacity_scans: int = CAPACITY_SCANS) -> None:
        self._waiting: deque[DataEvent] = deque()
        self._capacity = capacity_scans
        self.data_event_enabled = False

    @property
    def data_count(self) -> int:
        """Scans that wait."""
        return len(self._waiting)

    def put(self, event: DataEvent) -> Event | None:
        """Takes a scan; returns it if it may be delivered now, an error if there is no room."""
        if len(self._waiting) >= self._capacity:
            return ErrorEvent(
                event.device, ErrorCode.E_BUSY, "too many scans wait: this one is lost", Locus.INPUT
            )
        self._waiting.append(event)
        return self._next()

    def enable(self) -> DataEvent | None:
        """The till is ready for one scan; returns the oldest that waits."""
        self.data_event_enabled = True
        return self._next()

    def disable(self) -> None:
        """Scans wait from now on."""
        self.data_event_enabled = False

    def clear(self) -> int:
        """UPOS ClearInput: forgets what waits and returns how many that were."""
        count = len(self._waiting)
        self._waiting.clear()
        return count

    def _next(self) -> DataEvent | None:
        if not (self.data_event_enabled and self._waiting):
            return None
        self.data_event_enabled = False
        return self._waiting.popleft()
