"""What all scanner drivers share: the thread, the counts and what is told to the listener.

Never joins, repeats or invents a scan.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable

from drivers.contract import (
    DataEvent,
    DeviceKind,
    ErrorCode,
    ErrorEvent,
    Listener,
    Locus,
    PowerState,
    Reply,
    Scan,
    Standing,
    StatusUpdateEvent,
)
from drivers.scanner.framing import Frame, Framing, Torn, scan_of
from drivers.transport import Link, LinkWorker, monotonic_ms

READ_SLICE_MS = 40


class LinkScanner(Standing, ABC):
    """A scanner behind a link. A subclass reads in `idle` and forgets half a scan in `forget`."""

    kind = DeviceKind.SCANNER

    def __init__(self, name: str, link: Link, listener: Listener, wait_ms: int = 0) -> None:
        super().__init__(name)
        self._listener = listener
        self._worker = LinkWorker(name, link, self, wait_ms)
        self.listened_ms = 0

    def open(self) -> None:
        """Starts reading; the state follows as an event."""
        self._worker.start()

    def close(self) -> None:
        """Ends the thread and lets the device go."""
        self._worker.stop()

    def request_status(self, reply: Reply) -> None:
        """A scanner cannot be asked: answers what the link last showed."""
        reply(StatusUpdateEvent(self.name, self.power_state))

    def listen(self, link: Link) -> bytes:
        """Reads once and counts in `listened_ms` for how long it was really listened.

        Time in which this process did not run is no silence of the scanner: with a wall clock the
        second half of a label would be taken for a label of its own.
        """
        begun_ms = monotonic_ms()
        data = link.read(READ_SLICE_MS)
        self.listened_ms += min(monotonic_ms() - begun_ms, READ_SLICE_MS)
        return data

    @abstractmethod
    def idle(self, link: Link) -> None:
        """Reads once (LinkUser)."""

    @abstractmethod
    def forget(self) -> str | None:
        """Drops half a scan and says what was dropped; None when there was none."""

    def power_changed(self, power: PowerState, reason: str | None) -> None:
        """The link came or went (LinkUser)."""
        dropped = self.forget()
        if dropped is not None:
            self.tell_dropped(dropped)
        if self.line_stands(power, reason):
            self._listener(StatusUpdateEvent(self.name, power))

    def tell_scan(self, scan: Scan) -> None:
        """One whole label."""
        self.good_count += 1
        self._listener(DataEvent(self.name, self.good_count, monotonic_ms(), scan))

    def tell_found(self, found: Iterable[Frame | Torn], framing: Framing) -> None:
        """What a framer made of the bytes."""
        for item in found:
            if isinstance(item, Torn):
                self.tell_dropped(told(item))
            else:
                self.tell_scan(scan_of(item.data, framing, self.name))

    def tell_dropped(self, what: str) -> None:
        """A label was lost; `what` holds no part of it."""
        self.went_wrong(what)
        self._listener(ErrorEvent(self.name, ErrorCode.E_FAILURE, what, Locus.INPUT))


def told(torn: Torn) -> str:
    """How many bytes were dropped and why, without the bytes."""
    return f"{torn.length} bytes dropped: {torn.reason}"
