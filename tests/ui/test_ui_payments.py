"""Money on its way in the window: the question beside the receipt, its choices, the code."""

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from pos_app.domain.money import Money
from pos_app.domain.sentence import say
from pos_app.ui.controls import Paragraph
from pos_app.ui.menu_flows import perform
from pos_app.ui.payment_panel import PaymentPanel
from pos_app.ui.qr_view import QrSquares
from pos_app.workstation.answer import Part, refused
from pos_app.workstation.station import changed
from pos_app.workstation.view import PaymentView, UndecidedView
from tests.ui.builders import SellingTill, a_transaction, selling
from tests.ui.counter_samples import become

K = Qt.Key
CUT = say("payment.unknown_cut", amount=Money(150_00))
UNSURE = "Не подтверждено"
SQUARES = ("101", "010", "111")
WAITING = PaymentView("asking", say("payment.card_wanted", amount=Money(150_00)), ("cancel",))
CODE = PaymentView(
    "asking", say("payment.qr_shown", amount=Money(150_00)), ("cancel",), "q", SQUARES
)
UNKNOWN = PaymentView(
    "decide", say("payment.unknown", amount=Money(150_00)), ("ask_again", "taken", "not_taken")
)
ROW = UndecidedView(
    "k1", datetime(2026, 11, 20, tzinfo=UTC), "card", 150_00,
    say("payment.said_not_taken", amount=Money(150_00)),
)  # fmt: skip


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def told(window, payment):
    till = window.desk.till
    till.become(payment=payment)
    till.push(changed(Part.DEMAND))


def panels(window):
    return [one for one in window.findChildren(PaymentPanel) if one.isVisible()]


def test_f10_pays_by_code_and_the_code_is_shown_until_it_is_paid(window):
    QTest.keyClick(window.entry, K.Key_F10)
    assert window.desk.till.said("pay") == [(("qr", None), {})]
    told(window, CODE)
    code = panels(window)[0].findChild(QrSquares)
    assert code.isVisible()
    picture = code.grab().toImage()
    assert {picture.pixelColor(x, code.height() // 2).name() for x in range(picture.width())} >= {
        "#000000",
        "#ffffff",
    }
    told(window, WAITING)
    assert not panels(window)[0].findChild(QrSquares).isVisible()
    told(window, None)
    assert (panels(window), window.desk.ask) == ([], None)


def test_enter_cancels_what_the_terminal_waits_for(window):
    told(window, WAITING)
    assert [row.value for row in window.desk.rows] == ["cancel"]
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("cancel_payment") == [((), {})]


def test_esc_does_not_take_the_question_away(window):
    told(window, UNKNOWN)
    QTest.keyClick(window.entry, K.Key_Escape)
    assert window.desk.ask.name == "payment"


def test_a_choice_by_its_number_and_the_slip_by_its_digits(window):
    told(window, UNKNOWN)
    QTest.keyClicks(window.entry, "2")
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.ask.name == "slip"
    window.tick()
    assert window.desk.ask.name == "slip"
    QTest.keyClicks(window.entry, "4711")
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("payment_choice") == [(("taken", "4711"), {})]
    assert window.desk.ask.name == "payment"
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("payment_choice")[-1] == (("ask_again",), {"override": None})


def test_the_manager_compares_with_the_bank(window):
    perform(window.desk, "undecided")
    assert window.desk.said.texts[0].key == "ui.nothing_undecided"
    window.desk.do(window.desk.till.become(undecided=(ROW,)))
    perform(window.desk, "undecided")
    assert window.desk.ask.name == "undecided"
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.ask.name == "payment_decision"
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("decide_payment") == [(("k1", "taken"), {"override": None})]


def test_who_signs_on_is_asked_before_anything_else(open_till):
    window = open_till(SellingTill(selling(operator=None, payment=UNKNOWN)))
    assert window.desk.ask.name == "sign_on"


def test_a_refused_choice_is_said_and_asked_again(window):
    told(window, UNKNOWN)
    window.desk.do(refused("terminal_gone", name="eft"))
    assert window.desk.said.texts[0].key == "refused.terminal_gone"
    assert window.desk.ask.name == "payment"


def test_while_money_is_on_its_way_no_key_of_payment_looks_live(window):
    told(window, WAITING)
    pay = window.screen_shown.totals.pay.buttons
    assert not any(one.isEnabled() for one in pay)
    told(window, None)
    assert all(one.isEnabled() for one in pay)


@pytest.mark.parametrize(
    ("payment", "hint", "paid"),
    [
        (WAITING, "Идёт оплата", "Внесено"),
        (PaymentView("decide", CUT, ("ask_again",), unsure=True), "Выберите, что дальше", UNSURE),
        (PaymentView("looking", CUT, unsure=True), "Ждём ответа терминала", UNSURE),
    ],
)
def test_a_payment_that_a_kill_cut_short_is_neither_on_its_way_nor_received(
    window, payment, hint, paid
):
    become(window, transaction=a_transaction(paid=150_00), payment=payment)
    (panel,) = panels(window)
    words = [one.text() for one in panel.findChildren(Paragraph)]
    assert any(hint in one for one in words), words
    names = [one.text() for one in window.findChildren(QLabel) if one.isVisible()]
    assert paid in names
