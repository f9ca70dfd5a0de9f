"""A cash drawer behind the host. Never opens it unasked."""

from drivers.contract import Reply
from drivers.remote.device import RemoteDevice

ANSWER_AFTER_MS = 5_000


class RemoteDrawer(RemoteDevice):
    """CashDrawer of the contract."""

    @property
    def drawer_opened(self) -> bool | None:
        """As last told."""
        return self._host.last_status(self.name).drawer_opened

    def open_drawer(self, reply: Reply) -> None:
        """Kicks the drawer."""
        self._host.request("open_drawer", reply, device=self.name)

    def wait_closed(self, timeout_ms: int, reply: Reply) -> int:
        """Answers DoneEvent when it is closed, else ErrorEvent; returns the number for `cancel`."""
        return self._host.request(
            "wait_drawer_closed",
            reply,
            device=self.name,
            limit_ms=timeout_ms + ANSWER_AFTER_MS,
            fields={"timeout_ms": timeout_ms},
        )

    def calibrate(self, is_open: bool, reply: Reply) -> None:
        """A person says how the drawer stands now."""
        self._host.request("calibrate_drawer", reply, device=self.name, fields={"is_open": is_open})
