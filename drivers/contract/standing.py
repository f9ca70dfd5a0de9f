"""How one device stands: power, counts and what went wrong last, in one place for every driver.

Never asks the device, and never tells anybody by itself.
"""

from drivers.contract.vocabulary import DeviceKind, Health, PowerState


class Standing:
    """Base of a driver; written by the device's own thread, read by any. UNKNOWN until it spoke."""

    kind = DeviceKind.UNKNOWN

    def __init__(self, name: str) -> None:
        self.name = name
        self.power_state = PowerState.UNKNOWN
        self.good_count = 0
        self.error_count = 0
        self.last_error: str | None = None

    def health(self) -> Health:
        """A row of the health panel, from memory."""
        counts = (self.good_count, self.error_count, self.last_error)
        return Health(self.name, self.kind, self.power_state, *counts)

    def went_wrong(self, why: str) -> None:
        """One more that failed."""
        self.error_count += 1
        self.last_error = why

    def stands(self, power: PowerState, why: str | None = None) -> bool:
        """The power from now on; True when it was another one. `why` is kept, not counted."""
        if why is not None:
            self.last_error = why
        moved = power is not self.power_state
        self.power_state = power
        return moved

    def line_stands(self, power: PowerState, why: str | None) -> bool:
        """The same of a line whose loss is counted as a failure, once."""
        moved = self.stands(power, why)
        self.error_count += moved and why is not None
        return moved
