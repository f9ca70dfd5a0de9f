"""A scale over any link: asks, waits for rest, answers. Never answers 0 for an error."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event as Signal
from threading import Lock
from typing import Protocol

from drivers.contract import (
    Call,
    DeviceKind,
    DoneEvent,
    ErrorCode,
    ErrorEvent,
    Listener,
    PowerState,
    Reply,
    ResultEvent,
    Standing,
    StatusUpdateEvent,
)
from drivers.contract.scale import ScaleError, Weight
from drivers.scale.line import Line, NoWeight, Refused
from drivers.scale.settling import Settling
from drivers.transport import Link, LinkDownError, LinkWorker, Task, monotonic_ms

SILENCES_UNTIL_OFF = 2


class ScaleProtocol(Protocol):
    """One maker's questions and answers.

    `readings`: equal ones in a row that make a sale; more where the protocol checks itself weakly.
    """

    name: str
    framing: str
    baud: int
    readings: int

    def read(self, line: Line) -> Weight:
        """One reading; raises NoWeight with the reason, LinkDownError."""
        ...

    def set_zero(self, line: Line) -> None:
        """Raises Refused, NoWeight, LinkDownError."""
        ...

    def set_tare(self, line: Line, grams: int | None) -> None:
        """Raises Refused, NoWeight, LinkDownError."""
        ...


@dataclass(frozen=True, slots=True)
class ScaleTimings:
    """`answer_ms` for one answer, `pause_ms` between readings, `poll_ms` while nobody weighs.

    `readings`: equal ones in a row; 0 is what the protocol wants, fewer are not taken.
    """

    answer_ms: int = 400
    pause_ms: int = 60
    poll_ms: int = 1000
    readings: int = 0


Answer = ResultEvent | ErrorEvent


@dataclass(frozen=True, slots=True)
class _Order:
    timeout_ms: int
    call: Call
    answer: Callable[[Answer], None]


class PollingScale(Standing):
    """Scale of the contract. One weighing at a time; it can be cancelled."""

    kind = DeviceKind.SCALE

    def __init__(
        self,
        name: str,
        link: Link,
        listener: Listener,
        protocol: ScaleProtocol,
        timings: ScaleTimings | None = None,
    ) -> None:
        super().__init__(name)
        self._listener = listener
        self._protocol = protocol
        self._timings = timings or ScaleTimings()
        self._worker = LinkWorker(name, link, self, self._timings.poll_ms)
        self._closing = Signal()
        self._stir = Signal()
        self._busy = Lock()
        self._silences = 0

    def open(self) -> None:
        """Starts; the state follows as an event, once the scale has answered."""
        self._worker.start()

    def close(self) -> None:
        """Ends; a weighing that waits is cancelled."""
        self._closing.set()
        self._stir.set()
        self._worker.stop()

    def read_weight(self, timeout_ms: int, call: Call) -> None:
        """See Scale."""
        if not self._busy.acquire(blocking=False):
            call.answer(self._error(ErrorCode.E_BUSY, "a weighing is under way"))
            return
        self._stir.clear()
        call.on_cancel(self._stir.set)

        def answer(event: Answer) -> None:
            self._busy.release()
            call.answer(event)

        self._post(lambda link: self._weigh(link, _Order(timeout_ms, call, answer)), answer)

    def set_tare(self, grams: int | None, reply: Reply) -> None:
        """See Scale."""
        self._order(lambda line: self._protocol.set_tare(line, grams), reply)

    def set_zero(self, reply: Reply) -> None:
        """See Scale."""
        self._order(self._protocol.set_zero, reply)

    def request_status(self, reply: Reply) -> None:
        """Asks for a reading, whatever it is; answers whether the scale speaks."""

        def run(link: Link) -> None:
            try:
                self._look(link)
            finally:
                reply(StatusUpdateEvent(self.name, self.power_state))

        self._post(run, reply)

    def idle(self, link: Link) -> None:
        """Notices a scale that went, was switched off or came back (LinkUser)."""
        self._look(link)

    def power_changed(self, power: PowerState, reason: str | None) -> None:
        """The port came or went (LinkUser). An open port is no proof of a scale behind it."""
        if power is PowerState.ONLINE:
            self._silences = 0
            return
        self.error_count += power is not self.power_state
        self._now(power, reason)

    def _look(self, link: Link) -> None:
        try:
            self._protocol.read(self._line(link))
        except NoWeight as bad:
            self._silent(str(bad))
        else:
            self._heard()

    def _weigh(self, link: Link, order: _Order) -> None:
        try:
            answer = self._settled(link, order)
        except LinkDownError as down:
            order.answer(self._error(ErrorCode.E_OFFLINE, str(down)))
            raise
        order.answer(answer)

    def _settled(self, link: Link, order: _Order) -> Answer:
        """Reads until a weight may be sold, the time is over, or somebody cancels."""
        settling = Settling(max(self._protocol.readings, self._timings.readings))
        end_ms = monotonic_ms() + order.timeout_ms
        shown: Weight | None = None
        while not (order.call.cancelled or self._closing.is_set()):
            weight = self._reading(link)
            if weight is None:
                settling.spoilt()
            elif settling.take(weight):
                self.good_count += 1
                return ResultEvent(self.name, weight.to_json())
            elif weight != shown:
                shown = weight
                order.call.progress(weight.to_json())
            if monotonic_ms() >= end_ms:
                return self._unsettled(settling.trouble)
            self._stir.wait(self._timings.pause_ms / 1000)
        return self._unsettled(ScaleError.CANCELLED)

    def _reading(self, link: Link) -> Weight | None:
        try:
            weight = self._protocol.read(self._line(link))
        except NoWeight as bad:
            self._silent(str(bad))
            return None
        self._heard()
        return weight

    def _unsettled(self, why: ScaleError) -> ErrorEvent:
        said = f"no weight to sell by: {why.name.lower()}"
        if why is ScaleError.UNREADABLE and self.last_error:
            said = f"{said}: {self.last_error}"
        return self._error(ErrorCode.E_EXTENDED, said, why)

    def _order(self, do: Callable[[Line], None], reply: Reply) -> None:
        def run(link: Link) -> None:
            try:
                do(self._line(link))
            except Refused as no:
                reply(self._error(ErrorCode.E_ILLEGAL, str(no), ScaleError.REFUSED))
            except NoWeight as bad:
                reply(self._error(ErrorCode.E_EXTENDED, str(bad), ScaleError.UNREADABLE))
            except LinkDownError as down:
                reply(self._error(ErrorCode.E_OFFLINE, str(down)))
                raise
            else:
                reply(DoneEvent(self.name))

        self._post(run, reply)

    def _post(self, run: Callable[[Link], None], reply: Callable[[ErrorEvent], None]) -> None:
        def refuse(reason: str) -> None:
            reply(self._error(ErrorCode.E_OFFLINE, reason))

        self._worker.post(Task(run, refuse))

    def _line(self, link: Link) -> Line:
        return Line(link, self._timings.answer_ms)

    def _error(
        self, code: ErrorCode, message: str, extended: ScaleError = ScaleError.NONE
    ) -> ErrorEvent:
        return ErrorEvent(self.name, code, message, extended=int(extended))

    def _heard(self) -> None:
        self._silences = 0
        self._now(PowerState.ONLINE)

    def _silent(self, reason: str) -> None:
        self._silences += 1
        self.error_count += self.power_state is PowerState.ONLINE
        self.last_error = reason
        if self._silences >= SILENCES_UNTIL_OFF:
            self._now(PowerState.OFFLINE)

    def _now(self, power: PowerState, why: str | None = None) -> None:
        if self.stands(power, why):
            self._listener(StatusUpdateEvent(self.name, power))
