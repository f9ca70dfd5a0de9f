"""One command and all that a ZVT terminal says to it. Never reads "approved" into silence."""

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.contract.payment import PaymentStage
from drivers.payment_terminal.adapter import SLICE_MS, Watch
from drivers.payment_terminal.zvt_apdu import (
    ABORT,
    ABORT_BY_TILL,
    ACK,
    COMPLETION,
    INTERMEDIATE,
    NEGATIVE_CLASS,
    POSITIVE,
    PRINT_BLOCK,
    PRINT_LINE,
    STATUS_INFORMATION,
    Apdu,
    Status,
    ZvtError,
    status_of,
)
from drivers.payment_terminal.zvt_frames import Framing
from drivers.payment_terminal.zvt_mask import masked_answer, masked_order
from drivers.transport import Direction, Link, LinkDownError, monotonic_ms

Note = Callable[[Direction, bytes], None]

_ENCODING = "cp437"
SLIP_LINES_MAX = 200
ABORT_AGAIN_MS = 1000
CLOSING_MS = 2500

_STAGES = {
    0x01: PaymentStage.PIN_WANTED,
    0x02: PaymentStage.PIN_WANTED,
    0x04: PaymentStage.BANK_ASKED,
    0x0A: PaymentStage.CARD_WANTED,
    0x0E: PaymentStage.BUSY,
    0x17: PaymentStage.BUSY,
}


@dataclass(frozen=True, slots=True)
class Timings:
    """`ack_ms`: how long a terminal may take to take a command; `silence_ms`: between two of its
    messages, a customer looking for a card included; `busy_ms`: how long it is asked again."""

    ack_ms: int = 5_000
    silence_ms: int = 180_000
    busy_ms: int = 60_000


@dataclass(slots=True)
class Told:
    """What came of one command. `ended`: completion or abort; None: the line fell silent."""

    accepted: bool = False
    refused: int | None = None
    ended: tuple[int, int] | None = None
    status: Status | None = None
    contradicted: bool = False
    abort_code: int | None = None
    slip: list[str] = field(default_factory=list)
    trouble: str = ""

    @property
    def is_sure(self) -> bool:
        """The terminal told the end, and nothing on the way spoke against it."""
        return self.ended is not None and not self.contradicted and not self.trouble


class Talk:
    """Messages over one link, one command at a time."""

    def __init__(
        self, link: Link, framing: Framing, timings: Timings, note: Note | None = None
    ) -> None:
        """`note` gets each message as it may be kept, framed as it was."""
        self._link = link
        self._note = note
        self._framing = framing
        self._timings = timings
        self._waiting: list[Apdu] = []

    def command(self, apdu: Apdu, watch: Watch | None, *, cancellable: bool = False) -> Told:
        """Sends it and listens to the end. Never raises: trouble is told.

        A wish to cancel is passed on to the terminal; what it then answers is what counts.
        """
        told = Told()
        try:
            self._drain()
            self._say(apdu)
            self._listen(told, watch, cancellable)
        except (LinkDownError, ZvtError) as lost:
            told.trouble = str(lost) or "lost"
        return told

    def _say(self, apdu: Apdu) -> None:
        self._noted(Direction.SENT, masked_order(apdu))
        self._link.write(self._framing.wrap(apdu))

    def _noted(self, way: Direction, apdu: Apdu) -> None:
        if self._note is not None:
            self._note(way, self._framing.wrap(apdu))

    def _drain(self) -> None:
        """What is left of an earlier conversation is nobody's answer."""
        self._waiting.clear()
        while self._link.read(1):
            pass
        self._framing.clear()

    def _listen(self, told: Told, watch: Watch | None, cancellable: bool) -> None:
        end_ms = monotonic_ms() + self._timings.ack_ms
        hurry = _Hurry(cancellable)
        while told.ended is None and told.refused is None:
            now_ms = monotonic_ms()
            if watch is not None and watch.closing:
                end_ms = min(end_ms, hurry.until_ms(now_ms))
            if now_ms >= end_ms:
                told.trouble = "silent"
                return
            if watch is not None and hurry.must_abort(watch, told, now_ms):
                self._say(Apdu(ABORT_BY_TILL))
            apdu = self._next()
            if apdu is not None:
                self._take(apdu, told, watch)
                end_ms = monotonic_ms() + self._timings.silence_ms

    def _next(self) -> Apdu | None:
        if not self._waiting:
            found, answers = self._framing.feed(self._link.read(SLICE_MS))
            if answers:
                self._link.write(answers)
            self._waiting = found
            for one in found:
                self._noted(Direction.RECEIVED, masked_answer(one))
        return self._waiting.pop(0) if self._waiting else None

    def _take(self, apdu: Apdu, told: Told, watch: Watch | None) -> None:
        if apdu.control == POSITIVE:
            told.accepted = True
            return
        if apdu.control[0] == NEGATIVE_CLASS:
            self._refused(apdu, told)
            return
        told.accepted = True
        if apdu.control == STATUS_INFORMATION:
            _take_status(apdu, told)
        elif apdu.control == INTERMEDIATE:
            _tell(apdu, watch)
        elif apdu.control in (PRINT_LINE, PRINT_BLOCK):
            told.slip += _printed(apdu)
            del told.slip[SLIP_LINES_MAX:]
        elif apdu.control in (COMPLETION, ABORT):
            told.ended = apdu.control
            told.abort_code = apdu.data[0] if apdu.control == ABORT and apdu.data else None
        else:
            return  # a message that asks the till nothing and ends nothing
        self._say(ACK)

    def _refused(self, apdu: Apdu, told: Told) -> None:
        """The answer to our command; to a wish to abort, "cannot" is no answer to it."""
        if not told.accepted:
            told.refused = apdu.control[1]


class _Hurry:
    """When to pass a wish to cancel on, and how long a closing till still listens."""

    def __init__(self, cancellable: bool) -> None:
        self._cancellable = cancellable
        self._again_ms = 0
        self._until_ms: int | None = None

    def until_ms(self, now_ms: int) -> int:
        if self._until_ms is None:
            self._until_ms = now_ms + CLOSING_MS
        return self._until_ms

    def must_abort(self, watch: Watch, told: Told, now_ms: int) -> bool:
        if not (self._cancellable and watch.cancelled and told.accepted):
            return False
        if told.status is not None or now_ms < self._again_ms:
            return False
        self._again_ms = now_ms + ABORT_AGAIN_MS
        return True


def _take_status(apdu: Apdu, told: Told) -> None:
    """A second one that says something else makes both worthless."""
    status = status_of(apdu.data)
    if told.status is not None and told.status.fields != status.fields:
        told.contradicted = True
    told.status = status


def _tell(apdu: Apdu, watch: Watch | None) -> None:
    if watch is not None and apdu.data:
        watch.tell(_STAGES.get(apdu.data[0], PaymentStage.SENT))


def _printed(apdu: Apdu) -> list[str]:
    """06 D1: an attribute and a line. 06 D3: text of tag 07 in a container 25."""
    if apdu.control == PRINT_LINE:
        return [apdu.data[1:].decode(_ENCODING)]
    return [line.decode(_ENCODING) for line in _text_lines(apdu.data)]


def _text_lines(data: bytes) -> list[bytes]:
    """Every tag 07 with a short length, wherever the container has it."""
    found, at = [], 0
    while (at := data.find(b"\x07", at)) >= 0:
        size = data[at + 1] if at + 1 < len(data) else 0
        text = data[at + 2 : at + 2 + size]
        if len(text) == size < 0x80:
            found.append(text)
            at += 1 + size
        at += 1
    return found
