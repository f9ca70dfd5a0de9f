"""One talk with a printer over an open link: ask its state, hand over bytes, wait for the barrier.

Never takes the acceptance of bytes for printing, never lets an old answer confirm a new job, and
never asks inside a command: questions go between jobs, or behind the last byte of one.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from drivers.contract import Paper, PrinterStatus
from drivers.pos_printer.status import (
    REQUESTS,
    PrinterReply,
    ReplyKind,
    ReplyReader,
    decode_automatic,
    decode_status,
    paper_of,
)
from drivers.transport import Link, LinkDownError, monotonic_ms

SLICE_MS = 50
CHUNK_BYTES = 512
SETTLE_MS = 300
_IDS = 10_000
_CAUSE, _PAPER = 2, 4
_COVER_OPEN = 0x04
_REPORT = b"\x1da\x0f"
_CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"


@dataclass(frozen=True, slots=True)
class PrinterTimings:
    """How long to wait. `per_byte_us` is a slow serial line's share of a long job.

    After `look_ms` without a confirmation the printer is asked whether something stopped it.
    """

    status_ms: int = 500
    confirm_ms: int = 20_000
    per_byte_us: int = 2_000
    poll_ms: int = 3_000
    look_ms: int = 1_000


class Delivery(Enum):
    """What became of a job that was handed over."""

    CONFIRMED = "confirmed"
    STOPPED = "stopped by paper or cover; it may go on"
    SILENT = "nobody knows"


class Conversation:
    """The printer's answers and the barriers that are still owed. Used by the device's thread."""

    def __init__(
        self,
        *,
        process_id: bool,
        timings: PrinterTimings,
        confirmed_late: Callable[[str], None],
        told: Callable[[PrinterStatus], None],
        closing: Callable[[], bool],
    ) -> None:
        self._process_id = process_id
        self._timings = timings
        self._confirmed_late = confirmed_late
        self._told = told
        self._closing = closing
        self._reader = ReplyReader()
        self._owed: list[tuple[bytes, str]] = []
        self._late: list[str] = []
        self._asked: deque[int] = deque()
        self._answers: dict[int, int] = {}
        self._stopped = False
        self._last_id = 0

    def reset(self) -> None:
        """A new link: what was owed on the old one never comes."""
        self._reader.reset()
        for owed in (self._owed, self._late, self._asked, self._answers):
            owed.clear()

    def ask_status(self, link: Link) -> PrinterStatus | None:
        """DLE EOT 1 to 4, between jobs only; None when the printer is silent."""
        self.drain(link)
        if self._asked:  # an answer does not say to which question: wait for those of before
            self._wait(link, self._timings.status_ms, lambda _: not self._asked)
            self._asked.clear()
        self._answers.clear()
        waiting = list(self._late)
        for request in REQUESTS:
            self._ask(link, request)
            if self._wait(link, self._timings.status_ms, _is_status) is None:
                break
        if not self._answers:
            self._distrust()
            return None
        if len(self._answers) == len(REQUESTS):
            self._tell_late(waiting)
        return decode_status(self._answers)

    def drain(self, link: Link) -> None:
        """Reads what came unasked; late barriers are told."""
        end_ms = monotonic_ms() + self._timings.status_ms  # a line that never falls silent
        while data := link.read(1):
            for reply in self._reader.feed(data):
                self._note(reply)
                self._credit(reply)
            if monotonic_ms() >= end_ms:
                return

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

    def send(self, link: Link, data: bytes, job_id: str) -> Delivery:
        """Hands over the job and its barrier and waits for the printer to come that far."""
        key = self._next_key()
        barrier = _REPORT + b"\x1d(H\x06\x0000" + key if self._process_id else b"\x1dr\x01"
        stream = data + barrier
        self._stopped = False
        for at in range(0, len(stream), CHUNK_BYTES):
            link.write(stream[at : at + CHUNK_BYTES])
        patience_ms = self._timings.confirm_ms + len(data) * self._timings.per_byte_us // 1000
        found = self._await_barrier(link, key, patience_ms)
        if found is not Delivery.CONFIRMED:
            self._owed.append((key, job_id))  # only now: a doubled answer must not count twice
            return found
        return found if self._process_id or self._lives(link) else Delivery.SILENT

    def discard(self, link: Link, job_id: str) -> bool:
        """Drops what the printer has not printed of an owed job, where it can; True when it did."""
        mine = [one for one in self._owed if one[1] == job_id]
        if not self._process_id or not mine:
            return False
        link.write(_CLEAR)
        if self._wait(link, self._timings.status_ms, _is_cleared) is None:
            return False
        self._owed = [one for one in self._owed if one[1] != job_id]
        return True

    # --- the inside -------------------------------------------------------------------------

    def _await_barrier(self, link: Link, key: bytes, patience_ms: int) -> Delivery:
        end_ms = monotonic_ms() + patience_ms
        while True:
            slice_ms = min(self._timings.look_ms, max(0, end_ms - monotonic_ms()))
            if self._wait(link, slice_ms, lambda one: self._names(one, key)) is not None:
                return Delivery.CONFIRMED
            if self._stopped:
                return Delivery.STOPPED
            if monotonic_ms() >= end_ms or self._closing():
                return Delivery.SILENT
            if not self._asked:
                for request in (_CAUSE, _PAPER):
                    self._ask(link, request)

    def _lives(self, link: Link) -> bool:
        """A byte that looks like a nameless barrier may be the noise of a printer going off."""
        self._ask(link, _PAPER)
        try:
            self._wait(link, self._timings.status_ms, lambda _: not self._asked)
        except LinkDownError:
            return False
        return not self._asked

    def _ask(self, link: Link, request: int) -> None:
        link.write(bytes((0x10, 0x04, request)))
        self._asked.append(request)

    def _distrust(self) -> None:
        """It fell silent, perhaps switched off: a nameless barrier after that means nothing."""
        self._late.clear()
        if not self._process_id:
            self._owed.clear()

    def _next_key(self) -> bytes:
        if not self._process_id:
            return b""
        self._last_id = (self._last_id + 1) % _IDS
        return f"{self._last_id:04d}".encode()

    def _names(self, reply: PrinterReply, key: bytes) -> bool:
        if self._process_id:
            return reply.kind is ReplyKind.PROCESS_ID and reply.data == key
        return reply.kind is ReplyKind.BARRIER

    def _note(self, reply: PrinterReply) -> None:
        """What an answer says of the state, whoever waits for it."""
        if reply.kind is ReplyKind.STATUS and self._asked:
            request = self._asked.popleft()
            self._answers[request] = reply.data[0]
            out = request == _PAPER and paper_of(reply.data[0]) is Paper.END
            self._stopped |= out or (request == _CAUSE and bool(reply.data[0] & _COVER_OPEN))
        elif reply.kind is ReplyKind.AUTOMATIC and self._process_id:
            status = decode_automatic(reply.data)
            self._stopped |= status.paper is Paper.END or bool(status.cover_open)
            self._told(status)

    def _credit(self, reply: PrinterReply) -> None:
        """An answer nobody waits for: perhaps the confirmation of a job given up as unknown."""
        for key, job_id in self._owed:
            if self._names(reply, key):
                self._owed.remove((key, job_id))
                self._late.append(job_id)
                break
        if self._process_id:
            self._tell_late(list(self._late))

    def _tell_late(self, jobs: list[str]) -> None:
        """A nameless one is believed only when the printer answered all questions since."""
        self._late = [job_id for job_id in self._late if job_id not in jobs]
        for job_id in jobs:
            self._confirmed_late(job_id)

    def _wait(
        self, link: Link, timeout_ms: int, fits: Callable[[PrinterReply], bool]
    ) -> PrinterReply | None:
        end_ms = monotonic_ms() + timeout_ms
        while True:
            found: PrinterReply | None = None
            for reply in self._reader.feed(link.read(SLICE_MS)):
                self._note(reply)
                if found is None and fits(reply):
                    found = reply
                else:
                    self._credit(reply)
            if found is not None:
                return found
            if monotonic_ms() >= end_ms or self._closing():
                return None


def _is_status(reply: PrinterReply) -> bool:
    return reply.kind is ReplyKind.STATUS


def _is_barrier(reply: PrinterReply) -> bool:
    return reply.kind is ReplyKind.BARRIER


def _is_cleared(reply: PrinterReply) -> bool:
    return reply.kind is ReplyKind.CLEARED
