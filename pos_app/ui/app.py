"""Opens the window and runs it to its end. Never builds a till: wiring hands one in."""

from collections.abc import Callable

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QApplication

from drivers.contract.wedge import WedgeSettings
from pos_app.ui import control_flows
from pos_app.ui.background import Ticker
from pos_app.ui.desk import Desk, Settings
from pos_app.ui.main_window import MainWindow
from pos_app.ui.second_screen import SecondScreen
from pos_app.ui.sounds import Sounds, system_player
from pos_app.ui.theme import STARTED_AS, load_fonts
from pos_app.ui.wedge import WedgeFilter
from pos_app.workstation.till_port import TillPort

WedgeAsked = Callable[[], WedgeSettings | None]
FIRST_SIZE = (1366, 768)
CLOCK_MS = 1000


def application() -> QApplication:
    """The one QApplication, with our name and fonts."""
    present = QApplication.instance()
    app = present if isinstance(present, QApplication) else QApplication(STARTED_AS)
    app.setApplicationName("Kopilka")
    load_fonts()
    return app


def run_window(
    till: TillPort,
    *,
    settings: Settings | None = None,
    remember: Callable[[Settings], None] = lambda settings: None,
    fullscreen: bool = False,
    wedge_settings: WedgeAsked = lambda: None,
    on_started: Callable[[], None] | None = None,
) -> int:
    """Paint first, then `on_started` imports and starts the rest; returns Qt's exit code.

    `remember` is told whatever is chosen of `settings`. `wedge_settings` is asked at the start and
    every second, and answers None while nothing has changed. Ends by closing the till.
    """
    app = application()
    desk = Desk(till, settings)
    sounds = _sounds_of(desk, remember)
    window = MainWindow(desk, sounds=sounds)
    window.resize(_first_size(app, fullscreen))
    beside = _Beside(app, desk, window, wedge_settings)

    def rest() -> None:
        if on_started is not None:
            on_started()
        beside.start(till.tick)

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
        beside.stop()
        sounds.close()
        till.close()


def _first_size(app: QApplication, fullscreen: bool) -> QSize:
    """The whole screen is asked for by size too: a kiosk has no window manager to give it."""
    screen = app.primaryScreen()
    if fullscreen:
        return screen.size()
    return QSize(*FIRST_SIZE).boundedTo(screen.availableSize())


def _sounds_of(desk: Desk, remember: Callable[[Settings], None]) -> Sounds:
    """At the volume that was chosen last, and at each that is chosen from now on."""
    sounds = Sounds(system_player())
    sounds.volume = desk.settings.volume

    def chosen(new: Settings) -> None:
        sounds.volume = new.volume
        remember(new)

    desk.on_settings = chosen
    return sounds


class _Beside:
    """What runs beside the painted window: the wedge, the clock, the till's tick, the customer."""

    def __init__(
        self, app: QApplication, desk: Desk, window: MainWindow, wedge_settings: WedgeAsked
    ) -> None:
        self._app, self._desk, self._window = app, desk, window
        self._asked = wedge_settings
        self._wedge = WedgeFilter(
            lambda data, aim: control_flows.scan(desk, data, aim), wedge_settings(), parent=window
        )
        self._wedge.follow(app, window)
        self._tickers: list[Ticker] = []
        self._customers: SecondScreen | None = None

    def start(self, tick: Callable[[], None]) -> None:
        """After the first paint."""
        self._customers = SecondScreen(self._app, self._desk)
        self._tickers = [
            Ticker(tick, parent=self._window),
            Ticker(self._each_second, CLOCK_MS, parent=self._window),
        ]
        for one in self._tickers:
            one.start()

    def _each_second(self) -> None:
        self._window.tick()
        changed = self._asked()
        if changed is not None:
            self._wedge.use(changed)

    def stop(self) -> None:
        """Before the till is closed."""
        for one in self._tickers:
            one.stop()
        self._wedge.leave(self._app)
        if self._customers is not None:
            self._customers.close()
