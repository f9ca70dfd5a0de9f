"""Ten items, a card, 300 of 1 250 points, a 5 000 note, ready for the next: presses are counted."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.ui import gestures
from pos_app.ui.cash_panel import CashPanel
from pos_app.ui.controls import Button
from tests.ui.builders import SellingTill


@pytest.fixture
def window(open_till):
    window = open_till()
    for number in range(10):
        gestures.scan(window.desk, f"46000000000{number:02d}".encode())
    assert len(window.desk.view.transaction.lines) == 10
    return window


class Hands:
    """Presses keys, taps buttons and counts."""

    def __init__(self, window):
        self.window, self.count = window, 0

    def card(self):
        gestures.scan(self.window.desk, b"CARD4821")
        self.count += 1

    def press(self, *keys):
        for key in keys:
            QTest.keyClick(self.window.entry, key)
            self.count += 1

    def tap(self, name):
        shown = [b for b in self.window.findChildren(Button) if b.isVisible() and name in b.text()]
        assert shown, f"no button {name!r}"
        QTest.mouseClick(shown[0], Qt.MouseButton.LeftButton)
        self.count += 1


def closed_with_change(window, change_minor):
    last = window.desk.view.last_sale
    assert window.desk.view.transaction is None
    assert window.desk.ask is None
    return last.change_due_minor == change_minor and window.entry.hasFocus()


def test_by_keyboard_the_counted_task_takes_nine_presses(window):
    hands = Hands(window)
    hands.card()
    hands.press(Qt.Key.Key_F6, Qt.Key.Key_2, Qt.Key.Key_F8)
    due = window.desk.view.transaction.due_minor
    assert window.desk.view.transaction.points_redeemed == 300
    hands.press(Qt.Key.Key_5, Qt.Key.Key_0, Qt.Key.Key_0, Qt.Key.Key_0, Qt.Key.Key_Return)
    assert hands.count == 9
    assert closed_with_change(window, 500000 - due)


def test_by_keyboard_exact_cash_takes_five_presses(window):
    hands = Hands(window)
    hands.card()
    hands.press(Qt.Key.Key_F6, Qt.Key.Key_2, Qt.Key.Key_F8, Qt.Key.Key_Return)
    assert hands.count == 5
    assert closed_with_change(window, 0)


def test_by_touch_the_counted_task_takes_four_taps(window):
    hands = Hands(window)
    hands.card()
    hands.tap("300")
    hands.tap("Наличные")
    assert isinstance(window.screen_shown._over_member, CashPanel)
    due = window.desk.view.transaction.due_minor
    hands.tap("5\u202f000")
    assert hands.count == 4
    assert closed_with_change(window, 500000 - due)


def test_the_change_stays_until_the_next_scan_and_scanning_never_waits(window):
    hands = Hands(window)
    hands.press(Qt.Key.Key_F8, Qt.Key.Key_Return)
    idle = window.screen_shown.idle
    assert idle.isVisible()
    gestures.scan(window.desk, b"4600000000001")
    assert not idle.isVisible()
    assert len(window.desk.view.transaction.lines) == 1


def test_a_partial_note_keeps_the_cash_panel_with_what_is_still_due(window):
    hands = Hands(window)
    hands.press(Qt.Key.Key_F8, Qt.Key.Key_1, Qt.Key.Key_0, Qt.Key.Key_0, Qt.Key.Key_Return)
    assert window.desk.ask.name == "cash"
    assert window.desk.typed == ""
    assert window.desk.view.transaction.paid_minor == 10000


def test_the_card_takes_the_amount_typed_in_the_cash_panel(window):
    hands = Hands(window)
    hands.press(Qt.Key.Key_F8, Qt.Key.Key_5, Qt.Key.Key_0, Qt.Key.Key_F9)
    assert window.desk.till.said("pay") == [(("card", 5000), {})]


def test_nothing_to_pay_for_says_so_and_opens_nothing(open_till):
    window = open_till(SellingTill())
    QTest.keyClick(window.entry, Qt.Key.Key_F8)
    assert window.desk.ask is None
    assert window.desk.said.texts[0].key == "ui.nothing_to_pay"


def test_a_key_that_the_field_does_not_take_ends_at_the_window(window):
    """A bare Shift right after another key once went round between field and window for ever."""
    before = len(window.desk.view.transaction.lines)
    for key in (Qt.Key.Key_3, Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt):
        QTest.keyPress(window, key)
        QTest.keyRelease(window, key)
        QTest.keyPress(window.entry, key)
        QTest.keyRelease(window.entry, key)
    window.entry.clearFocus()
    QTest.keyPress(window, Qt.Key.Key_Shift)
    QTest.keyRelease(window, Qt.Key.Key_Shift)
    assert len(window.desk.view.transaction.lines) == before
