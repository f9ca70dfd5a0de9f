"""Lists under the field: what is searched and found, and rows that a number or an arrow picks."""

import pytest
from PySide6.QtCore import Qt

from pos_app.ui.desk import Ask, Row
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import ALL_PARTS, done, refused
from tests.ui.builders import FOUND, MEMBERS, SUSPENDED, SellingTill, selling
from tests.ui.test_ui_keys_and_focus import press, type_in

K = Qt.Key


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


@pytest.mark.parametrize("typed", ["99", "0", "1111", "x"])
def test_what_is_not_in_the_list_runs_no_row(window, typed):
    """A stranger typed a PIN into the list of reasons, and a float into that of the drawer."""
    picked = []
    desk = window.desk
    desk.open(Ask("reasons", lambda text: None, pick=picked.append), [Row("one"), Row("two")])
    type_in(window, typed)
    press(window, Qt.Key.Key_Return)
    assert picked == []
    assert desk.ask is not None
    assert desk.said.texts[0].key == "ui.no_such_row"
    assert desk.typed == ""
    type_in(window, "2")
    press(window, Qt.Key.Key_Return)
    assert [row.title for row in picked] == ["two"]


def test_codes_wait_for_enter_and_names_search_while_typing(window):
    type_in(window, "4600")
    assert not window.desk.till.said("find_items")
    press(window, K.Key_Return)
    assert window.desk.till.said("type_text") == [(("4600",), {})]
    type_in(window, "мол")
    assert window.desk.ask.name == "results"
    assert len(window.desk.rows) == len(FOUND)
    press(window, K.Key_Down, K.Key_Return)
    assert window.desk.till.said("add_item") == [(("f2",), {})]
    assert window.entry.text() == ""


def test_a_name_rubbed_out_closes_the_list(window):
    type_in(window, "мо")
    press(window, K.Key_Backspace)
    assert window.desk.ask is None
    assert window.entry.text() == "м"


def test_f3_search_narrows_and_takes_a_code_too(window):
    press(window, K.Key_F3)
    type_in(window, "мол")
    assert window.desk.ask.name == "search"
    press(window, K.Key_Return)
    assert window.desk.till.said("add_item") == [(("f1",), {})]


def test_last_four_digits_find_members_to_choose_from(window):
    window.desk.till.answers["member"] = lambda by, value: (
        done(members=MEMBERS) if by == "last4" else done()
    )
    press(window, K.Key_F2)
    type_in(window, "4567")
    press(window, K.Key_Return)
    assert window.desk.ask.name == "members"
    press(window, K.Key_Down, K.Key_Return)
    assert window.desk.till.said("member")[-1] == (("id", "m2"), {})


def test_a_phone_nobody_has_enrols_with_one_more_enter(window):
    window.desk.till.answers["type_text"] = refused("unknown_phone")
    type_in(window, "+79991234567")
    press(window, K.Key_Return)
    assert window.desk.ask.name == "enrol"
    assert window.entry.text() == "+79991234567"
    press(window, K.Key_Return)
    said = {"consents": [], "name": "", "override": None}
    assert window.desk.till.said("enrol") == [(("+79991234567",), said)]
    assert window.desk.ask is None


def test_an_answer_pushed_by_a_device_shows_what_it_brought(window):
    window.desk.till.push(done(items=FOUND))
    assert window.desk.ask.name == "results"


def test_menu_entries_are_chosen_by_number_or_arrows(window):
    press(window, K.Key_F1)
    type_in(window, "3")
    press(window, K.Key_Return)
    assert window.desk.till.said("reprint")
    perform(window.desk, "menu")
    press(window, K.Key_Down, K.Key_Return)
    assert window.desk.ask.name == "return"


def test_what_is_behind_a_group_is_two_numbers_away(window):
    press(window, K.Key_F1)
    type_in(window, "11")
    press(window, K.Key_Return)
    assert window.desk.ask.name == "menu_day"
    type_in(window, "2")
    press(window, K.Key_Return)
    assert window.desk.ask.name == "report_period"


def test_a_word_typed_before_f5_is_the_receipts_label_and_leaves_the_field(window):
    """No gesture more than without one; a list that the word has opened goes with it."""
    type_in(window, "Куртка")
    assert window.desk.ask.name == "results"
    window.desk.till.answers["suspend"] = done()
    press(window, K.Key_F5)
    assert window.desk.till.said("suspend") == [(("Куртка",), {})]
    assert (window.desk.ask, window.desk.typed) == (None, "")


def test_a_label_that_could_not_be_kept_stays_in_the_field(window):
    type_in(window, "куртка")
    window.desk.till.answers["suspend"] = refused("tenders_taken")
    press(window, K.Key_F5)
    assert window.desk.typed == "куртка"


def test_what_is_typed_for_another_question_is_no_label(window):
    perform(window.desk, "member")
    type_in(window, "4567")
    press(window, K.Key_F5)
    assert window.desk.till.said("suspend") == [(("",), {})]


def test_the_list_of_receipts_that_wait_shows_their_labels(window):
    window.desk.till.become(*ALL_PARTS, transaction=None, member=None, suspended=SUSPENDED)
    window.desk.till.push(done(changed=ALL_PARTS))
    perform(window.desk, "suspended")
    assert [row.title for row in window.desk.rows] == ["Бабушка в синем", "12 позиций"]
