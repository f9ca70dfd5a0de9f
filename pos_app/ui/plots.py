"""Bars, a line and a map of squares, painted. Never computes what it shows.

Each has its numbers as an accessible description: what is drawn is told as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from pos_app.ui.controls import CENTRE
from pos_app.ui.theme import SEMIBOLD, Look

STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Point:
    """One value under a label."""

    label: str
    value: int


class _Plot(QWidget):
    """A ground with a scale at the left and labels below."""

    def __init__(self, look: Look, title: str, told: Callable[[int], str]) -> None:
        super().__init__()
        self._look, self._told = look, told
        self._points: tuple[Point, ...] = ()
        self._font = look.font(look.metrics.small, figures=True)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_points(self, points: Sequence[Point]) -> None:
        """Draw these."""
        self._points = tuple(points)
        told = "; ".join(f"{one.label}: {self._told(one.value)}" for one in points)
        self.setAccessibleDescription(told)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._look.metrics.px(320), self._look.metrics.px(190))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.metrics.px(160), self._look.metrics.px(150))

    def _frame(self, painter: QPainter, top: int) -> QRectF:
        """The ground with its lines of round values; where the values lie."""
        look, metrics = self._look, QFontMetrics(self._font)
        marks = marks_to(top)
        room = max(metrics.horizontalAdvance(self._told(mark)) for mark in marks)
        gap = look.metrics.px(8)
        tall = metrics.height()
        ground = QRectF(room + gap, tall / 2, self.width() - room - gap - 1,
                        self.height() - tall * 2 - gap / 2)  # fmt: skip
        painter.setFont(self._font)
        for mark in marks:
            y = ground.bottom() - ground.height() * mark / marks[-1]
            painter.setPen(QPen(look.colour("line"), 1))
            painter.drawLine(QPointF(ground.left(), y), QPointF(ground.right(), y))
            painter.setPen(look.colour("secondary"))
            box = QRectF(0, y - tall / 2, room, tall)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, right, self._told(mark))
        return ground

    def _labels(self, painter: QPainter, ground: QRectF) -> None:
        """Below, as many as there is room for, evenly."""
        metrics, step = QFontMetrics(self._font), ground.width() / len(self._points)
        wide = max(metrics.horizontalAdvance(one.label) for one in self._points)
        every = max(1, -(-round(wide + self._look.metrics.px(8)) // max(1, round(step))))
        painter.setPen(self._look.colour("secondary"))
        for place in range(0, len(self._points), every):
            x = ground.left() + step * (place + 0.5)
            box = QRectF(x - wide, ground.bottom() + 2, 2 * wide, metrics.height())
            painter.drawText(box, CENTRE, self._points[place].label)


class Bars(_Plot):
    """One bar a value."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._points:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = max(one.value for one in self._points)
        ground = self._frame(painter, top)
        most = marks_to(top)[-1]
        step = ground.width() / len(self._points)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("accent"))
        for place, one in enumerate(self._points):
            tall = ground.height() * max(0, one.value) / most
            box = QRectF(ground.left() + step * (place + 0.15), ground.bottom() - tall,
                         step * 0.7, tall)  # fmt: skip
            painter.drawRoundedRect(box, 2, 2)
        self._labels(painter, ground)


class Line(_Plot):
    """Values one after the other, with a soft ground under the line."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._points:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = max(one.value for one in self._points)
        ground = self._frame(painter, top)
        most = marks_to(top)[-1]
        step = ground.width() / len(self._points)
        spots = [
            QPointF(ground.left() + step * (place + 0.5),
                    ground.bottom() - ground.height() * max(0, one.value) / most)
            for place, one in enumerate(self._points)
        ]  # fmt: skip
        path = QPainterPath(spots[0])
        for spot in spots[1:]:
            path.lineTo(spot)
        under = QPainterPath(path)
        under.lineTo(spots[-1].x(), ground.bottom())
        under.lineTo(spots[0].x(), ground.bottom())
        soft = QColor(self._look.colour("accent"))
        soft.setAlpha(40)
        painter.fillPath(under, soft)
        painter.setPen(QPen(self._look.colour("accent"), 2))
        painter.drawPath(path)
        painter.setBrush(self._look.colour("accent"))
        for spot in spots:
            painter.drawEllipse(spot, 3, 3)
        self._labels(painter, ground)


class Squares(QWidget):
    """A map of five by five: how many members are where. The number stands in each square."""

    SIDE = 5

    def __init__(self, look: Look, title: str, across: str, up: str) -> None:
        super().__init__()
        self._look, self._across, self._up = look, across, up
        self._cells: dict[tuple[int, int], int] = {}
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_cells(self, cells: dict[tuple[int, int], int]) -> None:
        """(across 1-5, up 1-5) -> members."""
        self._cells = cells
        told = "; ".join(f"{x}-{y}: {count}" for (x, y), count in sorted(cells.items()))
        self.setAccessibleDescription(told)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._look.metrics.px(320), self._look.metrics.px(220))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.metrics.px(200), self._look.metrics.px(200))

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = look.font(look.metrics.small)
        tall = QFontMetrics(small).height()
        step_x = self.width() / self.SIDE
        step_y = (self.height() - 2 * tall - 4) / self.SIDE
        most = max(self._cells.values(), default=1)
        for x in range(1, self.SIDE + 1):
            for y in range(1, self.SIDE + 1):
                box = QRectF((x - 1) * step_x + 2, tall + (self.SIDE - y) * step_y + 2,
                             step_x - 4, step_y - 4)  # fmt: skip
                self._square(painter, box, self._cells.get((x, y), 0), most)
        painter.setFont(small)
        painter.setPen(look.colour("secondary"))
        painter.drawText(QRectF(0, 0, self.width(), tall), Qt.AlignmentFlag.AlignLeft, self._up)
        below = QRectF(0, self.height() - tall, self.width(), tall)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, self._across)

    def _square(self, painter: QPainter, box: QRectF, count: int, most: int) -> None:
        look = self._look
        ground = QColor(look.colour("accent"))
        ground.setAlpha(20 + 150 * count // max(1, most))
        painter.setPen(QPen(look.colour("line"), 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(look.font(look.metrics.body, SEMIBOLD, figures=True))
        painter.setPen(look.colour("text"))
        painter.drawText(box, CENTRE, look.words.number(count))


def marks_to(top: int) -> tuple[int, ...]:
    """Round values from 0 to the first that is not below `top`, four or five of them."""
    if top <= 0:
        return (0, 1)
    step = 1
    while True:
        for unit in STEPS:
            if unit * step * 4 >= top:
                return tuple(unit * step * n for n in range(-(-top // (unit * step)) + 1))
        step *= 10
