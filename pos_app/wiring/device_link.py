"""The device host as the tasks see it, over a pipe. Never starts a process, never decides."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from drivers.config_file import names_and_kinds
from drivers.contract import (
    DataEvent,
    DeviceKind,
    ErrorCode,
    ErrorEvent,
    Event,
    Listener,
    Locus,
    Outcome,
    OutputCompleteEvent,
    Paper,
    PowerState,
    PrinterError,
    PrintJob,
    StatusUpdateEvent,
    event_to_json,
)
from drivers.contract.fiscal import FiscalError
from drivers.contract.marking import VALID_UNTIL
from drivers.remote import RemoteHost
from pos_app.wiring.children import Pipe
from pos_app.workstation.ports import DeviceState, Reply

ANSWER_MS = 10_000


class DeviceEars(Protocol):
    """What the terminal hears from devices."""

    def scanned(self, raw: bytes, aim: str | None) -> None:
        """A scan."""

    def printed(self, job_id: str, state: str) -> None:
        """What became of a job."""

    def devices_changed(self) -> None:
        """A state changed."""

    def trouble(self, code: str) -> None:
        """A frame was torn, a device complained."""


class DeviceLink:
    """Satisfies `ports.Devices` over a pipe to the device host."""

    def __init__(self, pipe: Pipe, names: Mapping[str, str]) -> None:
        """`names`: device name -> kind, as configured."""
        self._pipe = pipe
        self._names = dict(names)
        self._host = RemoteHost(pipe, self._heard)
        self._restarts = 0
        self._listeners: list[Listener] = []
        self.ears: DeviceEars | None = None
        self.changes = 0
        """How often the devices' settings were changed since the start."""

    @property
    def host(self) -> RemoteHost:
        """The devices by name, for adapters of a kind (scale, fiscal, payment)."""
        return self._host

    def use(self, names: Mapping[str, str]) -> None:
        """Other devices from now on: name -> kind."""
        self._names = dict(names)
        self.changes += 1
        if self.ears:
            self.ears.devices_changed()

    def request(
        self, do: str, fields: Mapping[str, Any], on_reply: Reply, deadline_ms: int = ANSWER_MS
    ) -> int:
        """See the port. A configuration that was taken renames the devices here too."""

        def answered(event: Event) -> None:
            taken = do == "configure" and not isinstance(event, ErrorEvent)
            if taken:
                self.use(names_and_kinds({"device": fields.get("tables", [])}))
            on_reply(_told(event))

        rest = {key: value for key, value in fields.items() if key != "device"}
        device = fields.get("device")
        return self._host.request(do, answered, device=device, fields=rest, limit_ms=deadline_ms)

    def cancel(self, number: int) -> None:
        """See the port."""
        self._host.cancel(number)

    def listen(self, listener: Listener) -> None:
        """Be told every event that nobody asked for, and every late answer."""
        self._listeners.append(listener)

    def states(self) -> tuple[DeviceState, ...]:
        """As last told; unknown before that."""
        return tuple(
            DeviceState(name, kind, self._state(name), self._until(name, kind))
            for name, kind in self._names.items()
        )

    def print_job(self, job: PrintJob) -> None:
        """See the port."""
        name = self.first(DeviceKind.PRINTER)
        if name is None:
            self._printed(job.job_id, "failed")
            return
        self._host.print_job(name, job, lambda event: self._job_done(job.job_id, event))

    def open_drawer(self) -> None:
        """See the port."""
        name = self.first(DeviceKind.DRAWER)
        if name is not None:
            self._host.drawer(name).open_drawer(lambda _event: None)

    def display(self, rows: tuple[str, str]) -> None:
        """See the port."""
        name = self.first(DeviceKind.DISPLAY)
        if name is not None:
            self._host.display(name).display_lines(rows, lambda _event: None)

    def ready_for_scan(self) -> None:
        """See the port."""
        self._host.enable_data()

    def on_line(self, line: str) -> None:
        """One line of the host."""
        self._host.on_line(line)

    def tick(self, now_ms: int) -> None:
        """Deadlines; a host that died is asked again for everything it forgot."""
        if self._pipe.restarts != self._restarts:
            self._restarts = self._pipe.restarts
            self._host.on_host_lost()
            self.ready_for_scan()
            if self.ears:
                self.ears.devices_changed()
        self._host.tick(now_ms)

    def first(self, kind: DeviceKind) -> str | None:
        """The name of the first device of a kind, as configured."""
        return next((name for name, k in self._names.items() if k == kind.value), None)

    def _heard(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)
        if self.ears is None:
            return
        if isinstance(event, DataEvent):
            self.ears.scanned(event.payload.raw, event.payload.aim)
        elif isinstance(event, StatusUpdateEvent):
            self.ears.devices_changed()
        elif isinstance(event, OutputCompleteEvent | ErrorEvent) and self._is_of_a_job(event):
            self._job_done(event.job_id or "", event)
        elif isinstance(event, ErrorEvent) and event.locus is Locus.INPUT:
            self.ears.trouble("scan_torn" if event.device else "devices_unreadable")

    def _is_of_a_job(self, event: OutputCompleteEvent | ErrorEvent) -> bool:
        """The late end of something printed; other kinds have keys of their own."""
        paper = self._names.get(event.device, DeviceKind.PRINTER) == DeviceKind.PRINTER
        return bool(event.job_id) and paper and getattr(event, "locus", None) is not Locus.INPUT

    def _job_done(self, job_id: str, event: Event) -> None:
        if isinstance(event, OutputCompleteEvent):
            self._printed(job_id, "printed")
        elif isinstance(event, ErrorEvent):
            self._printed(job_id, _failure(event))

    def _printed(self, job_id: str, state: str) -> None:
        if self.ears is not None:
            self.ears.printed(job_id, state)

    def _until(self, name: str, kind: str) -> datetime | None:
        """Until when a module's lists are good; None: it has not said so, or is no module."""
        state = self._host.last_status(name).state if kind == DeviceKind.MARKING else None
        try:
            return datetime.fromisoformat(str(state[VALID_UNTIL])) if state else None
        except (KeyError, ValueError):
            return None

    def _state(self, name: str) -> str:
        status = self._host.last_status(name)
        if status.power is PowerState.UNKNOWN:
            return "misfit" if status.state and "misfit" in status.state else "unknown"
        if status.printer is not None and status.power is PowerState.OFFLINE:
            return _printer_state(status, "lost")  # it is there and says why it does not print
        if status.power is not PowerState.ONLINE:
            return "lost"
        if status.state and status.state.get("open_long"):
            return "open_long"
        if status.state and status.state.get("trouble"):
            return registrar_word(status.state["trouble"])
        return _printer_state(status, "ok") if status.printer is not None else "ok"


