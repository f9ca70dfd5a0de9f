"""Opens the window and runs it to its end. Never builds a till: wiring hands one in."""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from drivers.contract.wedge import WedgeSettings
from pos_app.ui.background import Ticker
from pos_app.ui.desk import Desk, Settings
from pos_app.ui.gestures import scan
from pos_app.ui.main_window import MainWindow
from pos_app.ui.second_screen import SecondScreen
from pos_app.ui.sounds import Sounds, system_player
from pos_app.ui.theme import load_fonts
from pos_app.ui.wedge import WedgeFilter
from pos_app.workstation.till_port import TillPort

FIRST_SIZE = (1366, 768)
CLOCK_MS = 1000


def application() -> QApplication:
    """The one QApplication, in a style that follows our palette on every system."""
    present = QApplication.instance()
    app = present if isinstance(present, QApplication) else QApplication(["kopilka"])
    app.setStyle("Fusion")
    app.setApplicationName("Kopilka")
    load_fonts()
    return app


def run_window(
    till: TillPort,
    *,
    language: str = "ru",
    theme: str = "light",
    scale: float = 1.0,
    fullscreen: bool = False,
    wedge_settings: Callable[[], WedgeSettings | None] = lambda: None,
    on_started: Callable[[], None] | None = None,
) -> int:
    """Paint first, then `on_started` imports and starts the rest; returns Qt's exit code.

    `scale` is 1.0, 1.25 or 1.5. `wedge_settings` is asked at the start and every second, and
    answers None while nothing has changed. Ends by closing the till.
    """
    app = application()
    desk = Desk(till, Settings(language, theme, round(scale * 100)))
    sounds = Sounds(system_player())
    window = MainWindow(desk, sounds=sounds)
    size = app.primaryScreen().availableSize()
    window.resize(min(FIRST_SIZE[0], size.width()), min(FIRST_SIZE[1], size.height()))
    usual = wedge_settings()
    wedge = WedgeFilter(lambda data, aim: scan(desk, data, aim), usual, parent=window)
    app.installEventFilter(wedge)
    customers = SecondScreen(app, desk)
    ticker = Ticker(till.tick, parent=window)

    def each_second() -> None:
        window.tick()
        changed = wedge_settings()
        if changed is not None:
            wedge.use(changed)

    clock = Ticker(each_second, CLOCK_MS, parent=window)

    def rest() -> None:
        if on_started is not None:
            on_started()
        ticker.start()
        clock.start()

    window.start()
    if fullscreen:
        window.showFullScreen()
    else:
        window.show()
    window.activateWindow()
    QTimer.singleShot(0, window, rest)
    try:
        return app.exec()
    finally:
        ticker.stop()
        clock.stop()
        app.removeEventFilter(wedge)
        customers.close()
        sounds.close()
        till.close()
