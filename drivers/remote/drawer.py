"""A cash drawer behind the host. Never opens it unasked."""

from drivers.contract import Reply
from drivers.remote.device import RemoteDevice


class RemoteDrawer(RemoteDevice):
    """CashDrawer of the contract."""

    @property
    def drawer_opened(self) -> bool | None:
        """As last told."""
        return self._host.last_status(self.name).drawer_opened

    def open_drawer(self, reply: Reply) -> None:
        """Kicks the drawer."""
        self._host.request("open_drawer", reply, device=self.name)

    def calibrate(self, is_open: bool, reply: Reply) -> None:
        """A person says how the drawer stands now."""
        self._host.request("calibrate_drawer", reply, device=self.name, fields={"is_open": is_open})
