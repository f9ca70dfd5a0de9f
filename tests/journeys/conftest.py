"""A whole shop for the journeys: real server, real device host, real courier, real window."""

from pathlib import Path

import pytest
from pytestqt.exceptions import TimeoutError as OutOfPatience

from pos_app.ui.app import application
from pos_app.ui.background import Ticker
from pos_app.ui.desk import Desk, Settings
from pos_app.ui.main_window import MainWindow
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_script import Hands
from pos_app.wiring.demo_shop import Shop
from pos_app.wiring.window import build_window_till
from tests.demo_shop_once import furnished

PATIENCE_MS = 60_000


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/journeys/" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints", extend=True))
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def qapp():
    return application()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The demo shop with its server running; one for a module."""
    with furnished(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


class Cashier:
    """A window, its hands, and patience."""

    def __init__(self, shop: Shop, name: str, out: Path, qtbot, scale="", extras=(), *,
                 synced=True) -> None:  # fmt: skip
        self.qtbot = qtbot
        self.counter = shop.counter(scale, extras)
        self.place = shop.till(name, devices=self.counter.devices)
        if synced:
            first_sync(self.place.data, self.place.server)
        self.till = build_window_till(self.place)
        self.window = MainWindow(
            Desk(self.till.terminal, Settings("ru", "light", 100)), px_per_mm=3.8
        )
        self.window.resize(1366, 768)
        self.window.start()
        self.window.show()
        self.window.activateWindow()
        self.till.terminal.start()
        self.ticker = Ticker(self.till.terminal.tick, parent=self.window)
        self.ticker.start()
        self.hands = Hands(self.till, self.counter, out)

    def play(self, steps) -> None:
        for ready in steps:
            self.until(ready)

    def until(self, ready) -> None:
        try:
            self.qtbot.waitUntil(ready, timeout=PATIENCE_MS)
        except OutOfPatience as late:
            raise AssertionError(f"{late}; the till shows {self.shown()}") from late

    def shown(self) -> dict[str, object]:
        """What the cashier sees, for whoever reads why a journey did not go on."""
        view, desk = self.till.terminal.view(), self.window.desk
        return {
            "said": desk.said and [text.key for text in desk.said.texts],
            "asked": desk.ask and desk.ask.name,
            "payment": view.payment,
            "link": view.link,
            "devices": {one.name: one.state for one in view.devices},
            "lines": self.hands.lines(),
        }

    def ask_courier(self, kind, **fields):
        replies = []
        self.till.courier.request(kind, fields, replies.append, PATIENCE_MS)
        self.until(lambda: bool(replies))
        return replies[0]

    def close(self) -> None:
        self.ticker.stop()
        self.till.terminal.close()
        self.window.close()
        self.window.deleteLater()


@pytest.fixture
def cashier(shop, tmp_path, qtbot):
    opened = []

    def hire(name: str, scale: str = "", extras=()) -> Cashier:
        opened.append(Cashier(shop, name, tmp_path, qtbot, scale, extras))
        return opened[-1]

    yield hire
    for one in opened:
        one.close()
    application().processEvents()
