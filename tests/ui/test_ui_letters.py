"""Letters on the screen: for fingers, never over what is asked or found, gone with a keyboard."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from pos_app.ui import letter_flows
from pos_app.ui.controls import Button
from pos_app.ui.letter_board import SIGNS, LetterKey
from pos_app.ui.menu_flows import perform
from pos_app.ui.reason_flows import own_words
from pos_app.ui.rows import RowButton
from pos_app.workstation.answer import done
from tests.ui.builders import FOUND, SellingTill, selling
from tests.ui.counter_samples import coupons_listed
from tests.ui.states import SIZES, STATES

NO_BREAK = "\u202f"


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def board_of(window):
    board = window.screen_shown.letters
    return board if board is not None and board.isVisible() else None


def tap(window, name):
    found = [b for b in window.findChildren(Button) if b.isVisible() and b.isEnabled()]
    button = next(b for b in found if b.accessibleName() == name)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def tap_all(window, text):
    for sign in text:
        tap(window, sign)


def by_finger(window, gesture):
    letter_flows.touched(window.desk)
    perform(window.desk, gesture)


def test_a_question_that_a_finger_asked_brings_letters_and_a_name_begins_with_a_capital(window):
    tap(window, "Поиск, F3")
    assert board_of(window) is not None
    by_finger(window, "enrol")
    assert board_of(window) is None, "a phone has its number pad"
    tap(window, "Имя, если назовёт, Ctrl+3")
    tap_all(window, "Иванн")
    tap(window, "Стереть знак")
    tap(window, "пробел")
    tap_all(window, "Я-2")
    assert window.entry.text() == "Иван Я-2"
    tap(window, "Готово")
    assert window.desk.ask.name == "enrol"
    assert board_of(window) is None


def test_a_reason_in_free_words_begins_with_one_capital(window):
    heard = []
    letter_flows.touched(window.desk)
    own_words(window.desk, heard.append)
    tap_all(window, "Долго")
    tap(window, "пробел")
    tap_all(window, "ждал")
    tap(window, "Готово")
    assert heard == ["Долго ждал"]


def test_a_code_is_written_in_latin_capitals_as_it_is_printed(window):
    by_finger(window, "coupon")
    tap_all(window, "SPRING10")
    tap(window, "Заглавные буквы")
    tap_all(window, "x")
    tap(window, "Русские буквы, RU")
    tap_all(window, "ё")
    assert window.entry.text() == "SPRING10xё"
    tap(window, "Латинские буквы, EN")
    tap(window, "Готово")
    assert window.desk.till.said("coupon") == [(("SPRING10xё",), {})]


def test_a_name_being_typed_by_fingers_narrows_the_list_and_enter_takes_the_choice(window):
    by_finger(window, "search")
    tap_all(window, "мол")
    assert window.desk.till.said("find_items")[-1] == (("мол",), {})
    tap(window, "Готово")
    assert window.desk.till.said("add_item") == [((FOUND[0].item_id,), {})]
    assert board_of(window) is None


def test_a_manager_seeks_a_member_by_name_beside_the_number_pad(window):
    by_finger(window, "members")
    tap_all(window, "кор")
    window.desk.till.answers["find_members"] = done()
    tap(window, "Готово")
    assert window.desk.till.said("find_members") == [(("кор",), {})]


def test_a_keyboard_in_use_puts_the_letters_away_and_is_not_offered_them(window):
    by_finger(window, "coupon")
    assert board_of(window) is not None
    QTest.keyClick(window.entry, Qt.Key.Key_S)
    assert board_of(window) is None
    assert window.screen_shown.totals.isVisible()
    perform(window.desk, "back")
    QTest.keyClick(window.entry, Qt.Key.Key_F4)
    assert window.desk.ask.name == "coupon"
    assert board_of(window) is None


@pytest.mark.parametrize("bring", ["button", "field"])
def test_letters_put_away_come_back_by_a_button_or_by_a_tap_on_the_field(window, bring):
    by_finger(window, "coupon")
    tap(window, "Убрать буквы")
    assert board_of(window) is None
    tap(window, "Назад, Esc")
    QTest.keyClick(window.entry, Qt.Key.Key_F4)
    if bring == "button":
        tap(window, "Буквы на экране")
    else:
        QTest.mouseClick(window.entry, Qt.MouseButton.LeftButton)
    assert board_of(window) is not None
    assert not window.screen_shown._bring.isVisible()


def test_a_tap_on_the_field_that_sells_brings_no_letters(window):
    QTest.mouseClick(window.entry, Qt.MouseButton.LeftButton)
    assert board_of(window) is None
    assert not window.screen_shown._bring.isVisible()


def test_where_they_are_not_wanted_letters_are_neither_shown_nor_offered(window):
    perform(window.desk, "letters")
    window.desk.ask.pick(window.desk.rows[1])
    by_finger(window, "coupon")
    assert board_of(window) is None
    assert not window.screen_shown._bring.isVisible()


def test_what_only_is_chosen_or_confirmed_wants_no_letters(window):
    for gesture in ("menu", "cash", "void_transaction", "points", "return"):
        by_finger(window, gesture)
        assert not letter_flows.wants_letters(window.desk.ask), gesture
        perform(window.desk, "back")
    assert not letter_flows.wants_letters(None)


def test_another_language_keeps_what_was_typed_and_shows_its_own_letters(window):
    by_finger(window, "search")
    tap_all(window, "мо")
    window.desk.change_look(language="en")
    assert window.entry.text() == "мо"
    keys = {key.text() for key in board_of(window).findChildren(LetterKey)}
    assert set("qwerty") <= keys
    assert "space" in keys


def test_both_layouts_have_the_same_places_and_all_their_letters():
    ru, en = ("".join(SIGNS[name]) for name in letter_flows.LAYOUTS)
    assert [len(row) for row in SIGNS["ru"]] == [len(row) for row in SIGNS["en"]] == [12, 12, 11]
    assert set("абвгдеёжзийклмнопрстуфхцчшщъыьэюя") <= set(ru)
    assert set("abcdefghijklmnopqrstuvwxyz") <= set(en)
    for letters in (ru, en):
        assert len(set(letters)) == len(letters)


def rect_in(window, widget):
    return widget.rect().translated(widget.mapTo(window, QPoint(0, 0)))


@pytest.mark.parametrize("scale", [100, 150])
@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("state", ["letters_name", "letters_found", "letters_member"])
def test_letters_cover_neither_the_field_nor_the_question_nor_the_rows(
    open_till, qapp, state, size, scale
):
    window = open_till(SellingTill(selling()), width=size[0], height=size[1], scale=scale)
    STATES[state](window)
    for _ in range(3):
        qapp.processEvents()
    screen, board = window.screen_shown, rect_in(window, board_of(window))
    assert window.rect().contains(board)
    for part in (window.entry, screen._middle, screen._side):
        assert not rect_in(window, part).intersects(board)
    if state == "letters_found":
        first = next(b for b in screen._middle.findChildren(RowButton) if b.isVisible())
        seen = rect_in(window, screen._over_lines._list)
        assert seen.contains(rect_in(window, first)), "the row that Enter means is seen whole"


def test_a_coupon_is_written_without_f4_by_the_menu_and_another_by_the_list(window):
    tap(window, "Меню, F1")
    tap(window, "Купоны: код или снять")
    assert window.desk.ask.name == "coupon"
    assert board_of(window) is not None
    coupons_listed(window)
    tap(window, "Ввести код купона, F4")
    assert window.desk.ask.name == "coupon"
    assert not window.desk.till.said("remove_coupon")
