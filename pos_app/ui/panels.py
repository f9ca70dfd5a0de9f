"""Panels that take the member panel's place: a number pad, a list. Never a dialog over the sale."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from pos_app.ui.controls import Button, Paragraph, Variants, label, reveal
from pos_app.ui.desk import Change, Desk, Own
from pos_app.ui.menu_flows import perform
from pos_app.ui.money_flows import base_ask
from pos_app.ui.rows import RowList
from pos_app.ui.theme import BOLD, SEMIBOLD, Look
from resources.words import Words

POINT = "point"
PADS = {"digits": ("C", "0", "⌫"), "amount": (POINT, "0", "⌫")}
DOT = "●"


class Panel(QFrame):
    """A card with a heading and the way back; what changes is in `refresh`."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("card")
        self.look, self.desk = look, desk
        self.column = QVBoxLayout(self)
        pad = look.metrics.pad
        self.column.setContentsMargins(pad, pad, pad, pad)
        self.column.setSpacing(look.metrics.gap)

    def keep_clear(self, height: int) -> None:
        """Leave so much free above the heading: what is said lies there and hides nothing."""
        pad = self.look.metrics.pad
        self.column.setContentsMargins(pad, max(pad, height + self.look.metrics.px(2)), pad, pad)

    def head(self, title: str) -> None:
        """The heading, and Esc as a button."""
        row = QHBoxLayout()
        row.setSpacing(self.look.metrics.px(8))
        heading = Paragraph(self.look, self.look.metrics.heading, ink="")
        heading.setFont(self.look.font(self.look.metrics.heading, SEMIBOLD))
        heading.say(title)
        row.addWidget(heading, 1)
        back = Button(
            self.look, self.look.say("ui.back"), partial(perform, self.desk, "back"), key="Esc"
        )
        back.wear("quiet")
        back.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.addWidget(back)
        self.back = back
        self.column.addLayout(row)

    def refresh(self, changes: frozenset[Change]) -> None:
        """Repaint what these changes touch."""


