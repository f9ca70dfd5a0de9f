"""No key looks live that would only be refused; what may be done is said by the till's view."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest

from pos_app.domain.money import Money
from pos_app.domain.sentence import say
from pos_app.ui.controls import Button
from pos_app.ui.payment_panel import PaymentPanel
from pos_app.workstation.offered_view import OfferedView
from pos_app.workstation.view import PaymentView
from tests.ui.builders import SUSPENDED, SellingTill, a_member, a_transaction, selling, signed_on
from tests.ui.counter_samples import become

K = Qt.Key
DECIDED = PaymentView(
    "decide", say("payment.unknown", amount=Money(150_00)), ("ask_again", "taken", "not_taken")
)
NOTHING = OfferedView(goods=False, discount=False, suspend=False)
CHANGING = ("Меньше", "Больше", "Количество", "Скидка", "Удалить", "Поиск", "Отложить")


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def named(window, words):
    shown = (one for one in window.findChildren(Button) if one.isVisible())
    return next(one for one in shown if one.accessibleName().startswith(words))


def heard_as_off(button):
    """What a screen reader is told."""
    return bool(QAccessible.queryAccessibleInterface(button).state().disabled)


@pytest.mark.parametrize("words", CHANGING)
def test_while_a_payment_is_decided_what_changes_the_receipt_is_off_for_eye_and_ear(window, words):
    assert (named(window, words).isEnabled(), heard_as_off(named(window, words))) == (True, False)
    become(window, payment=DECIDED, transaction=replace(a_transaction(), may=NOTHING))
    assert (named(window, words).isEnabled(), heard_as_off(named(window, words))) == (False, True)
    assert named(window, "Почему").isEnabled()
    become(window, payment=None, transaction=a_transaction())
    assert named(window, words).isEnabled()


def test_the_question_of_a_payment_offers_no_way_back_and_esc_leaves_it_as_it_is(window):
    become(window, payment=DECIDED)
    (panel,) = [one for one in window.findChildren(PaymentPanel) if one.isVisible()]
    assert not panel.back.isVisible()
    QTest.keyClick(window.entry, K.Key_Down)
    QTest.keyClick(window.entry, K.Key_9)
    asked = window.desk.ask
    QTest.keyClick(window.entry, K.Key_Escape)
    assert window.desk.ask is asked
    assert (window.desk.cursor, window.desk.typed) == (1, "")


def test_a_finger_takes_the_last_payment_back(window):
    assert not window.screen_shown.totals._undo.isVisible()
    become(window, transaction=a_transaction(paid=150_00))
    button = named(window, "Отменить оплату")
    least = window.screen_shown.totals.pay.buttons[0].height()
    assert (button.isVisible(), button.height()) == (True, least)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.desk.till.said("void_tender") == [((0,), {})]


def test_with_money_in_no_member_comes_or_goes_and_no_points_are_chosen(window):
    known, nobody = window.screen_shown.member.known, window.screen_shown.member.nobody
    live = [known._remove, known._own, *known.chips.buttons, *nobody._buttons]
    become(window, transaction=a_transaction(paid=150_00), member=a_member())
    become(window, member=None)
    assert not any(one.isEnabled() for one in live)
    become(window, transaction=a_transaction(), member=a_member())
    become(window, member=None)
    assert all(one.isEnabled() for one in live)


@pytest.mark.parametrize("suspended", [(), SUSPENDED])
def test_f5_is_called_what_it_does(open_till, suspended):
    window = open_till(SellingTill(signed_on(suspended=suspended)))
    assert named(window, "Отложенные, F5").isEnabled()
    become(window, transaction=a_transaction())
    assert named(window, "Отложить, F5").isEnabled()
