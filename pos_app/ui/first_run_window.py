"""The window of a till's first start. Never a till: there is none yet."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow

from pos_app.ui.desk import Settings
from pos_app.ui.first_run_screen import FirstRunScreen
from pos_app.ui.metrics import Metrics, plausible_px_per_mm
from pos_app.ui.theme import Look, apply_look
from pos_app.workstation.first_run import Setup
from resources.words import Words


class FirstRunWindow(QMainWindow):
    """Shows the assistant's page; `on_left` hears that it goes on another day."""

    def __init__(
        self,
        setup: Setup,
        settings: Settings,
        *,
        px_per_mm: float | None = None,
    ) -> None:
        super().__init__()
        self._setup, self._settings = setup, settings
        self.on_left: Callable[[], None] = lambda: None
        self._px_per_mm = px_per_mm
        self._look: Look | None = None
        self.setWindowTitle("Kopilka")
        self.setMinimumSize(1, 1)
        self.screen_shown: FirstRunScreen

    def start(self) -> None:
        """Build; call after the size is known."""
        self._build()
        self._setup.on_change = self._changed

    def _make_look(self) -> Look:
        screen = QGuiApplication.primaryScreen()
        density = self._px_per_mm or plausible_px_per_mm(
            screen.size().width(), screen.physicalSize().width()
        )
        scale = self._settings.scale_percent / 100
        metrics = Metrics(self.width(), self.height(), density, scale)
        return Look(Words(self._setup.view().language), self._settings.theme, metrics)

    def _build(self) -> None:
        self._look = self._make_look()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_look(app, self._look)
        self.setWindowIcon(QIcon(self._look.icon("kopilka", "accent", 64)))
        self._turn()

    def _turn(self) -> None:
        """Another page; the old one may be the sender of this very click."""
        old = self.takeCentralWidget()
        if old is not None:  # PySide types it as never None
            old.hide()
            old.deleteLater()
        look = self._look or self._make_look()
        self.screen_shown = FirstRunScreen(look, self._setup, self.leave)
        self.screen_shown.setMinimumSize(1, 1)
        self.setCentralWidget(self.screen_shown)
        self.screen_shown.show()
        self.screen_shown.take_focus()

    def _changed(self) -> None:
        view = self._setup.view()
        if self._look is None or self._look.words.language != view.language:
            self._build()
        elif self.screen_shown.step is not view.step:
            self._turn()
        else:
            self.screen_shown.refresh()

    def leave(self) -> None:
        """Another day, from here on."""
        self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key that nothing took, e.g. while a button has the focus, is the page's."""
        if not self.screen_shown.take_key(event):
            event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        """Coming back to the window is coming back to the page."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self._look is not None:
            self.screen_shown.take_focus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another class of size is another look."""
        super().resizeEvent(event)
        if self._look is None:
            return
        old, new = self._look.metrics, self._make_look().metrics
        if (old.is_narrow, old.is_low) != (new.is_narrow, new.is_low):
            QTimer.singleShot(0, self, self._build)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._setup.on_change = lambda: None
        self.on_left()
        super().closeEvent(event)
