"""The end of the day: each step with its state in a word, a picture, a sentence. Never a rule."""

from collections.abc import Iterator

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from pos_app.ui.controls import Paragraph, label
from pos_app.ui.day_flows import step_name
from pos_app.ui.desk import Change, Desk
from pos_app.ui.panels import Panel
from pos_app.ui.scrolling import emptied, scrolled
from pos_app.ui.theme import SEMIBOLD, Look
from pos_app.workstation.answer import Part
from pos_app.workstation.day_view import DayStep, DayView, StepState

PICTURES = {
    StepState.DONE: ("circle-check", "good"),
    StepState.WORKING: ("refresh-cw", "accent"),
    StepState.NEEDS_YOU: ("circle-alert", "warning"),
    StepState.CANNOT: ("pause", "warning"),
    StepState.WAITS: ("minus", "secondary"),
}
FOLLOWS = frozenset(
    {Part.SESSION, Part.LINK, Part.DEVICES, Part.LAST_SALE, Part.TENDERS, Part.SUSPENDED}
)


class DayBar(QWidget):
    """One piece a step, filled when it is done, else an outline: no theme tells it by colour. The
    words beside it say the same."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._done, self._count = 0, 1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_steps(self, done: int, count: int) -> None:
        """So many of so many."""
        self._done, self._count = done, max(count, 1)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self._look.metrics.px(8))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gap = self._look.metrics.px(4)
        wide = (self.width() - gap * (self._count - 1)) / self._count
        for place in range(self._count):
            done = place < self._done
            painter.setPen(self._look.colour("good" if done else "edge"))
            painter.setBrush(self._look.colour("good" if done else "surface"))
            box = QRectF(place * (wide + gap), 0, wide, self.height()).adjusted(
                0.5, 0.5, -0.5, -0.5
            )
            painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.end()


class DayPage(Panel):
    """The steps from above to below, in the order of the day."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__(look, desk)
        self._shown: DayView | None = None
        self.head(look.say("day.title"))
        self._progress = Paragraph(look, look.metrics.small)
        self.column.addWidget(self._progress)
        self._bar = DayBar(look)
        self.column.addWidget(self._bar)
        area, self._grid = scrolled(look)
        self._grid.setColumnStretch(1, 1)
        self.column.addWidget(area, 1)
        self._value = Paragraph(look, look.metrics.body, ink="")
        self.column.addWidget(self._value)
        self.refresh(FOLLOWS)

    def refresh(self, changes: frozenset[Change]) -> None:
        day = self.desk.view.day
        if not changes & FOLLOWS or day is None or day == self._shown:
            return
        self._shown = day
        words = self.look.words
        on, steps = words.format(day.business_on), len(day.steps)
        told = words.text("day.done_of", done=day.done, n=steps)
        self._progress.say(" · ".join((on, told, *self._people(day))))
        self._bar.show_steps(day.done, steps)
        said = [words.say(day.value)] if day.value else []
        if day.next_on is not None:
            said.append(words.text("day.next_on", on=day.next_on))
        self._value.say("\n".join(said))
        emptied(self._grid)
        for place, step in enumerate(day.steps):
            self._row(self._grid, place * 2, step)
        self._grid.setRowStretch(2 * steps, 1)

    def _people(self, day: DayView) -> Iterator[str]:
        """Who began it and who closed it: once where that is one person."""
        words = self.look.words
        if day.begun_by and day.begun_by == day.closed_by:
            yield words.text("day.by_one", name=day.begun_by)
            return
        for key, name in (("begun_by", day.begun_by), ("closed_by", day.closed_by)):
            if name:
                yield words.text(f"day.{key}", name=name)

    def _row(self, grid: QGridLayout, place: int, step: DayStep) -> None:
        look, words = self.look, self.look.words
        icon = QLabel()
        icon.setPixmap(look.icon(*PICTURES[step.state], look.metrics.px(24)))
        name = Paragraph(look, look.metrics.body, ink="")
        name.setFont(look.font(look.metrics.body, SEMIBOLD))
        name.say(step_name(self.desk, step))
        ink = PICTURES[step.state][1]
        state = label(look, words.text(f"day.state.{step.state.value}"), ink=ink)
        below = Paragraph(look, look.metrics.small)
        said = [words.say(step.text), *(words.say(one) for one in step.details)]
        below.say("\n".join(said))
        grid.addWidget(icon, place, 0, 2, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(name, place, 1)
        grid.addWidget(state, place, 2, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(below, place + 1, 1, 1, 2)
