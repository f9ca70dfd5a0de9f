"""The shape of every device: a request goes in, an event comes back.

Nothing here may ever block the caller.
UPOS' `claim` is part of `open`: a till owns its devices alone or not at all.
"""

from collections.abc import Callable
from typing import Protocol

from drivers.contract.calls import Call
from drivers.contract.events import Event
from drivers.contract.print_job import PrintJob
from drivers.contract.vocabulary import DeviceKind, Health, PowerState

Reply = Callable[[Event], None]
"""Called exactly once with the answer to a request: OutputComplete, Done, StatusUpdate or Error.

On the device host it is called from the device's own thread; on the till from `on_line`/`tick`.
"""

Listener = Callable[[Event], None]
"""Called with what a device tells of its own accord."""


class Device(Protocol):
    """What all devices share."""

    @property
    def name(self) -> str:
        """The name the configuration gives it."""
        ...

    @property
    def kind(self) -> DeviceKind:
        """What it is."""
        ...

    @property
    def power_state(self) -> PowerState:
        """As last heard; UNKNOWN until it answered."""
        ...

    def open(self) -> None:
        """Starts looking after the device, claimed for this process alone; state follows."""
        ...

    def close(self) -> None:
        """Lets the device go. A job that has begun is answered as an UNKNOWN outcome."""
        ...

    def request_status(self, reply: Reply) -> None:
        """Asks the device itself; answers StatusUpdateEvent."""
        ...

    def health(self) -> Health:
        """A row of the health panel, from memory."""
        ...


class Scanner(Device, Protocol):
    """Tells each scan as a DataEvent to its listener."""


class POSPrinter(Device, Protocol):
    """Prints laid-out content."""

    def print_job(self, job: PrintJob, reply: Reply) -> None:
        """Answers OutputCompleteEvent when the printer confirmed, else ErrorEvent.

        Nothing is ever printed twice by itself: an ErrorEvent with outcome UNKNOWN asks a person.
        """
        ...

    def print_code_page_strip(self, job_id: str, reply: Reply) -> None:
        """For setting up an unknown printer: a line per code page; answers as `print_job` does."""
        ...


class CashDrawer(Device, Protocol):
    """A drawer that can be kicked open."""

    @property
    def drawer_opened(self) -> bool | None:
        """None when the drawer has no sensor, or its polarity was never calibrated."""
        ...

    def open_drawer(self, reply: Reply) -> None:
        """Answers OutputCompleteEvent when the kick was sent and confirmed, else ErrorEvent."""
        ...

    def wait_closed(self, timeout_ms: int, call: Call) -> None:
        """Answers DoneEvent when it is closed, E_TIMEOUT, or E_NOHARDWARE where nobody can tell."""
        ...

    def calibrate(self, is_open: bool, reply: Reply) -> None:
        """A person says how the drawer stands now; done once open and once closed.

        What was learnt is told as a status with `state` {"learned": {"open_high": ...}}.
        """
        ...


class LineDisplay(Device, Protocol):
    """The customer's two lines."""

    @property
    def columns(self) -> int:
        """Characters per line."""
        ...

    @property
    def rows(self) -> int:
        """Lines."""
        ...

    def display_lines(self, lines: tuple[str, ...], reply: Reply) -> None:
        """Shows the lines from the top; rows not given become empty. Longer text is cut."""
        ...

    def clear_text(self, reply: Reply) -> None:
        """Empties the display."""
        ...


class DrawerPort(Protocol):
    """The socket of a printer into which a drawer is plugged."""

    def kick(self, pin: int, on_ms: int, reply: Reply) -> None:
        """Sends one pulse to pin 2 (`pin` 0) or 5 (`pin` 1); answers OutputComplete or Error."""
        ...

    def request_status(self, reply: Reply) -> None:
        """Answers StatusUpdateEvent with the sensor's level in `printer.drawer_high`."""
        ...

    def listen(self, listener: Listener) -> None:
        """Adds one more who hears the printer's status changes."""
        ...

    def health(self) -> Health:
        """The printer's own row: why its socket cannot be reached."""
        ...


class LinePipe(Protocol):
    """The till's end of the pipe to the device host; its owner feeds `on_line`."""

    def send_line(self, line: str) -> None:
        """Sends one line without its end; must not block. Raises OSError when the host is gone."""
        ...
