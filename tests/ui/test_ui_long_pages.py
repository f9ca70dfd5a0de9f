"""Pages longer than the screen, by the keyboard."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea

from pos_app.domain.sentence import say
from pos_app.ui.controls import Paragraph
from pos_app.ui.desk import Page
from pos_app.ui.devices_page import DevicesPage
from pos_app.ui.pages import TracePage
from pos_app.ui.why_flows import Why
from pos_app.workstation.answer import Part, done
from pos_app.workstation.device_care import Tried
from tests.ui.builders import TRACE, SellingTill, selling
from tests.ui.device_samples import CARDS, open_page

K = Qt.Key


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()), width=1024, height=768)


def long_why(window, qapp):
    window.desk.turn_to(Page("trace", Why(TRACE * 8)))
    qapp.processEvents()
    return bar_of(window, TracePage)


def bar_of(window, kind):
    return window.screen_shown.findChild(kind).findChild(QScrollArea).verticalScrollBar()


def press(window, *keys):
    for key in keys:
        QTest.keyClick(window.entry, key)


def test_the_page_of_why_goes_down_and_up_by_keys(window, qapp):
    bar = long_why(window, qapp)
    places = [bar.value()]
    for key in (K.Key_Down, K.Key_PageDown, K.Key_End, K.Key_PageUp, K.Key_Up, K.Key_Home):
        press(window, key)
        places.append(bar.value())
    top, down, page, end, page_up, up, home = places
    assert top == home == 0
    assert top < down < page < end == bar.maximum()
    assert end > page_up > up
    assert not window.desk.till.said("select_line")


def test_home_and_end_are_the_fields_where_something_is_typed(window, qapp):
    bar = long_why(window, qapp)
    QTest.keyClicks(window.entry, "46")
    press(window, K.Key_Home)
    assert (window.entry.cursorPosition(), bar.value()) == (0, 0)
    press(window, K.Key_End)
    assert (window.entry.cursorPosition(), bar.value()) == (2, 0)


def test_a_page_that_fits_leaves_the_keys_to_the_lines(window, qapp):
    window.desk.turn_to(Page("trace", Why(TRACE[:1])))
    qapp.processEvents()
    press(window, K.Key_Up)
    assert window.desk.till.said("select_line")


def many_devices(window, qapp):
    open_page(window)
    cards = (*CARDS, *(replace(CARDS[2], name=f"drawer {n}") for n in range(9)))
    window.desk.till.push(done(changed=frozenset({Part.DEVICES}), device_cards=cards))
    qapp.processEvents()
    return cards, bar_of(window, DevicesPage)


def test_the_page_of_devices_goes_down_by_keys(window, qapp):
    _, bar = many_devices(window, qapp)
    press(window, K.Key_Down)
    assert bar.value() > 0
    press(window, K.Key_PageDown, K.Key_End)
    assert bar.value() == bar.maximum() > 0


def test_what_a_test_says_below_the_fold_comes_into_view(window, qapp):
    cards, bar = many_devices(window, qapp)
    why = say("device.try_failed", why="no answer")
    tried = Tried(cards[-1].name, why, ok=False)
    window.desk.till.push(done(changed=frozenset({Part.DEVICES}), device_tried=tried))
    for _ in range(3):
        qapp.processEvents()
    page = window.screen_shown.findChild(DevicesPage)
    port = page.findChild(QScrollArea).viewport()
    told = window.look.words.say(why)
    (answer,) = [one for one in page.findChildren(Paragraph) if one.text() == told]
    place = QRect(answer.mapTo(port, answer.rect().topLeft()), answer.size())
    assert bar.value() > 0
    assert port.rect().contains(place)
