"""A scanner on a serial port or a socket. Never joins, repeats or invents a scan."""

from drivers.contract import (
    DataEvent,
    DeviceKind,
    ErrorCode,
    ErrorEvent,
    Health,
    Listener,
    Locus,
    PowerState,
    Reply,
    StatusUpdateEvent,
)
from drivers.scanner.framing import Frame, Framer, Framing, Torn, scan_of
from drivers.transport import Link, LinkWorker, monotonic_ms

READ_SLICE_MS = 40


class SerialScanner:
    """Tells every scan to `listener` from its own thread, every dropped one as an ErrorEvent."""

    kind = DeviceKind.SCANNER

    def __init__(
        self, name: str, link: Link, listener: Listener, framing: Framing | None = None
    ) -> None:
        self.name = name
        self.power_state = PowerState.UNKNOWN
        self._listener = listener
        self._framing = framing or Framing()
        self._framer = Framer(self._framing)
        self._worker = LinkWorker(name, link, self)
        self._good_count = 0
        self._error_count = 0
        self._last_error: str | None = None

    def open(self) -> None:
        """Starts reading; the state follows as an event."""
        self._worker.start()

    def close(self) -> None:
        """Ends the thread and lets the port go."""
        self._worker.stop()

    def request_status(self, reply: Reply) -> None:
        """A scanner cannot be asked: answers what the port last showed."""
        reply(StatusUpdateEvent(self.name, self.power_state))

    def health(self) -> Health:
        return Health(
            self.name,
            self.kind,
            self.power_state,
            self._good_count,
            self._error_count,
            self._last_error,
        )

    def idle(self, link: Link) -> None:
        """Reads once (LinkUser)."""
        data = link.read(READ_SLICE_MS)
        now_ms = monotonic_ms()
        found = self._framer.feed(now_ms, data) if data else self._framer.idle(now_ms)
        for item in found:
            self._tell(item, now_ms)

    def power_changed(self, power: PowerState, reason: str | None) -> None:
        """The port came or went (LinkUser)."""
        torn = self._framer.reset()
        if torn is not None:
            self._tell(torn, monotonic_ms())
        if reason is not None:
            self._last_error = reason
        if power is self.power_state:
            return
        self._error_count += reason is not None
        self.power_state = power
        self._listener(StatusUpdateEvent(self.name, power))

    def _tell(self, item: Frame | Torn, now_ms: int) -> None:
        if isinstance(item, Torn):
            self._error_count += 1
            self._last_error = f"{item.length} bytes dropped: {item.reason}"
            self._listener(
                ErrorEvent(self.name, ErrorCode.E_FAILURE, self._last_error, Locus.INPUT)
            )
            return
        self._good_count += 1
        scan = scan_of(item.data, self._framing, self.name)
        self._listener(DataEvent(self.name, self._good_count, now_ms, scan))
