"""The device host seen from the till: requests over an injected pipe, answers as events.

Never blocks, sleeps or starts a thread: the owner feeds lines and ticks. A lost host answers every
open request; a job it had taken is then UNKNOWN, for it may have been printed.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.contract import (
    ErrorCode,
    ErrorEvent,
    Event,
    LinePipe,
    Listener,
    Locus,
    MessageError,
    Outcome,
    OutputCompleteEvent,
    PowerState,
    ProgressEvent,
    Reply,
    ResultEvent,
    StatusUpdateEvent,
    event_from_json,
)

_LATE = ErrorEvent | OutputCompleteEvent | ResultEvent


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
    progress: "Progress | None" = None
    since_ms: int | None = None

    def failed(self, code: ErrorCode, message: str, outcome: Outcome) -> ErrorEvent:
        return ErrorEvent(self.device, code, message, outcome=outcome, job_id=self.job_id)


Progress = Callable[[Mapping[str, object]], None]
"""Hears how far a long request is."""


def _nobody(_event: Event) -> None:
    """For requests whose answer nobody needs."""


class Channel:
    """The till's end. Give `on_line` every line of the host and `tick` the time now and then.

    `listener` hears scans, status changes, errors and late answers. All calls on one thread.
    """

    def __init__(
        self, pipe: LinePipe, listener: Listener, deadlines: Deadlines | None = None
    ) -> None:
        self._pipe = pipe
        self._listener = listener
        self.deadlines = deadlines or Deadlines()
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
        progress: Progress | None = None,
    ) -> int:
        """Sends one request; `reply` is called exactly once, perhaps at once when the host is gone.

        `job_id` is the key of what must not be done twice: without an answer its outcome is
        UNKNOWN. `progress` hears how far a long request is. Returns the number for `cancel`.
        """
        self._last_id += 1
        request: dict[str, object] = {"id": self._last_id, "do": do, **(fields or {})}
        if device is not None:
            request["device"] = device
        limit = self.deadlines.other_ms if limit_ms is None else limit_ms
        pending = _Pending(reply, device or "", job_id, limit, progress)
        number = self._last_id
        self._pending[number] = pending
        try:
            self._pipe.send_line(json.dumps(request, separators=(",", ":")))
        except OSError as gone:
            del self._pending[number]
            reply(pending.failed(ErrorCode.E_OFFLINE, str(gone), Outcome.NOT_DONE))
        return number

    def jobs_waiting(self, device: str) -> int:
        """Jobs of this device that are not answered yet: a new one waits behind them."""
        waiting = self._pending.values()
        return sum(1 for one in waiting if one.device == device and one.job_id is not None)

    def cancel(self, number: int) -> None:
        """Wishes the end of a long request; its own answer still comes and says what came of it."""
        if number in self._pending:
            self.request("cancel", _nobody, fields={"request": number})

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
        if isinstance(event, ProgressEvent):
            self._progressed(event, request_id)
            return
        pending = self._pending.pop(request_id, None) if isinstance(request_id, int) else None
        if pending is not None:
            pending.reply(event)
        elif request_id is None or isinstance(event, _LATE):
            self._listener(event)  # told by itself, or the late end of a job given up

    def _progressed(self, event: ProgressEvent, request_id: object) -> None:
        pending = self._pending.get(request_id) if isinstance(request_id, int) else None
        if pending is None:
            return
        pending.since_ms = None  # it lives: the deadline begins anew with the next tick
        if pending.progress is not None:
            pending.progress(event.payload)

    def _give_up(self, request_id: int, code: ErrorCode, message: str) -> None:
        pending = self._pending.pop(request_id)
        begun = pending.job_id is not None
        outcome = Outcome.UNKNOWN if begun else Outcome.NOT_DONE
        pending.reply(pending.failed(code, message, outcome))
