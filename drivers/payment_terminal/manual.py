"""A terminal that no cable reaches: the cashier reads its slip. Never says anything by itself."""

from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from drivers.contract.payment import (
    PaymentDo,
    PaymentOrder,
    PaymentOutcome,
    PaymentResult,
    PaymentStage,
    mask_pans,
)
from drivers.payment_terminal.adapter import Notes, Remembered, Watch, declined, unknown

REFERENCE_MAX = 32


class ManualAdapter:
    """Waits for the slip's number, or for "no money was taken"."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._key = ""
        self._told: Callable[[], PaymentResult] | None = None

    def prepare(self, order: PaymentOrder, watch: Watch) -> Notes:
        """Nothing is sent anywhere."""
        with self._lock:
            self._key, self._told = order.key, None
        return {}

    def carry_out(self, order: PaymentOrder, notes: Notes, watch: Watch) -> PaymentResult:
        """Until a person answers; a cancelled order was not typed into the terminal."""
        if order.do is PaymentDo.SETTLE:
            return PaymentResult(PaymentOutcome.APPROVED)
        watch.tell(PaymentStage.SLIP_WANTED)
        while True:
            with self._lock:
                told = self._told
            if told is not None:
                result = told()
                approved = result.outcome is PaymentOutcome.APPROVED
                return replace(result, amount_minor=order.amount_minor if approved else 0)
            if watch.closing:
                return unknown("lost", "the till ended")
            if watch.cancelled:
                return declined("cancelled")
            watch.wait(100)

    def look_up(self, remembered: Remembered, watch: Watch) -> PaymentResult:
        """Only a person can tell."""
        return unknown("ask_person")

    def idle(self) -> str:
        """There is always somebody."""
        return ""

    def diagnose(self, watch: Watch) -> str:
        """There is nothing to test."""
        return ""

    def confirm(self, key: str, reference: str | None) -> bool:
        """The cashier's answer to the order that waits."""
        with self._lock:
            if key != self._key or self._told is not None:
                return False
            words = mask_pans((reference or "").strip())[:REFERENCE_MAX]
            approved = PaymentResult(PaymentOutcome.APPROVED, reference=words, receipt_no=words)
            self._told = lambda: declined("declined") if reference is None else approved
        return True

    def close(self) -> None:
        """Nothing is held."""
