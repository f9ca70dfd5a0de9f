"""Single lines of text in one font, shaped and measured once. Never a colour, never a place.

A receipt is painted with every scan, and nearly all of its words were there before: shaping them
anew is most of what painting costs.
"""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF, QPainter, QStaticText

TEXTS_MOST = 2_000


class Inked:
    """What was written in this font lately: its shapes, widths and shortened forms."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.metrics, self._fine = QFontMetrics(font), QFontMetricsF(font)
        self.height = self.metrics.height()
        self._shaped: dict[str, QStaticText] = {}
        self._widths: dict[str, int] = {}
        self._exact: dict[str, float] = {}
        self._short: dict[tuple[str, int], str] = {}

    def width(self, text: str) -> int:
        """Pixels from its beginning to where more would stand."""
        found = self._widths.get(text)
        if found is None:
            self._make_room()
            found = self._widths[text] = self.metrics.horizontalAdvance(text)
        return found

    def short(self, text: str, room: int) -> str:
        """The text, or what of it fits with an ellipsis."""
        if self.width(text) <= room:
            return text
        found = self._short.get((text, room))
        if found is None:
            right = Qt.TextElideMode.ElideRight
            found = self._short[text, room] = self.metrics.elidedText(text, right, room)
        return found

    def write_right(self, painter: QPainter, right: int, top: int, text: str) -> None:
        """The same, its end at `right`; parts of a pixel count, as in Qt's own alignment."""
        exact = self._exact.get(text)
        if exact is None:
            self._make_room()
            exact = self._exact[text] = self._fine.horizontalAdvance(text)
        self.write(painter, right - exact, top, text)

    def write(self, painter: QPainter, left: float, top: int, text: str) -> None:
        """At its upper left corner, in the pen of the painter.

        Struck text is written by Qt in one go: a static text has its stroke elsewhere.
        """
        if self.font.strikeOut():
            painter.setFont(self.font)
            painter.drawText(QPointF(left, top + self._fine.ascent()), text)
            return
        found = self._shaped.get(text)
        if found is None:
            self._make_room()
            found = self._shaped[text] = QStaticText(text)
            found.setTextFormat(Qt.TextFormat.PlainText)
        painter.setFont(self.font)
        painter.drawStaticText(QPointF(left, top), found)

    def _make_room(self) -> None:
        if len(self._widths) + len(self._exact) + len(self._shaped) < TEXTS_MOST:
            return
        for one in (self._widths, self._exact, self._shaped, self._short):
            one.clear()
