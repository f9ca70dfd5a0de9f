"""A scale behind the host. Never keeps a weight: each one answers its own request."""

from drivers.contract import Reply
from drivers.remote.channel import Progress
from drivers.remote.device import RemoteDevice

ANSWER_AFTER_MS = 5_000


class RemoteScale(RemoteDevice):
    """Scale of the contract, with the number of a request in place of a `Call`."""

    def read_weight(self, timeout_ms: int, reply: Reply, progress: Progress) -> int:
        """Answers ResultEvent with a Weight or ErrorEvent; returns the number for `cancel`."""
        return self._host.request(
            "weigh",
            reply,
            device=self.name,
            limit_ms=timeout_ms + ANSWER_AFTER_MS,
            fields={"timeout_ms": timeout_ms},
            progress=progress,
        )

    def cancel(self, number: int) -> None:
        """Ends a weighing; it answers CANCELLED."""
        self._host.cancel(number)

    def set_tare(self, grams: int | None, reply: Reply) -> None:
        """None: what lies on the pan; 0: no tare."""
        self._host.request("tare", reply, device=self.name, fields={"grams": grams})

    def set_zero(self, reply: Reply) -> None:
        """The empty pan is zero."""
        self._host.request("zero_scale", reply, device=self.name)
