"""One talk with a printer over an open link: ask its state, hand over bytes, wait for the barrier.

Never takes the acceptance of bytes for printing, and never lets an old answer confirm a new job.
"""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.contract import PrinterStatus
from drivers.pos_printer.status import REQUESTS, PrinterReply, ReplyKind, ReplyReader, decode_status
from drivers.transport import Link, monotonic_ms

SLICE_MS = 50
CHUNK_BYTES = 512
SETTLE_MS = 300
_IDS = 10_000


@dataclass(frozen=True, slots=True)
class PrinterTimings:
    """How long to wait. `per_byte_us` is a slow serial line's share of a long job."""

    status_ms: int = 500
    confirm_ms: int = 20_000
    per_byte_us: int = 2_000
    poll_ms: int = 3_000


class Conversation:
    """The printer's answers and the barriers that are still owed. Used by the device's thread."""

    def __init__(
        self,
        *,
        process_id: bool,
        timings: PrinterTimings,
        confirmed_late: Callable[[str], None],
        closing: Callable[[], bool],
    ) -> None:
        self._process_id = process_id
        self._timings = timings
        self._confirmed_late = confirmed_late
        self._closing = closing
        self._reader = ReplyReader()
        self._owed: list[tuple[bytes, str]] = []
        self._last_id = 0

    def reset(self) -> None:
        """A new link: what was owed on the old one never comes."""
        self._reader.reset()
        self._owed.clear()

    def ask_status(self, link: Link) -> PrinterStatus | None:
        """DLE EOT 1 to 4, between jobs only; None when the printer is silent."""
        self.drain(link)
        answers: dict[int, int] = {}
        for request in REQUESTS:
            link.write(bytes((0x10, 0x04, request)))
            reply = self._wait(
                link, self._timings.status_ms, lambda one: one.kind is ReplyKind.STATUS
            )
            if reply is None:
                break
            answers[request] = reply.data[0]
        return decode_status(answers) if answers else None

    def drain(self, link: Link) -> None:
        """Reads what came unasked; late barriers are told."""
        while data := link.read(1):
            for reply in self._reader.feed(data):
                self._settle(reply)

    def settle_debts(self, link: Link) -> None:
        """Before a new job: an old nameless barrier must not be taken for the new one's."""
        if self._process_id or not self._owed:
            return
        self._owed.clear()
        link.write(b"\x1dr\x01")
        if self._wait(link, self._timings.status_ms, _is_barrier) is None:
            return
        while self._wait(link, SETTLE_MS, _is_barrier) is not None:
            continue

    def send(self, link: Link, data: bytes, job_id: str) -> bool:
        """Hands over the job and its barrier; True when the printer says it came that far."""
        key = self._next_key()
        barrier = b"\x1d(H\x06\x0000" + key if self._process_id else b"\x1dr\x01"
        stream = data + barrier
        self._owed.append((key, job_id))
        for at in range(0, len(stream), CHUNK_BYTES):
            link.write(stream[at : at + CHUNK_BYTES])
        patience_ms = self._timings.confirm_ms + len(data) * self._timings.per_byte_us // 1000
        reply = self._wait(link, patience_ms, lambda one: self._names(one, key))
        if reply is None:
            return False
        self._owed.remove((key, job_id))
        return True

    def _next_key(self) -> bytes:
        if not self._process_id:
            return b""
        self._last_id = (self._last_id + 1) % _IDS
        return f"{self._last_id:04d}".encode()

    def _names(self, reply: PrinterReply, key: bytes) -> bool:
        if self._process_id:
            return reply.kind is ReplyKind.PROCESS_ID and reply.data == key
        return reply.kind is ReplyKind.BARRIER

    def _settle(self, reply: PrinterReply) -> None:
        """An answer nobody waits for: perhaps the confirmation of a job given up as unknown."""
        for key, job_id in self._owed:
            if self._names(reply, key):
                self._owed.remove((key, job_id))
                self._confirmed_late(job_id)
                return

    def _wait(
        self, link: Link, timeout_ms: int, fits: Callable[[PrinterReply], bool]
    ) -> PrinterReply | None:
        end_ms = monotonic_ms() + timeout_ms
        while True:
            found: PrinterReply | None = None
            for reply in self._reader.feed(link.read(SLICE_MS)):
                if found is None and fits(reply):
                    found = reply
                else:
                    self._settle(reply)
            if found is not None:
                return found
            if monotonic_ms() >= end_ms or self._closing():
                return None


def _is_barrier(reply: PrinterReply) -> bool:
    return reply.kind is ReplyKind.BARRIER
