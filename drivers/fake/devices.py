"""Simulated devices at their endpoints: printer, scanner, display. Never reached but by a port."""

from collections.abc import Iterable
from dataclasses import replace
from threading import Event as Signal

from drivers.contract.ssi import (
    CONTINUED,
    DECODE_DATA,
    DECODER,
    HEAD_BYTES,
    NAK,
    RETRANSMITTED,
    SsiPacket,
)
from drivers.fake.endpoints import Endpoint
from drivers.fake.printer import VirtualPrinter
from drivers.fake.screen import ScreenModel

EAN13_TYPE = 0x0B


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


class VirtualSsiScanner(VirtualScanner):
    """Sends labels as Zebra's SSI does: each waits for its ACK and is sent again on a NAK.

    `damage_next`: how many of the next packets leave with a changed byte.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint)
        self.damage_next = 0
        self._sent: SsiPacket | None = None

    def scan(self, label: bytes, code_type: int = EAN13_TYPE) -> None:
        """One label, in as many packets as it takes."""
        room = 0xFF - HEAD_BYTES - 1
        parts = [label[at : at + room] for at in range(0, len(label), room)] or [b""]
        for place, part in enumerate(parts):
            status = CONTINUED if place < len(parts) - 1 else 0
            data = bytes((code_type,)) + part
            self._sent = SsiPacket(DECODE_DATA, data, DECODER, status)
            self._send(self._sent)

    def send_again(self) -> None:
        """What it does when no ACK came in time."""
        if self._sent is not None:
            self._send(replace(self._sent, status=self._sent.status | RETRANSMITTED))

    def _send(self, packet: SsiPacket) -> None:
        data = packet.encode()
        if self.damage_next:
            self.damage_next -= 1
            data = data[:5] + bytes((data[5] ^ 0x10,)) + data[6:]
        self.endpoint.send(data)

    def _heard(self, data: bytes) -> bool:
        super()._heard(data)
        if data.endswith(NAK):
            self.send_again()
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
