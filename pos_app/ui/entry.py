"""The one always-focused field: takes scans, codes, numbers, names, keys. Never interprets them."""

from collections.abc import Callable

from PySide6.QtCore import QKeyCombination, Qt, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QLineEdit

from pos_app.ui.theme import MEDIUM, Look

STEPS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -8,
    Qt.Key.Key_PageDown: 8,
}
ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_REAL = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def key_name(event: QKeyEvent) -> str:
    """`F8`, `Ctrl+Del`, `Esc`: as the key map names it; letters by place, not by layout."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    combination = QKeyCombination(modifiers, Qt.Key(event.key()))
    name = QKeySequence(combination).toString(QKeySequence.SequenceFormat.PortableText)
    return "Ctrl+Z" if name == "Ctrl+Я" else name


class Entry(QLineEdit):
    """Emits what was typed and pressed; `on_key` may take a key (True) before the field does."""

    submitted = Signal()
    stepped = Signal(int)
    tapped = Signal()

    def __init__(self, look: Look, on_key: Callable[[QKeyEvent], bool]) -> None:
        super().__init__()
        self._on_key = on_key
        self._hints: tuple[str, ...] = ("",)
        metrics = look.metrics
        self.setFont(look.font(metrics.medium, MEDIUM))
        self.setMinimumHeight(max(metrics.target, metrics.px(48 if metrics.is_low else 56)))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setClearButtonEnabled(False)
        self.setAccessibleName(look.say("ui.field"))
        self._picture: QPixmap | None = None
        self._look = look

    def decorate(self) -> None:
        """The scanner's picture at the left; only where the field takes scans."""
        side = self._look.metrics.px(24)
        self._picture = self._look.icon("scan-barcode", "accent", side)
        self.setTextMargins(side + self._look.metrics.px(14), 0, 0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._picture is not None:
            side = self._look.metrics.px(24)
            top = (self.height() - side) // 2
            QPainter(self).drawPixmap(self._look.metrics.px(16), top, side, side, self._picture)

    def hint(self, *texts: str) -> None:
        """What may be typed, said at length, then shorter: the longest that fits is shown."""
        self._hints = texts or ("",)
        self._choose_hint()

    def _choose_hint(self) -> None:
        metrics = QFontMetrics(self.font())
        room = self.width() - self._look.metrics.px(72)
        fits = (one for one in self._hints if metrics.horizontalAdvance(one) <= room)
        self.setPlaceholderText(next(fits, self._hints[-1]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose_hint()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.tapped.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._on_key(event):
            event.accept()
            return
        key = Qt.Key(event.key())
        if key in ENTERS:
            self.submitted.emit()
        elif key in STEPS:
            self.stepped.emit(STEPS[key])
        elif not (event.modifiers() & _REAL and event.text() == ""):
            super().keyPressEvent(event)
