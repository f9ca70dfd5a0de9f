"""The place of a keyboard-wedge scanner in the list of devices. Never reads a key: the window does.

A scanner that types is a keyboard to the system, so nothing tells whether it is there: its state
stays UNKNOWN.
"""

from drivers.contract import (
    DeviceKind,
    Health,
    Listener,
    PowerState,
    Reply,
    StatusUpdateEvent,
)


class WedgePlace:
    """Device of the contract without a line of its own."""

    kind = DeviceKind.SCANNER

    def __init__(self, name: str, listener: Listener) -> None:
        self.name = name
        self.power_state = PowerState.UNKNOWN
        self._listener = listener

    def open(self) -> None:
        """Nothing is opened."""

    def close(self) -> None:
        """Nothing to let go."""

    def request_status(self, reply: Reply) -> None:
        """Answers that nobody knows."""
        reply(StatusUpdateEvent(self.name, self.power_state))

    def health(self) -> Health:
        """A row without counts: scans are counted by the till."""
        return Health(self.name, self.kind, self.power_state)
