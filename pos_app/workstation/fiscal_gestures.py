"""Gestures of the registrar: its shift, the buyer's address, corrections, copies. Never a rule."""

from pos_app.workstation import fiscal_tasks, fiscal_unsure
from pos_app.workstation.answer import Answer
from pos_app.workstation.fiscal_tasks import CorrectionWish
from pos_app.workstation.station import Override, Station, guarded


class FiscalGestures:
    """What a cashier or manager asks of the registrar."""

    _station: Station

    def open_shift(self) -> Answer:
        """See FiscalGesturePort."""
        return guarded(lambda: fiscal_tasks.open_shift(self._station))

    def close_shift(self) -> Answer:
        """See FiscalGesturePort."""
        return guarded(lambda: fiscal_tasks.close_shift(self._station))

    def electronic_receipt(self, address: str) -> Answer:
        """See FiscalGesturePort."""
        return guarded(lambda: fiscal_tasks.electronic(self._station, address))

    def fiscal_correction(
        self, receipt: str, reason: str, order: str = "", override: Override | None = None
    ) -> Answer:
        """See FiscalGesturePort."""
        wish = CorrectionWish(receipt, reason, order)
        return guarded(lambda: fiscal_tasks.correct(self._station, wish, override))

    def fiscal_copy(self, receipt: str = "") -> Answer:
        """See FiscalGesturePort."""
        return guarded(lambda: fiscal_tasks.copy(self._station, receipt))

    def unsure_errands(self) -> Answer:
        """See FiscalGesturePort."""
        return guarded(lambda: fiscal_unsure.asked(self._station))

    def decide_errand(
        self, key: str, decision: str, reason: str, override: Override | None = None
    ) -> Answer:
        """See FiscalGesturePort."""
        station = self._station
        return guarded(lambda: fiscal_unsure.decide(station, key, decision, reason, override))

    def go_on_printing(self) -> Answer:
        """See FiscalGesturePort."""
        return guarded(lambda: fiscal_tasks.go_on(self._station))
