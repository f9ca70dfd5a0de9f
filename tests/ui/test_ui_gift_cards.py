"""Gift cards in the window: one call a gesture, words on the screen, no rule."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.ui.menu_flows import perform
from pos_app.workstation.view import GiftCardView
from tests.ui.builders import SellingTill, selling

K = Qt.Key
SHOWN = GiftCardView("··7731", "sold", 1000_00, date(2027, 11, 20), 1000_00, None)


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def test_f12_asks_for_a_code_and_then_pays_with_the_card_that_is_shown(window):
    till = window.desk.till
    QTest.keyClick(window.entry, K.Key_F12)
    assert window.desk.ask.name == "gift_card"
    QTest.keyClicks(window.entry, "K1G:1")
    QTest.keyClick(window.entry, K.Key_Return)
    assert till.said("gift_card") == [(("K1G:1",), {})]
    assert window.desk.ask is None
    window.desk.do(till.become(gift_card=SHOWN))
    QTest.keyClick(window.entry, K.Key_F12)
    assert till.said("pay") == [(("gift_card",), {})]


def test_with_nothing_on_the_receipt_a_card_is_only_shown(window):
    window.desk.do(window.desk.till.become(gift_card=SHOWN, transaction=None))
    perform(window.desk, "gift_card")
    assert window.desk.said.texts[0].key == "ui.nothing_to_pay"


def test_the_card_that_is_shown_is_sold_for_an_amount(window):
    till = window.desk.till
    perform(window.desk, "sell_gift_card")
    assert window.desk.ask.name == "gift_card"
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.ask is None
    window.desk.do(till.become(gift_card=SHOWN))
    perform(window.desk, "sell_gift_card")
    QTest.keyClicks(window.entry, "1x")
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.ask is not None
    window.desk.write("500")
    QTest.keyClick(window.entry, K.Key_Return)
    assert till.said("sell_gift_card") == [(("", 500_00), {})]
    assert window.desk.ask is None
