"""Lists and grids of choices: arrows, numbers and fingers alike. Never what a choice means."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from pos_app.ui.controls import CENTRE, RIGHT, Button, named, reveal
from pos_app.ui.desk import Row
from pos_app.ui.theme import MEDIUM, SEMIBOLD, Look

WRAP_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap


class RowButton(Button):
    """One choice: its number, a title over a detail, a figure at the right."""

    def __init__(self, look: Look, press: Callable[[], None]) -> None:
        super().__init__(look, "", press, skin="quiet")
        self._row = Row("")
        self._number = ""
        metrics = look.metrics
        self._title = look.font(metrics.body, MEDIUM)
        self._small = look.font(metrics.small)
        self._strong = look.font(metrics.body, SEMIBOLD)

    def show_row(self, row: Row, number: str, chosen: bool) -> None:
        """What to choose and whether Enter means it."""
        self.wear("chosen" if chosen else "quiet")
        if (row, number) == (self._row, self._number):
            return
        self._row, self._number = row, number
        self.setText(row.title)
        self.setAccessibleName(", ".join(p for p in (row.title, row.detail, row.figure) if p))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        air = self.look.metrics.px(14)
        tall = self._title_height() + air + self._figure_height()
        tall += self._detail_height()
        return QSize(self.look.metrics.target * 3, max(self.least.height(), tall))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.look.metrics.target * 2, self.sizeHint().height())

    def _left(self) -> int:
        metrics = self.look.metrics
        badge = metrics.px(34) if self._number else 0
        icon = metrics.px(34) if self._row.icon else 0
        return metrics.px(12) + badge + icon

    def _figure_width(self) -> int:
        wide = QFontMetrics(self._strong).horizontalAdvance(self._row.figure)
        return wide + self.look.metrics.px(12) if wide else 0

    def _whole_room(self) -> int:
        return max(40, self.width() - self._left() - self.look.metrics.px(12))

    def _is_stacked(self) -> bool:
        """Whether the figure stands below: beside it a word of the title would not fit."""
        word = max(self._row.title.split(), key=len, default="")
        wide = QFontMetrics(self._title).horizontalAdvance(word)
        return bool(self._row.figure) and wide > self._whole_room() - self._figure_width()

    def title_room(self) -> int:
        """The width that the title may use."""
        room = self._whole_room()
        return room if self._is_stacked() else max(40, room - self._figure_width())

    def _figure_height(self) -> int:
        return QFontMetrics(self._strong).height() if self._is_stacked() else 0

    def _title_height(self) -> int:
        """As many lines as the title needs in the width it has: names are never cut."""
        return self._height_of(self._row.title, self._title)

    def _detail_height(self) -> int:
        """Nor is what stands below it."""
        return self._height_of(self._row.detail, self._small) if self._row.detail else 0

    def _height_of(self, text: str, font: QFont) -> int:
        box = QRect(0, 0, self.title_room(), 1000)
        return QFontMetrics(font).boundingRect(box, WRAP_LEFT, text).height()

    def resizeEvent(self, event: object) -> None:
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        metrics = self.look.metrics
        x = metrics.px(12)
        if self._number:
            painter.setFont(self._small)
            painter.setPen(self.look.colour("secondary"))
            box = QRect(x - metrics.px(4), 0, metrics.px(30), self.height())
            painter.drawText(box, CENTRE, self._number)
            x += metrics.px(34)
        if self._row.icon:
            side = metrics.px(22)
            icon = self.look.icon(self._row.icon, "accent", side)
            painter.drawPixmap(QRect(x, (self.height() - side) // 2, side, side), icon)
        self._paint_texts(painter)

    def _paint_texts(self, painter: QPainter) -> None:
        left, room = self._left(), self.title_room()
        tall, below = self._title_height(), self._detail_height()
        under = self._figure_height()
        top = (self.height() - tall - below - under) // 2
        painter.setPen(self.look.colour("text"))
        painter.setFont(self._title)
        painter.drawText(QRect(left, top, room, tall), WRAP_LEFT, self._row.title)
        if self._row.figure:
            painter.setFont(self._strong)
            box = QRect(left, 0, self._whole_room(), self.height())
            if under:
                box = QRect(left, top + tall + below, self._whole_room(), under)
            painter.drawText(box, RIGHT, self._row.figure)
        if self._row.detail:
            painter.setFont(self._small)
            painter.setPen(self.look.colour("secondary"))
            painter.drawText(QRect(left, top + tall, room, below), WRAP_LEFT, self._row.detail)


class RowList(QScrollArea):
    """Choices in one or more columns; buttons are reused, so that typing narrows without blinks."""

    def __init__(
        self, look: Look, choose: Callable[[int], None], columns: int = 1, numbered: bool = True
    ) -> None:
        super().__init__()
        self._look, self._choose, self._columns = look, choose, columns
        self._numbered = numbered
        self._buttons: list[RowButton] = []
        self._sheet = named(QWidget(), "sheet")
        self._grid = QGridLayout(self._sheet)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(look.metrics.px(6))
        self._grid.setRowStretch(200, 1)
        self.setWidget(self._sheet)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_whole(self, count: int) -> None:
        """So many rows of one line are seen without scrolling."""
        gap = self._grid.spacing()
        self.setMinimumHeight(count * (self._look.metrics.target + gap) - gap)

    def show_rows(self, rows: Sequence[Row], cursor: int) -> None:
        """These choices; the cursor's one is what Enter means."""
        while len(self._buttons) < len(rows):
            place = len(self._buttons)
            button = RowButton(self._look, partial(self._choose, place))
            self._grid.addWidget(button, place // self._columns, place % self._columns)
            self._buttons.append(button)
        for place, button in enumerate(self._buttons):
            shown = place < len(rows)
            reveal(button, shown)
            if shown:
                number = str(place + 1) if self._numbered else ""
                button.show_row(rows[place], number, place == cursor)
        if rows and 0 <= cursor < len(self._buttons):
            self.ensureWidgetVisible(self._buttons[cursor], 0, 0)
