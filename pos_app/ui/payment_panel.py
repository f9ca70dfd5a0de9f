"""The panel of money on its way: what is waited for, the code to scan, the choices."""

from pos_app.ui.controls import Paragraph, reveal
from pos_app.ui.desk import Change, Desk
from pos_app.ui.panels import RowsPanel
from pos_app.ui.qr_view import QrSquares
from pos_app.ui.theme import SEMIBOLD, Look
from pos_app.workstation.answer import Part


class PaymentPanel(RowsPanel):
    """Heading, sentence, code, choices."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__(look, desk)
        reveal(self.back, False)  # the question stays until it is answered
        self._said = Paragraph(look, look.metrics.medium, ink="")
        self._said.setFont(look.font(look.metrics.medium, SEMIBOLD))
        self._code = QrSquares(look, look.say("payment.code"))
        self.column.insertWidget(1, self._said)
        self.column.insertWidget(2, self._code, 4)
        self.refresh(frozenset({Part.DEMAND}))

    def refresh(self, changes: frozenset[Change]) -> None:
        super().refresh(changes)
        shown = self.desk.view.payment
        if not hasattr(self, "_code") or shown is None:
            return
        self._said.say(self.look.words.say(shown.text))
        self._code.show_squares(shown.squares)
