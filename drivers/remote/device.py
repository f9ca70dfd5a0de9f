"""What every device behind the host has. Never asks before it is asked."""

from drivers.contract import DeviceKind, Health, PowerState, Reply
from drivers.remote.channel import Channel


class RemoteDevice:
    """What every device behind the host has; Scanner of the contract."""

    def __init__(self, host: Channel, name: str, kind: DeviceKind) -> None:
        self._host = host
        self.name = name
        self.kind = kind

    @property
    def power_state(self) -> PowerState:
        """As last told."""
        return self._host.last_status(self.name).power

    def open(self) -> None:
        """Nothing to do: the host opens what its configuration names."""

    def close(self) -> None:
        """Nothing to do: the host closes everything when its input ends."""

    def request_status(self, reply: Reply) -> None:
        """Asks the device itself."""
        self._host.request("status", reply, device=self.name)

    def health(self) -> Health:
        """From memory; the counts are the host's (`request_health`)."""
        return Health(self.name, self.kind, self.power_state)
