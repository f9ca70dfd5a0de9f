"""A payment terminal behind the host. Never orders again what it has heard nothing of."""

from collections.abc import Callable, Mapping

from drivers.contract import ErrorEvent, Event, Outcome, Reply, ResultEvent
from drivers.contract.payment import (
    PaymentOrder,
    PaymentOutcome,
    PaymentReply,
    PaymentResult,
)
from drivers.remote.device import RemoteDevice

SILENCE_MS = 240_000
"""Longer than any driver waits for its terminal: the driver's own answer is the better one."""


class RemotePayment(RemoteDevice):
    """PaymentTerminal of the contract, its answers read."""

    def carry_out(
        self,
        order: PaymentOrder,
        reply: PaymentReply,
        progress: Callable[[Mapping[str, object]], None],
    ) -> int:
        """Purchase, refund, reversal, settlement; returns the number for `cancel`."""
        return self._ask("payment", order, lambda event: reply(result_of(event)), progress)

    def last_result(
        self,
        order: PaymentOrder,
        reply: PaymentReply,
        progress: Callable[[Mapping[str, object]], None],
    ) -> int:
        """What became of the order's key."""
        return self._ask("payment_result", order, lambda event: reply(looked_up(event)), progress)

    def cancel(self, number: int) -> None:
        """Wishes the end of an order; its own answer still comes."""
        self._host.cancel(number)

    def confirm(self, key: str, reference: str | None, reply: Reply) -> None:
        """A person read the slip."""
        fields = {"key": key, "reference": reference}
        self._host.request("payment_confirm", reply, device=self.name, fields=fields)

    def _ask(
        self,
        do: str,
        order: PaymentOrder,
        reply: Reply,
        progress: Callable[[Mapping[str, object]], None],
    ) -> int:
        return self._host.request(
            do,
            reply,
            device=self.name,
            job_id=order.key,
            limit_ms=SILENCE_MS,
            fields={"order": order.to_json()},
            progress=progress,
        )


def looked_up(event: Event) -> PaymentResult:
    """A question that could not be asked says nothing of the money."""
    if isinstance(event, ResultEvent):
        return result_of(event)
    words = event.message if isinstance(event, ErrorEvent) else "another answer"
    return PaymentResult(PaymentOutcome.UNKNOWN, reason="lost", message=words)


def result_of(event: Event) -> PaymentResult:
    """An answer that cannot be read, or that nobody gave, is UNKNOWN."""
    if isinstance(event, ResultEvent):
        try:
            return PaymentResult.from_json(event.payload)
        except ValueError as bad:
            return PaymentResult(PaymentOutcome.UNKNOWN, reason="lost", message=str(bad))
    if isinstance(event, ErrorEvent) and event.outcome is Outcome.NOT_DONE:
        return PaymentResult(PaymentOutcome.DECLINED, reason="offline", message=event.message)
    words = event.message if isinstance(event, ErrorEvent) else "another answer"
    return PaymentResult(PaymentOutcome.UNKNOWN, reason="lost", message=words)
