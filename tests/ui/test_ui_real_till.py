"""The window on the real till: real server, courier, device host; keyboard, touch and scans."""

import csv
from importlib.resources import files

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.ui import gestures, return_marks
from pos_app.ui.background import Ticker
from pos_app.ui.controls import Button
from pos_app.ui.desk import Desk, Settings
from pos_app.ui.main_window import MainWindow
from pos_app.ui.menu_flows import perform
from pos_app.wiring.window import build_window_till
from tests.demo_shop_once import furnished
from tests.ui.conftest import PX_PER_MM

K = Qt.Key
PATIENCE_MS = 60_000


def rows_of(name):
    text = files("resources").joinpath("demo", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with furnished(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.fixture
def window(shop, qtbot, qapp, request):
    till = build_window_till(shop.till(request.node.name))
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
    till.terminal.close()
    shown.deleteLater()
    qapp.processEvents()


def press(window, *keys):
    for key in keys:
        QTest.keyClick(window.entry, key)


def tap(window, words):
    shown = [b for b in window.findChildren(Button) if b.isVisible() and words in b.text()]
    assert shown, f"no button {words!r}"
    QTest.mouseClick(shown[0], Qt.MouseButton.LeftButton)


def open_the_till(window, qtbot):
    desk = window.desk
    qtbot.waitUntil(lambda: bool(desk.rows), timeout=PATIENCE_MS)
    QTest.keyClicks(window.entry, "1111")
    press(window, K.Key_Return)
    assert desk.view.operator.name == "Анна"
    qtbot.waitUntil(lambda: desk.ask is not None and desk.ask.name == "open_session")
    QTest.keyClicks(window.entry, "10000")
    press(window, K.Key_Return)
    assert desk.view.session is not None


@pytest.mark.slow
def test_a_day_at_the_real_till_from_sign_on_to_z(window, qtbot):
    desk = window.desk
    open_the_till(window, qtbot)
    goods = [row for row in rows_of("catalog.csv") if row["age18"] == "0" and row["unit"] == "шт"]
    for row in goods[:10]:
        gestures.scan(desk, row["ean"].encode())
    assert len(desk.view.transaction.lines) == 10

    gestures.scan(desk, rows_of("members.csv")[0]["card_ean"].encode())
    assert desk.view.member is not None
    qtbot.waitUntil(lambda: len(desk.view.member.chips) > 2, timeout=PATIENCE_MS)
    suggested = desk.view.member.chips[1].points
    press(window, K.Key_F6, K.Key_2)
    assert desk.view.transaction.points_redeemed == suggested > 0
    due = desk.view.transaction.due_minor
    press(window, K.Key_F8, K.Key_5, K.Key_0, K.Key_0, K.Key_0, K.Key_Return)
    assert desk.view.transaction is None
    assert desk.view.last_sale.change_due_minor == 500_000 - due
    number = desk.view.last_sale.receipt_number

    press(window, K.Key_F11)
    assert desk.page.kind == "trace"
    press(window, K.Key_Escape)

    perform(desk, "return")
    QTest.keyClicks(window.entry, number)
    press(window, K.Key_Return)
    assert desk.page.kind == "return"
    gestures.scan(desk, goods[2]["ean"].encode())
    press(window, K.Key_5, K.Key_Return)
    assert (desk.page.kind, desk.view.transaction) == ("return", None), "no sale of it"
    assert [line for line, _ in return_marks.wanted(desk.page)] == [3, 5]
    tap(window, "Вернуть всё")
    tap(window, "Оформить возврат")
    press(window, K.Key_Return)
    assert desk.view.transaction.kind == "return"
    press(window, K.Key_F8)
    assert desk.view.last_sale.kind == "return"

    perform(desk, "x_report")
    assert desk.page.kind == "report"
    assert (desk.page.content.receipts, desk.page.content.returns) == (1, 1)
    press(window, K.Key_Escape)
    perform(desk, "end_of_day")
    QTest.keyClicks(window.entry, "10000")
    press(window, K.Key_Return)
    assert desk.page.kind == "day"
    assert desk.view.day.report.difference_minor == 0
    qtbot.waitUntil(lambda: desk.view.day.report.settlement is not None, timeout=PATIENCE_MS)
    assert desk.view.day.report.settlement.agreed


@pytest.mark.slow
def test_a_receipt_put_aside_is_taken_up_again_with_its_lines(window, qtbot):
    desk = window.desk
    open_the_till(window, qtbot)
    gestures.scan(desk, rows_of("catalog.csv")[0]["ean"].encode())
    press(window, K.Key_F5)
    assert desk.view.transaction is None
    press(window, K.Key_F5)
    assert desk.ask.name == "suspended"
    press(window, K.Key_Return)
    assert len(desk.view.transaction.lines) == 1
    gestures.scan(desk, b"9999999999994")
    assert desk.said.texts[0].key == "refused.unknown_code"
    press(window, K.Key_Delete)
    assert desk.view.transaction is None or not desk.view.transaction.lines
