"""A QR code on the screen, from its squares. Never knows what it says."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pos_app.ui.theme import Look


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
