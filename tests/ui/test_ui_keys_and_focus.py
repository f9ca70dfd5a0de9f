"""Every gesture has its key, the focus comes back to the one field, Esc never clears a receipt."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pos_app.domain.money import Money
from pos_app.domain.sentence import Rate
from pos_app.ui import gestures
from pos_app.ui.controls import Button
from pos_app.ui.keys import KEYS, KeyMap
from pos_app.ui.menu_flows import GESTURES, GROUPS, MENU
from pos_app.workstation.answer import Part, done, refused
from pos_app.workstation.view import DemandView, PaperQuestionView
from tests.ui.builders import (
    SUSPENDED,
    TRACE,
    SellingTill,
    a_last_sale,
    a_transaction,
    selling,
    signed_on,
)
from tests.ui.counter_samples import approval_by_limit

K = Qt.Key


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def press(window, *keys, modifier=Qt.KeyboardModifier.NoModifier):
    for key in keys:
        QTest.keyClick(window.entry, key, modifier)


def type_in(window, text):
    """Letter by letter; QTest knows no Cyrillic keys."""
    for letter in text:
        key = K(ord(letter.upper()))
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, letter)
        QApplication.sendEvent(window.entry, event)


def test_every_key_of_the_map_is_a_gesture_and_every_menu_entry_too():
    assert set(KEYS) <= set(GESTURES)
    everything = (MENU, *GROUPS.values())
    assert {name for entries in everything for name, _ in entries} <= set(GESTURES)


def test_a_shop_may_remap_a_key():
    keys = KeyMap({"cash": "F12"})
    assert keys.gesture("F12") == "cash"
    assert keys.key("cash") == "F12"
    assert keys.gesture("F8") is None


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        (K.Key_F1, "menu"),
        (K.Key_F2, "member"),
        (K.Key_F3, "search"),
        (K.Key_F4, "coupon"),
        (K.Key_F6, "points"),
        (K.Key_F7, "discount_percent"),
        (K.Key_F8, "cash"),
    ],
)
def test_a_function_key_asks_one_thing_and_esc_goes_one_step_back(window, key, asked):
    press(window, key)
    assert window.desk.ask.name == asked
    assert window.entry.hasFocus()
    press(window, K.Key_Escape)
    assert window.desk.ask is None
    assert window.desk.view.transaction is not None


def test_the_key_of_the_menu_closes_it_again(window):
    press(window, K.Key_F1, K.Key_F1)
    assert window.desk.ask is None


def test_esc_never_voids_anything(window):
    type_in(window, "46")
    press(window, *[K.Key_Escape] * 5)
    assert window.entry.text() == ""
    assert not window.desk.till.said("void_transaction")
    assert len(window.desk.view.transaction.lines) == 8


def test_f5_suspends_a_receipt_with_lines_and_lists_those_that_wait_otherwise(window, open_till):
    press(window, K.Key_F5)
    assert window.desk.till.said("suspend")
    till = SellingTill(signed_on(suspended=SUSPENDED))
    other = open_till(till)
    press(other, K.Key_F5)
    assert other.desk.ask.name == "suspended"
    press(other, K.Key_Down, K.Key_Return)
    assert till.said("resume") == [(("s2",), {})]


def test_f6_and_a_digit_choose_a_chip_at_once(window):
    press(window, K.Key_F6, K.Key_4)
    assert window.desk.till.said("redeem") == [((797,), {})]
    assert window.desk.ask is None


def test_f6_and_a_digit_without_a_chip_choose_nothing(window):
    press(window, K.Key_F6, K.Key_7)
    assert not window.desk.till.said("redeem")


@pytest.mark.parametrize("second", [K.Key_F6, K.Key_Asterisk, K.Key_0, K.Key_Return])
def test_f6_f6_or_star_or_zero_take_a_number_of_ones_own(window, second):
    press(window, K.Key_F6, second)
    assert window.desk.ask.name == "points_amount"
    type_in(window, "55")
    press(window, K.Key_Return)
    assert window.desk.till.said("redeem") == [((55,), {})]


def test_f6_without_a_member_says_why_not(open_till):
    window = open_till(SellingTill(signed_on(transaction=a_transaction())))
    press(window, K.Key_F6)
    assert window.desk.said.texts[0].key == "ui.no_points_to_redeem"


def test_a_number_that_is_none_stays_in_the_question(window):
    press(window, K.Key_F6, K.Key_F6)
    type_in(window, "5x")
    press(window, K.Key_Return)
    assert window.desk.ask.name == "points_amount"
    assert window.desk.said.texts[0].key == "ui.not_a_number"


def test_discount_by_percent_and_by_amount(window):
    press(window, K.Key_F7)
    type_in(window, "7,5")
    press(window, K.Key_Return, K.Key_F7, K.Key_F7)
    assert window.desk.ask.name == "discount_amount"
    type_in(window, "100")
    press(window, K.Key_Return)
    first, second = window.desk.till.said("discount")
    assert first == ((8,), {"percent": "7.5", "reason": "", "override": None})
    assert second == ((8,), {"amount_minor": 10000, "reason": "", "override": None})


def test_what_the_operator_may_not_is_asked_of_somebody_who_may(window):
    till = window.desk.till
    till.answers["discount"] = lambda *a, override=None, **k: (
        done() if override else refused("needs_override", right="discount")
    )
    press(window, K.Key_F7)
    type_in(window, "50")
    press(window, K.Key_Return)
    assert window.desk.ask.name == "override"
    assert till.said("operators")[-1] == (("discount",), {})
    assert window.desk.ask.detail.key == "approve.discount_percent"
    press(window, K.Key_Return)
    assert window.desk.ask.name == "override"
    assert window.entry.echoMode() == window.entry.EchoMode.Password
    press(window, K.Key_Down)
    type_in(window, "9999")
    press(window, K.Key_Return)
    assert till.said("discount")[-1][1]["override"] == ("o2", "9999")
    assert window.entry.echoMode() == window.entry.EchoMode.Normal


def test_whose_limit_is_short_is_seen_and_said_before_their_pin_is_looked_at(window):
    approval_by_limit(window)
    assert [(row.title, row.value) for row in window.desk.rows] == [
        ("Сидорова Мария", "o3"),
        ("Петров Олег", None),
    ]
    assert [text.key for text in window.desk.said.texts] == [
        "refused.discount_limit",
        "approve.discount_percent",
    ]
    asked = len(window.desk.till.said("discount"))
    press(window, K.Key_Down)
    type_in(window, "1234")
    press(window, K.Key_Return)
    assert window.desk.said.texts[0].key == "ui.may_not_allow"
    assert window.desk.ask.name == "override"
    assert window.desk.typed == ""
    assert len(window.desk.till.said("discount")) == asked
    press(window, K.Key_Up)
    type_in(window, "1234")
    press(window, K.Key_Return)
    assert window.desk.till.said("discount")[-1][1]["override"] == ("o3", "1234")


def test_more_than_anybody_may_allow_asks_nobody(window):
    above = refused("discount_above_all", limit=Rate(200_000), amount=Money(1800))
    window.desk.till.answers["discount"] = above
    press(window, K.Key_F7)
    type_in(window, "50")
    press(window, K.Key_Return)
    assert window.desk.ask is None
    assert window.desk.said.texts[0].key == "refused.discount_above_all"


def test_a_wrong_pin_loses_nothing_that_was_typed(window):
    till = window.desk.till
    till.answers["discount"] = lambda *a, override=None, **k: (
        done()
        if override == ("o1", "2")
        else refused("wrong_pin" if override else "needs_override", right="discount")
    )
    press(window, K.Key_F7)
    type_in(window, "50")
    press(window, K.Key_Return)
    type_in(window, "1")
    press(window, K.Key_Return)
    assert window.desk.said.texts[0].key == "refused.wrong_pin"
    assert window.desk.ask.name == "override"
    type_in(window, "2")
    press(window, K.Key_Return)
    assert window.desk.ask is None


def test_a_reason_is_chosen_where_the_shop_wants_one_and_enter_is_the_first(window):
    till = window.desk.till
    till.answers["discount"] = lambda *a, reason="", **k: (
        done() if reason else refused("reason_needed")
    )
    press(window, K.Key_F7)
    type_in(window, "5")
    press(window, K.Key_Return)
    assert window.desk.ask.name == "why_so"
    press(window, K.Key_Return)
    assert window.desk.ask is None
    assert till.said("discount")[-1][1]["reason"] == "damaged"


def test_del_voids_the_selected_line_but_edits_typed_text_first(window):
    type_in(window, "46")
    press(window, K.Key_Home, K.Key_Delete)
    assert window.entry.text() == "6"
    press(window, K.Key_Escape, K.Key_Up, K.Key_Delete)
    assert window.desk.till.said("void_line") == [((7,), {"override": None})]


def test_ctrl_z_takes_the_last_change_back(window):
    press(window, K.Key_Z, modifier=Qt.KeyboardModifier.ControlModifier)
    assert window.desk.till.said("undo")


def test_ctrl_del_voids_only_with_a_reason(window):
    press(window, K.Key_Delete, modifier=Qt.KeyboardModifier.ControlModifier)
    assert window.desk.ask.name == "void_transaction"
    assert not window.desk.till.said("void_transaction")
    type_in(window, "2")
    press(window, K.Key_Return)
    assert window.desk.till.said("void_transaction") == [(("mistake",), {"override": None})]


def test_star_plus_and_minus_change_the_quantity_of_the_selected_line(window):
    press(window, K.Key_Asterisk)
    type_in(window, "3")
    press(window, K.Key_Return)
    press(window, K.Key_Plus, K.Key_Minus, modifier=Qt.KeyboardModifier.KeypadModifier)
    by = {"override": None}
    assert window.desk.till.said("set_quantity") == [((8, "3"), by), ((8, "2"), by)]
    assert window.desk.till.said("void_line") == [((8,), by)]


def test_more_of_something_weighed_asks_for_the_weight(window):
    window.desk.till.become(Part.TRANSACTION, transaction=a_transaction(selected=3))
    window.desk.do(done(changed=frozenset({Part.TRANSACTION})))
    press(window, K.Key_Plus, modifier=Qt.KeyboardModifier.KeypadModifier)
    assert window.desk.ask.name == "quantity"


def test_a_multiplier_waiting_in_the_field_goes_before_the_scan(window):
    type_in(window, "3*")
    gestures.scan(window.desk, b"4600000000001")
    names = [name for name, _, _ in window.desk.till.calls if name in {"type_text", "scan"}]
    assert names == ["type_text", "scan"]
    assert window.entry.text() == ""


def test_the_answers_of_a_demand_are_on_keys_and_scanning_goes_on(window):
    till = window.desk.till
    demand = DemandView("age", window.desk.view.transaction.lines[0].discounts[0].why)
    window.desk.do(till.become(Part.DEMAND, demand=demand))
    assert window.screen_shown.demand.isVisible()
    gestures.scan(window.desk, b"4600000000001")
    assert len(window.desk.view.transaction.lines) == 9
    press(window, K.Key_2, modifier=Qt.KeyboardModifier.ControlModifier)
    assert till.said("confirm") == [(("age", "document"), {})]


@pytest.mark.parametrize(
    ("key", "answer"), [(K.Key_1, "seen"), (K.Key_3, "refused"), (K.Key_4, "identity")]
)
def test_the_age_has_four_answers(window, key, answer):
    demand = DemandView("age", window.desk.view.transaction.lines[0].discounts[0].why)
    window.desk.do(window.desk.till.become(Part.DEMAND, demand=demand))
    press(window, key, modifier=Qt.KeyboardModifier.ControlModifier)
    assert window.desk.till.said("confirm") == [(("age", answer), {})]


def test_a_demand_for_a_pin_takes_it_beside_the_sale(window):
    demand = DemandView("pin", window.desk.view.transaction.lines[0].discounts[0].why)
    window.desk.do(window.desk.till.become(Part.DEMAND, demand=demand))
    press(window, K.Key_1, modifier=Qt.KeyboardModifier.ControlModifier)
    assert window.desk.ask.masked
    type_in(window, "1234")
    press(window, K.Key_Return)
    assert window.desk.till.said("confirm") == [(("pin", "1234"), {})]


@pytest.mark.parametrize(("key", "printed"), [(K.Key_1, True), (K.Key_2, False)])
def test_did_it_print_is_answered_by_a_key(open_till, key, printed):
    asked = PaperQuestionView("asked", "A000017")
    last = a_last_sale(print_state="asked")
    window = open_till(SellingTill(signed_on(last_sale=last, paper=asked)))
    press(window, key, modifier=Qt.KeyboardModifier.ControlModifier)
    assert window.desk.till.said("print_answer") == [((printed,), {})]


def test_f11_opens_the_trace_and_closes_it(window):
    press(window, K.Key_F11)
    assert window.desk.page.content.rows == TRACE
    press(window, K.Key_F11)
    assert window.desk.page is None


def test_after_a_tap_the_focus_is_in_the_field_again(window):
    for button in window.findChildren(Button):
        if button.isVisible() and button.text() == "Количество":
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.desk.ask.name == "quantity"
    assert window.entry.hasFocus()


def test_a_letter_typed_on_a_focused_button_goes_to_the_field(window):
    button = window.screen_shown.totals.pay.buttons[0]
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(button, K.Key_4)
    assert window.entry.hasFocus()
    assert window.entry.text() == "4"


def test_a_focused_button_is_pressed_by_enter(window):
    button = window.screen_shown.totals.pay.buttons[0]
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(button, K.Key_Return)
    assert window.desk.ask.name == "cash"
    assert window.entry.hasFocus()


def test_tab_reaches_the_buttons(window):
    QTest.keyClick(window.entry, K.Key_Tab)
    assert isinstance(window.focusWidget(), Button)


def test_an_error_is_one_line_that_the_next_scan_takes_away(window):
    gestures.scan(window.desk, b"BAD4607001234567")
    assert window.screen_shown.notice.isVisible()
    gestures.scan(window.desk, b"4600000000001")
    assert not window.screen_shown.notice.isVisible()


def test_a_coupon_typed_by_hand_is_taken_and_a_mistyped_one_stays(window):
    press(window, K.Key_F4)
    window.desk.till.answers["coupon"] = refused("coupon_here_already")
    type_in(window, "SAVE5")
    press(window, K.Key_Return)
    assert window.desk.ask.name == "coupon"
    window.desk.till.answers.pop("coupon")
    press(window, K.Key_Return)
    assert window.desk.till.said("coupon")[-1] == (("SAVE5",), {})
    assert window.desk.ask is None


def test_a_code_of_the_card_takes_the_pin_s_place(window):
    till = window.desk.till
    demand = DemandView("pin", window.desk.view.transaction.lines[0].discounts[0].why)
    window.desk.do(till.become(Part.DEMAND, demand=demand))
    press(window, K.Key_1, modifier=Qt.KeyboardModifier.ControlModifier)
    gestures.scan(window.desk, b"K1D:NOT YET")
    assert window.desk.ask.name == "pin"
    window.desk.do(till.become(Part.DEMAND, demand=None))
    gestures.scan(window.desk, b"K1D:CODE")
    assert window.desk.ask is None
