"""Undo and a smaller quantity by a colleague's PIN: the question says what is to be allowed."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.domain.money import Money
from pos_app.domain.quantity import pieces
from pos_app.domain.sentence import say
from pos_app.ui.menu_flows import perform
from tests.ui.builders import GOODS, SellingTill, a_line, a_transaction, selling
from tests.ui.counter_samples import become, may

DEED = say("approve.goods_out", amount=Money(11990))


@pytest.fixture
def window(open_till):
    one = open_till(SellingTill(selling()))
    for name in ("undo", "set_quantity", "void_line"):
        one.desk.till.answers[name] = may("void_line", DEED)
    return one


def of_pieces(window, count):
    one = replace(a_line(1, *GOODS[0]), quantity=pieces(count))
    become(window, transaction=replace(a_transaction((one,)), selected_line=1))


def type_in(window, text):
    QTest.keyClicks(window.entry, text)
    QTest.keyClick(window.entry, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("key", "told", "gesture"),
    [
        ("undo", (), "undo"),
        ("less", (1, "4"), "set_quantity"),
        ("quantity", (1, "1"), "set_quantity"),
    ],
)
def test_what_the_cashier_may_not_put_right_is_asked_of_whoever_may(window, key, told, gesture):
    till = window.desk.till
    of_pieces(window, 5)
    perform(window.desk, key)
    if key == "quantity":
        type_in(window, "1")
    assert (window.desk.ask.name, window.desk.ask.detail) == ("override", DEED)
    assert till.said("operators")[-1] == (("void_line",), {})
    type_in(window, "2468")
    assert window.desk.ask is None
    assert till.said(gesture)[-1] == (told, {"override": ("o1", "2468")})


def test_esc_leaves_the_receipt_as_it_was(window):
    perform(window.desk, "undo")
    QTest.keyClick(window.entry, Qt.Key.Key_Escape)
    assert window.desk.ask is None
    assert window.desk.till.said("undo") == [((), {"override": None})]


def test_minus_at_the_last_piece_asks_as_del_does(window):
    of_pieces(window, 1)
    perform(window.desk, "less")
    assert (window.desk.ask.name, window.desk.till.said("set_quantity")) == ("override", [])
    type_in(window, "2468")
    assert window.desk.till.said("void_line")[-1] == ((1,), {"override": ("o1", "2468")})
