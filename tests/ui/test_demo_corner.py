"""On a screen that the till fills, the demo's codes are a press away and never in the way."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt

from drivers.fake.rig import VirtualRig
from pos_app.ui.controls import Button
from pos_app.ui.demo_sheet import read_groups
from pos_app.ui.paper_window import Corner, Paper, has_room
from tests.ui.builders import SellingTill, selling, signed_on
from tests.ui.states import STATES

SMALL = ((1024, 768), (1366, 768), (1920, 1080))


@pytest.fixture
def corner(qtbot):
    """`corner(size, language)` -> the corner of such a screen."""
    with VirtualRig() as rig:

        def build(size, language="ru"):
            made = Corner(rig.control_port, QRect(0, 0, *size), language)
            qtbot.addWidget(made.handle)
            qtbot.addWidget(made.tabs)
            made.rig = rig
            made.show()
            return made

        yield build


def rect_in(window, widget):
    return widget.rect().translated(widget.mapTo(window, QPoint(0, 0)))


def test_only_a_wide_screen_has_room_beside_the_till():
    assert not any(has_room(QRect(0, 0, *size)) for size in SMALL)
    assert has_room(QRect(0, 0, 2560, 1440))


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("size", SMALL, ids=lambda s: f"{s[0]}x{s[1]}")
def test_the_handle_is_seen_in_words_and_lies_on_no_button_of_the_till(
    corner, open_till, qapp, size, language
):
    made = corner(size, language)
    assert made.handle.isVisible()
    assert not made.tabs.isVisible()
    assert QRect(0, 0, *size).contains(made.handle.geometry())
    words = made.handle.fontMetrics().horizontalAdvance(made.handle.text())
    assert words < made.handle.width()
    for state in ("selling", "cash", "sign_on", "idle", "closed"):
        till = SellingTill(selling() if state != "sign_on" else signed_on())
        window = open_till(till, width=size[0], height=size[1], language=language)
        STATES[state](window)
        for _ in range(3):
            qapp.processEvents()
        for button in window.findChildren(Button):
            if button.isVisible():
                hit = rect_in(window, button).intersected(made.handle.geometry())
                assert hit.height() <= 2, (state, button.accessibleName())
        open_till.end(window)


@pytest.mark.parametrize("size", SMALL, ids=lambda s: f"{s[0]}x{s[1]}")
def test_a_press_brings_the_codes_over_the_member_and_another_one_folds_them(
    corner, open_till, qtbot, qapp, size
):
    made = corner(size)
    window = open_till(SellingTill(selling()), width=size[0], height=size[1])
    qapp.processEvents()
    qtbot.mouseClick(made.handle, Qt.MouseButton.LeftButton)
    assert made.tabs.isVisible()
    assert QRect(0, 0, *size).contains(made.tabs.geometry())
    screen = window.screen_shown
    for part in (window.entry, screen._middle, screen.totals, window.top):
        assert not rect_in(window, part).intersects(made.tabs.geometry())
    assert made.handle.text() == "Свернуть: вернуться к кассе"
    qtbot.mouseClick(made.handle, Qt.MouseButton.LeftButton)
    assert not made.tabs.isVisible()


def test_neither_takes_the_keys_from_the_till(corner):
    made = corner((1024, 768))
    for one in (made.handle, made.tabs):
        assert one.windowFlags() & Qt.WindowType.WindowDoesNotAcceptFocus
        assert one.windowFlags() & Qt.WindowType.WindowStaysOnTopHint


def test_no_name_of_the_sheet_is_cut(corner, qapp):
    for language in ("ru", "en"):
        made = corner((1024, 768), language)
        made.handle.click()
        qapp.processEvents()
        sheet = made.sheet
        assert sheet.widget().width() <= sheet.viewport().width()
        assert len(sheet.findChildren(type(made.handle))) == sum(
            len(group["rows"]) for group in read_groups()
        )


def test_new_receipts_are_counted_on_the_handle_until_they_are_looked_at(corner, qtbot):
    made = corner((1024, 768), "en")
    made.rig.printer.feed(b"Hello\n\x1dV\x00")
    qtbot.waitUntil(lambda: made.handle.text() == "Codes and receipts, new ones: 1")
    made.handle.click()
    assert made.tabs.currentWidget() is made.papers
    assert made.papers.findChildren(Paper)
    made.rig.printer.feed(b"Again\n\x1dV\x00")
    qtbot.waitUntil(lambda: made.papers.papers == 2)
    made.handle.click()
    assert made.handle.text() == "Codes and receipts to try"


def test_the_corner_goes_with_the_counter(qtbot):
    with VirtualRig() as rig:
        made = Corner(rig.control_port, QRect(0, 0, 1024, 768), "ru")
        qtbot.addWidget(made.handle)
        qtbot.addWidget(made.tabs)
        made.show()
        rig.printer.feed(b"Hello\n\x1dV\x00")
        qtbot.waitUntil(lambda: made.papers.papers == 1)
    qtbot.waitUntil(lambda: not made.handle.isVisible())


def test_the_codes_fold_when_the_pointer_goes_back_to_the_till(corner, qtbot, qapp):
    made = corner((1024, 768))
    qtbot.mouseClick(made.handle, Qt.MouseButton.LeftButton)
    assert made.tabs.isVisible()
    qapp.sendEvent(made.tabs, QEvent(QEvent.Type.Leave))
    assert not made.tabs.isVisible()
    assert made.handle.text() != "Свернуть: вернуться к кассе"
    qapp.sendEvent(made.tabs, QEvent(QEvent.Type.Leave))
    assert not made.tabs.isVisible()


@pytest.mark.parametrize("opened", [True, False])
@pytest.mark.parametrize("size", SMALL, ids=lambda s: f"{s[0]}x{s[1]}")
def test_a_paper_is_seen_to_its_right_edge_wherever_it_came(corner, qtbot, qapp, size, opened):
    made = corner(size)
    if opened:
        qtbot.mouseClick(made.handle, Qt.MouseButton.LeftButton)
    made.rig.printer.feed(b"0123456789" * 4 + b"ABCDEFGH\n" * 60 + b"\x1dV\x00")
    qtbot.waitUntil(lambda: made.papers.papers == 1)
    if not opened:
        qtbot.mouseClick(made.handle, Qt.MouseButton.LeftButton)
    made.tabs.setCurrentWidget(made.papers)
    qapp.processEvents()
    paper, view = made.papers.findChild(Paper), made.papers.viewport()
    qtbot.waitUntil(lambda: rect_in(view, paper).left() >= 0)
    qtbot.waitUntil(lambda: rect_in(view, paper).right() < view.width())
    assert made.papers.horizontalScrollBar().maximum() == 0
    assert paper.pixmap().width() == paper.width()
