"""A receipt printer behind a queue of the operating system. Never says that a job was printed.

The spooler says at most that all bytes left. Whether that is enough is the shop's own decision
(`believe`); without it a person is asked after every job, and the state stays UNKNOWN either way.
A job that the queue holds back is withdrawn: a receipt must not come out hours later by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
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
    PowerState,
    PrinterStatus,
    PrintJob,
    Reply,
    Standing,
    StatusUpdateEvent,
)
from drivers.pos_printer.encoder import EscPosEncoder
from drivers.pos_printer.spool import Spooler, SpoolError, SpoolState
from drivers.pos_printer.strip import code_page_strip
from drivers.transport import Link, LinkDownError, LinkWorker, Task, monotonic_ms

JOBS_REMEMBERED = 500
LOOK_MS = 200
CHECK_MS = 10_000
QUEUE_WAIT_MS = 200
_PULSE_UNIT_MS = 2


@dataclass(frozen=True, slots=True)
class SpoolTimings:
    """How long a job may lie in the queue, and how often the queue is looked at when idle."""

    confirm_ms: int = 20_000
    check_ms: int = CHECK_MS


class SpoolLink:
    """The queue as a link, so that a queue that is gone is looked for again. Carries no bytes."""

    def __init__(self, spooler: Spooler) -> None:
        self._spooler = spooler

    def open(self) -> None:
        try:
            self._spooler.check()
        except SpoolError as gone:
            raise LinkDownError(str(gone)) from gone

    def read(self, timeout_ms: int) -> bytes:
        return b""

    def write(self, data: bytes) -> None:
        raise LinkDownError("a queue takes whole jobs")

    def close(self) -> None:
        """Nothing is open between jobs."""


class SpooledPrinter(Standing):
    """POSPrinter and DrawerPort of the contract over a `Spooler`."""

    kind = DeviceKind.PRINTER

    def __init__(
        self,
        name: str,
        spooler: Spooler,
        encoder: EscPosEncoder,
        *,
        believe: bool = False,
        timings: SpoolTimings | None = None,
    ) -> None:
        super().__init__(name)
        self._spooler = spooler
        self._encoder = encoder
        self._believe = believe
        self._timings = timings or SpoolTimings()
        self._listeners: list[Listener] = []
        self._closing = Signal()
        self._begun: dict[str, Event] = {}
        self._check_at_ms = 0
        self._worker = LinkWorker(name, SpoolLink(spooler), self, QUEUE_WAIT_MS)

    def open(self) -> None:
        """Starts; a queue that is not there is looked for again and again."""
        self._worker.start()

    def close(self) -> None:
        """Ends; a job that lies in the queue is answered as UNKNOWN."""
        self._closing.set()
        self._worker.stop()

    def listen(self, listener: Listener) -> None:
        """Adds one who hears when the queue comes or goes."""
        self._listeners.append(listener)

    def print_job(self, job: PrintJob, reply: Reply) -> None:
        """Queues the job (POSPrinter)."""
        self._put(job.job_id, lambda: self._encoder.encode(job), reply)

    def print_code_page_strip(self, job_id: str, reply: Reply) -> None:
        """As `print_job` (POSPrinter)."""
        self._put(job_id, code_page_strip, reply)

    def kick(self, pin: int, on_ms: int, reply: Reply) -> None:
        """A job that is nothing but a pulse (DrawerPort)."""
        on = max(1, min(255, on_ms // _PULSE_UNIT_MS))
        self._put("", lambda: b"\x1bp" + bytes((pin, on, on)), reply)

    def request_status(self, reply: Reply) -> None:
        """Answers at once what is known: nothing of the printer (POSPrinter, DrawerPort)."""
        reply(self._state())

    def idle(self, link: Link) -> None:
        """Looks whether the queue still works (LinkUser)."""
        if monotonic_ms() < self._check_at_ms:
            return
        self._check_at_ms = monotonic_ms() + self._timings.check_ms
        link.open()

    def power_changed(self, power: PowerState, reason: str | None) -> None:
        """The queue came or went (LinkUser). A queue that is there says nothing of its printer."""
        known = PowerState.UNKNOWN if power is PowerState.ONLINE else power
        self._check_at_ms = monotonic_ms() + self._timings.check_ms
        if self.stands(known, reason):
            for listener in self._listeners:
                listener(self._state())

    # --- on the device's thread -------------------------------------------------------------

    def _put(self, job_id: str, encode: Callable[[], bytes], reply: Reply) -> None:
        def refuse(reason: str) -> None:
            reply(self._failed(job_id, ErrorCode.E_OFFLINE, reason, Outcome.NOT_DONE))

        self._worker.post(Task(lambda _link: self._print(job_id, encode, reply), refuse))

    def _print(self, job_id: str, encode: Callable[[], bytes], reply: Reply) -> None:
        earlier = self._begun.get(job_id) if job_id else None
        if earlier is not None:
            reply(earlier)
            return
        answer, gone = self._printed(job_id, encode)
        if isinstance(answer, OutputCompleteEvent):
            self.good_count += 1
        if not isinstance(answer, ErrorEvent) or answer.outcome is Outcome.UNKNOWN:
            self._remember(job_id, answer)
        reply(answer)
        if gone is not None:
            raise LinkDownError(gone)

    def _printed(self, job_id: str, encode: Callable[[], bytes]) -> tuple[Event, str | None]:
        """The answer, and why the queue is taken for gone."""
        try:
            data = encode()
        except JobError as bad:
            return self._failed(job_id, ErrorCode.E_ILLEGAL, str(bad), Outcome.NOT_DONE), None
        number: int | None = None
        try:
            self._spooler.check()
            number = self._spooler.submit(data, f"kopilka {job_id}".strip())
            return self._fate(job_id, number), None
        except SpoolError as failed:
            unknown = failed.accepted or number is not None
            outcome = Outcome.UNKNOWN if unknown else Outcome.NOT_DONE
            event = self._failed(job_id, ErrorCode.E_OFFLINE, str(failed), outcome)
            return event, str(failed)

    def _fate(self, job_id: str, number: int) -> Event:
        state = self._watched(number)
        if state in (SpoolState.WAITING, SpoolState.SENDING) and self._spooler.withdraw(number):
            reason = "the queue held the job back; it was withdrawn"
            return self._failed(job_id, ErrorCode.E_TIMEOUT, reason, Outcome.NOT_DONE)
        if state is SpoolState.HANDED_OVER and self._believe:
            return OutputCompleteEvent(self.name, job_id)
        reason = "the spooler passed the job on; the printer tells it nothing"
        if state is not SpoolState.HANDED_OVER:
            reason = f"the spooler did not pass the job on: {state.value}"
        return self._failed(job_id, ErrorCode.E_TIMEOUT, reason, Outcome.UNKNOWN)

    def _watched(self, number: int) -> SpoolState:
        end_ms = monotonic_ms() + self._timings.confirm_ms
        while True:
            state = self._spooler.state(number)
            if state in (SpoolState.HANDED_OVER, SpoolState.LOST) or monotonic_ms() >= end_ms:
                return state
            if self._closing.wait(LOOK_MS / 1000):
                return state

    def _remember(self, job_id: str, answer: Event) -> None:
        if job_id:
            self._begun[job_id] = answer
            while len(self._begun) > JOBS_REMEMBERED:
                del self._begun[next(iter(self._begun))]

    def _failed(self, job_id: str, code: ErrorCode, message: str, outcome: Outcome) -> ErrorEvent:
        self.went_wrong(message)
        return ErrorEvent(self.name, code, message, outcome=outcome, job_id=job_id or None)

    def _state(self) -> StatusUpdateEvent:
        return StatusUpdateEvent(self.name, self.power_state, PrinterStatus())
