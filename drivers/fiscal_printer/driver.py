"""A registrar behind the vendor's web server: one document at a time, each under the till's uuid.

Never registers twice: the uuid is the key of everything, and what nobody can tell is UNKNOWN.
"""

import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Event as Signal
from typing import Any

from drivers.contract import (
    DeviceKind,
    ErrorCode,
    ErrorEvent,
    Event,
    Listener,
    Outcome,
    PowerState,
    Reply,
    ResultEvent,
    Standing,
    StatusUpdateEvent,
)
from drivers.contract.fiscal import FiscalError, FiscalJob, FiscalState
from drivers.fiscal_printer.tasks import STATE_TASKS, record_from, state_from, task_of
from drivers.fiscal_printer.verdict import Fate, Verdict, verdict_of
from drivers.fiscal_printer.web import (
    CONFLICT,
    CREATED,
    NOT_FOUND,
    OK,
    AtolWeb,
    Said,
    Unanswered,
)
from drivers.transport import Link, LinkDownError, LinkWorker, Task, monotonic_ms
from drivers.transport.masking import WebMask

QUEUE_WAIT_MS = 100
STICKY = frozenset({FiscalError.STORAGE_FULL, FiscalError.UNSENT_TOO_LONG})
"""Refusals that hold until the storage is another one, or its documents are sent."""
UNREADABLE = Verdict(Fate.UNKNOWN, error=FiscalError.FAULT, message="an answer without numbers")


@dataclass(frozen=True, slots=True)
class FiscalTimings:
    """How long to wait for one HTTP answer, for a document, between looks, between states."""

    http_ms: int = 5_000
    answer_ms: int = 30_000
    look_ms: int = 150
    poll_ms: int = 10_000


