"""A new till is unpacked: the assistant's own window against a real server, up to the sign-on.

Wrong code, server away, the helper killed in the middle of the download, the window closed and
opened again, a printer that prints its strip, and the cashier signs on.
"""

import os
import signal
import tomllib
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from pos_app.ui.background import Ticker
from pos_app.ui.controls import Button
from pos_app.ui.desk import Desk, Settings
from pos_app.ui.main_window import MainWindow
from pos_app.wiring.appearance import Appearance
from pos_app.wiring.demo_shop import STORE, Shop, head_office
from pos_app.wiring.first_place import first_place, wants_assistant
from pos_app.wiring.first_window import open_assistant
from pos_app.wiring.place import Place
from pos_app.wiring.protection import leave_plain
from pos_app.wiring.window import build_window_till
from pos_app.workstation.first_pages import Step
from tests.journeys.held_line import HeldLine

PATIENCE_MS = 60_000
HELD_BYTES = 400_000


class NewTill:
    """The assistant's window with hands and patience."""

    def __init__(self, folder: Path, qtbot, server: str) -> None:
        self.place, self.qtbot = Place(folder, server), qtbot
        leave_plain(folder)
        self.open()

    def open(self) -> None:
        self.assistant = open_assistant(self.place, Appearance(), px_per_mm=3.8)
        self.done: list[bool] = []
        self.assistant.setup.on_done = lambda: self.done.append(True)
        self.window = self.assistant.window
        self.window.resize(1366, 768)
        self.window.start()
        self.window.show()
        self.window.activateWindow()

    @property
    def view(self):
        return self.assistant.setup.view()

    def key(self, key) -> None:
        screen = self.window.screen_shown
        self.qtbot.keyClick(screen.entry or screen, key)

    def type(self, text: str) -> None:
        self.window.screen_shown.entry.clear()
        self.qtbot.keyClicks(self.window.screen_shown.entry, text)

    def touch(self, name: str) -> None:
        buttons = [b for b in self.window.findChildren(Button) if b.isVisible()]
        button = next(b for b in buttons if b.accessibleName() == name)
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def until(self, ready) -> None:
        self.qtbot.waitUntil(ready, timeout=PATIENCE_MS)

    def until_said(self, key: str) -> None:
        self.until(lambda: self.view.said is not None and self.view.said.key == key)

    def until_step(self, step: Step) -> None:
        self.until(lambda: self.view.step is step and not self.view.is_busy)


@pytest.fixture
def new_till(tmp_path, qtbot, qapp):
    opened = []

    def make(server: str) -> NewTill:
        opened.append(NewTill(tmp_path / "till", qtbot, server))
        return opened[-1]

    yield make
    for one in opened:
        one.assistant.close()


def code_of(shop: Shop) -> str:
    said = head_office(shop.data, "enrolment-code", "--store", STORE, "--name", "Касса 7")
    return said[-1].strip()


def enrolled(till: NewTill, shop: Shop) -> None:
    till.key(Qt.Key.Key_1)
    till.type(shop.url)
    till.key(Qt.Key.Key_Return)
    till.type(code_of(shop))
    till.key(Qt.Key.Key_Return)


def test_a_new_till_is_set_up_by_keys_until_the_cashier_signs_on(shop, new_till) -> None:
    counter = shop.counter()
    printer = next(one for one in counter.devices["device"] if one["kind"] == "printer")
    till = new_till("http://127.0.0.1:9")
    assert wants_assistant(till.place.data)
    till.key(Qt.Key.Key_Down)
    till.key(Qt.Key.Key_Up)
    till.key(Qt.Key.Key_Return)
    till.until_step(Step.SERVER)
    till.key(Qt.Key.Key_Return)
    till.type("ABCD2345")
    till.key(Qt.Key.Key_Return)
    till.until_said("first.enrol.lost")
    till.key(Qt.Key.Key_Escape)
    till.type(shop.url)
    till.key(Qt.Key.Key_Return)
    till.key(Qt.Key.Key_Return)
    till.until_said("first.enrol.not_admitted")
    till.type(code_of(shop))
    till.key(Qt.Key.Key_Return)
    till.until_step(Step.PRINTER)
    assert "Касса 7" in till.view.till
    network = next(n for n, one in enumerate(till.view.choices) if one.value[0] == "network")
    till.key(Qt.Key(Qt.Key.Key_1 + network))
    till.type(f"{printer['host']}:{printer['port']}")
    till.key(Qt.Key.Key_Return)
    till.until_step(Step.STRIP)
    assert "Съешь ещё булок" in counter.papers()[-1]["text"]
    line = next(n for n, one in enumerate(till.view.choices) if one.title == "17 cp866")
    for _ in range(line):
        till.key(Qt.Key.Key_Down)
    till.key(Qt.Key.Key_Return)
    till.until_step(Step.READY)
    till.key(Qt.Key.Key_Return)
    assert till.done
    kept = tomllib.loads((till.place.data / "devices.toml").read_text(encoding="utf-8"))
    assert kept["device"][0]["code_pages"] == ["17 cp866"]
    assert first_place(till.place.data).server == shop.url
    assert not wants_assistant(till.place.data)
    till.assistant.hands.close()
    signs_on(till, shop)


