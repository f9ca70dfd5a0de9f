"""The place of a device whose configuration cannot be used: it says why. Never does anything."""

from drivers.contract import (
    DeviceKind,
    ErrorCode,
    ErrorEvent,
    Health,
    Listener,
    PowerState,
    Reply,
    StatusUpdateEvent,
)


class Misfit:
    """Device of the contract that stands in the health panel with its fault, beside the others."""

    def __init__(self, name: str, kind: DeviceKind, why: str, listener: Listener) -> None:
        self.name = name
        self.kind = kind
        self.power_state = PowerState.UNKNOWN
        self._why = why
        self._listener = listener

    def open(self) -> None:
        """Says its fault, for the pill."""
        self._listener(
            StatusUpdateEvent(self.name, PowerState.UNKNOWN, state={"misfit": self._why})
        )

    def close(self) -> None:
        """Nothing to let go."""

    def request_status(self, reply: Reply) -> None:
        """Answers with the fault."""
        reply(ErrorEvent(self.name, ErrorCode.E_ILLEGAL, self._why))

    def health(self) -> Health:
        return Health(self.name, self.kind, PowerState.UNKNOWN, last_error=self._why)
