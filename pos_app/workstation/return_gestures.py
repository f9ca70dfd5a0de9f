"""Gestures of a customer who comes back with a receipt. Never a rule of its own."""

from collections.abc import Sequence

from pos_app.workstation import forgotten_card, return_view
from pos_app.workstation.answer import Answer
from pos_app.workstation.station import Station, guarded


class ReturnGestures:
    """See SettlingPort."""

    _station: Station

    def return_sums(self, receipt: str, lines: Sequence[tuple[int, str]]) -> Answer:
        """See SettlingPort."""
        return guarded(lambda: return_view.sums(self._station, receipt, lines))

    def credit_receipt(self, receipt: str) -> Answer:
        """See SettlingPort."""
        return guarded(lambda: forgotten_card.credit(self._station, receipt))
