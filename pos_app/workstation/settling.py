"""Gestures of money on its way: cancel, choose, decide. Never a rule of its own."""

from drivers.contract.payment import PaymentResult
from pos_app.workstation import recover_payment, shift_wait, take_payment
from pos_app.workstation.answer import Answer
from pos_app.workstation.station import Override, Station, guarded


class PaymentGestures:
    """What a front end may do while terminals and registrar are asked."""

    _station: Station
    _books: Station

    def cancel_payment(self) -> Answer:
        """See PaymentPort."""
        station = self._station
        return guarded(lambda: shift_wait.cancelled(station) or take_payment.cancel(station))

    def payment_choice(
        self, choice: str, value: str = "", override: Override | None = None
    ) -> Answer:
        """See PaymentPort."""
        return guarded(lambda: recover_payment.choose(self._station, choice, value, override))

    def decide_payment(self, key: str, decision: str, override: Override | None = None) -> Answer:
        """See PaymentPort."""
        return guarded(lambda: recover_payment.decide(self._station, key, decision, override))

    def payment_told(self, key: str, result: PaymentResult) -> None:
        """A terminal's answer that came after it was given up."""
        late = guarded(lambda: take_payment.late(self._books, key, result))
        if late.changed or late.refusal:
            self._books.say(late)
