"""What was said hides no heading and does not outlive its gesture; what was chosen stays."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest

from pos_app.ui.controls import Button
from pos_app.ui.desk import Page
from pos_app.ui.menu_flows import perform
from pos_app.ui.why_flows import Why
from pos_app.workstation.answer import done, refused
from tests.ui.builders import SellingTill, a_transaction, selling
from tests.ui.states import TRACE
from tests.ui.test_ui_money_and_day import answer, become, tap, tap_named, words_on

K = Qt.Key


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def place(widget, window):
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def back(window):
    (found,) = [
        one for one in window.findChildren(Button) if one.isVisible() and "Назад" in one.text()
    ]
    return found


@pytest.mark.parametrize("enter", ["menu", "trace"])
def test_what_is_said_lies_over_no_heading_and_no_way_back(window, enter):
    if enter == "menu":
        perform(window.desk, "menu")
    else:
        window.desk.turn_to(Page("trace", Why(TRACE)))
    window.desk.do(refused("not_found", text="2"))
    notice = window.screen_shown.notice
    assert notice.isVisible()
    assert not place(notice, window).intersects(place(back(window), window))


@pytest.mark.parametrize("scale", [100, 150])
@pytest.mark.parametrize("enter", ["menu", "trace"])
def test_a_page_begins_where_what_is_said_ends_and_no_blank_strip_waits_for_it(
    open_till, qapp, enter, scale
):
    window = open_till(SellingTill(selling()), scale=scale)
    if enter == "menu":
        perform(window.desk, "menu")
    else:
        window.desk.turn_to(Page("trace", Why(TRACE)))
    window.desk.do(refused("not_found", text="2"))
    for _ in range(3):
        qapp.processEvents()
    screen, metrics = window.screen_shown, window.look.metrics
    notice, panel = place(screen.notice, window), place(screen._over_lines, window)
    way_back = place(back(window), window)
    assert not notice.intersects(way_back)
    assert not notice.intersects(place(window.entry, window))
    blank = way_back.top() - panel.top()
    assert blank <= max(metrics.pad + metrics.px(12), notice.height())
    window.desk.turn_to(None)
    perform(window.desk, "back")
    window.desk.do(refused("not_found", text="2"))
    assert place(screen.notice, window).top() == place(screen._middle, window).top()


def test_what_was_said_of_one_gesture_is_gone_with_the_next(window):
    window.desk.do(refused("not_found", text="2"))
    assert window.desk.said is not None
    perform(window.desk, "menu")
    assert window.desk.said is None


def test_the_pieces_chosen_for_a_return_stay_while_the_reason_is_asked(window):
    window.desk.till.answers["find_receipt"] = done(receipt=a_transaction())
    perform(window.desk, "return")
    answer(window, "000118-0042")
    none = words_on(window).count("0\xa0шт")
    tap_named(window, "Больше: Молоко")
    tap(window, "Оформить возврат")
    assert window.desk.ask.name == "reason"
    assert words_on(window).count("0\xa0шт") == none - 1
    QTest.keyClick(window.entry, K.Key_Escape)
    assert window.desk.ask is None
    assert window.desk.page.kind == "return"
    tap(window, "Оформить возврат")
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("return_sale")[0][0] == ("t1", [(1, "1")])


def test_a_language_chosen_by_hand_is_there_at_the_next_sign_on(window):
    desk = window.desk
    someone = replace(desk.view.operator, language="ru")
    become(window, operator=someone)
    perform(desk, "language")
    answer(window, "2")
    assert desk.settings.language == "en"
    become(window, operator=replace(someone, id="another"))
    desk.speak_to_operator()
    assert desk.settings.language == "ru"
    become(window, operator=someone)
    desk.speak_to_operator()
    assert desk.settings.language == "en"
    become(window, operator=None)
    desk.speak_to_operator()
    assert desk.settings.chosen == {someone.id: "en"}
