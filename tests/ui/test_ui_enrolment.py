"""A new member at the counter: the phone, what was signed, a name; and who signs later."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.domain.rights import Right
from pos_app.domain.sentence import say
from pos_app.ui.controls import Button
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import done, refused
from tests.ui.builders import SellingTill, selling
from tests.ui.counter_samples import become, may

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
PHONE = "9161234567"


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def tap(window, words):
    shown = [one for one in window.findChildren(Button) if one.isVisible()]
    (found,) = [one for one in shown if words in (one.text() or one.accessibleName())]
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def press(window, *keys):
    for key in keys:
        QTest.keyClick(window.entry, key)


def without(window, *rights):
    person = window.desk.view.operator
    left = person.rights - {right.value for right in rights}
    become(window, operator=replace(person, rights=left))


def sent(consents, name="", by=None):
    return {"consents": consents, "name": name, "override": by}


def icons(window):
    return [row.icon for row in window.desk.rows]


def test_what_a_member_signed_is_ticked_and_nothing_by_itself(window):
    perform(window.desk, "enrol")
    QTest.keyClicks(window.entry, "9161234567")
    QTest.keyClick(window.entry, K.Key_2, Qt.KeyboardModifier.ControlModifier)
    tap(window, "Подписал: данные")
    QTest.keyClick(window.entry, K.Key_2, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window.entry, K.Key_4, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("enrol") == [(("9161234567",), sent(["processing"]))]


def test_a_new_member_may_tell_a_name_and_what_was_typed_and_ticked_stays(window):
    perform(window.desk, "enrol")
    QTest.keyClicks(window.entry, "9161234567")
    QTest.keyClick(window.entry, K.Key_1, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window.entry, K.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert window.desk.ask.name == "enrol_name"
    QTest.keyClicks(window.entry, "Olga")
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.entry.text() == "9161234567"
    assert [row.icon for row in window.desk.rows] == ["check", "minus", "check"]
    QTest.keyClick(window.entry, K.Key_Return)
    said = sent(["processing"], "Olga")
    assert window.desk.till.said("enrol") == [(("9161234567",), said)]


def test_who_may_not_enrol_has_a_colleagues_pin_asked_after_the_phone(window):
    without(window, Right.ENROL)
    window.desk.till.answers["enrol"] = may("enrol", say("approve.enrol", digits="4567"))
    perform(window.desk, "enrol")
    QTest.keyClicks(window.entry, PHONE)
    QTest.keyClick(window.entry, K.Key_1, CTRL)
    press(window, K.Key_Return)
    assert (window.desk.ask.name, window.desk.ask.detail.key) == ("override", "approve.enrol")
    assert window.desk.till.said("operators")[-1] == (("enrol",), {})
    QTest.keyClicks(window.entry, "1111")
    press(window, K.Key_Return)
    assert (window.desk.ask.name, window.entry.text()) == ("override", "")
    QTest.keyClicks(window.entry, "2468")
    press(window, K.Key_Return)
    assert window.desk.ask is None
    assert window.desk.till.said("enrol")[-1] == (
        (PHONE,),
        sent(["processing"], by=("o1", "2468")),
    )


def test_a_phone_nobody_has_at_the_server_is_enrolled_without_typing_it_again(window):
    unknown = replace(refused("unknown_phone"), data={"phone": "+79161234567"})
    window.desk.till.push(unknown)
    assert (window.desk.ask.name, window.entry.text()) == ("enrol", "+79161234567")
    perform(window.desk, "cash")
    window.desk.till.push(unknown)
    assert window.desk.ask.name == "cash"


def test_enter_on_a_chosen_consent_ticks_it_and_enrols_nobody(window):
    perform(window.desk, "enrol")
    QTest.keyClicks(window.entry, PHONE)
    press(window, K.Key_Down, K.Key_Down, K.Key_Up, K.Key_Return)
    assert not window.desk.till.said("enrol")
    assert icons(window) == ["check", "minus", "minus"]
    assert window.entry.text() == PHONE
    press(window, K.Key_Return)
    assert window.desk.till.said("enrol") == [((PHONE,), sent(["processing"]))]


def test_from_the_rows_one_comes_back_to_the_phone(window):
    perform(window.desk, "enrol")
    QTest.keyClicks(window.entry, PHONE)
    press(window, K.Key_Down, K.Key_Up, K.Key_Return)
    assert window.desk.till.said("enrol") == [((PHONE,), sent([]))]


def test_a_row_of_the_new_members_page_is_ticked_by_its_number_which_does_not_stay(window):
    perform(window.desk, "enrol")
    QTest.keyClicks(window.entry, "1")
    press(window, K.Key_Return)
    assert icons(window) == ["check", "minus", "minus"]
    assert window.entry.text() == ""
    assert not window.desk.till.said("enrol")


def test_the_keys_of_the_consents_are_told_beside_them_whatever_is_typed(window):
    perform(window.desk, "enrol")
    QTest.keyClicks(window.entry, PHONE)
    assert [row.figure for row in window.desk.rows] == ["Ctrl+1", "Ctrl+2", "Ctrl+3"]


def test_a_phone_that_is_refused_does_not_stay_before_the_next(window):
    window.desk.till.answers["enrol"] = refused("bad_phone")
    perform(window.desk, "enrol")
    QTest.keyClicks(window.entry, "77")
    QTest.keyClick(window.entry, K.Key_2, CTRL)
    press(window, K.Key_Return)
    assert (window.desk.ask.name, window.entry.text()) == ("enrol", "")
    assert icons(window) == ["minus", "check", "minus"]
    assert window.desk.said.texts[0].key == "refused.bad_phone"


def found_unsigned(window):
    """The till finds a member who has given no consent."""
    answers = window.desk.till.answers
    answers["member"] = answers["type_text"] = done(unsigned=True)


@pytest.mark.parametrize("by", ["f2", "the field"])
def test_who_has_given_no_consent_is_asked_for_it_when_their_phone_is_typed(window, by):
    found_unsigned(window)
    if by == "f2":
        perform(window.desk, "member")
    QTest.keyClicks(window.entry, PHONE)
    press(window, K.Key_Return)
    assert window.desk.ask.name == "sign"
    press(window, K.Key_1, K.Key_Return)
    assert icons(window) == ["check", "minus", "check"]
    press(window, K.Key_Return)
    assert window.desk.till.said("enrol") == [((PHONE,), {"consents": ["processing"]})]
    assert window.desk.ask is None


def test_a_consent_is_left_for_later_by_enter_alone(window):
    found_unsigned(window)
    perform(window.desk, "member")
    QTest.keyClicks(window.entry, PHONE)
    press(window, K.Key_Return, K.Key_Return)
    assert window.desk.ask is None
    assert not window.desk.till.said("enrol")


def test_four_digits_ask_for_no_consent_for_they_are_no_phone(window):
    found_unsigned(window)
    perform(window.desk, "member")
    QTest.keyClicks(window.entry, "4567")
    press(window, K.Key_Return)
    assert window.desk.ask is None


def test_who_may_not_enrol_is_not_sent_to_take_a_consent(window):
    without(window, Right.ENROL)
    found_unsigned(window)
    perform(window.desk, "member")
    QTest.keyClicks(window.entry, PHONE)
    press(window, K.Key_Return)
    assert window.desk.ask is None
