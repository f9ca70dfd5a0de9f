"""What is on the screen from the first moment: the name, and that the till opens. Never waits.

Imports Qt and the theme alone: it is there before databases, mirror and children are.
"""

from time import monotonic

from PySide6.QtCore import QEventLoop, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from pos_app.ui.desk import Settings
from pos_app.ui.metrics import Metrics, plausible_px_per_mm
from pos_app.ui.theme import BOLD, Look, load_fonts
from resources.words import Words

FIRST_SIZE = (1366, 768)
PAINT_S = 1.0
"""A screen that does not show the window by then is not waited for: the till opens anyway."""


class Curtain(QWidget):
    """Where the till's window will be."""

    def __init__(self, settings: Settings, *, fullscreen: bool = False) -> None:
        present = QApplication.instance()
        self._app = present if isinstance(present, QApplication) else QApplication(["kopilka"])
        super().__init__()
        load_fonts()
        screen = QGuiApplication.primaryScreen()
        wanted = QSize(*FIRST_SIZE).boundedTo(screen.availableSize())
        self.resize(screen.size() if fullscreen else wanted)
        density = plausible_px_per_mm(screen.size().width(), screen.physicalSize().width())
        metrics = Metrics(self.width(), self.height(), density, settings.scale_percent / 100)
        self._look = Look(Words(settings.language), settings.theme, metrics)
        self._fullscreen = fullscreen
        self.is_painted = False
        self.setWindowTitle("Kopilka")
        self.setAccessibleName(self._look.say("ui.opening"))
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
        look, painter = self._look, QPainter(self)
        painter.fillRect(self.rect(), look.colour("background"))
        painter.setPen(look.colour("text"))
        painter.setFont(look.font(look.metrics.px(40), BOLD))
        upper = self.rect().adjusted(0, 0, 0, -self.height() // 2)
        lower = self.rect().adjusted(0, self.height() // 2, 0, 0)
        centre = Qt.AlignmentFlag.AlignHCenter
        painter.drawText(upper, centre | Qt.AlignmentFlag.AlignBottom, "Kopilka")
        painter.setPen(look.colour("secondary"))
        painter.setFont(look.font(look.metrics.medium))
        painter.drawText(lower, centre | Qt.AlignmentFlag.AlignTop, look.say("ui.opening"))
        painter.end()
        self.is_painted = True
