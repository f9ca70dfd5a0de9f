"""The permission check behind the host. Never guesses a verdict."""

import base64

from drivers.contract import Reply
from drivers.remote.device import RemoteDevice


class RemoteMarking(RemoteDevice):
    """MarkCheck of the contract."""

    def check(self, raw: bytes, reply: Reply) -> None:
        """ResultEvent with a MarkAnswer, or ErrorEvent when the host did not answer."""
        code = base64.b64encode(raw).decode()
        self._host.request("mark_check", reply, device=self.name, fields={"code": code})
