"""The line under the field and the bar of what a receipt waits for. Never stops a scan."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from pos_app.ui.controls import Button, FitRow, Paragraph, reveal
from pos_app.ui.desk import Desk
from pos_app.ui.menu_flows import perform
from pos_app.ui.theme import MEDIUM, Look
from pos_app.workstation.answer import Tone
from pos_app.workstation.view import PaperQuestionView

INKS = {
    Tone.NEUTRAL: ("accent", "accent_soft", "info"),
    Tone.GOOD: ("good", "good_soft", "circle-check"),
    Tone.MEMBER: ("points", "points_soft", "star"),
    Tone.CLOSED: ("good", "good_soft", "check"),
    Tone.WARNING: ("warning", "warning_soft", "triangle-alert"),
    Tone.ERROR: ("error", "error_soft", "circle-alert"),
}
ANSWERS = {
    "age": ("ui.age_seen", "ui.age_document", "ui.age_refused", "ui.age_identity"),
    "evidence": ("ui.evidence_seen", "ui.evidence_refused"),
    "weighing": ("ui.weigh_by_hand", "ui.cancel_weighing"),
    "print": ("ui.printed_yes", "ui.printed_no"),
}
STAYS = (Tone.WARNING, Tone.ERROR)
"""Trouble stays until the next scan or gesture; good news goes by itself."""
GOOD_NEWS_MS = 4000
BY_PIN = ("ui.enter_pin",)
KEYS = ("first_answer", "second_answer", "third_answer", "fourth_answer")


class Strip(QWidget):
    """A rounded ground in a tone's colours, with its icon and a paragraph."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self._tone = Tone.NEUTRAL
        metrics = look.metrics
        self.column = QVBoxLayout(self)
        air = metrics.px(12)
        self.column.setContentsMargins(air, metrics.px(6), air, metrics.px(6))
        self.row = QHBoxLayout()
        self.row.setSpacing(metrics.px(10))
        self.column.addLayout(self.row)
        self._icon = QLabel()
        self._text = Paragraph(look, metrics.body, ink="")
        self._text.setFont(look.font(metrics.body, MEDIUM))
        self._text.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        self.row.addWidget(self._icon)
        self.row.addWidget(self._text, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        reveal(self, False)

    def say(self, text: str, tone: Tone) -> None:
        """A text in a tone; the icon says the tone without colour."""
        self._tone = tone
        ink, _, icon = INKS[tone]
        side = self.look.metrics.px(22)
        self._icon.setPixmap(self.look.icon(icon, ink, side))
        self._text.say(text)
        self.setAccessibleName(text)
        reveal(self, bool(text))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ink, ground, _ = INKS[self._tone]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.look.colour(ink), 1))
        painter.setBrush(self.look.colour(ground))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = self.look.metrics.px(10)
        painter.drawRoundedRect(box, radius, radius)


class NoticeLine(Strip):
    """What the last gesture or scan had to say. It covers the heads of the lines whole; a panel it
    leaves free as far as the gap above goes: `reach` is how far one line lies over it. `on_lie` is
    told how many pixels of what is below are covered."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__(look)
        self._desk = desk
        self._under: QWidget | None = None
        self._least, self._snug = look.metrics.px(34), look.metrics.gap - 2
        self.reach = self._least - self._snug
        self._rise = 0
        self.on_lie: Callable[[int], None] = lambda covered: None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(desk.hush)

    def float_over(self, host: QWidget) -> None:
        """Lie over the head of what is below the field: nothing moves when something is said."""
        self._under = host
        self.setParent(host.parentWidget())
        host.installEventFilter(self)

    def lie_over(self, *, panel: bool) -> None:
        """A panel with its heading is below the field, or the lines."""
        self._rise = self._snug if panel else 0
        self._lie()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows what it lies over."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._lie()
        return False

    def _lie(self) -> None:
        if self._under is not None and not self.isHidden():
            below = self._under.geometry()
            least = self._least if self._rise else self.look.metrics.px(40)
            for layout in (self.row, self.column):
                layout.invalidate()  # else a text said right after another has the other's height
            tall = max(least, self.column.heightForWidth(below.width()))
            self.setGeometry(below.x(), below.y() - self._rise, below.width(), tall)
            self.raise_()
        shown = self._under is not None and not self.isHidden()
        self.on_lie(self.height() - self._rise if shown else 0)

    def refresh(self) -> None:
        """The desk's line, or nothing."""
        said = self._desk.said
        if said is None:
            reveal(self, False)
            self._lie()
            return
        self.say(" · ".join(self.look.words.say(text) for text in said.texts), said.tone)
        if said.tone in STAYS:
            self._soon.stop()
        else:
            self._soon.start(GOOD_NEWS_MS)
        self._lie()


class DemandBar(Strip):
    """A question with its answers on keys: scanning goes on meanwhile."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__(look)
        self._desk = desk
        self._kind = ""
        self._buttons: list[Button] = []
        self._answers: FitRow | None = None

    def refresh(self) -> None:
        """The present demand, or whether the receipt came out of the printer."""
        demand, paper = self._desk.view.demand, self._desk.view.paper
        if demand is not None:
            self._offer_answers(demand.kind)
            self.say(self.look.words.say(demand.text), Tone.WARNING)
        elif paper is not None:
            self._offer_answers("print")
            self.say(_paper_said(self.look, paper), Tone.WARNING)
        else:
            reveal(self, False)

    def _offer_answers(self, kind: str) -> None:
        if kind == self._kind:
            return
        self._kind = kind
        if self._answers is not None:
            self._answers.setParent(None)
            self._answers.deleteLater()
        self._buttons = [
            Button(self.look, self.look.say(name), partial(perform, self._desk, gesture),
                   key=f"Ctrl+{place}")
            for place, (name, gesture) in enumerate(
                zip(ANSWERS.get(kind, BY_PIN), KEYS, strict=False), start=1
            )
        ]  # fmt: skip
        self._answers = FitRow(self.look, self._buttons)
        if self.look.metrics.is_narrow:
            self.column.addWidget(self._answers)
        else:
            self._answers.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
            self.row.addWidget(self._answers)


_PAPER = {
    "asked": "did_it_print",
    "interrupted": "paper_ran_out",
    "failed": "it_did_not_print",
}


def _paper_said(look: Look, paper: PaperQuestionView) -> str:
    """What is asked of a paper that may not be there, and how many wait behind it."""
    text = look.say(f"ui.{_PAPER[paper.state]}", paper=paper.name)
    return look.say("ui.more_papers", text=text, count=paper.more) if paper.more else text
