"""Puts the customer's screen on the second monitor, and takes it away with the monitor.

The cashier's window never moves, never loses the focus, and knows nothing of it.
"""

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QScreen

from pos_app.ui.customer_screen import CustomerScreen
from pos_app.ui.desk import Change, Desk, Own
from pos_app.ui.metrics import Metrics, plausible_px_per_mm
from pos_app.ui.phrases import words_of
from pos_app.ui.theme import Look

SHARE = 1.15
"""Somebody who stands reads from farther away than the cashier."""


class SecondScreen(QObject):
    """Lives as long as the application; `shown` is the present window, or None."""

    def __init__(self, app: QGuiApplication, desk: Desk) -> None:
        super().__init__(app)
        self._app, self._desk = app, desk
        self.shown: CustomerScreen | None = None
        self._on: QScreen | None = None
        app.screenAdded.connect(self._come)
        app.screenRemoved.connect(self._gone)
        desk.subscribe(self._changed)
        self._place()

    def _second(self) -> QScreen | None:
        primary = self._app.primaryScreen()
        return next((one for one in self._app.screens() if one is not primary), None)

    def _come(self, screen: QScreen) -> None:
        if self.shown is None:
            self._place()

    def _gone(self, screen: QScreen) -> None:
        """The monitor went: its window would jump onto the cashier's."""
        if screen is self._on:
            self.close()
            self._place()

    def _place(self) -> None:
        screen = self._second()
        if screen is None:
            return
        self._on = screen
        self.shown = CustomerScreen(self._look_on(screen), self._desk)
        self.shown.setScreen(screen)
        self.shown.setGeometry(screen.geometry())
        self.shown.showFullScreen()

    def _look_on(self, screen: QScreen) -> Look:
        size, settings = screen.size(), self._desk.settings
        density = plausible_px_per_mm(size.width(), screen.physicalSize().width())
        metrics = Metrics(size.width(), size.height(), density, SHARE)
        return Look(words_of(self._desk), settings.theme, metrics)

    def _changed(self, changes: frozenset[Change]) -> None:
        if self.shown is None:
            return
        if Own.LOOK in changes:
            self.close()
            self._place()
        else:
            self.shown.refresh(changes)

    def close(self) -> None:
        """Take the window away."""
        if self.shown is not None:
            self.shown.hide()
            self.shown.deleteLater()
        self.shown, self._on = None, None
