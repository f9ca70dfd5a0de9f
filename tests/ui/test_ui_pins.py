"""A PIN is asked again when it is wrong, is never seen, and nothing is paid over its question."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from pos_app.domain.sentence import Points, say
from pos_app.ui import gestures
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import ALL_PARTS, done, refused, refused_with
from pos_app.workstation.view import DemandView, GiftCardView
from tests.ui.builders import FOUND, SellingTill, selling
from tests.ui.counter_samples import approval
from tests.ui.looks import in_every_look

K = Qt.Key
WAITS = DemandView("pin", say("demand.confirm", points=Points(300)))
WRONG = refused_with(say("pin.wrong", left=2))


def type_in(window, text):
    QTest.keyClicks(window.entry, text)
    QTest.keyClick(window.entry, K.Key_Return)


def seen_on(window):
    """Every word that is on the screen or read aloud."""
    shown = [one for one in window.findChildren(QWidget) if one.isVisible()]
    texts = [one.text() for one in shown if isinstance(one, QLabel)]
    return " ".join([*texts, *(one.accessibleName() for one in shown)])


@pytest.fixture
def asking():
    """The till waits for a member's PIN, and 1111 is none."""
    till = SellingTill(selling(demand=WAITS))
    till.answers["confirm"] = lambda kind, pin: WRONG if pin == "1111" else done(changed=ALL_PARTS)
    till.answers["type_text"] = lambda text: refused("unknown_code", code=text)
    till.answers["scan"] = lambda data, aim=None: refused("unknown_code", code=data.decode())
    till.answers["price_check"] = refused("unknown_code")
    return till


@in_every_look
def test_a_mistyped_pin_is_wrong_and_asked_again_and_its_digits_are_nowhere(
    open_till, asking, look
):
    window = open_till(asking, **look)
    perform(window.desk, "first_answer")
    type_in(window, "1111")
    assert window.desk.said.texts == (WRONG.refusal.text,)
    assert window.desk.ask.name == "pin"
    assert window.entry.text() == ""
    assert "1111" not in seen_on(window)
    type_in(window, "2468")
    assert asking.said("confirm")[-1] == (("pin", "2468"), {})
    assert window.desk.ask is None
    assert asking.said("type_text") == []


def test_a_pin_typed_into_the_open_field_is_looked_up_nowhere_and_asked_where_it_is_hidden(
    open_till, asking
):
    window = open_till(asking)
    type_in(window, "1111")
    assert window.desk.ask.masked
    assert window.desk.said.texts[0].key == "ui.pin_here"
    assert (asking.said("type_text"), asking.said("confirm")) == ([], [])
    assert "1111" not in seen_on(window)


def test_goods_with_so_few_digits_are_sold_while_a_pin_is_waited_for(open_till, asking):
    asking.answers["price_check"] = done(item=FOUND[0])
    window = open_till(asking)
    type_in(window, "1111")
    assert asking.said("type_text") == [(("1111",), {})]


def test_known_goods_with_so_few_digits_are_goods_for_the_scanner_too(open_till, asking):
    asking.answers["price_check"] = done(item=FOUND[0])
    window = open_till(asking)
    perform(window.desk, "first_answer")
    gestures.scan(window.desk, b"10010")
    assert (len(asking.said("scan")), asking.said("confirm")) == (1, []), "no try is lost"


@pytest.mark.parametrize("typed", ["1111", "123456", "12345678"])
def test_a_pin_typed_as_fast_as_a_scanner_is_no_code(open_till, asking, typed):
    window = open_till(asking)
    perform(window.desk, "first_answer")
    gestures.scan(window.desk, typed.encode())
    assert asking.said("scan") == []
    assert asking.said("confirm") == [(("pin", typed), {})]


def test_goods_are_scanned_while_a_pin_is_asked(open_till, asking):
    window = open_till(asking)
    perform(window.desk, "first_answer")
    gestures.scan(window.desk, b"46000002")
    gestures.scan(window.desk, b"4600000000017")
    assert len(asking.said("scan")) == 2


def test_after_three_wrong_pins_it_is_said_and_no_longer_asked(open_till, asking):
    asking.answers["confirm"] = refused_with(say("pin.no_tries"))
    window = open_till(asking)
    perform(window.desk, "first_answer")
    type_in(window, "1111")
    assert window.desk.ask is None
    assert window.desk.said.texts[0].key == "pin.no_tries"


def test_somebody_without_the_right_either_is_said_and_another_may_type(open_till):
    window = open_till(SellingTill(selling()))
    approval(window)
    refusal = refused("override_lacks_right", name="Анна")
    window.desk.till.answers["discount"] = refusal
    type_in(window, "1111")
    assert window.desk.ask.name == "override"
    assert window.desk.said.texts[0].key == "refused.override_lacks_right"


@in_every_look
def test_the_keys_of_paying_are_dead_while_permission_is_asked(open_till, look):
    window = open_till(SellingTill(selling(gift_card=GiftCardView(
        "··7731", "sold", 1000_00, None, 1000_00, None))), **look)  # fmt: skip
    screen = window.screen_shown
    pays = [one for one in screen.totals.pay.buttons if not one.isHidden()]
    assert all(one.isEnabled() for one in (*pays, screen.coupons.card))
    approval(window)
    assert not any(one.isEnabled() for one in (*pays, screen.coupons.card))
    for key in (K.Key_F8, K.Key_F9, K.Key_F10, K.Key_F12):
        QTest.keyClick(window.entry, key)
        assert window.desk.ask.name == "override"
        assert window.desk.said.texts[0].key == "ui.pin_first"
    assert window.desk.till.said("pay") == []
    QTest.keyClick(window.entry, K.Key_Escape)
    assert all(one.isEnabled() for one in (*pays, screen.coupons.card))
