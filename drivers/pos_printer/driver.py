"""A receipt printer over any link: jobs in turn, each confirmed by the printer itself.

Never prints a job twice: a lost answer is an UNKNOWN outcome that a person must settle.
"""

from collections.abc import Callable
from threading import Event as Signal

from drivers.contract import (
    DeviceKind,
    ErrorCode,
    ErrorEvent,
    Event,
    JobError,
    Listener,
    Outcome,
    OutputCompleteEvent,
    Paper,
    PowerState,
    PrinterError,
    PrinterStatus,
    PrintJob,
    Reply,
    Standing,
    StatusUpdateEvent,
)
from drivers.pos_printer.conversation import Conversation, Delivery, PrinterTimings
from drivers.pos_printer.encoder import EscPosEncoder
from drivers.pos_printer.strip import code_page_strip
from drivers.transport import Link, LinkDownError, LinkWorker, Task, monotonic_ms
from drivers.transport.masking import SentMask

__all__ = ["EscPosPrinter", "PrinterTimings"]

QUEUE_WAIT_MS = 100
SILENT = "the printer does not answer"
JOBS_REMEMBERED = 500
_PULSE_UNIT_MS = 2
_REALTIME_UNIT_MS = 100


class EscPosPrinter(Standing):
    """POSPrinter and DrawerPort of the contract. A job whose id was begun before is not begun."""

    kind = DeviceKind.PRINTER
    trace_mask = SentMask

    def __init__(
        self,
        name: str,
        link: Link,
        encoder: EscPosEncoder,
        *,
        process_id: bool = False,
        timings: PrinterTimings | None = None,
    ) -> None:
        super().__init__(name)
        self.status = PrinterStatus()
        self._encoder = encoder
        self._timings = timings or PrinterTimings()
        self._listeners: list[Listener] = []
        self._closing = Signal()
        self._talk = Conversation(
            process_id=process_id,
            timings=self._timings,
            confirmed_late=self._confirmed_late,
            told=self._answered,
            closing=self._closing.is_set,
        )
        self._worker = LinkWorker(name, link, self, QUEUE_WAIT_MS)
        self._poll_at_ms = 0
        self._begun: dict[str, Event] = {}

    def open(self) -> None:
        """Starts; the state follows as an event."""
        self._worker.start()

    def close(self) -> None:
        """Ends; a job that waits for its barrier is answered as UNKNOWN."""
        self._closing.set()
        self._worker.stop()

    def listen(self, listener: Listener) -> None:
        """Adds one who hears status changes and late confirmations."""
        self._listeners.append(listener)

    def print_job(self, job: PrintJob, reply: Reply) -> None:
        """Queues the job (POSPrinter)."""
        self._put(job.job_id, lambda: self._encoder.encode(job), reply, job.replaces)

    def store_logo(self, job_id: str, key: str, png: bytes, reply: Reply) -> None:
        """Writes a picture into the printer's memory: at set-up, for that memory wears out."""
        self._put(job_id, lambda: self._encoder.encode_logo(key, png), reply)

    def print_code_page_strip(self, job_id: str, reply: Reply) -> None:
        """Prints a line per known code page, for the person who sets up an unknown printer."""
        self._put(job_id, code_page_strip, reply)

    def kick(self, pin: int, on_ms: int, reply: Reply) -> None:
        """Queues a pulse for the drawer (DrawerPort)."""
        self._post(lambda link: self._kick(link, pin, on_ms, reply), reply, None)

    def request_status(self, reply: Reply) -> None:
        """Asks the printer; answers what it said, UNKNOWN included."""
        self._worker.post(
            Task(lambda link: self._answer_status(link, reply), lambda _: reply(self._state()))
        )

    def idle(self, link: Link) -> None:
        """Polls the state (LinkUser)."""
        self._talk.drain(link)
        if monotonic_ms() >= self._poll_at_ms:
            self._refresh(link)

    def power_changed(self, power: PowerState, reason: str | None) -> None:
        """The link came or went (LinkUser). An open link is not yet an answering printer."""
        self._talk.reset()
        self._poll_at_ms = 0
        if reason is not None:
            self.last_error = reason
            self._told(power, PrinterStatus())

    # --- on the device's thread -------------------------------------------------------------

    def _post(self, run: Callable[[Link], None], reply: Reply, job_id: str | None) -> None:
        def refuse(reason: str) -> None:
            reply(self._not_done(ErrorCode.E_OFFLINE, reason, job_id))

        self._worker.post(Task(run, refuse))

    def _put(
        self, job_id: str, encode: Callable[[], bytes], reply: Reply, replaces: str = ""
    ) -> None:
        def run(link: Link) -> None:
            if replaces:
                self._drop_rest(link, replaces, job_id, reply)
            self._print(link, job_id, encode, reply)

        self._post(run, reply, job_id)

    def _drop_rest(self, link: Link, replaces: str, job_id: str, reply: Reply) -> None:
        """What is left of a job that is printed anew, also while the printer has no paper."""
        try:
            self._talk.discard(link, replaces)
        except LinkDownError as down:
            reply(self._not_done(ErrorCode.E_OFFLINE, str(down), job_id))
            raise

    def _print(self, link: Link, job_id: str, encode: Callable[[], bytes], reply: Reply) -> None:
        earlier = self._begun.get(job_id)
        if earlier is not None:
            reply(earlier)
            return
        try:
            data = encode()
        except JobError as bad:
            reply(self._not_done(ErrorCode.E_ILLEGAL, str(bad), job_id))
            return
        refusal = self._unready(link, job_id, reply)
        if refusal is not None:
            reply(refusal)
            return
        self._send(link, data, job_id, reply)

    def _kick(self, link: Link, pin: int, on_ms: int, reply: Reply) -> None:
        """Through the buffer when the printer works, else by the real-time pulse."""
        refusal = self._unready(link, None, reply)
        if refusal is None:
            on = max(1, min(255, on_ms // _PULSE_UNIT_MS))
            self._send(link, b"\x1bp" + bytes((pin, on, on)), "", reply)
        elif self.status.online is None:
            reply(refusal)
        else:
            self._kick_now(link, pin, on_ms, reply)

    def _kick_now(self, link: Link, pin: int, on_ms: int, reply: Reply) -> None:
        pulse = max(1, min(8, on_ms // _REALTIME_UNIT_MS))
        try:
            link.write(b"\x10\x14\x01" + bytes((pin, pulse)))
            alive = self._refresh(link) is not None
        except LinkDownError as down:
            self._finish("", self._unknown(str(down), ""), reply)
            raise
        answer = OutputCompleteEvent(self.name) if alive else self._unknown("no answer", "")
        self._finish("", answer, reply)

    def _unready(self, link: Link, job_id: str | None, reply: Reply) -> ErrorEvent | None:
        """Asks before anything is sent; the reason not to begin, None when the way is free."""
        try:
            status = self._awake(link)
            if status is not None:
                self._talk.settle_debts(link)
        except LinkDownError as down:
            reply(self._not_done(ErrorCode.E_OFFLINE, str(down), job_id))
            raise
        if status is None:
            return self._not_done(ErrorCode.E_TIMEOUT, SILENT, job_id)
        return self._refusal(status, job_id)

    def _refusal(self, status: PrinterStatus, job_id: str | None) -> ErrorEvent | None:
        extended = _extended(status)
        if extended:
            return self._not_done(ErrorCode.E_EXTENDED, _hindrance(status), job_id, extended)
        if not status.online:
            return self._not_done(ErrorCode.E_OFFLINE, _hindrance(status), job_id)
        return None

    def _send(self, link: Link, data: bytes, job_id: str, reply: Reply) -> None:
        try:
            delivery = self._talk.send(link, data, job_id)
            if delivery is not Delivery.CONFIRMED:
                self._refresh(link)
        except LinkDownError as down:
            self._finish(job_id, self._unknown(str(down), job_id), reply)
            raise
        if delivery is Delivery.CONFIRMED:
            self._finish(job_id, OutputCompleteEvent(self.name, job_id), reply)
        else:
            reason = "the printer did not confirm the job"
            if delivery is Delivery.STOPPED:
                reason = "the printer stopped within the job"
            self._finish(job_id, self._unknown(reason, job_id), reply)

    def _finish(self, job_id: str, answer: Event, reply: Reply) -> None:
        self._count(answer)
        if job_id:
            self._begun[job_id] = answer
            while len(self._begun) > JOBS_REMEMBERED:
                del self._begun[next(iter(self._begun))]
        reply(answer)

    def _answer_status(self, link: Link, reply: Reply) -> None:
        try:
            self._refresh(link)
        except LinkDownError:
            self._told(PowerState.OFF_OFFLINE, PrinterStatus())
            reply(self._state())
            raise
        reply(self._state())

    def _awake(self, link: Link) -> PrinterStatus | None:
        """The state before an output; reopens a link once that went stale while idle.

        Nothing of the job is sent yet, so reopening cannot print anything twice.
        """
        try:
            status = self._refresh(link)
        except LinkDownError:
            status = None
        if status is None:
            link.close()
            self._talk.reset()
            link.open()
            status = self._refresh(link)
        return status

    def _refresh(self, link: Link) -> PrinterStatus | None:
        """Asks the state and tells the listeners if it changed; None when the printer is silent."""
        status = self._talk.ask_status(link)
        self._poll_at_ms = monotonic_ms() + self._timings.poll_ms
        if status is None:
            self.last_error = SILENT
            self._told(PowerState.OFF_OFFLINE, PrinterStatus())
        else:
            self._answered(status)
        return status

    # --- telling ----------------------------------------------------------------------------

    def _not_done(
        self, code: ErrorCode, message: str, job_id: str | None, extended: int = 0
    ) -> ErrorEvent:
        event = ErrorEvent(self.name, code, message, extended=extended, job_id=job_id or None)
        self._count(event)
        return event

    def _unknown(self, message: str, job_id: str) -> ErrorEvent:
        return ErrorEvent(
            self.name,
            ErrorCode.E_TIMEOUT,
            message,
            outcome=Outcome.UNKNOWN,
            extended=_extended(self.status),
            job_id=job_id or None,
        )

    def _count(self, answer: Event) -> None:
        if isinstance(answer, ErrorEvent):
            self.went_wrong(answer.message)
        else:
            self.good_count += 1

    def _state(self) -> StatusUpdateEvent:
        return StatusUpdateEvent(self.name, self.power_state, self.status)

    def _told(self, power: PowerState, status: PrinterStatus) -> None:
        if (power, status) != (self.power_state, self.status):
            self.power_state, self.status = power, status
            self._tell(self._state())

    def _answered(self, status: PrinterStatus) -> None:
        """It speaks; what keeps it from printing is its last error, as it would answer a job."""
        if not status.online:
            self.last_error = _hindrance(status)
        self._told(PowerState.ONLINE if status.online else PowerState.OFFLINE, status)

    def _confirmed_late(self, job_id: str) -> None:
        if job_id:
            self._finish(job_id, OutputCompleteEvent(self.name, job_id), self._tell)

    def _tell(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)


def _hindrance(status: PrinterStatus) -> str:
    if status.paper is Paper.END:
        return "the paper is out"
    return "the cover is open" if status.cover_open else status.error or "the printer is offline"


def _extended(status: PrinterStatus) -> PrinterError:
    if status.paper is Paper.END:
        return PrinterError.PAPER_END
    return PrinterError.COVER_OPEN if status.cover_open else PrinterError.NONE
