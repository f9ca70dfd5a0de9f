"""Letters, figures and space for fingers under the lines. Never what they mean."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy

from pos_app.ui import letter_flows
from pos_app.ui.controls import Button, named
from pos_app.ui.desk import Change, Desk, Own
from pos_app.ui.menu_flows import perform
from pos_app.ui.theme import Look

COLUMNS = 12
DIGITS = "1234567890-"
SHIFT = "⇧"
SIGNS = {
    letter_flows.RU: ("йцукенгшщзхъ", "фывапролджэё", "ячсмитьбю.,"),
    letter_flows.EN: ("qwertyuiop@_", "asdfghjkl':/", "zxcvbnm.,+&"),
}
"""Three rows of each layout; the shift key stands before the last one."""
GAP_PX = 4
"""Not scaled: twelve keys of 12 mm stand beside the panel on the narrowest screen."""


class LetterKey(Button):
    """One key; it never takes the focus from the field."""

    def __init__(self, look: Look, press: Callable[[], None], words: str, icon: str = "") -> None:
        super().__init__(look, words, press, icon=icon, px=look.metrics.medium)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def width_at(self, level: int) -> int:
        """A key is as wide as its column; a sign always has room there."""
        return self.least.width() if len(self.text()) <= 1 else super().width_at(level)

    def sizeHint(self) -> QSize:
        """Words alone: the icon comes where there is room for both."""
        return QSize(self.width_at(1), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.level = 0 if self.width_at(0) <= self.width() else 1


class LetterBoard(QFrame):
    """Five rows of twelve columns."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        named(self, "card")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(GAP_PX, GAP_PX, GAP_PX, GAP_PX)
        self._grid.setSpacing(GAP_PX)
        self._letters: list[tuple[LetterKey, int, int]] = []
        for column, sign in enumerate(DIGITS):
            self._put(self._key(sign, partial(letter_flows.press, desk, sign)), 0, column)
        erase = self._key("", partial(letter_flows.erase, desk), "delete", "ui.erase")
        erase.setAutoRepeat(True)
        self._put(erase, 0, len(DIGITS))
        self._shift = self._key(
            SHIFT, partial(letter_flows.change_capitals, desk), name="ui.capitals"
        )
        self._put(self._shift, 3, 0)
        for row, signs in enumerate(SIGNS[letter_flows.RU]):
            for place in range(len(signs)):
                self._put(self._letter(row, place), row + 1, place + (row == 2))
        self._last_row()
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.refresh(frozenset({Own.LETTERS}))

    def _put(self, key: Button, row: int, column: int, wide: int = 1) -> None:
        self._grid.addWidget(key, row, column, 1, wide)

    def _key(self, sign: str, press: Callable[[], None], icon: str = "", name: str = "") -> Button:
        key = LetterKey(self._look, press, sign, icon)
        key.setAccessibleName(self._look.say(name) if name else sign)
        return key

    def _letter(self, row: int, place: int) -> LetterKey:
        def press() -> None:
            letter_flows.press(self._desk, SIGNS[letter_flows.layout(self._desk)][row][place])

        key = LetterKey(self._look, press, " ")
        self._letters.append((key, row, place))
        return key

    def _last_row(self) -> None:
        """The other letters, space, away, Enter."""
        desk, say = self._desk, self._look.say
        self._layout = self._key(" ", partial(letter_flows.change_layout, desk), "languages")
        self._put(self._layout, 4, 0, 2)
        space = self._key(say("ui.space"), partial(letter_flows.press, desk, " "))
        self._put(space, 4, 2, 5)
        self._put(self._key("", partial(letter_flows.hide, desk), "x", "ui.no_letters"), 4, 7, 2)
        enter = self._key(say("ui.done"), partial(perform, desk, "submit"), "check")
        enter.wear("pay")
        self._put(enter, 4, 9, 3)

    def refresh(self, changes: frozenset[Change]) -> None:
        """The letters of the layout, large or small."""
        if not changes & {Own.LETTERS, Own.TYPED, Own.ASK}:
            return
        desk, large = self._desk, letter_flows.capitals(self._desk)
        signs = SIGNS[letter_flows.layout(desk)]
        for key, row, place in self._letters:
            sign = signs[row][place]
            key.relabel(sign.upper() if large else sign)
        self._shift.wear("chosen" if large else "plain")
        other = letter_flows.other_layout(desk)
        self._layout.relabel(other.upper())
        self._layout.setAccessibleName(self._look.say(f"ui.letters_{other}"))
