"""The pages of a till's first start: words, choices, a field with letters, progress. No rule."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from pos_app.ui.controls import Button, FitRow, Paragraph, card, label, reveal, set_ink
from pos_app.ui.desk import Row
from pos_app.ui.entry import Entry, key_name
from pos_app.ui.letter_pad import CAPITALS, ERASE, ROWS, LetterPad
from pos_app.ui.rows import RowList
from pos_app.ui.theme import BOLD, SEMIBOLD, Look
from pos_app.workstation.first_pages import PLACES_MOST, Choice, Progress, SetupView, Step
from pos_app.workstation.first_run import BACKED, Setup

LATER_KEY = "F10"
WIDE, TALL = 760, 600
KIB = 1024
MIB = 1024 * KIB
LARGE = 10 * MIB
ENTERS = ("Return", "Enter")
LISTS = (Step.LANGUAGE, Step.PRINTER, Step.STRIP)
TWO_COLUMNS = 6
"""A list of more choices than this stands in two columns."""


class Bar(QWidget):
    """How much is here; empty while nobody knows the whole, and the words below say so."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look, self._share = look, 0.0
        self.setFixedHeight(look.metrics.px(18))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_share(self, progress: Progress) -> None:
        """Paint it."""
        self._share = progress.here / progress.whole if progress.whole else 0.0
        self.setAccessibleName(f"{round(self._share * 100)} %")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._look.metrics.px(200), self._look.metrics.px(18))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box, radius = QRectF(self.rect()), self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("pressed"))
        painter.drawRoundedRect(box, radius, radius)
        box.setWidth(max(self.height(), box.width() * min(1.0, self._share)))
        painter.setBrush(self._look.colour("accent"))
        painter.drawRoundedRect(box, radius, radius)


