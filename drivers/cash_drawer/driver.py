"""A drawer kicked through a printer. Never opens by itself."""

from drivers.cash_drawer.polarity import Polarity
from drivers.contract import (
    DeviceKind,
    DoneEvent,
    DrawerPort,
    ErrorCode,
    ErrorEvent,
    Event,
    Health,
    Listener,
    OutputCompleteEvent,
    PowerState,
    Reply,
    StatusUpdateEvent,
)

KICK_MS = 100


class PrinterDrawer:
    """CashDrawer of the contract on one pin of a `DrawerPort`."""

    kind = DeviceKind.DRAWER

    def __init__(
        self,
        name: str,
        port: DrawerPort,
        listener: Listener,
        *,
        pin: int = 0,
        polarity: Polarity | None = None,
    ) -> None:
        self.name = name
        self.power_state = PowerState.UNKNOWN
        self.drawer_opened: bool | None = None
        self.polarity = polarity or Polarity()
        self._port = port
        self._listener = listener
        self._pin = pin
        self._level_high: bool | None = None
        self._good_count = 0
        self._error_count = 0
        self._last_error: str | None = None
        port.listen(self._port_told)

    def open(self) -> None:
        """Nothing to start: the printer looks after the socket."""

    def close(self) -> None:
        """Nothing to let go."""

    def open_drawer(self, reply: Reply) -> None:
        """Kicks; the state follows as an event if the drawer has a sensor."""
        self._port.kick(self._pin, KICK_MS, lambda event: self._kicked(event, reply))

    def calibrate(self, is_open: bool, reply: Reply) -> None:
        """Reads the sensor and remembers what the level means. Answers Done or E_NOHARDWARE."""
        self._port.request_status(lambda event: self._learn(is_open, event, reply))

    def request_status(self, reply: Reply) -> None:
        """Asks the printer for the sensor's level."""

        def answer(event: Event) -> None:
            self._port_told(event)
            reply(self._state())

        self._port.request_status(answer)

    def health(self) -> Health:
        return Health(
            self.name,
            self.kind,
            self.power_state,
            self._good_count,
            self._error_count,
            self._last_error,
        )

    def _kicked(self, event: Event, reply: Reply) -> None:
        if isinstance(event, ErrorEvent):
            self._error_count += 1
            self._last_error = event.message
            reply(ErrorEvent(self.name, event.code, event.message, outcome=event.outcome))
            return
        self._good_count += 1
        reply(OutputCompleteEvent(self.name))
        self._port.request_status(self._port_told)

    def _learn(self, is_open: bool, event: Event, reply: Reply) -> None:
        self._port_told(event)
        if self._level_high is None:
            reply(ErrorEvent(self.name, ErrorCode.E_NOHARDWARE, "the printer reads no level"))
            return
        self.polarity = self.polarity.learn(is_open, self._level_high)
        self._update()
        reply(DoneEvent(self.name))

    def _port_told(self, event: Event) -> None:
        if not isinstance(event, StatusUpdateEvent):
            return
        self._level_high = event.printer.drawer_high if event.printer else None
        self._update(event.power)

    def _update(self, power: PowerState | None = None) -> None:
        opened = self.polarity.is_open(self._level_high)
        power = self.power_state if power is None else power
        if (opened, power) == (self.drawer_opened, self.power_state):
            return
        self.drawer_opened, self.power_state = opened, power
        self._listener(self._state())

    def _state(self) -> StatusUpdateEvent:
        return StatusUpdateEvent(self.name, self.power_state, None, self.drawer_opened)
