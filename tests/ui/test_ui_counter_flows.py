"""Beside the plain sale in the window: chips, hints, prices, cashiers, goods that come back."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.domain.rights import Right
from pos_app.ui import gestures
from pos_app.ui.controls import Button, Paragraph
from pos_app.ui.desk import Ask, Row
from pos_app.ui.menu_flows import perform
from pos_app.ui.panels import WordPanel
from pos_app.workstation.answer import done, refused
from pos_app.workstation.price_check import Quote
from tests.ui.builders import FOUND, SellingTill, a_transaction, selling
from tests.ui.counter_samples import (
    CATEGORIES,
    COUPONS,
    HINT,
    a_price,
    an_exchange,
    become,
    categories_ticked,
    coupons_listed,
    price_checked,
    price_for_a_member,
    returning_to_cards,
    swapping,
    with_coupons,
)

K = Qt.Key


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def shown(window, kind=Button):
    return [one for one in window.findChildren(kind) if one.isVisible()]


def tap(window, words):
    (found,) = [one for one in shown(window) if words in (one.text() or one.accessibleName())]
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def type_in(window, text):
    QTest.keyClicks(window.entry, text)
    QTest.keyClick(window.entry, K.Key_Return)


def test_coupons_are_chips_that_say_what_they_do_and_a_tap_and_a_row_take_one_off(window):
    with_coupons(window)
    chips = window.screen_shown.coupons
    assert "50" in chips.chips[0].text()
    assert chips.chips[1].text().endswith("не действует")
    assert "Ждёт своего участника" in chips.chips[1].accessibleName()
    tap(window, "На следующую покупку")
    assert [row.icon for row in window.desk.rows] == ["check", "triangle-alert", "plus"]
    QTest.keyClick(window.entry, K.Key_2)
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("remove_coupon") == [(("next",), {})]
    become(window, transaction=replace(a_transaction(), coupons=COUPONS * 2))
    assert chips.more.text() == "+1"
    become(window, transaction=a_transaction())
    assert not chips.isVisible()


def test_f4_twice_lists_the_coupons_and_without_any_says_so(window):
    QTest.keyClick(window.entry, K.Key_F4)
    QTest.keyClick(window.entry, K.Key_F4)
    assert window.desk.said.texts[0].key == "ui.no_coupons"
    coupons_listed(window)
    assert window.desk.ask.name == "coupons"


def test_what_is_nearly_reached_is_said_once_and_stays_silent_though_the_amount_moves(window):
    become(window, hints=(HINT,))
    assert window.desk.offer() == HINT
    QTest.keyClick(window.entry, K.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert window.desk.offer() is None
    nearer = replace(HINT, args={**HINT.args, "missing": window.desk.money(100)})
    become(window, hints=(nearer,))
    assert window.desk.offer() is None
    become(window, transaction=replace(a_transaction(), id="t2"))
    assert window.desk.offer() == nearer


def test_a_scan_into_a_price_check_is_answered_and_sells_nothing(window):
    till = window.desk.till
    till.answers["price_check"] = a_price()
    before = len(window.desk.view.transaction.lines)
    perform(window.desk, "price_check")
    gestures.scan(window.desk, b"4601234000001")
    assert till.said("price_check") == [(("4601234000001",), {})]
    assert not till.said("scan")
    assert [row.title for row in window.desk.rows if row.value] == [FOUND[0].name]
    assert len(window.desk.view.transaction.lines) == before
    type_in(window, "4601234000002")
    assert len(till.said("price_check")) == 2
    QTest.keyClick(window.entry, K.Key_Return)
    assert till.said("add_item") == [(("f1",), {})]
    assert window.desk.ask is None


def plain(text):
    return text.replace("\xa0", " ").replace("\u202f", " ")


def told(window):
    rows = window.desk.rows[1:]
    return [(row.title, plain(row.detail), plain(row.figure)) for row in rows]


def test_a_price_check_tells_the_shelf_the_card_the_promises_and_the_lowest_price(window):
    price_checked(window)
    first = window.desk.rows[0]
    assert (first.title, first.figure) == (FOUND[0].name, "90,90\xa0₽")
    assert told(window) == [
        ("С картой", "Скидка участника: 90,90 × 5 % = 4,55 · +4 балла", "86,35 ₽"),
        ("Молочное: 3 по цене 2", "", ""),
        ("Вечерняя скидка", "сейчас не действует: скидка 10 %, с 18:00", ""),
        ("Самая низкая цена за 30 дней до этой", "", "84,90 ₽"),
    ]
    assert window.desk.said.texts[0].key == "ui.price_with_card"
    for row in window.desk.rows[1:]:
        window.desk.ask.pick(row)
    assert not window.desk.till.said("add_item")


def test_a_price_check_tells_the_member_who_is_here_what_they_pay(window):
    price_for_a_member(window)
    assert told(window)[0][0::2] == ("Мария С. платит", "81,81 ₽")
    assert told(window)[-1][0].startswith("Дешевле")
    assert window.desk.said.texts[0].key == "ui.price_for"
    window.desk.till.answers["price_check"] = a_price(here=Quote(80_00, (), 0), with_card=None)
    window.desk.ask.accept("4601234000001")
    assert told(window)[0] == ("Сейчас", "", "80,00 ₽")
    assert window.desk.said.texts[0].key == "ui.price_is_now"
    free = Quote(FOUND[0].unit_price_minor, (), 0)
    window.desk.till.answers["price_check"] = a_price(here=free, with_card=None)
    window.desk.ask.accept("4601234000001")
    assert window.desk.said.texts[0].key == "ui.price_is"


def test_a_row_of_a_names_list_is_asked_about_before_it_is_sold(window):
    till = window.desk.till
    till.answers["price_check"] = refused("unknown_code", code="молоко")
    perform(window.desk, "price_check")
    window.desk.ask.accept("молоко")
    till.answers["price_check"] = a_price(FOUND[1])
    window.desk.ask.pick(window.desk.rows[1])
    assert till.said("price_check")[-1] == (("f2",), {})
    assert not till.said("add_item")
    window.desk.ask.pick(window.desk.rows[0])
    assert till.said("add_item") == [(("f2",), {})]


def test_what_has_no_price_yet_is_said_and_shows_no_row(window):
    window.desk.till.answers["price_check"] = refused("no_price", name="Ёлка")
    perform(window.desk, "price_check")
    window.desk.ask.accept("ёлка")
    assert window.desk.rows == ()
    assert window.desk.said.texts[0].key == "refused.no_price"


def test_a_name_in_a_price_check_lists_what_there_is(window):
    till = window.desk.till
    till.answers["price_check"] = refused("unknown_code", code="молоко")
    perform(window.desk, "price_check")
    window.desk.write("молоко")
    QTest.keyClick(window.entry, K.Key_Return)
    assert len(window.desk.rows) == len(FOUND)
    assert window.desk.said is None
    till.answers["find_items"] = done(items=())
    window.desk.write("нет")
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.rows == ()
    assert window.desk.said.texts[0].key == "refused.unknown_code"


def test_a_label_is_printed_for_what_is_scanned(window):
    perform(window.desk, "price_label")
    gestures.scan(window.desk, b"4601234000001")
    assert window.desk.till.said("print_label") == [(("4601234000001",), {})]


def test_another_cashier_takes_over_and_the_screen_speaks_their_language(window):
    swapping(window)
    assert [row.title for row in window.desk.rows] == ["Петров Олег", "Сидорова Мария"]
    till = window.desk.till
    till.answers["swap"] = refused("wrong_pin")
    type_in(window, "0000")
    assert window.desk.ask.name == "swap"
    operator = replace(window.desk.view.operator, id="o2", language="en")
    till.answers["swap"] = lambda *_: till.become(operator=operator, transaction=None)
    type_in(window, "2222")
    assert till.said("swap")[-1] == (("o2", "2222"), {})
    assert window.desk.ask is None
    assert window.desk.settings.language == "en"


def test_categories_are_ticked_and_chosen_by_the_last_row(window):
    categories_ticked(window)
    assert [row.icon for row in window.desk.rows][:2] == ["minus", "check"]
    QTest.keyClick(window.entry, K.Key_1)
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.rows[window.desk.cursor].value is None
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("choose_categories") == [(([CATEGORIES[1], CATEGORIES[0]],), {})]
    categories_ticked(window)
    QTest.keyClick(window.entry, K.Key_2)
    QTest.keyClick(window.entry, K.Key_Return)
    assert all(row.icon == "minus" for row in window.desk.rows)


def test_where_nothing_can_be_chosen_the_window_says_why(window):
    perform(window.desk, "categories")
    assert window.desk.said.texts[0].key == "ui.no_choice"


def without(window, *rights):
    person = window.desk.view.operator
    left = person.rights - {right.value for right in rights}
    become(window, operator=replace(person, rights=left))


def test_what_only_a_senior_does_says_so_in_the_menu_of_who_is_none(window):
    perform(window.desk, "day")
    assert not any(row.detail for row in window.desk.rows)
    without(window, *Right)
    perform(window.desk, "day")
    marked = {row.value: row.detail for row in window.desk.rows if row.detail}
    assert set(marked) == {"members", "conflicts", "end_of_day", "reports", "x_report"}
    assert set(marked.values()) == {"По PIN старшего"}


@pytest.mark.parametrize("gesture", ["return", "discount", "paid_in", "pickup", "reports"])
def test_that_a_colleague_will_be_wanted_is_said_before_anything_is_typed(window, gesture):
    without(window, *Right)
    perform(window.desk, gesture)
    assert window.desk.ask is not None
    assert window.desk.said.texts[0].key == "ui.needs_colleague"


def test_what_was_said_before_does_not_lie_over_the_menu(window):
    window.desk.tell("ui.no_coupons")
    perform(window.desk, "menu")
    assert window.desk.said is None


@pytest.mark.parametrize("asked", ["member", "coupon", "gift_card", "menu", "points_amount"])
def test_a_scan_takes_the_question_it_passes_over_along(window, asked):
    perform(window.desk, asked)
    QTest.keyClicks(window.entry, "12")
    gestures.scan(window.desk, b"4600000000015")
    assert window.desk.ask is None
    assert window.entry.text() == ""


@pytest.mark.parametrize(
    ("asked", "title"), [("coupon", "Купон"), ("gift_card", "Подарочная карта")]
)
def test_what_is_typed_in_words_has_a_heading(window, asked, title):
    perform(window.desk, asked)
    (panel,) = window.findChildren(WordPanel)
    assert title in [one.text() for one in panel.findChildren(Paragraph)]
    tap(window, "Готово")
    assert window.desk.ask is None


@pytest.mark.parametrize("by", ["touch", "key"])
def test_goods_without_a_receipt_want_a_reason_and_somebody_who_may(window, by):
    till = window.desk.till
    till.answers["return_goods"] = refused("needs_override", right="return_without_receipt")
    perform(window.desk, "return")
    if by == "touch":
        tap(window, "Без чека")
    else:
        QTest.keyClicks(window.entry, "*")
    QTest.keyClick(window.entry, K.Key_Return)
    assert till.said("return_goods") == [(("defect",), {"override": None})]
    assert window.desk.ask.name == "override"


def test_chosen_goods_come_back_for_others(window):
    window.desk.till.push(done(receipt=a_transaction()))
    tap(window, "Вернуть всё")
    tap(window, "Обмен")
    QTest.keyClick(window.entry, K.Key_Return)
    ((receipt, lines), given) = window.desk.till.said("exchange")[0]
    assert (receipt, len(lines), given["reason"]) == ("t1", 8, "defect")


def test_an_exchange_shows_what_comes_back_and_one_difference(window):
    become(window, transaction=an_exchange(), member=None)
    rows = window.screen_shown.table.lines
    assert rows.rowCount() == 5
    assert rows.data(rows.index(0, 4)).startswith("−") or rows.data(rows.index(0, 4))[0] == "-"
    totals = window.screen_shown.totals
    assert totals.figure.accessibleName().startswith("К оплате")
    become(window, transaction=an_exchange(904_00, 0))
    assert totals.figure.accessibleName().startswith("К выдаче")
    QTest.keyClick(window.entry, K.Key_F8)
    assert window.desk.till.said("complete") == [((), {})]


def test_before_the_new_goods_are_scanned_it_can_be_a_return(window):
    alone = replace(an_exchange(2_253_90, 0), lines=())
    become(window, transaction=alone, member=None)
    assert window.screen_shown.table.isVisible()
    tap(window, "Обменять")
    assert window.desk.till.said("complete") == [((), {})]


def test_a_return_says_where_its_money_goes(window):
    returning_to_cards(window)
    totals = window.screen_shown.totals
    names = [one.text() for one in totals._names if one.isVisible()]
    assert names[1:] == ["Наличными", "Подарочная ··4821"]


def test_why_begins_with_what_touched_the_selected_line(window):
    become(window, transaction=a_transaction(selected=6))
    QTest.keyClick(window.entry, K.Key_F11)
    assert [row.rule_id for row in window.desk.page.content.rows] == ["b", "gold", "c"]


def test_a_list_that_stays_open_takes_one_number_after_another(window):
    chosen = []
    ask = Ask("report_section", lambda text: None, pick=lambda row: chosen.append(row.value))
    window.desk.open(ask, [Row("one", value=1), Row("two", value=2)])
    for digit in "21":
        QTest.keyClicks(window.entry, digit)
        QTest.keyClick(window.entry, K.Key_Return)
    assert chosen == [2, 1]