class FirstRunScreen(QWidget):
    """One page; built anew for another step, repainted for what changes within one."""

    def __init__(self, look: Look, setup: Setup, later: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._look, self._setup, self._later = look, setup, later
        self._cursor = 0
        view = setup.view()
        self.step = view.step
        self.entry: Entry | None = None
        self._list: RowList | None = None
        self._bar: Bar | None = None
        self._amount = Paragraph(look, look.metrics.small)
        self._said = Paragraph(look, look.metrics.body)
        outer, row = QVBoxLayout(self), QHBoxLayout()
        outer.setContentsMargins(*[look.metrics.gap] * 4)
        frame, column = card(look)
        frame.setMaximumWidth(look.metrics.px(WIDE))
        frame.setMaximumHeight(look.metrics.px(TALL))
        self._fill(column, view)
        row.addStretch(1)
        row.addWidget(frame, 30)
        row.addStretch(1)
        outer.addStretch(1)
        outer.addLayout(row, 20 if view.step in LISTS else 0)
        outer.addStretch(1)
        self.refresh()

    # ---- pieces
    def _fill(self, column: QVBoxLayout, view: SetupView) -> None:
        look = self._look
        column.addLayout(self._head(view))
        title = Paragraph(look, look.metrics.heading, ink="")
        title.setFont(look.font(look.metrics.heading, SEMIBOLD))
        title.say(look.say(f"first.{view.step.value}.title", store=view.store, till=view.till))
        self.setAccessibleName(title.text())
        column.addWidget(title)
        hint = Paragraph(look, look.metrics.body)
        hint.say(look.say(f"first.{view.step.value}.hint", server=view.server))
        column.addWidget(hint)
        column.addWidget(self._said)
        if view.step in LISTS:
            columns = 2 if len(view.choices) > TWO_COLUMNS else 1
            self._list = RowList(look, self._setup.choose, columns)
            column.addWidget(self._list, 1)
        if view.typed is not None:
            self._add_field(column, view)
        if view.progress is not None:
            self._bar = Bar(look)
            column.addWidget(self._bar)
            column.addWidget(self._amount)
        column.addWidget(self._foot())

    def _head(self, view: SetupView) -> QHBoxLayout:
        look, row = self._look, QHBoxLayout()
        row.setSpacing(look.metrics.px(12))
        mark = QLabel()
        mark.setPixmap(look.icon("kopilka", "accent", look.metrics.px(32)))
        row.addWidget(mark)
        row.addWidget(label(look, "Kopilka", look.metrics.heading, BOLD))
        row.addStretch(1)
        place = look.say("first.place", n=view.place, of=PLACES_MOST)
        row.addWidget(label(look, place, look.metrics.small, ink="secondary"))
        return row

    def _add_field(self, column: QVBoxLayout, view: SetupView) -> None:
        look = self._look
        self.entry = Entry(look, self.take_key)
        self.entry.setText(view.typed or "")
        self.entry.setAccessibleName(look.say(f"first.{view.step.value}.title"))
        self.entry.textEdited.connect(self._setup.write)
        self.entry.submitted.connect(self._setup.submit)
        column.addWidget(self.entry)
        rows = CAPITALS if view.step is Step.CODE else ROWS
        column.addWidget(LetterPad(look, self._pressed, rows))

    def _foot(self) -> FitRow:
        look = self._look
        self._back = Button(look, look.say("ui.back"), self._setup.back, key="Esc", skin="quiet")
        later = Button(look, look.say("first.later"), self._later, key=LATER_KEY, skin="quiet")
        self._next = Button(look, look.say(f"first.{self.step.value}.next"), self._enter,
                            icon="check", key="Enter", skin="pay")  # fmt: skip
        return FitRow(look, (self._back, later, self._next), (2, 2, 3))

    # ---- what changed
    def refresh(self) -> None:
        """The same step, other words or choices."""
        look, view = self._look, self._setup.view()
        self._said.say(look.words.say(view.said) if view.said is not None else "")
        set_ink(self._said, "error" if view.is_wrong else "secondary")
        if self._list is not None:
            self._cursor = min(self._cursor, max(0, len(view.choices) - 1))
            self._list.show_rows([_row(look, one) for one in view.choices], self._cursor)
        if self._bar is not None and view.progress is not None:
            self._bar.show_share(view.progress)
            self._amount.say(_amount(look, view.progress))
        self._back.setEnabled(self._setup.can_go_back())
        self._next.setEnabled(not view.is_busy)
        reveal(self._back, view.step in BACKED)
        for button in (self._back, self._next):
            button.update()

    def take_focus(self) -> None:
        """Keys come to the field, else to the page."""
        (self.entry or self).setFocus()

    # ---- gestures
    def _pressed(self, sign: str) -> None:
        if self.entry is None:
            return
        if sign == ERASE:
            self.entry.backspace()
        else:
            self.entry.insert(sign)
        self._setup.write(self.entry.text())
        self.entry.setFocus()

    def _enter(self) -> None:
        if self._list is not None:
            self._setup.choose(self._cursor)
        else:
            self._setup.submit()

    def take_key(self, event: QKeyEvent) -> bool:
        """The keys of every page; True when it was one."""
        does: dict[str, Callable[[], None]] = {"Esc": self._setup.back, LATER_KEY: self._later}
        if self._list is not None:
            places = range(min(9, len(self._setup.view().choices)))
            does |= {str(place + 1): partial(self._setup.choose, place) for place in places}
            does |= {"Up": partial(self._step, -1), "Down": partial(self._step, 1)}
        if self.entry is None:
            does |= dict.fromkeys(ENTERS, self._enter)
        gesture = does.get(key_name(event))
        if gesture is not None and not event.isAutoRepeat():
            gesture()
        return gesture is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.take_key(event):
            event.ignore()

    def _step(self, by: int) -> None:
        most = len(self._setup.view().choices) - 1
        self._cursor = max(0, min(most, self._cursor + by))
        self.refresh()


def _row(look: Look, one: Choice) -> Row:
    return Row(look.say(one.key) if one.key else one.title, one.detail, icon=one.icon)


def _amount(look: Look, progress: Progress) -> str:
    if not progress.whole:
        return look.say("first.amount_unknown")
    if progress.here >= progress.whole:
        return look.say("first.putting")
    unit, key = (MIB, "first.amount") if progress.whole >= LARGE else (KIB, "first.amount_small")
    here, whole = (look.words.number(-(-one // unit)) for one in (progress.here, progress.whole))
    return look.say(key, here=here, whole=whole)
