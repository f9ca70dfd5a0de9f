"""Simulated devices at their endpoints: printer, scanner, display. Never reached but by a port."""

from collections.abc import Iterable
from threading import Event as Signal

from drivers.fake.endpoints import Endpoint
from drivers.fake.printer import VirtualPrinter
from drivers.fake.screen import ScreenModel


def _nothing() -> None:
    """A scanner and a display do not greet."""


class VirtualPrinterDevice:
    """A `VirtualPrinter` on a line."""

    def __init__(self, printer: VirtualPrinter, endpoint: Endpoint) -> None:
        self.printer = printer
        self.endpoint = endpoint

    def start(self) -> None:
        """Begins to listen."""
        self.endpoint.start(self.printer.feed, self._connected)

    def stop(self) -> None:
        """Ends."""
        self.endpoint.stop()

    def _connected(self) -> None:
        self.printer.connected(self.endpoint.send)


class VirtualScanner:
    """Sends labels as a scanner does; what the till sends is kept in `received`."""

    def __init__(self, endpoint: Endpoint, suffix: bytes = b"\r") -> None:
        self.endpoint = endpoint
        self.received = bytearray()
        self._suffix = suffix
        self._stopping = Signal()

    def start(self) -> None:
        """Switches it on."""
        self.endpoint.start(self._heard, _nothing)

    def stop(self) -> None:
        """Ends."""
        self._stopping.set()
        self.endpoint.stop()

    def scan(self, label: bytes) -> None:
        """One label with the suffix, at once."""
        self.endpoint.send(label + self._suffix)

    def replay(self, chunks: Iterable[tuple[int, bytes]], *, keep_timing: bool = True) -> None:
        """Recorded reads (t_ms, bytes) as they were, with their pauses or without. Blocks."""
        last_ms: int | None = None
        for t_ms, data in chunks:
            pause_ms = 0 if last_ms is None else t_ms - last_ms
            if keep_timing and pause_ms > 0 and self._stopping.wait(pause_ms / 1000):
                return
            last_ms = t_ms
            self.endpoint.send(data)

    def _heard(self, data: bytes) -> bool:
        self.received += data
        return True


class VirtualDisplay:
    """A `ScreenModel` on a line."""

    def __init__(self, endpoint: Endpoint, screen: ScreenModel | None = None) -> None:
        self.endpoint = endpoint
        self.screen = screen or ScreenModel()

    def start(self) -> None:
        """Switches it on."""
        self.endpoint.start(self.screen.feed, _nothing)

    def stop(self) -> None:
        """Ends."""
        self.endpoint.stop()