class AtolPrinter(Standing):
    """FiscalPrinter of the contract."""

    kind = DeviceKind.FISCAL
    trace_mask = WebMask

    def __init__(
        self, name: str, web: AtolWeb, listener: Listener, timings: FiscalTimings | None = None
    ) -> None:
        super().__init__(name)
        self.state = FiscalState()
        self._web = web
        self._listener = listener
        self._timings = timings or FiscalTimings()
        self._closing = Signal()
        self._worker = LinkWorker(name, web, self, QUEUE_WAIT_MS)
        self._poll_at_ms = 0
        self._refused: tuple[str, FiscalError] = ("", FiscalError.NONE)

    def open(self) -> None:
        """Starts; the state follows as an event."""
        self._worker.start()

    def close(self) -> None:
        """Ends; a document that is under way is answered as UNKNOWN."""
        self._closing.set()
        self._worker.stop()

    def register(self, job: FiscalJob, reply: Reply) -> None:
        """See FiscalPrinter."""
        self._post(job.key, lambda: self._carry_out(job), reply, Outcome.NOT_DONE)

    def recover(self, key: str, reply: Reply) -> None:
        """See FiscalPrinter."""
        self._post(key, lambda: self._follow(key), reply, Outcome.UNKNOWN)

    def request_status(self, reply: Reply) -> None:
        """Asks the registrar itself."""

        def run(_link: Link) -> None:
            try:
                self._refresh()
            finally:
                reply(self._status())

        self._worker.post(Task(run, lambda _reason: reply(self._status())))

    def idle(self, _link: Link) -> None:
        """Asks the state now and then (LinkUser)."""
        if monotonic_ms() >= self._poll_at_ms:
            self._refresh()

    def power_changed(self, power: PowerState, reason: str | None) -> None:
        """The server came or went (LinkUser)."""
        self._poll_at_ms = 0
        if reason is not None:
            self.last_error = reason
            self._told(power, FiscalState())

    # --- on the device's thread ---------------------------------------------------------------

    def _post(
        self, key: str, ask: Callable[[], Verdict], reply: Reply, if_refused: Outcome
    ) -> None:
        """`if_refused`: what holds of the key when the server could not even be asked."""

        def run(_link: Link) -> None:
            try:
                verdict = ask()
            except Unanswered as silent:
                sure = if_refused is Outcome.NOT_DONE and not silent.sent
                fate = Fate.NOT_DONE if sure else Fate.UNKNOWN
                lost = Verdict(fate, error=FiscalError.UNREACHABLE, message=str(silent))
                reply(self._event(key, lost))
                raise LinkDownError(str(silent)) from silent
            reply(self._event(key, verdict))
            self._poll_at_ms = 0

        def refuse(reason: str) -> None:
            event = ErrorEvent(self.name, ErrorCode.E_OFFLINE, reason, outcome=if_refused)
            reply(self._with_key(event, key, FiscalError.UNREACHABLE))

        self._worker.post(Task(run, refuse))

    def _carry_out(self, job: FiscalJob) -> Verdict:
        """What is no receipt changes the state, which is told before the answer: nobody at the
        counter waits for it, and whoever asks next must not see the state of before."""
        verdict = self._register(job)
        if not job.task.has_positions:
            with suppress(LinkDownError):
                self._refresh()
        return verdict

    def _register(self, job: FiscalJob) -> Verdict:
        try:
            task = task_of(job)
        except KeyError as unknown:
            text = f"the registrar has no word for {unknown}"
            return Verdict(Fate.NOT_DONE, error=FiscalError.BAD_DOCUMENT, message=text)
        said = self._put_surely(job.key, task)
        if said.status not in {OK, CREATED, CONFLICT}:
            text = str(said.body.get("error") or said.body or f"HTTP {said.status}")
            return Verdict(Fate.NOT_DONE, error=FiscalError.BAD_DOCUMENT, message=text)
        try:
            if said.body.get("isBlocked"):
                return self._withdraw(job.key, str(said.body.get("blockedUUID") or ""))
            return self._follow(job.key)
        except (
            Unanswered
        ) as lost:  # a server that is not even reached has the document all the same
            raise Unanswered(str(lost), sent=True) from lost

    def _put_surely(self, key: str, task: dict[str, object]) -> Said:
        """Sends once more when the answer was lost: the same uuid is the same document."""
        try:
            return self._web.put(key, [task])
        except Unanswered as lost:
            if not lost.sent:
                raise
        try:
            return self._web.put(key, [task])
        except Unanswered as lost:
            raise Unanswered(str(lost), sent=True) from lost

    def _withdraw(self, key: str, blocker: str) -> Verdict:
        """An earlier document blocks the queue; ours must not be registered by itself later."""
        said = self._web.take_out(key)
        fate = Fate.NOT_DONE if said.status == OK else Fate.UNKNOWN
        return Verdict(fate, error=FiscalError.BLOCKED, message=f"blocked by {blocker}")

    def _follow(self, key: str) -> Verdict:
        """Looks until the document has a fate."""
        until_ms = monotonic_ms() + self._timings.answer_ms
        while True:
            said = self._web.look(key)
            if said.status == NOT_FOUND:
                return Verdict(Fate.NOT_DONE, message="never seen")
            verdict = verdict_of(said.body)
            if verdict.fate is not Fate.RUNNING:
                return verdict
            late = monotonic_ms() >= until_ms
            if late or self._closing.wait(self._timings.look_ms / 1000):
                return Verdict(Fate.UNKNOWN, error=FiscalError.BUSY, message="no answer in time")

    def _refresh(self) -> None:
        """The state as the registrar tells it; the listener hears a change."""
        self._poll_at_ms = monotonic_ms() + self._timings.poll_ms
        key = str(uuid.uuid4())
        try:
            self._web.put(key, STATE_TASKS)
            results = self._state_results(key)
        except Unanswered as silent:
            raise LinkDownError(str(silent)) from silent
        if results is None:
            self._told(PowerState.OFFLINE, FiscalState(trouble=FiscalError.BUSY))
            return
        state = state_from(results)
        if not state.storage:
            self._told(PowerState.OFFLINE, FiscalState(trouble=FiscalError.UNREACHABLE))
            return
        self._told(PowerState.ONLINE, self._with_sticky(state))

    def _state_results(self, key: str) -> list[Mapping[str, Any]] | None:
        until_ms = monotonic_ms() + self._timings.http_ms
        while monotonic_ms() < until_ms and not self._closing.is_set():
            results = self._web.look(key).body.get("results") or []
            ended = [one for one in results if one.get("status") in {"ready", "error"}]
            if len(ended) == len(STATE_TASKS):
                return ended
            self._closing.wait(self._timings.look_ms / 1000)
        return None

    def _with_sticky(self, state: FiscalState) -> FiscalState:
        storage, refusal = self._refused
        if refusal is FiscalError.NONE or state.trouble or storage != state.storage:
            return state
        values = state.to_json() | {"trouble": int(refusal)}
        return FiscalState.from_json(values)

    # --- telling ------------------------------------------------------------------------------

    def _event(self, key: str, verdict: Verdict) -> Event:
        if verdict.fate is Fate.DONE:
            payload: dict[str, object] = {}
            if verdict.params:
                try:
                    payload = {"record": record_from(verdict.params).to_json()}
                except ValueError:
                    return self._event(key, UNREADABLE)
            self.good_count += 1
            self._refused = ("", FiscalError.NONE)
            return ResultEvent(self.name, payload, key)
        if verdict.error in STICKY:
            self._refused = (self.state.storage, verdict.error)
        unknown = verdict.fate is not Fate.NOT_DONE
        code = ErrorCode.E_NOEXIST if verdict.message == "never seen" else ErrorCode.E_EXTENDED
        outcome = Outcome.UNKNOWN if unknown else Outcome.NOT_DONE
        event = ErrorEvent(self.name, code, verdict.message, outcome=outcome)
        return self._with_key(event, key, verdict.error)

    def _with_key(self, event: ErrorEvent, key: str, error: FiscalError) -> ErrorEvent:
        self.went_wrong(event.message)
        return ErrorEvent(
            event.device,
            event.code,
            event.message,
            outcome=event.outcome,
            extended=int(error),
            job_id=key,
        )

    def _status(self) -> StatusUpdateEvent:
        return StatusUpdateEvent(self.name, self.power_state, state=self.state.to_json())

    def _told(self, power: PowerState, state: FiscalState) -> None:
        if (power, state) != (self.power_state, self.state):
            self.power_state, self.state = power, state
            self._listener(self._status())