class NumberPad(QWidget):
    """Twelve keys for fingers; they write into the one field."""

    def __init__(self, look: Look, desk: Desk, kind: str) -> None:
        super().__init__()
        self._desk = desk
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(look.metrics.px(6))
        for place, key in enumerate((*"789456123", *PADS[kind])):
            button = self._button(look, key)
            grid.addWidget(button, place // 3, place % 3)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        tallest = self.findChildren(Button)[0].maximumHeight()
        self.setMaximumHeight(4 * tallest + 3 * grid.spacing())  # gaps stay alike on a tall screen

    def _button(self, look: Look, key: str) -> Button:
        icon = "delete" if key == "⌫" else ""
        mark = look.words.point if key == POINT else key  # as the language writes a number
        button = Button(look, "" if icon else mark, partial(self._press, mark), icon=icon,
                        px=look.metrics.px(22))  # fmt: skip
        names = {"⌫": "ui.erase", "C": "ui.clear", POINT: "ui.decimal_point"}
        button.setAccessibleName(look.say(names[key]) if key in names else key)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        big = look.metrics.big_target
        button.least.setHeight(big if not look.metrics.is_low else look.metrics.target)
        button.setMaximumHeight(round(big * 1.25))
        return button

    def _press(self, key: str) -> None:
        text = self._desk.typed
        if key == "⌫":
            self._desk.write(text[:-1])
        elif key == "C":
            self._desk.write("")
        else:
            self._desk.write(text + key)


class PadPanel(Panel):
    """A number to type: what it is for, the number large, the pad, the button that means Enter."""

    done_key = "ui.done"

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__(look, desk)
        ask = desk.ask
        if ask is None:
            raise ValueError("a pad without a question")
        self._masked = ask.masked
        self._nothing = "0" if ask.pad == "amount" else ""
        self.head(self.title_words(look.words))
        self.body()
        self.column.addWidget(NumberPad(look, desk, ask.pad), 4)
        if not desk.rows:  # else the rows want that room
            self.column.addStretch(1)
        done = Button(look, look.say(self.done_key), partial(perform, desk, "submit"),
                      icon="check", key="Enter", skin="pay", px=look.metrics.medium)  # fmt: skip
        done.least.setHeight(look.metrics.big_target)
        self.column.addWidget(done)
        self.refresh(frozenset({Own.TYPED}))

    def title_words(self, words: Words) -> str:
        """The heading."""
        return words.text(self.desk.ask.title) if self.desk.ask else ""

    def body(self) -> None:
        """What stands between the heading and the pad."""
        self._show_goods()
        hint = Paragraph(self.look, self.look.metrics.small)
        # With a list beside the pad the field alone says what to type: keys are not squeezed.
        wanted = self.desk.ask is not None and not self.desk.rows
        hint.say(self.look.say(self.desk.ask.hint) if self.desk.ask and wanted else "")
        reveal(hint, wanted)
        self.column.addWidget(hint)
        self.echo = Variants(self.look, self.look.metrics.figure, BOLD)
        self.echo.align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self.column.addWidget(self.echo)
        if self.desk.rows:
            counted = self.desk.ask is not None and self.desk.ask.toggle is not None
            self._list = RowList(self.look, self._choose, numbered=False)
            self._list.show_rows(self.desk.rows, self.desk.cursor)
            if counted:  # what is ticked is seen whole; the field says what was typed
                reveal(self.echo, False)
                self._list.show_whole(len(self.desk.rows))
            self.column.addWidget(self._list, 3)

    def _show_goods(self) -> None:
        """What the number is of; of a PIN the line under the field says what it allows."""
        ask = self.desk.ask
        if ask is None or ask.detail is None or ask.masked:
            return
        goods = Paragraph(self.look, self.look.metrics.body, ink="")
        goods.setFont(self.look.font(self.look.metrics.body, SEMIBOLD))
        goods.say(self.look.words.say(ask.detail))
        self.column.addWidget(goods)

    def _choose(self, place: int) -> None:
        ask = self.desk.ask
        self.desk.point(place)
        if ask is not None and ask.pick is not None:
            ask.pick(self.desk.rows[place])

    def refresh(self, changes: frozenset[Change]) -> None:
        if Own.TYPED in changes:
            typed = self.desk.typed
            self.echo.say(DOT * len(typed) if self._masked else typed or self._nothing)
        if changes & {Own.CURSOR, Own.ROWS} and hasattr(self, "_list"):
            self._list.show_rows(self.desk.rows, self.desk.cursor)


class WordPanel(Panel):
    """Something to type that is no number: what for, what exactly, the button that means Enter."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__(look, desk)
        ask = desk.ask
        if ask is None:
            raise ValueError("a panel without a question")
        self.head(look.say(ask.title))
        hint = Paragraph(look, look.metrics.body)
        hint.say(look.say(ask.hint))
        self.column.addWidget(hint)
        self.column.addStretch(1)
        done = Button(look, look.say("ui.done"), partial(perform, desk, "submit"),
                      icon="check", key="Enter", skin="pay", px=look.metrics.medium)  # fmt: skip
        done.least.setHeight(look.metrics.big_target)
        self.column.addWidget(done)


class RowsPanel(Panel):
    """Choices to take one of."""

    def __init__(self, look: Look, desk: Desk, columns: int = 1) -> None:
        super().__init__(look, desk)
        ask = desk.ask
        if ask is None:
            raise ValueError("a list without a question")
        self.head(look.say(ask.title))
        if look.words.knows(ask.hint):
            hint = Paragraph(look, look.metrics.small)
            hint.say(look.say(ask.hint))
            self.column.addWidget(hint)
        self._empty = label(look, look.say("ui.nothing_found"), ink="secondary", wrap=True)
        reveal(self._empty, False)
        self.column.addWidget(self._empty)
        self._list = RowList(look, self._choose, columns, numbered=ask.place != "below")
        self.column.addWidget(self._list, 1)
        self.refresh(frozenset({Own.ROWS}))

    def _choose(self, place: int) -> None:
        ask = self.desk.ask
        if ask is not None and ask.pick is not None and place < len(self.desk.rows):
            self.desk.point(place)
            ask.pick(self.desk.rows[place])
            base_ask(self.desk)

    def refresh(self, changes: frozenset[Change]) -> None:
        if changes & {Own.ROWS, Own.CURSOR}:
            self._list.show_rows(self.desk.rows, self.desk.cursor)
            reveal(self._empty, not self.desk.rows and bool(self.desk.typed))


PanelMaker = Callable[[Look, Desk], Panel]
