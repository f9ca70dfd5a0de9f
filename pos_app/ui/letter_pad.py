"""Letters and figures for fingers, where a till has no keyboard. Never what they mean."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from pos_app.ui.controls import Button
from pos_app.ui.theme import Look

ROWS = ("1234567890:", "qwertyuiop/", "asdfghjkl-", "zxcvbnm.")
CAPITALS = ("1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
ERASE = "⌫"


class LetterPad(QWidget):
    """`press` gets each sign; ERASE takes one back."""

    def __init__(self, look: Look, press: Callable[[str], None], rows: tuple[str, ...]) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(look.metrics.px(4))
        for down, row in enumerate(rows):
            signs = [*row, ERASE] if down == len(rows) - 1 else [*row]
            for across, sign in enumerate(signs):
                grid.addWidget(_key(look, sign, press), down, across)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


def _key(look: Look, sign: str, press: Callable[[str], None]) -> Button:
    icon = "delete" if sign == ERASE else ""
    button = Button(look, "" if icon else sign, partial(press, sign), icon=icon)
    button.setAccessibleName(look.say("ui.erase") if icon else sign)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
