"""Language, theme and scale change at once; every control has a name for a screen reader."""

import sys

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QColor, QFontDatabase
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QTableView

from pos_app.ui import gestures
from pos_app.ui.controls import Button
from pos_app.ui.menu_flows import perform
from pos_app.ui.metrics import Metrics, plausible_px_per_mm
from resources.themes import tokens
from tests.ui.builders import SellingTill, selling, signed_on


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def buttons_say(window):
    return {b.text() for b in window.findChildren(Button) if b.isVisible()}


def test_the_language_changes_at_once_and_keeps_what_was_typed(window):
    QTest.keyClicks(window.entry, "46")
    assert "Наличные" in buttons_say(window)
    window.desk.change_look(language="en")
    assert "Cash" in buttons_say(window)
    assert "Наличные" not in buttons_say(window)
    assert window.entry.text() == "46"
    assert window.entry.hasFocus()


def test_rebuilding_the_screen_never_loses_the_window_the_focus(window, qapp):
    """A widget shown before it has a parent is a window for a moment and takes the focus."""
    lost = []
    qapp.focusWindowChanged.connect(lost.append)
    for change in ({"language": "en"}, {"theme": "dark"}, {"scale_percent": 150}):
        window.desk.change_look(**change)
        qapp.processEvents()
    perform(window.desk, "cash")
    perform(window.desk, "menu")
    qapp.processEvents()
    qapp.focusWindowChanged.disconnect(lost.append)
    assert lost == []
    assert window.entry.hasFocus()


def test_an_open_question_survives_another_language(window):
    perform(window.desk, "cash")
    window.desk.write("500")
    window.desk.change_look(language="en")
    assert window.desk.ask.name == "cash"
    assert "Exact" in buttons_say(window)
    assert window.entry.text() == "500"


def test_language_theme_and_scale_are_chosen_in_the_menu(window):
    for gesture, row in (("language", 1), ("theme", 2), ("scale", 2)):
        perform(window.desk, gesture)
        window.desk.point(row)
        gestures.submit(window.desk)
    settings = window.desk.settings
    assert (settings.language, settings.theme, settings.scale_percent) == ("en", "contrast", 150)
    assert window.look.metrics.scale == 1.5


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_a_theme_paints_its_own_ground_at_once(window, qapp, theme):
    window.desk.change_look(theme=theme)
    qapp.processEvents()
    picture = window.screen_shown.grab().toImage()
    assert picture.pixelColor(2, 2) == QColor(tokens(theme)["background"])


def test_the_operator_brings_a_language(open_till):
    till = SellingTill(signed_on(operator=None))
    window = open_till(till, language="en")
    assert window.desk.ask.name == "sign_on"
    QTest.keyClicks(window.entry, "1234")
    QTest.keyClick(window.entry, Qt.Key.Key_Return)
    assert window.desk.settings.language == "ru"
    assert window.desk.ask is None


def test_figures_stand_in_columns_and_the_font_is_our_own(window):
    assert "Inter" in QFontDatabase.families()
    font = window.look.font(16, figures=True)
    assert font.family() == "Inter"
    assert font.featureTags()


STATES = ("selling", "cash", "menu", "member", "points", "discount", "why", "end_of_day")


@pytest.mark.parametrize("state", STATES)
def test_every_control_has_an_accessible_name(window, qapp, state):
    if state != "selling":
        perform(window.desk, state)
    qapp.processEvents()
    for kind in (QAbstractButton, QLineEdit, QTableView):
        for widget in window.findChildren(kind):
            if not widget.isVisible():
                continue
            spoken = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
            assert spoken.strip(), (kind.__name__, widget.geometry())


def test_a_line_is_spoken_with_its_reason(window):
    index = window.screen_shown.table.lines.index(0, 0)
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Молоко" in spoken
    assert "179,82" in spoken


def test_a_state_is_never_told_by_colour_alone(window):
    top = window.top
    assert top.link.accessibleName()
    assert top.link.text() or top.link.toolTip()


def test_a_screen_that_lies_about_its_size_is_taken_for_a_till():
    assert plausible_px_per_mm(1366, 0) == pytest.approx(3.8)
    assert plausible_px_per_mm(1366, 1) == pytest.approx(3.8)
    assert plausible_px_per_mm(1920, 344) == pytest.approx(5.58, abs=0.01)


def test_text_grows_with_a_dense_screen_and_with_scale():
    assert Metrics(1920, 1080, 3.8).body == 16
    assert Metrics(1920, 1080, 5.6).body > 20
    assert Metrics(1920, 1080, 3.8, 1.5).body == 24


def test_painting_does_not_eat_references_to_none_and_true(window, qapp):
    """PySide6 6.12.0 on Python 3.11 did, until the process fell over."""
    model = window.screen_shown.table.lines
    index = model.index(0, 0)

    def painted():
        for _ in range(500):
            model.data(index, Qt.ItemDataRole.DecorationRole)
            index.data(Qt.ItemDataRole.DecorationRole)
            window.screen_shown.totals.figure.hasHeightForWidth()
        window.screen_shown.table.viewport().repaint()
        qapp.processEvents()

    painted()
    before = [sys.getrefcount(one) for one in (None, True, False)]
    painted()
    after = [sys.getrefcount(one) for one in (None, True, False)]
    if sys.version_info < (3, 12):  # later versions made them immortal
        assert all(abs(b - a) < 400 for a, b in zip(after, before, strict=True))


def test_the_window_gives_the_focus_back_when_it_is_activated(window):
    window.screen_shown.totals.pay.buttons[0].setFocus()
    window.activateWindow()
    QApplication.sendEvent(window, QEvent(QEvent.Type.ActivationChange))
    assert window.entry.hasFocus()


@pytest.mark.parametrize(("language", "mark"), [("ru", ","), ("en", ".")])
def test_the_number_pad_writes_the_mark_of_the_language(open_till, language, mark):
    window = open_till(SellingTill(selling()), language=language)
    perform(window.desk, "cash")
    point = window.look.say("ui.decimal_point")
    (key,) = [one for one in window.findChildren(Button) if one.accessibleName() == point]
    window.desk.write("5")
    key.click()
    assert (key.text(), window.desk.typed) == (mark, f"5{mark}")
