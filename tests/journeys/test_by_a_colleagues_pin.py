"""The demo's cashier at a real till: a member and the end of the day by the manager's PIN."""

import csv
from contextlib import ExitStack, contextmanager
from importlib.resources import files

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.ui import gestures
from pos_app.ui.background import Ticker
from pos_app.ui.desk import Desk, Settings
from pos_app.ui.main_window import MainWindow
from pos_app.ui.menu_flows import perform
from pos_app.wiring.window import build_window_till
from tests.demo_shop_once import furnished
from tests.ui.conftest import PX_PER_MM

K = Qt.Key
PATIENCE_MS = 60_000
CASHIER, HIS_PIN, MANAGERS_PIN = "Борис", "2222", "1111"


@pytest.fixture
def start(tmp_path, qtbot, qapp):
    """`start()` -> the window of one till; once more, the window after it was shut like that."""
    with furnished(tmp_path / "shop") as shop, ExitStack() as running:
        plain = shop.till("k1")

        def started():
            running.close()
            return running.enter_context(running_till(plain, qapp))

        yield started


@contextmanager
def running_till(plain, qapp):
    till = build_window_till(plain)
    try:
        shown = MainWindow(Desk(till.terminal, Settings("ru", "light", 100)), px_per_mm=PX_PER_MM)
        shown.resize(1366, 768)
        shown.start()
        shown.show()
        shown.activateWindow()
        ticker = Ticker(lambda: (till.terminal.tick(), shown.tick()), 20)
        ticker.start()
        till.terminal.start()
        yield shown
        ticker.stop()
        shown.close()
        shown.deleteLater()
        qapp.processEvents()
    finally:
        till.terminal.close()


def type_in(window, text):
    QTest.keyClicks(window.entry, text)
    QTest.keyClick(window.entry, K.Key_Return)


def asked(window):
    return window.desk.ask.name if window.desk.ask else ""


def demo(name):
    text = files("resources").joinpath("demo", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def sign_on(window, qtbot):
    desk = window.desk
    qtbot.waitUntil(lambda: len(desk.rows) > 1, timeout=PATIENCE_MS)
    desk.point([row.title for row in desk.rows].index(CASHIER))
    type_in(window, HIS_PIN)


@pytest.mark.slow
def test_a_cashier_looks_at_a_member_and_ends_the_day_by_a_managers_pin(start, qtbot):
    window = start()
    desk = window.desk
    sign_on(window, qtbot)
    qtbot.waitUntil(lambda: asked(window) == "open_session", timeout=PATIENCE_MS)
    type_in(window, "1000")
    goods = next(r for r in demo("catalog.csv") if r["age18"] == "0" and r["unit"] == "шт")
    gestures.scan(desk, goods["ean"].encode())
    QTest.keyClick(window.entry, K.Key_F8)
    QTest.keyClick(window.entry, K.Key_Return)

    perform(desk, "members")
    assert asked(window) == "override"
    type_in(window, MANAGERS_PIN)
    assert asked(window) == "find_member"
    type_in(window, demo("members.csv")[0]["card_ean"])
    qtbot.waitUntil(lambda: desk.page is not None and desk.page.kind == "member")
    assert (desk.view.operator.name, desk.view.operator.lent) == (CASHIER, True)
    QTest.keyClick(window.entry, K.Key_Escape)
    QTest.keyClick(window.entry, K.Key_Escape)
    assert (desk.page, desk.view.operator.lent) == (None, False)

    perform(desk, "end_of_day")
    type_in(window, MANAGERS_PIN)
    qtbot.waitUntil(lambda: asked(window) == "day_count", timeout=PATIENCE_MS)
    type_in(window, "0")
    assert asked(window) == "day"
    closing = [row.value for row in desk.rows].index(("count", "close_differs"))
    desk.ask.pick(desk.rows[closing])
    qtbot.waitUntil(lambda: asked(window) == "why_so", timeout=PATIENCE_MS)
    QTest.keyClick(window.entry, K.Key_Return)
    qtbot.waitUntil(lambda: desk.view.session is None, timeout=PATIENCE_MS)
    assert desk.view.operator.name == CASHIER
    assert not desk.view.operator.lent

    window = start()
    desk = window.desk
    sign_on(window, qtbot)
    qtbot.waitUntil(lambda: asked(window) == "day", timeout=PATIENCE_MS)
    perform(desk, "end_of_day")
    assert asked(window) == "override"
    for _ in range(2):  # typed again by somebody who saw no answer
        type_in(window, MANAGERS_PIN)
        assert (desk.page.kind, asked(window)) == ("day", "day")
    assert desk.view.session is None
