"""Every screen is named, read by Tab in its own order, sharp enough, and large enough for a finger.

Each proof is tried on a screen that was spoilt on purpose: what it cannot see it would not guard.
"""

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QTableView, QWidget

from pos_app.ui.controls import SKINS, Button, Variants
from pos_app.ui.letter_board import LetterKey
from pos_app.ui.metrics import BIG_TARGET_MM, TARGET_MM, Metrics
from pos_app.ui.style import sheet
from pos_app.ui.top_bar import TONES, Pill
from pos_app.ui.totals import Figure
from resources.themes import THEMES, tokens
from resources.words.catalogue import Words
from tests.resources.test_look_of_the_house import FOCUS, SECONDARY, TEXT, contrast
from tests.ui.builders import SellingTill, selling, signed_on
from tests.ui.states import STATES

SPEAKING = (QAbstractButton, QLineEdit, QTableView, Pill, Variants, Figure, QLabel)
TYPED = "0123456789,.C⌫"
MOST_STOPS = 120


def a_till_for(state):
    return SellingTill(selling() if state != "sign_on" else signed_on())


@pytest.fixture
def shown(open_till, qapp):
    """`shown(state, …)` -> a window in that state, laid out."""

    def show(state, **look):
        window = open_till(a_till_for(state), **look)
        STATES[state](window)
        for _ in range(3):
            qapp.processEvents()
        return window

    return show


def spoken(widget):
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name).strip()


def says_something(widget):
    """A label with text, any control, anything that Tab stops at; an empty line says nothing."""
    if isinstance(widget, QLabel | Variants | Figure) and not isinstance(widget, QAbstractButton):
        return bool(widget.text() if not isinstance(widget, Figure) else widget.accessibleName())
    focus = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return focus or isinstance(widget, SPEAKING)


def nameless(window):
    found = (w for w in window.findChildren(QWidget) if w.isVisible() and says_something(w))
    return [(type(w).__name__, w.geometry().getRect()) for w in found if not spoken(w)]


def test_a_control_that_lost_its_name_is_found(shown):
    window = shown("selling")
    window.screen_shown.line_row.buttons[0].setAccessibleName("")
    assert [kind for kind, _ in nameless(window)] == ["Button"]


# ---- Tab
def walk(window, key=Qt.Key.Key_Tab):
    """Stops of Tab from the field until one comes again."""
    stops = [window.focusWidget()]
    for _ in range(MOST_STOPS):
        QTest.keyClick(stops[-1], key)
        if window.focusWidget() in stops:
            return stops, window.focusWidget()
        stops.append(window.focusWidget())
    raise AssertionError("Tab never came back")


def reachable(window):
    takers = window.findChildren(QWidget)
    tab = Qt.FocusPolicy.TabFocus
    return {w for w in takers if w.isVisible() and w.isEnabled() and w.focusPolicy() & tab}


def misnamed(window):
    """Buttons whose name says nothing of what is written on them."""
    found = []
    for button in window.findChildren(Button):
        words = re.findall(r"[^\W\d_]{3,}", button.text())
        said = spoken(button).casefold()
        told = any(word.casefold() in said for word in words) or re.search(r"\d", said)
        if button.isVisible() and words and not told:
            found.append((button.text(), said))
    return found


def with_holes(window):
    """Texts whose figure is missing: `up to … of …`."""
    shown = [w for kind in (QLabel, Variants) for w in window.findChildren(kind) if w.isVisible()]
    return [w.text() for w in shown if re.search(r"\s…|…[+%\s]", w.text())]


def passed_by(window):
    """What Tab does not reach and no key does: digits are typed, chips have F6 and a digit."""
    found = []
    stops = reachable(window)
    for button in window.findChildren(Button):
        said = spoken(button)
        pad = button.text() in TYPED or button.icon_name == "delete"
        pad = pad or isinstance(button, LetterKey)  # a keyboard has each of them
        keyed = pad or re.search(r"\d", said) or button.text() in {"Без сдачи", "Exact"}
        if button.isVisible() and button.isEnabled() and button not in stops and not keyed:
            found.append(said)
    return found


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("state", STATES)
def test_a_screen_is_named_said_in_words_and_walked_by_tab(shown, state, language, monkeypatch):
    unknown = []
    monkeypatch.setattr(Words, "_fallback", lambda words, key, args: unknown.append(key) or key)
    window = shown(state, language=language)
    assert not unknown, "keys without words"
    assert not with_holes(window)
    assert not nameless(window)
    assert not misnamed(window)
    if not window.entry.isVisible():
        return  # the first run's pages stand in a window of their own; its Tab is tried there
    assert not passed_by(window)
    stops, last = walk(window)
    assert last is window.entry
    assert set(stops) == reachable(window)
    back, last = walk(window, Qt.Key.Key_Backtab)
    assert last is window.entry
    assert back == [stops[0], *reversed(stops[1:])]


def test_a_stop_that_swallows_tab_is_found(shown):
    class Trap(QWidget):
        def event(self, event):
            return event.type() == event.Type.KeyPress or super().event(event)

    window = shown("selling")
    trap = Trap(window.screen_shown.totals)
    trap.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    trap.setGeometry(0, 0, 20, 20)
    trap.show()
    _, last = walk(window)
    assert last is trap


