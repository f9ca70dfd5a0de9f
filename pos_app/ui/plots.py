"""Bars, a line and a map of squares, painted. Never computes what it shows.

Each has its numbers as an accessible description: what is drawn is told as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from pos_app.ui.controls import CENTRE, LEFT
from pos_app.ui.theme import SEMIBOLD, Look

STEPS = (1, 2, 5)
LEAST_TINT, MOST_TINT = 20, 170
READ = 7.0


@dataclass(frozen=True, slots=True)
class Point:
    """One value under a label."""

    label: str
    value: int


class _Pointed(QWidget):
    """Values under labels, told in words as well."""

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


class _Plot(_Pointed):
    """A ground with a scale at the left and labels below."""

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
        self._strongest = strongest_tint(look)
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
        ground.setAlpha(LEAST_TINT + (self._strongest - LEAST_TINT) * count // max(1, most))
        painter.setPen(QPen(look.colour("line"), 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(look.font(look.metrics.body, SEMIBOLD, figures=True))
        painter.setPen(look.colour("text"))
        painter.drawText(box, CENTRE, look.words.number(count))


class Ranks(_Pointed):
    """One bar a row, the name before it and the figure behind it; the longest is the most."""

    def show_points(self, points: Sequence[Point]) -> None:
        """Draw these, the first above: each makes it taller."""
        super().show_points(points)
        self.updateGeometry()

    @property
    def _tall(self) -> int:
        return QFontMetrics(self._font).height() + self._look.metrics.px(8)

    def sizeHint(self) -> QSize:
        return QSize(self._look.metrics.px(320), self._tall * max(1, len(self._points)))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.metrics.px(200), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._points:
            return
        painter, px = QPainter(self), self._look.metrics.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        metrics, tall = QFontMetrics(self._font), self._tall
        figure = max(metrics.horizontalAdvance(self._told(one.value)) for one in self._points)
        names = min(
            max(metrics.horizontalAdvance(one.label) for one in self._points) + px(4),
            (self.width() - figure) // 2,
        )
        room = self.width() - names - figure - px(20)
        most = max(1, *(one.value for one in self._points))
        for place, one in enumerate(self._points):
            top = place * tall
            name = metrics.elidedText(one.label, Qt.TextElideMode.ElideRight, names)
            painter.setPen(self._look.colour("text"))
            painter.drawText(QRectF(0, top, names, tall), LEFT, name)
            wide = room * max(0, one.value) / most
            box = QRectF(names + px(10), top + px(4), wide, tall - px(8))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._look.colour("accent"))
            painter.drawRoundedRect(box, 2, 2)
            painter.setPen(self._look.colour("secondary"))
            behind = QRectF(box.right() + px(6), top, figure + px(4), tall)
            painter.drawText(behind, LEFT, self._told(one.value))


class Interval(QWidget):
    """A figure with the interval it lies in: a line from end to end, a spot, three numbers."""

    def __init__(self, look: Look, title: str, told: Callable[[int], str]) -> None:
        super().__init__()
        self._look, self._told = look, told
        self._ends = (0, 0, 0)
        self._font = look.font(look.metrics.small, figures=True)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_interval(self, low: int, middle: int, high: int) -> None:
        """Draw this, from nothing to a round value above."""
        self._ends = (low, middle, high)
        self.setAccessibleDescription(" - ".join(self._told(one) for one in self._ends))
        self.update()

    def sizeHint(self) -> QSize:
        tall = 2 * QFontMetrics(self._font).height() + self._look.metrics.px(28)
        return QSize(self._look.metrics.px(320), tall)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.metrics.px(200), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        metrics = QFontMetrics(self._font)
        tall, side = metrics.height(), metrics.horizontalAdvance(self._told(self._ends[2]))
        most = marks_to(max(self._ends))[-1]
        y = tall + look.metrics.px(14)

        def x_of(value: int) -> float:
            return side / 2 + (self.width() - side) * max(0, value) / most

        painter.setPen(QPen(look.colour("line"), 1))
        painter.drawLine(QPointF(x_of(0), y), QPointF(x_of(most), y))
        low, middle, high = self._ends
        painter.setPen(QPen(look.colour("accent"), look.metrics.px(6)))
        painter.drawLine(QPointF(x_of(low), y), QPointF(x_of(high), y))
        painter.setBrush(look.colour("text"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QPointF(x_of(middle), y), look.metrics.px(6), look.metrics.px(6))
        painter.setPen(look.colour("text"))
        self._said(painter, x_of(middle), 0, middle)
        painter.setPen(look.colour("secondary"))
        below = y + look.metrics.px(10)
        if x_of(high) - x_of(low) >= side + look.metrics.px(8):
            self._said(painter, x_of(low), below, low)
            self._said(painter, x_of(high), below, high)
        else:
            both = f"{self._told(low)} – {self._told(high)}"
            wide = metrics.horizontalAdvance(both)
            left = min(max(0.0, x_of(middle) - wide / 2), self.width() - wide)
            painter.drawText(QRectF(left, below, wide + 2, tall), CENTRE, both)

    def _said(self, painter: QPainter, x: float, y: float, value: int) -> None:
        metrics, told = QFontMetrics(self._font), self._told(value)
        wide = metrics.horizontalAdvance(told)
        left = min(max(0.0, x - wide / 2), self.width() - wide)
        painter.drawText(QRectF(left, y, wide + 2, metrics.height()), CENTRE, told)


def strongest_tint(look: Look) -> int:
    """How much of the accent (of 255) a square may take so that its number is read: 7 to 1."""
    accent, ground, text = (look.colour(name) for name in ("accent", "surface", "text"))
    tints = range(MOST_TINT, LEAST_TINT, -5)
    return next(
        (one for one in tints if contrast(text, mixed(accent, ground, one)) >= READ), LEAST_TINT
    )


def mixed(above: QColor, below: QColor, alpha: int) -> QColor:
    """What is seen of one colour with so much (of 255) of another over it."""
    pairs = zip(_rgb(above), _rgb(below), strict=True)
    return QColor(*(round((over * alpha + under * (255 - alpha)) / 255) for over, under in pairs))


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2.2: 1 (the same) to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


def _luminance(colour: QColor) -> float:
    parts = (part / 255 for part in _rgb(colour))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


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
