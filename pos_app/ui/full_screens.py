"""Sign-on and opening the session: one card in the middle, the same field and pad. No rule."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from pos_app.ui.controls import Button, Paragraph, label
from pos_app.ui.desk import Change, Desk, Own
from pos_app.ui.entry import Entry
from pos_app.ui.menu_flows import perform
from pos_app.ui.notice_line import NoticeLine
from pos_app.ui.panels import NumberPad, Panel
from pos_app.ui.rows import RowList
from pos_app.ui.theme import BOLD, SEMIBOLD, Look


class FullScreen(QWidget):
    """A question that stands alone: who are you, how much is in the drawer."""

    def __init__(self, look: Look, desk: Desk, entry: Entry) -> None:
        super().__init__()
        self.setObjectName("page")
        self._desk, self.entry, self._look = desk, entry, look
        outer = QVBoxLayout(self)
        gap = look.metrics.gap
        outer.setContentsMargins(gap, gap, gap, gap)
        self.notice = NoticeLine(look, desk)
        card = Panel(look, desk)
        card.column.addLayout(self._head())
        card.column.addWidget(self.notice)
        body = QHBoxLayout()
        body.setSpacing(look.metrics.px(24 if not look.metrics.is_low else 12))
        card.column.addLayout(body, 1)
        self._list: RowList | None = None
        ask = desk.ask
        if desk.rows or (ask is not None and ask.name == "sign_on"):
            self._list = RowList(look, self._choose, numbered=False)
            body.addWidget(self._list, 1)
        body.addLayout(self._right(), 1)
        card.setMaximumWidth(look.metrics.px(860 if self._list is not None else 520))
        card.setMaximumHeight(round(5.6 * look.metrics.big_target) + look.metrics.px(240))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card, 20)
        row.addStretch(1)
        outer.addStretch(1)
        outer.addLayout(row, 12)
        outer.addStretch(1)
        self.refresh(frozenset({Own.ROWS, Own.ASK, Own.NOTICE}))

    def _head(self) -> QHBoxLayout:
        look, row = self._look, QHBoxLayout()
        row.setSpacing(look.metrics.px(12))
        mark = QLabel()
        side = look.metrics.px(40 if not look.metrics.is_low else 28)
        mark.setPixmap(look.icon("kopilka", "accent", side))
        row.addWidget(mark)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(label(look, "Kopilka", look.metrics.heading, BOLD))
        place = " · ".join(
            p for p in (self._desk.view.store_name, self._desk.view.workstation_name) if p
        )
        where = Paragraph(look, look.metrics.small)
        where.say(place)
        column.addWidget(where)
        row.addLayout(column, 1)
        return row

    def _right(self) -> QVBoxLayout:
        look, column = self._look, QVBoxLayout()
        column.setSpacing(look.metrics.px(8))
        self._title = Paragraph(look, look.metrics.heading, ink="")
        self._title.setFont(look.font(look.metrics.heading, SEMIBOLD))
        self._hint = Paragraph(look, look.metrics.small)
        column.addWidget(self._title)
        column.addWidget(self._hint)
        self.entry.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.entry)
        ask = self._desk.ask
        pad = NumberPad(look, self._desk, ask.pad if ask and ask.pad else "digits")
        column.addWidget(pad)
        self._done_button = self._done()
        column.addWidget(self._done_button)
        column.addStretch(1)
        return column

    def _done(self) -> QWidget:
        look = self._look
        done = Button(look, look.say("ui.done"), partial(perform, self._desk, "submit"),
                      icon="check", key="Enter", skin="pay", px=look.metrics.medium)  # fmt: skip
        done.least.setHeight(look.metrics.big_target)
        return done

    def parts(self) -> tuple[QWidget, ...]:
        """The screen as it is answered; Tab goes the same way."""
        return tuple(p for p in (self.entry, self._list, self._done_button) if p is not None)

    def _choose(self, place: int) -> None:
        self._desk.point(place)

    def refresh(self, changes: frozenset[Change]) -> None:
        """The question, its choices, what was said."""
        ask = self._desk.ask
        if ask is not None and Own.ASK in changes:
            self._title.say(self._look.say(ask.title))
            self._hint.say(self._look.say(ask.hint))
            self.entry.setAccessibleName(self._look.say(ask.title))
        if self._list is not None and changes & {Own.ROWS, Own.CURSOR, Own.ASK}:
            self._list.show_rows(self._desk.rows, self._desk.cursor)
        if Own.NOTICE in changes:
            self.notice.refresh()