def names(stops):
    return [stop.accessibleName().split(",")[0] for stop in stops]


def test_tab_reads_the_sale_from_the_field_to_the_ways_to_pay_then_the_member(shown):
    said = names(walk(shown("selling", language="en"))[0])
    assert said[1:4] == ["Search", "Suspend", "Less"]
    pay = [said.index(name) for name in ("Why?", "Cash", "Card")]
    assert pay == sorted(pay)
    assert said.index("Card") < said.index("Take the member off the receipt") < said.index("Menu")


@pytest.mark.parametrize(
    ("state", "first"),
    [("age", "Of age"), ("asked", "It is there"), ("menu", "Back"), ("why", "Back"),
     ("return", "Back"), ("end_of_day", "Back"), ("devices", "Back")],
)  # fmt: skip
def test_a_question_and_a_page_come_right_after_the_field(shown, state, first):
    said = names(walk(shown(state, language="en"))[0])
    assert said[3] == first, said


def test_what_a_button_focused_by_tab_looks_like_is_seen(shown, qapp):
    window = shown("selling")
    button = window.screen_shown.totals.pay.buttons[1]
    before = button.grab().toImage()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qapp.processEvents()
    ring = button.grab().toImage().pixelColor(button.width() // 2, 1)
    assert ring == QColor(tokens("light")["focus"])
    assert before.pixelColor(button.width() // 2, 1) != ring


# ---- contrast, from what the controls really take
def pairs_of_controls():
    for skin in SKINS.values():
        for ground in (skin.ground, skin.pressed):
            yield skin.ink, ground, SECONDARY
        if skin.border not in {skin.ground, "surface"}:
            yield skin.border, "surface", FOCUS
        elif skin.ground != "surface" and not skin.ground.endswith("_soft"):
            yield skin.ground, "surface", FOCUS
    for ground, ink in TONES.values():
        yield ink, ground, SECONDARY
        yield ink, "surface", FOCUS
    for ground in ("background", "surface", "selection"):
        yield "text", ground, TEXT
        yield "secondary", ground, SECONDARY
        yield "focus", ground, FOCUS
    for ink in ("good", "warning", "error", "points", "accent"):
        yield ink, "surface", SECONDARY
    yield "accent", "selection", FOCUS


def too_faint(shown):
    found = {(a, b, least) for a, b, least in pairs_of_controls()
             if contrast(shown[a], shown[b]) < least}  # fmt: skip
    return sorted(found)


@pytest.mark.parametrize("theme", THEMES)
def test_every_ink_of_every_control_is_sharp_on_its_ground(theme):
    assert not too_faint(tokens(theme))


@pytest.mark.parametrize(
    ("token", "spoilt"),
    [
        ("secondary", "#9AA4AE"),
        ("edge", "#D0D6DC"),
        ("pay_text", "#3A8A60"),
        ("focus", "#C8D8F8"),
    ],
)
def test_one_faint_token_is_found(token, spoilt):
    assert too_faint({**tokens("light"), token: spoilt})


@pytest.mark.parametrize("theme", THEMES)
def test_the_hint_in_the_field_is_as_sharp_as_secondary_text(open_till, theme):
    """A style sheet makes a placeholder half transparent unless it is told otherwise."""
    window = open_till(theme=theme)
    role = QPalette.ColorRole.PlaceholderText
    ink = window.entry.palette().color(role)
    assert ink == QColor(tokens(theme)["secondary"])
    assert "placeholder-text-color" in sheet(tokens(theme), window.look.metrics)


# ---- millimetres
SCREENS = {  # what a screen says of itself: pixels and millimetres
    "15 inch 1024x768": (1024, 768, 304.0),
    "15.6 inch 1366x768": (1366, 768, 344.0),
    "15.6 inch 1920x1080": (1920, 1080, 344.0),
    "21.5 inch 1920x1080": (1920, 1080, 476.0),
}


def too_small(window, px_per_mm):
    least = TARGET_MM * px_per_mm - 1
    small = []
    for button in window.findChildren(Button):
        side = min(button.width(), button.height())
        if button.isVisible() and side < least:
            small.append((button.accessibleName(), round(side / px_per_mm, 1)))
    return small


@pytest.mark.parametrize(
    "state", ["selling", "cash", "menu", "return", "age", "nobody", "idle", "letters_name"]
)
@pytest.mark.parametrize("screen", SCREENS)
def test_a_target_is_twelve_millimetres_on_every_screen(shown, screen, state):
    width, height, wide_mm = SCREENS[screen]
    window = shown(state, width=width, height=height, px_per_mm=width / wide_mm)
    assert not too_small(window, width / wide_mm)


@pytest.mark.parametrize("screen", SCREENS)
def test_paying_and_the_number_pad_are_twenty_millimetres(screen):
    width, height, wide_mm = SCREENS[screen]
    metrics = Metrics(width, height, width / wide_mm)
    if not metrics.is_low:
        assert metrics.big_target / metrics.px_per_mm >= BIG_TARGET_MM - 0.2


def test_a_target_that_shrank_is_found(shown):
    window = shown("selling")
    window.screen_shown.line_row.buttons[0].resize(30, 44)
    assert [name for name, _ in too_small(window, 3.8)] == ["Меньше"]
