"""Gift cards in the window: one call a gesture, words on the screen, no rule."""

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.domain.money import Money
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import ALL_PARTS, done, refused
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


def test_with_nothing_on_the_receipt_a_card_is_only_looked_at_and_so_is_the_next_one(window):
    till = window.desk.till
    window.desk.do(till.become(gift_card=SHOWN, transaction=None))
    perform(window.desk, "gift_card")
    assert window.desk.ask.name == "gift_card"
    window.desk.ask.accept("K1G:2")
    assert till.said("gift_card") == [(("K1G:2",), {})]
    assert till.said("pay") == []


def test_a_card_that_cannot_pay_is_not_in_the_way_of_another(window):
    till = window.desk.till
    window.desk.do(till.become(gift_card=replace(SHOWN, state="new", pays=False)))
    QTest.keyClick(window.entry, K.Key_F12)
    assert window.desk.ask.name == "gift_card"
    till.answers["gift_card"] = till.become(gift_card=SHOWN)
    QTest.keyClicks(window.entry, "K1G:1")
    QTest.keyClick(window.entry, K.Key_Return)
    assert till.said("pay") == [(("gift_card",), {})]
    assert window.desk.ask is None


def test_a_card_that_may_pay_is_a_button_with_its_number_and_balance(window):
    chips = window.screen_shown.coupons
    assert chips.card.isHidden() or chips.isHidden()
    window.desk.do(window.desk.till.become(gift_card=SHOWN))
    assert "··7731" in chips.card.accessibleName() or "··7731" in chips.card.text()
    assert not chips.isHidden()
    chips.card.click()
    assert window.desk.till.said("pay") == [(("gift_card",), {})]
    window.desk.do(window.desk.till.become(gift_card=replace(SHOWN, pays=False)))
    assert chips.isHidden()


def test_a_card_is_asked_for_and_then_its_amount(window):
    till = window.desk.till
    till.answers["sell_gift_card"] = refused("gift_card_which")
    perform(window.desk, "sell_gift_card")
    assert window.desk.ask.name == "gift_card"
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.ask is None
    perform(window.desk, "sell_gift_card")
    till.become(gift_card=SHOWN)
    till.answers["gift_card"] = done(changed=ALL_PARTS)
    till.answers["sell_gift_card"] = lambda code, minor=None: (
        done() if minor else refused("gift_card_amount", exist=())
    )
    QTest.keyClicks(window.entry, "K1G:1")
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.ask.name == "gift_card_amount"
    QTest.keyClicks(window.entry, "1x")
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.ask is not None
    window.desk.write("500")
    QTest.keyClick(window.entry, K.Key_Return)
    assert till.said("sell_gift_card")[-1] == (("", 500_00), {})
    assert window.desk.ask is None


def test_the_amounts_there_are_are_offered(window):
    till = window.desk.till
    till.become(gift_card=SHOWN)
    exist = (Money(500_00), Money(1000_00))
    till.answers["sell_gift_card"] = lambda code, minor=None: (
        done() if minor else refused("gift_card_amount", exist=exist)
    )
    perform(window.desk, "sell_gift_card")
    assert [row.value for row in window.desk.rows] == [500_00, 1000_00]
    QTest.keyClick(window.entry, K.Key_Down)
    QTest.keyClick(window.entry, K.Key_Return)
    assert till.said("sell_gift_card")[-1] == (("", 1000_00), {})
    assert window.desk.ask is None
    perform(window.desk, "sell_gift_card")
    window.desk.ask.pick(window.desk.rows[0])
    assert till.said("sell_gift_card")[-1] == (("", 500_00), {})


def test_the_only_amount_there_is_is_not_asked_for(window):
    perform(window.desk, "sell_gift_card")
    assert window.desk.ask is None
    assert window.desk.till.said("sell_gift_card") == [(("",), {})]


def test_who_may_not_sell_gift_cards_hears_it_before_a_code_is_asked(window):
    window.desk.till.answers["sell_gift_card"] = refused("gift_cards_not_sold")
    perform(window.desk, "sell_gift_card")
    assert window.desk.ask is None
    assert window.desk.said.texts[0].key == "refused.gift_cards_not_sold"
