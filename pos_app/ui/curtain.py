"""What is on the screen from the first moment: the name, in the colours of the last time.

Never waits, and imports Qt and the theme alone: it is there before words, databases, mirror and
children are.
"""

from time import monotonic

from PySide6.QtCore import QEventLoop, QSize, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from pos_app.ui.metrics import Metrics, plausible_px_per_mm
from pos_app.ui.theme import BOLD, STARTED_AS, load_fonts
from resources.themes import tokens

FIRST_SIZE = (1366, 768)
PAINT_S = 1.0
"""A screen that does not show the window by then is not waited for: the till opens anyway."""


class Curtain(QWidget):
    """Where the till's window will be."""

    def __init__(self, theme: str, scale_percent: int, *, fullscreen: bool = False) -> None:
        present = QApplication.instance()
        self._app = present if isinstance(present, QApplication) else QApplication(STARTED_AS)
        super().__init__()
        load_fonts()
        screen = QGuiApplication.primaryScreen()
        wanted = QSize(*FIRST_SIZE).boundedTo(screen.availableSize())
        self.resize(screen.size() if fullscreen else wanted)
        density = plausible_px_per_mm(screen.size().width(), screen.physicalSize().width())
        self._metrics = Metrics(self.width(), self.height(), density, scale_percent / 100)
        self._tokens = tokens(theme)
        self._fullscreen = fullscreen
        self.is_painted = False
        self.setWindowTitle("Kopilka")
        self.setAccessibleName("Kopilka")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paint_now(self) -> None:
        """Shown and painted when this returns."""
        self.show_again()
        end = monotonic() + PAINT_S
        while not self.is_painted and monotonic() < end:
            self._app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)

    def show_again(self) -> None:
        """As it was."""
        if self._fullscreen:
            self.showFullScreen()
        else:
            self.show()

    def draw_back(self) -> None:
        """The till's own window is there."""
        self.close()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, font = QPainter(self), QFont("Inter")
        font.setPixelSize(self._metrics.px(40))
        font.setWeight(BOLD)
        painter.fillRect(self.rect(), QColor(self._tokens["background"]))
        painter.setPen(QColor(self._tokens["text"]))
        painter.setFont(font)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Kopilka")
        painter.end()
        self.is_painted = True
