"""The device host seen from the till: requests over an injected pipe, answers as events.

Never blocks, sleeps or starts a thread: the owner feeds lines and ticks. A lost host answers every
open request; a job it had taken is then UNKNOWN, for it may have been printed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from drivers.contract import (
    DeviceKind,
    ErrorCode,
    ErrorEvent,
    Event,
    Health,
    LinePipe,
    Listener,
    Locus,
    MessageError,
    Outcome,
    OutputCompleteEvent,
    PowerState,
    PrinterStatus,
    PrintJob,
    Reply,
    StatusUpdateEvent,
    event_from_json,
    job_to_json,
)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long to wait for the host, counted from the first tick after the request."""

    print_ms: int = 60_000
    other_ms: int = 10_000


@dataclass(slots=True)
class _Pending:
    reply: Reply
    device: str
    job_id: str | None
    limit_ms: int
    since_ms: int | None = None

    def failed(self, code: ErrorCode, message: str, outcome: Outcome) -> ErrorEvent:
        return ErrorEvent(self.device, code, message, outcome=outcome, job_id=self.job_id)


def _nobody(_event: Event) -> None:
    """For requests whose answer nobody needs."""


class RemoteHost:
    """The till's end. Give `on_line` every line of the host and `tick` the time now and then.

    `listener` hears scans, status changes, errors and late answers. All calls on one thread.
    """

    def __init__(
        self, pipe: LinePipe, listener: Listener, deadlines: Deadlines | None = None
    ) -> None:
        self._pipe = pipe
        self._listener = listener
        self._deadlines = deadlines or Deadlines()
        self._pending: dict[int, _Pending] = {}
        self._last_id = 0
        self._known: dict[str, StatusUpdateEvent] = {}

    # --- requests -----------------------------------------------------------------------------

    def enable_data(self, reply: Reply = _nobody) -> None:
        """The till is ready for one scan, from whichever scanner."""
        self.request("enable_data", reply)

    def disable_data(self, reply: Reply = _nobody) -> None:
        """Scans wait in the host from now on."""
        self.request("disable_data", reply)

    def clear_input(self, reply: Reply = _nobody) -> None:
        """Forgets the scans that wait."""
        self.request("clear_input", reply)

    def request_health(self, reply: Reply) -> None:
        """Answers DoneEvent with a row per device."""
        self.request("health", reply)

    def request_trace(self, device: str, reply: Reply) -> None:
        """Answers TraceEvent with the last bytes over the device's line."""
        self.request("trace", reply, device=device)

    def request(
        self,
        do: str,
        reply: Reply,
        *,
        device: str | None = None,
        job_id: str | None = None,
        limit_ms: int | None = None,
        fields: Mapping[str, object] | None = None,
    ) -> None:
        """Sends one request; `reply` is called exactly once, perhaps at once when the host is gone.

        Raises nothing.
        """
        self._last_id += 1
        request: dict[str, object] = {"id": self._last_id, "do": do, **(fields or {})}
        if device is not None:
            request["device"] = device
        limit = self._deadlines.other_ms if limit_ms is None else limit_ms
        pending = _Pending(reply, device or "", job_id, limit)
        self._pending[self._last_id] = pending
        try:
            self._pipe.send_line(json.dumps(request, separators=(",", ":")))
        except OSError as gone:
            del self._pending[self._last_id]
            reply(pending.failed(ErrorCode.E_OFFLINE, str(gone), Outcome.NOT_DONE))

    def print_job(self, device: str, job: PrintJob, reply: Reply) -> None:
        """Prints on the named printer."""
        self.request(
            "print",
            reply,
            device=device,
            job_id=job.job_id,
            limit_ms=self._deadlines.print_ms,
            fields={"job": job_to_json(job)},
        )

    # --- devices by name ----------------------------------------------------------------------

    def scanner(self, name: str) -> "RemoteDevice":
        """A scanner of the host."""
        return RemoteDevice(self, name, DeviceKind.SCANNER)

    def printer(self, name: str) -> "RemotePrinter":
        """A printer of the host."""
        return RemotePrinter(self, name, DeviceKind.PRINTER)

    def drawer(self, name: str) -> "RemoteDrawer":
        """A drawer of the host."""
        return RemoteDrawer(self, name, DeviceKind.DRAWER)

    def display(self, name: str) -> "RemoteDisplay":
        """A display of the host."""
        return RemoteDisplay(self, name, DeviceKind.DISPLAY)

    def last_status(self, name: str) -> StatusUpdateEvent:
        """What the device last told; UNKNOWN when it never did or the host is gone."""
        return self._known.get(name) or StatusUpdateEvent(name, PowerState.UNKNOWN)

    # --- what the owner feeds -----------------------------------------------------------------

    def on_line(self, line: str) -> None:
        """One line of the host's output. Nonsense is told to the listener as an error."""
        try:
            said = json.loads(line)
            if not isinstance(said, dict):
                raise MessageError("not an object")  # noqa: TRY301  one way out for all nonsense
            event = event_from_json(said)
        except ValueError as bad:
            text = f"the device host said something unreadable: {bad}"
            self._listener(ErrorEvent("", ErrorCode.E_FAILURE, text, Locus.INPUT))
            return
        if isinstance(event, StatusUpdateEvent):
            self._known[event.device] = event
        self._deliver(event, said.get("id"))

    def tick(self, now_ms: int) -> None:
        """Answers the requests whose deadline has passed. `now_ms` is any monotonic clock."""
        for request_id, pending in list(self._pending.items()):
            if pending.since_ms is None:
                pending.since_ms = now_ms
            elif now_ms - pending.since_ms >= pending.limit_ms:
                self._give_up(request_id, ErrorCode.E_TIMEOUT, "the device host did not answer")

    def on_host_lost(self) -> None:
        """The host died: every open request is answered and every state is unknown again."""
        for request_id in list(self._pending):
            self._give_up(request_id, ErrorCode.E_OFFLINE, "the device host is gone")
        for name in list(self._known):
            self._known[name] = StatusUpdateEvent(name, PowerState.UNKNOWN)
            self._listener(self._known[name])

    def _deliver(self, event: Event, request_id: object) -> None:
        pending = self._pending.pop(request_id, None) if isinstance(request_id, int) else None
        if pending is not None:
            pending.reply(event)
        elif request_id is None or isinstance(event, ErrorEvent | OutputCompleteEvent):
            self._listener(event)  # told by itself, or the late end of a job given up

    def _give_up(self, request_id: int, code: ErrorCode, message: str) -> None:
        pending = self._pending.pop(request_id)
        begun = pending.job_id is not None
        outcome = Outcome.UNKNOWN if begun else Outcome.NOT_DONE
        pending.reply(pending.failed(code, message, outcome))


