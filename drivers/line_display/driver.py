"""A two-line display over any link. Never blocks a sale: it shows or says why not."""

from drivers.contract import (
    DeviceKind,
    DoneEvent,
    ErrorCode,
    ErrorEvent,
    Listener,
    Outcome,
    PowerState,
    Reply,
    Standing,
    StatusUpdateEvent,
)
from drivers.line_display.dialects import COLUMNS, PAGE, ROWS, Dialect, line_bytes
from drivers.transport import Link, LinkDownError, LinkWorker, Task

QUEUE_WAIT_MS = 100


class TwoLineDisplay(Standing):
    """LineDisplay of the contract. What was shown is shown again after a replug."""

    kind = DeviceKind.DISPLAY
    columns = COLUMNS
    rows = ROWS

    def __init__(
        self, name: str, link: Link, listener: Listener, dialect: Dialect, page: str = PAGE
    ) -> None:
        super().__init__(name)
        self._listener = listener
        self._dialect = dialect
        self._page = page
        self._worker = LinkWorker(name, link, self, QUEUE_WAIT_MS)
        self._shown: bytes | None = None
        self._must_start = True

    def open(self) -> None:
        """Starts; the state follows as an event."""
        self._worker.start()

    def close(self) -> None:
        """Lets the port go; the display keeps its last picture."""
        self._worker.stop()

    def display_lines(self, lines: tuple[str, ...], reply: Reply) -> None:
        """Shows up to two lines of twenty characters."""
        upper, lower = (*lines[:ROWS], "", "")[:ROWS]
        shown = line_bytes(upper, self._page), line_bytes(lower, self._page)
        self._post(self._dialect.show(shown), reply)

    def clear_text(self, reply: Reply) -> None:
        """Empties the display."""
        self._post(self._dialect.clear, reply)

    def request_status(self, reply: Reply) -> None:
        """A display cannot be asked: answers what the port last showed."""
        reply(StatusUpdateEvent(self.name, self.power_state))

    def idle(self, link: Link) -> None:
        """Wakes a display that came (back), and notices one that went (LinkUser)."""
        self._wake(link)
        link.read(1)

    def power_changed(self, power: PowerState, reason: str | None) -> None:
        """The port came or went (LinkUser)."""
        self._must_start = True
        if self.line_stands(power, reason):
            self._listener(StatusUpdateEvent(self.name, power))

    def _wake(self, link: Link) -> None:
        if not self._must_start:
            return
        link.write(self._dialect.start_in(self._page) + (self._shown or b""))
        self._must_start = False

    def _post(self, data: bytes, reply: Reply) -> None:
        def refuse(reason: str) -> None:
            reply(ErrorEvent(self.name, ErrorCode.E_OFFLINE, reason))

        self._worker.post(Task(lambda link: self._show(link, data, reply), refuse))

    def _show(self, link: Link, data: bytes, reply: Reply) -> None:
        try:
            self._wake(link)
            self._shown = data
            link.write(data)
        except LinkDownError as down:
            self.error_count += 1
            reply(ErrorEvent(self.name, ErrorCode.E_OFFLINE, str(down), outcome=Outcome.UNKNOWN))
            raise
        self.good_count += 1
        reply(DoneEvent(self.name))
