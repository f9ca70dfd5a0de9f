"""The courier and the device host as the tasks see them, over pipes. Never starts a process.

A pipe is given by the front end: QProcess beside a window, a plain child process in the console.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from drivers.contract import (
    DataEvent,
    DeviceKind,
    ErrorEvent,
    Event,
    Locus,
    Outcome,
    OutputCompleteEvent,
    Paper,
    PowerState,
    PrintJob,
    StatusUpdateEvent,
)
from drivers.remote import RemoteHost
from pos_app.domain.sentence import say
from pos_app.workstation.ports import DeviceState, LinkStatus, Reply


class Pipe(Protocol):
    """Lines to a child that is restarted when it dies."""

    restarts: int

    def send_line(self, line: str) -> None:
        """One line to the child."""

    def close(self) -> None:
        """End of its input."""


@dataclass
class _Waiting:
    reply: Reply
    limit_ms: int
    since_ms: int | None = None


class CourierLink:
    """Satisfies `ports.Courier` over a pipe."""

    def __init__(self, pipe: Pipe, on_change: Callable[[bool], None]) -> None:
        self._pipe = pipe
        self._on_change = on_change
        self._status = LinkStatus()
        self._waiting: dict[int, _Waiting] = {}
        self._last_id = 0
        self._restarts = 0

    def status(self) -> LinkStatus:
        """As last told."""
        return self._status

    def request(
        self, kind: str, fields: Mapping[str, Any], on_reply: Reply, deadline_ms: int = 3000
    ) -> None:
        """See the port."""
        self._last_id += 1
        self._waiting[self._last_id] = _Waiting(on_reply, deadline_ms)
        self._pipe.send_line(json.dumps({"id": self._last_id, "do": kind, **fields}))

    def is_quiet(self) -> bool:
        """No request waits for its reply."""
        return not self._waiting

    def nudge(self) -> None:
        """See the port."""
        self._pipe.send_line('{"do":"nudge"}')

    def on_line(self, line: str) -> None:
        """One line of the courier."""
        try:
            said = json.loads(line)
        except ValueError:
            return
        if not isinstance(said, dict):
            return
        if said.get("event") == "status":
            self._told(said)
        waiting = self._waiting.pop(said.get("id") or 0, None)
        if waiting is not None:
            waiting.reply(said)

    def tick(self, now_ms: int) -> None:
        """Deadlines; and a courier that died is a link that is down."""
        if self._pipe.restarts != self._restarts:
            self._restarts = self._pipe.restarts
            self._status = LinkStatus(False, self._status.since, self._status.mirror_as_of)
            self._on_change(False)
        for number, waiting in list(self._waiting.items()):
            if waiting.since_ms is None:
                waiting.since_ms = now_ms
            elif now_ms - waiting.since_ms >= waiting.limit_ms:
                del self._waiting[number]
                waiting.reply({"error": "timeout"})

    def _told(self, said: Mapping[str, Any]) -> None:
        trouble = said.get("trouble")
        self._status = LinkStatus(
            online=bool(said.get("online")),
            since=_instant(said.get("since")),
            mirror_as_of=_instant(said.get("mirror_as_of")),
            trouble=say(f"link.{trouble}") if trouble else None,
            peers=int(said.get("peers") or 0),
        )
        self._on_change(bool(said.get("pulled")))


def _instant(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) and text else None
    except ValueError:
        return None


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
        self.ears: DeviceEars | None = None

    def states(self) -> tuple[DeviceState, ...]:
        """As last told; unknown before that."""
        return tuple(
            DeviceState(name, kind, self._state(name)) for name, kind in self._names.items()
        )

    def print_job(self, job: PrintJob) -> None:
        """See the port."""
        name = self._first(DeviceKind.PRINTER)
        if name is None:
            self._printed(job.job_id, "failed")
            return
        self._host.print_job(name, job, lambda event: self._job_done(job.job_id, event))

    def open_drawer(self) -> None:
        """See the port."""
        name = self._first(DeviceKind.DRAWER)
        if name is not None:
            self._host.drawer(name).open_drawer(lambda _event: None)

    def display(self, rows: tuple[str, str]) -> None:
        """See the port."""
        name = self._first(DeviceKind.DISPLAY)
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

    def _first(self, kind: DeviceKind) -> str | None:
        return next((name for name, k in self._names.items() if k == kind.value), None)

    def _heard(self, event: Event) -> None:
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
