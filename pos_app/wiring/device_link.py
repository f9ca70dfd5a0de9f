"""The device host as the tasks see it, over a pipe. Never starts a process, never decides."""

from collections.abc import Mapping
from typing import Protocol

from drivers.contract import (
    DataEvent,
    DeviceKind,
    ErrorEvent,
    Event,
    Listener,
    Locus,
    Outcome,
    OutputCompleteEvent,
    Paper,
    PowerState,
    PrintJob,
    StatusUpdateEvent,
)
from drivers.remote import RemoteHost
from pos_app.wiring.children import Pipe
from pos_app.workstation.ports import DeviceState


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

    @property
    def host(self) -> RemoteHost:
        """The devices by name, for adapters of a kind (scale, fiscal, payment)."""
        return self._host

    def listen(self, listener: Listener) -> None:
        """Be told every event that nobody asked for, and every late answer."""
        self._listeners.append(listener)

    def states(self) -> tuple[DeviceState, ...]:
        """As last told; unknown before that."""
        return tuple(
            DeviceState(name, kind, self._state(name)) for name, kind in self._names.items()
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
        elif isinstance(event, OutputCompleteEvent) and event.job_id:
            self._printed(event.job_id, "printed")
        elif isinstance(event, ErrorEvent) and event.job_id and event.locus is Locus.OUTPUT:
            self._job_done(event.job_id, event)
        elif isinstance(event, ErrorEvent) and event.locus is Locus.INPUT:
            self.ears.trouble("scan_torn")

    def _job_done(self, job_id: str, event: Event) -> None:
        if isinstance(event, OutputCompleteEvent):
            self._printed(job_id, "printed")
        elif isinstance(event, ErrorEvent):
            asked = event.outcome is Outcome.UNKNOWN
            self._printed(job_id, "asked" if asked else "failed")

    def _printed(self, job_id: str, state: str) -> None:
        if self.ears is not None:
            self.ears.printed(job_id, state)

    def _state(self, name: str) -> str:
        status = self._host.last_status(name)
        if status.power is PowerState.UNKNOWN:
            return "unknown"
        if status.power is not PowerState.ONLINE:
            return "lost"
        return _printer_state(status) if status.printer is not None else "ok"


def _printer_state(status: StatusUpdateEvent) -> str:
    printer = status.printer
    assert printer is not None
    if printer.cover_open:
        return "cover_open"
    if printer.paper is Paper.END:
        return "paper_out"
    return "paper_low" if printer.paper is Paper.NEAR_END else "ok"
