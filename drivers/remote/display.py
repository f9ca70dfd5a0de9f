"""A line display behind the host. Never keeps what it showed."""

from drivers.contract import Reply
from drivers.remote.device import RemoteDevice


class RemoteDisplay(RemoteDevice):
    """LineDisplay of the contract."""

    columns = 20
    rows = 2

    def display_lines(self, lines: tuple[str, ...], reply: Reply) -> None:
        """Shows up to two lines."""
        self._host.request("display", reply, device=self.name, fields={"lines": list(lines)})

    def clear_text(self, reply: Reply) -> None:
        """Empties the display."""
        self._host.request("clear_display", reply, device=self.name)