def registrar_word(trouble: object) -> str:
    """`fiscal_no_paper`: why a registrar that answers cannot register now."""
    known = {int(one): one.name.lower() for one in FiscalError}
    return f"fiscal_{known.get(trouble, 'fault') if isinstance(trouble, int) else 'fault'}"


def _failure(event: ErrorEvent) -> str:
    """The states of `printing.outcome` for a job that was not confirmed."""
    if event.outcome is Outcome.UNKNOWN:
        stopped = event.extended in (PrinterError.PAPER_END, PrinterError.COVER_OPEN)
        return "interrupted" if stopped else "asked"
    return "unprintable" if event.code is ErrorCode.E_ILLEGAL else "failed"


def _told(event: Event) -> dict[str, Any]:
    """An answer as a task reads it; `error` is the host's sentence, `words` the same to say."""
    if isinstance(event, ErrorEvent):
        words = {"words": dict(event.words)} if event.words else {}
        return {"error": event.message, "outcome": event.outcome.value, **words}
    return event_to_json(event)


def _printer_state(status: StatusUpdateEvent, otherwise: str) -> str:
    printer = status.printer
    assert printer is not None
    if printer.cover_open:
        return "cover_open"
    if printer.paper is Paper.END:
        return "paper_out"
    if otherwise == "ok" and printer.paper is Paper.NEAR_END:
        return "paper_low"
    return otherwise
