"""The panel of money on its way: what is waited for, the code to scan, the choices."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pos_app.ui.controls import Paragraph
from pos_app.ui.desk import Change, Desk
from pos_app.ui.panels import RowsPanel
from pos_app.ui.theme import SEMIBOLD, Look
from pos_app.workstation.answer import Part


class QrSquares(QWidget):
    """A QR code, black on white in every theme: a scanner knows no dark one."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self._squares: tuple[str, ...] = ()
        self._side = look.metrics.px(240)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_squares(self, squares: tuple[str, ...]) -> None:
        """Rows of "1" and "0"; none hides it."""
        self._squares = squares
        self.setVisible(bool(squares))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._squares:
            return
        painter = QPainter(self)
        count = len(self._squares)
        side = max(min(self.width(), self.height()) // count, 1)
        left = (self.width() - side * count) / 2
        painter.fillRect(QRectF(left, 0, side * count, side * count), QColor(Qt.GlobalColor.white))
        for y, row in enumerate(self._squares):
            for x, dark in enumerate(row):
                if dark == "1":
                    square = QRectF(left + x * side, y * side, side, side)
                    painter.fillRect(square, QColor(Qt.GlobalColor.black))
        painter.end()


class PaymentPanel(RowsPanel):
    """Heading, sentence, code, choices."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__(look, desk)
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