class RemoteDevice:
    """What every device behind the host has; Scanner of the contract."""

    def __init__(self, host: RemoteHost, name: str, kind: DeviceKind) -> None:
        self._host = host
        self.name = name
        self.kind = kind

    @property
    def power_state(self) -> PowerState:
        """As last told."""
        return self._host.last_status(self.name).power

    def open(self) -> None:
        """Nothing to do: the host opens what its configuration names."""

    def close(self) -> None:
        """Nothing to do: the host closes everything when its input ends."""

    def request_status(self, reply: Reply) -> None:
        """Asks the device itself."""
        self._host.request("status", reply, device=self.name)

    def health(self) -> Health:
        """From memory; the counts are the host's (`request_health`)."""
        return Health(self.name, self.kind, self.power_state)


class RemotePrinter(RemoteDevice):
    """POSPrinter of the contract."""

    @property
    def status(self) -> PrinterStatus:
        """As last told; all unknown before that."""
        return self._host.last_status(self.name).printer or PrinterStatus()

    def print_job(self, job: PrintJob, reply: Reply) -> None:
        """Answers OutputCompleteEvent, or ErrorEvent whose outcome says whether to ask a person."""
        self._host.print_job(self.name, job, reply)

    def print_code_page_strip(self, job_id: str, reply: Reply) -> None:
        """For setting up an unknown printer."""
        self._host.request(
            "code_page_strip", reply, device=self.name, job_id=job_id, fields={"job_id": job_id}
        )


class RemoteDrawer(RemoteDevice):
    """CashDrawer of the contract."""

    @property
    def drawer_opened(self) -> bool | None:
        """As last told."""
        return self._host.last_status(self.name).drawer_opened

    def open_drawer(self, reply: Reply) -> None:
        """Kicks the drawer."""
        self._host.request("open_drawer", reply, device=self.name)

    def calibrate(self, is_open: bool, reply: Reply) -> None:
        """A person says how the drawer stands now."""
        self._host.request("calibrate_drawer", reply, device=self.name, fields={"is_open": is_open})


class RemoteDisplay(RemoteDevice):
    """LineDisplay of the contract."""

    columns = 20
    rows = 2

    def display_lines(self, lines: tuple[str, ...], reply: Reply) -> None:
        """Shows up to two lines."""
        self._host.request("display", reply, device=self.name, fields={"lines": list(lines)})

    def clear_text(self, reply: Reply) -> None:
        """Empties the display."""
        self._host.request("clear_display", reply, device=self.name)