def signs_on(till: NewTill, shop: Shop) -> None:
    """The till itself, in its own window: the first cashier's PIN opens it."""
    built = build_window_till(Place(till.place.data, shop.url))
    window = MainWindow(Desk(built.terminal, Settings("ru", "light", 100)), px_per_mm=3.8)
    window.resize(1366, 768)
    window.start()
    window.show()
    built.terminal.start()
    ticker = Ticker(built.terminal.tick, parent=window)
    ticker.start()
    try:
        assert window.desk.ask.name == "sign_on"
        person = [row.title for row in window.desk.rows].index("Анна")
        window.desk.point(person)
        till.qtbot.keyClicks(window.entry, "1111")
        till.qtbot.keyClick(window.entry, Qt.Key.Key_Return)
        till.until(lambda: window.desk.view.operator is not None)
        assert built.terminal.station.mirror.search_items("молоко", 1)
    finally:
        ticker.stop()
        window.close()
        built.terminal.close()
        window.deleteLater()


def test_a_till_without_keyboard_is_set_up_by_fingers_alone(shop, new_till) -> None:
    till = new_till(shop.url)
    till.touch("English")
    till.touch("Next, Enter")
    for sign in code_of(shop):
        till.touch(sign)
    till.touch("Q")
    till.touch("Erase")
    till.touch("Connect, Enter")
    till.until_step(Step.PRINTER)
    till.touch("No printer now, connect it later")
    till.until_step(Step.READY)
    till.touch("Start working, Enter")
    assert till.done
    assert not till.window.findChildren(QPushButton)


def test_a_helper_that_is_killed_in_the_middle_goes_on_and_the_code_is_not_lost(
    shop, new_till
) -> None:
    till = new_till(shop.url)
    helper = till.assistant.pipes.made["first-run"]
    till.until(lambda: helper.is_running)
    enrolled(till, shop)
    os.kill(helper.pid, signal.SIGKILL)
    till.until(lambda: till.view.step in (Step.LOADING, Step.PRINTER))
    if till.view.step is Step.LOADING and helper.is_running:
        os.kill(helper.pid, signal.SIGKILL)
    till.until_step(Step.PRINTER)
    assert helper.restarts >= 1


def test_a_download_that_is_killed_in_the_middle_goes_on_with_the_bytes_that_are_here(
    shop, new_till
) -> None:
    line = HeldLine(shop.url, HELD_BYTES)
    try:
        till = new_till(line.url)
        till.key(Qt.Key.Key_1)
        till.key(Qt.Key.Key_Return)
        till.type(code_of(shop))
        till.key(Qt.Key.Key_Return)
        till.until(line.held.is_set)
        (part,) = till.place.data.glob("snapshot-*.part")
        till.until(lambda: part.stat().st_size > HELD_BYTES // 2)
        here = part.stat().st_size
        assert till.view.step is Step.LOADING
        helper = till.assistant.pipes.made["first-run"]
        os.kill(helper.pid, signal.SIGKILL)
        line.let_go()
        till.until_step(Step.PRINTER)
        assert helper.restarts == 1
        assert line.asked_from[0] == 0
        assert line.asked_from[1] >= here, "nothing that was here came again"
    finally:
        line.close()


def test_a_server_that_goes_away_while_loading_is_waited_for_and_a_closed_window_goes_on(
    tmp_path, new_till
) -> None:
    with Shop(tmp_path / "shop") as shop:
        till = new_till(shop.url)
        till.key(Qt.Key.Key_1)
        till.key(Qt.Key.Key_Return)
        till.type(code_of(shop))
        setup = till.assistant.setup
        waiting = setup.on_change

        def cut() -> None:
            if setup.view().step is Step.LOADING and shop.url:
                shop.stop_server()
                setup.on_change = waiting
            waiting()

        setup.on_change = cut
        till.key(Qt.Key.Key_Return)
        till.until_said("first.load.lost")
        till.key(Qt.Key.Key_F10)
        assert not till.window.isVisible()
        till.assistant.close()
        assert wants_assistant(till.place.data)
        shop.start_server(int(shop.url.rsplit(":", 1)[1]))
        till.open()
        assert till.view.step is Step.LOADING
        till.until_step(Step.PRINTER)
        assert till.view.store
