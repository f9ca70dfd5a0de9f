"""A drawer kicked through a printer. Never opens by itself."""

from threading import RLock, Timer

from drivers.cash_drawer.polarity import Polarity
from drivers.contract import (
    Call,
    DeviceKind,
    DoneEvent,
    DrawerPort,
    ErrorCode,
    ErrorEvent,
    Event,
    Listener,
    OutputCompleteEvent,
    PowerState,
    Reply,
    Standing,
    StatusUpdateEvent,
)
from drivers.transport.masking import SentMask

KICK_MS = 100
WARN_OPEN_MS = 60_000


class PrinterDrawer(Standing):
    """CashDrawer of the contract on one pin of a `DrawerPort`.

    One that stays open for `warn_open_ms` (0: never) is told of once, `state` {"open_long": true}.
    What a calibration taught is told as `state` {"learned": {"open_high": ...}} for the host to
    keep.
    """

    kind = DeviceKind.DRAWER
    trace_mask = SentMask  # its line is the printer's

    def __init__(
        self,
        name: str,
        port: DrawerPort,
        listener: Listener,
        *,
        pin: int = 0,
        polarity: Polarity | None = None,
        warn_open_ms: int = WARN_OPEN_MS,
    ) -> None:
        super().__init__(name)
        self.drawer_opened: bool | None = None
        self.polarity = polarity or Polarity()
        self._port = port
        self._listener = listener
        self._pin = pin
        self._warn_open_ms = warn_open_ms
        self._level_high: bool | None = None
        self._lock = RLock()
        self._waiting: dict[Call, Timer] = {}
        self._alarm: Timer | None = None
        port.listen(self._port_told)

    def open(self) -> None:
        """Nothing to start: the printer looks after the socket."""

    def close(self) -> None:
        """Whoever waits is answered."""
        self._watch(opened=None)
        for call in self._released():
            call.answer(self._error(ErrorCode.E_CLOSED, "the drawer was let go"))

    def open_drawer(self, reply: Reply) -> None:
        """Kicks; the state follows as an event if the drawer has a sensor."""
        self._port.kick(self._pin, KICK_MS, lambda event: self._kicked(event, reply))

    def wait_closed(self, timeout_ms: int, call: Call) -> None:
        """Answers DoneEvent once the drawer is closed, E_TIMEOUT when it was not in time.

        E_NOHARDWARE at once where nobody can tell: no sensor, or never calibrated.
        """
        with self._lock:
            opened = self.drawer_opened
            if opened:
                timer = Timer(timeout_ms / 1000, self._gave_up, (call,))
                timer.daemon = True
                self._waiting[call] = timer
                timer.start()
        if opened is None:
            call.answer(self._error(ErrorCode.E_NOHARDWARE, "the drawer cannot tell"))
        elif not opened:
            call.answer(DoneEvent(self.name))
        else:
            call.on_cancel(lambda: self._gave_up(call))

    def calibrate(self, is_open: bool, reply: Reply) -> None:
        """Reads the sensor and remembers what the level means. Answers Done or E_NOHARDWARE."""
        self._port.request_status(lambda event: self._learn(is_open, event, reply))

    def request_status(self, reply: Reply) -> None:
        """Asks the printer for the sensor's level."""

        def answer(event: Event) -> None:
            self._port_told(event)
            reply(self._state())

        self._port.request_status(answer)

    def _kicked(self, event: Event, reply: Reply) -> None:
        if isinstance(event, ErrorEvent):
            self.went_wrong(event.message)
            reply(ErrorEvent(self.name, event.code, event.message, outcome=event.outcome))
            return
        self.good_count += 1
        reply(OutputCompleteEvent(self.name))
        self._port.request_status(self._port_told)

    def _learn(self, is_open: bool, event: Event, reply: Reply) -> None:
        self._port_told(event)
        if self._level_high is None:
            reply(self._error(ErrorCode.E_NOHARDWARE, "the printer reads no level"))
            return
        self.polarity = self.polarity.learn(is_open, self._level_high)
        self._update()
        if self.polarity.known_level is not None:
            learned = {"learned": {"open_high": self.polarity.known_level}}
            told = (self.name, self.power_state, None, self.drawer_opened)
            self._listener(StatusUpdateEvent(*told, state=learned))
        reply(DoneEvent(self.name))

    def _port_told(self, event: Event) -> None:
        if not isinstance(event, StatusUpdateEvent):
            return
        self._level_high = event.printer.drawer_high if event.printer else None
        answers = event.printer is not None and event.printer.online is not None
        self._update(PowerState.ONLINE if answers else event.power)  # it kicks without paper too

    def _update(self, power: PowerState | None = None) -> None:
        with self._lock:
            opened = self.polarity.is_open(self._level_high)
            power = self.power_state if power is None else power
            if (opened, power) == (self.drawer_opened, self.power_state):
                return
            moved = opened is not self.drawer_opened
            self.drawer_opened = opened
            self.stands(power, self._why_away(power))
            if moved:
                self._watch(opened=opened)
            closed = self._released() if opened is False else []
        self._listener(self._state())
        for call in closed:
            call.answer(DoneEvent(self.name))

    def _why_away(self, power: PowerState) -> str | None:
        if power in (PowerState.ONLINE, PowerState.UNKNOWN):
            return None
        printer = self._port.health()
        return f"its printer {printer.name}: {printer.last_error or 'away'}"

    # --- time ---------------------------------------------------------------------------------

    def _watch(self, *, opened: bool | None) -> None:
        """An open drawer is timed; one that closed, or cannot be seen any more, is not."""
        with self._lock:
            if self._alarm is not None:
                self._alarm.cancel()
                self._alarm = None
            if opened and self._warn_open_ms > 0:
                self._alarm = Timer(self._warn_open_ms / 1000, self._open_too_long)
                self._alarm.daemon = True
                self._alarm.start()

    def _open_too_long(self) -> None:
        with self._lock:
            still = self.drawer_opened is True and self._alarm is not None
            told = (self.name, self.power_state, None, self.drawer_opened)
        if still:
            self._listener(StatusUpdateEvent(*told, state={"open_long": True}))

    def _released(self) -> list[Call]:
        """Everybody who waits for the drawer to close, no longer timed."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for timer in waiting.values():
            timer.cancel()
        return list(waiting)

    def _gave_up(self, call: Call) -> None:
        with self._lock:
            timer = self._waiting.pop(call, None)
        if timer is not None:
            timer.cancel()
            call.answer(self._error(ErrorCode.E_TIMEOUT, "the drawer is still open"))

    def _error(self, code: ErrorCode, message: str) -> ErrorEvent:
        return ErrorEvent(self.name, code, message)

    def _state(self) -> StatusUpdateEvent:
        return StatusUpdateEvent(self.name, self.power_state, None, self.drawer_opened)
