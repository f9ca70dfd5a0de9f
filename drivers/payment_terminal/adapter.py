"""What each way of taking money has to do; the device around it is the same for all.

Never repeats an order: a lost answer is UNKNOWN.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event as Signal
from typing import Protocol

from drivers.contract import Call
from drivers.contract.payment import PaymentOrder, PaymentOutcome, PaymentResult, PaymentStage

Notes = Mapping[str, object]
SLICE_MS = 50


class NotReadyError(Exception):
    """The order was surely not begun; `reason` as in PaymentResult, the message is for the log."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Remembered:
    """An order that was begun, and what the adapter noted before it sent anything."""

    order: PaymentOrder
    notes: Notes = field(default_factory=dict)
    known: bool = True


class Watch:
    """The till's side of one order, seen from the device's thread."""

    def __init__(self, call: Call, closing: Callable[[], bool]) -> None:
        self._call = call
        self._closing = closing
        self._woken = Signal()
        call.on_cancel(self._woken.set)

    @property
    def closing(self) -> bool:
        """The device is being let go: end soon, and say what is known."""
        return self._closing()

    @property
    def cancelled(self) -> bool:
        """The till, or its end, wants no more of this order."""
        return self._call.cancelled or self.closing

    def tell(self, stage: PaymentStage, message: str = "", **more: object) -> None:
        """How far it is."""
        self._call.progress({"stage": stage.value, "message": message, **more})

    def wait(self, ms: int) -> None:
        """A pause that a wish to cancel shortens."""
        self._woken.wait(min(ms, SLICE_MS) / 1000)


class Adapter(Protocol):
    """One way of taking money; called from the device's own thread only, but for `confirm`."""

    def prepare(self, order: PaymentOrder, watch: Watch) -> Notes:
        """Reaches the terminal, and what must be kept with the key before the order is sent.

        Raises NotReadyError.
        """
        ...

    def carry_out(self, order: PaymentOrder, notes: Notes, watch: Watch) -> PaymentResult:
        """Sends the order once and waits for its end."""
        ...

    def look_up(self, remembered: Remembered, watch: Watch) -> PaymentResult:
        """What became of an order that was begun. Never orders anything."""
        ...

    def idle(self) -> str:
        """Called now and then: "" while the terminal is there, else why it is not."""
        ...

    def diagnose(self, watch: Watch) -> str:
        """A live test that moves no money: "" when all is well, else what is not."""
        ...

    def confirm(self, key: str, reference: str | None) -> bool:
        """A person's answer; False when nobody waits for it. Called from any thread."""
        ...

    def close(self) -> None:
        """Lets go of everything."""
        ...


def declined(reason: str, message: str = "") -> PaymentResult:
    """Surely nothing moved."""
    return PaymentResult(PaymentOutcome.DECLINED, reason=reason, message=message)


def unknown(reason: str, message: str = "") -> PaymentResult:
    """Nobody can tell."""
    return PaymentResult(PaymentOutcome.UNKNOWN, reason=reason, message=message)
