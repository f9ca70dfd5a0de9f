"""The few controls every screen is made of, painted here. Never knows what a press means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from pos_app.ui.theme import MEDIUM, REGULAR, SEMIBOLD, Look

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
LEVELS = 4
TOUCHED = QEvent.Type(QEvent.registerEventType())
"""Sent to the window whose button a finger presses, before the button does anything."""
ACTIVATES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


@dataclass(frozen=True, slots=True)
class Skin:
    """The tokens of one kind of button."""

    ground: str
    pressed: str
    border: str
    ink: str


SKINS = {
    "plain": Skin("raised", "pressed", "edge", "text"),
    "quiet": Skin("surface", "pressed", "surface", "text"),
    "pay": Skin("pay", "pay_pressed", "pay", "pay_text"),
    "payable": Skin("raised", "pressed", "pay", "text"),
    "accent": Skin("accent", "accent", "accent", "accent_text"),
    "chosen": Skin("accent_soft", "pressed", "accent", "text"),
    "points": Skin("points_soft", "pressed", "points", "points"),
    "offer": Skin("points_soft", "pressed", "points_soft", "points"),
}


Named = TypeVar("Named", bound=QWidget)


def named(widget: Named, name: str) -> Named:
    """A widget under the name that the style sheet knows."""
    widget.setObjectName(name)
    return widget


def reveal(widget: QWidget, shown: bool) -> None:
    """Shows or hides; what has no parent yet is left to appear with it.

    Showing a widget without a parent opens a window of its own for a moment and takes the focus.
    """
    if not shown or widget.parentWidget() is not None:
        widget.setVisible(shown)


def label(
    look: Look,
    text: str = "",
    px: int | None = None,
    weight: QFont.Weight = REGULAR,
    ink: str = "",
    wrap: bool = False,
) -> QLabel:
    """A line or (wrap) a paragraph of text."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setFont(look.font(px or look.metrics.body, weight))
    made.setWordWrap(wrap)
    if ink:
        made.setProperty("ink", ink)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    return made


def set_ink(target: QLabel, ink: str) -> None:
    """Another meaning for a label's colour."""
    if target.property("ink") != ink:
        target.setProperty("ink", ink)
        target.style().unpolish(target)
        target.style().polish(target)


def card(look: Look, name: str = "card") -> tuple[QFrame, QVBoxLayout]:
    """A card and its column."""
    frame = named(QFrame(), name)
    column = QVBoxLayout(frame)
    pad = look.metrics.pad
    column.setContentsMargins(pad, pad, pad, pad)
    column.setSpacing(look.metrics.gap)
    return frame, column


def rule() -> QFrame:
    """A hairline."""
    return named(QFrame(), "rule")


class Paragraph(QLabel):
    """A paragraph that takes the height its width needs (a plain wrapped label may not)."""

    def __init__(self, look: Look, px: int, ink: str = "secondary") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(look.font(px))
        self.setWordWrap(True)
        self.setProperty("ink", ink)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)

    def minimumSizeHint(self) -> QSize:
        """One line: how many there are is known only with the width (height for width)."""
        return QSize(0, self.fontMetrics().height())

    def say(self, text: str) -> None:
        """Shows the text; nothing to say takes no room."""
        if text != self.text():
            self.setText(text)
        if not text:
            self._keep_room(False)
        reveal(self, bool(text))

    def pause(self) -> None:
        """Says nothing for a moment: what it said goes, what is below it does not jump."""
        self._keep_room(bool(self.text()))
        reveal(self, False)

    def _keep_room(self, kept: bool) -> None:
        policy = self.sizePolicy()
        if policy.retainSizeWhenHidden() != kept:
            policy.setRetainSizeWhenHidden(kept)
            self.setSizePolicy(policy)


class Variants(QWidget):
    """One line of text in several lengths: paints the longest that fits, never a cut one."""

    def __init__(
        self, look: Look, px: int, weight: QFont.Weight = REGULAR, figures: bool = False
    ) -> None:
        super().__init__()
        self._look, self._font = look, look.font(px, weight, figures=figures)
        self._texts: tuple[str, ...] = ("",)
        self._ink = "text"
        self.align = LEFT
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def say(self, *texts: str, ink: str = "text") -> None:
        """The same thing said at length, then ever shorter."""
        if (texts, ink) != (self._texts, self._ink):
            self._texts, self._ink = texts or ("",), ink
            self.setAccessibleName(self._texts[0])
            self.updateGeometry()
            self.update()

    def text(self) -> str:
        """The variant on show."""
        metrics = QFontMetrics(self._font)
        for text in self._texts:
            if metrics.horizontalAdvance(text) <= self.width():
                return text
        return self._texts[-1]

    def sizeHint(self) -> QSize:
        return self._size(self._texts[0])

    def minimumSizeHint(self) -> QSize:
        return self._size(self._texts[-1])

    def _size(self, text: str) -> QSize:
        metrics = QFontMetrics(self._font)
        return QSize(metrics.horizontalAdvance(text) + 1, metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._font)
        painter.setPen(self._look.colour(self._ink))
        painter.drawText(self.rect(), self.align, self.text())


class Button(QAbstractButton):
    """Icon, words and the key that does the same; `level` 1 drops the icon, 2 the words, 3 the key.

    What has no icon keeps its words, what has no words its icon.
    """

    def __init__(
        self,
        look: Look,
        text: str,
        press: Callable[[], None] | None = None,
        *,
        icon: str = "",
        key: str = "",
        skin: str = "plain",
        px: int | None = None,
    ) -> None:
        super().__init__()
        self.look, self.skin, self.key, self.icon_name = look, skin, key, icon
        self._px = px or look.metrics.body
        self.level = 0
        self.left = False
        self.least = QSize(look.metrics.target, look.metrics.target)
        self.setText(text)
        self.setAccessibleName(", ".join(part for part in (text, key) if part))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if press is not None:
            self.clicked.connect(lambda: press())

    def relabel(self, text: str) -> None:
        """Other words on the same button."""
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(", ".join(part for part in (text, self.key) if part))
            self.updateGeometry()

    def wear(self, skin: str) -> None:
        """Another kind."""
        if skin != self.skin:
            self.skin = skin
            self.update()

    # ---- pieces
    def _pieces(self, level: int) -> tuple[str, str, str]:
        """Icon, words and key that a level shows; without an icon the words stay."""
        icon = self.icon_name if level != 1 or not self.text() else ""
        words = "" if level >= 2 and self.icon_name else self.text()
        return icon, words, self.key if level < LEVELS - 1 else ""

    def _fonts(self) -> tuple[QFont, QFont]:
        weight = SEMIBOLD if self._px > self.look.metrics.body else MEDIUM
        return self.look.font(self._px, weight), self.look.font(
            max(round(self._px * 0.78), 12), MEDIUM
        )

    def _widths(self, level: int) -> tuple[int, int, int]:
        icon, words, key = self._pieces(level)
        font, key_font = self._fonts()
        inner = self.look.metrics.px(6)
        return (
            round(self._px * 1.3) if icon else 0,
            QFontMetrics(font).horizontalAdvance(words) if words else 0,
            QFontMetrics(key_font).horizontalAdvance(key) + 2 * inner if key else 0,
        )

    def width_at(self, level: int) -> int:
        """What a level needs."""
        widths = [w for w in self._widths(level) if w]
        margin = self.look.metrics.px(12 if level == 0 else 8)
        room = sum(widths) + self.look.metrics.px(8) * max(0, len(widths) - 1) + 2 * margin
        return max(self.least.width(), room)

    def sizeHint(self) -> QSize:
        tall = QFontMetrics(self._fonts()[0]).height() + self.look.metrics.px(12)
        return QSize(self.width_at(self.level), max(self.least.height(), tall))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    # ---- painting
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        icon, words, key = self._widths(self.level)
        widths = (icon, words, key if self.isEnabled() else 0)
        gap = self.look.metrics.px(8)
        shown = [w for w in widths if w]
        whole = sum(shown) + gap * max(0, len(shown) - 1)
        x = self.look.metrics.px(14) if self.left else (self.width() - whole) // 2
        if self.left and widths[2]:
            self._paint_key(painter, self.width() - widths[2] - self.look.metrics.px(10), widths[2])
        self._paint_content(painter, x, widths, gap)

    def _paint_ground(self, painter: QPainter) -> None:
        skin = SKINS[self.skin]
        ground = skin.pressed if self.isDown() else skin.ground
        focused = self.hasFocus()
        thick = 3.0 if focused else 2.0 if self.skin in {"chosen", "payable"} else 1.0
        border = "focus" if focused else skin.border
        pen = QPen(self.look.colour(border), thick)
        if not self.isEnabled():  # a broken edge: never told by colour alone
            pen = QPen(self.look.colour("line"), thick, Qt.PenStyle.DashLine)
        inset = thick / 2
        painter.setPen(pen)
        painter.setBrush(self.look.colour(ground if self.isEnabled() else "surface"))
        radius = self.look.metrics.px(10)
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, radius, radius)

    def _ink(self) -> str:
        return SKINS[self.skin].ink if self.isEnabled() else "secondary"

    def _paint_content(
        self, painter: QPainter, x: int, widths: tuple[int, int, int], gap: int
    ) -> None:
        icon, words, _ = self._pieces(self.level)
        if icon:
            side = widths[0]
            top = (self.height() - side) // 2
            painter.drawPixmap(QRect(x, top, side, side), self.look.icon(icon, self._ink(), side))
            x += side + gap
        if words:
            painter.setFont(self._fonts()[0])
            painter.setPen(self.look.colour(self._ink()))
            painter.drawText(QRect(x, 0, widths[1] + 2, self.height()), LEFT, words)
            x += widths[1] + gap
        if widths[2] and not self.left:
            self._paint_key(painter, x, widths[2])

    def _paint_key(self, painter: QPainter, x: int, width: int) -> None:
        """The key as a small cap, in the button's own ink."""
        font = self._fonts()[1]
        tall = QFontMetrics(font).height() + self.look.metrics.px(4)
        box = QRectF(x + 0.5, (self.height() - tall) // 2 + 0.5, width - 1, tall - 1)
        ink = QColor(self.look.colour(self._ink()))
        painter.setFont(font)
        edge = QColor(ink)
        edge.setAlpha(110)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(ink)
        painter.drawText(box, CENTRE, self.key)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        QCoreApplication.sendEvent(self.window(), QEvent(TOUCHED))
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space press; everything else belongs to the one field."""
        if event.key() in ACTIVATES:
            self.click()
        else:
            event.ignore()


class FitRow(QWidget):
    """Buttons in a row; drops icons, then words, then keys, before it would cut one."""

    def __init__(self, look: Look, buttons: Sequence[Button], stretch: Sequence[int] = ()) -> None:
        super().__init__()
        self.buttons = tuple(buttons)
        self._stretch = tuple(stretch) or tuple(1 for _ in buttons)
        self._gap = look.metrics.px(8)
        for button in self.buttons:
            button.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _needs(self, level: int) -> int:
        shown = [b for b in self.buttons if not b.isHidden()]
        return sum(b.width_at(level) for b in shown) + self._gap * max(0, len(shown) - 1)

    def sizeHint(self) -> QSize:
        tall = max((b.sizeHint().height() for b in self.buttons), default=0)
        return QSize(self._needs(0), tall)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._needs(LEVELS - 1), self.sizeHint().height())

    def arrange(self) -> None:
        """Chooses the level and places the buttons, edges on whole pixels."""
        fits = (one for one in range(LEVELS) if self._needs(one) <= self.width())
        level = next(fits, LEVELS - 1)
        shown = [(b, s) for b, s in zip(self.buttons, self._stretch, strict=True)
                 if not b.isHidden()]  # fmt: skip
        spare = max(0, self.width() - self._needs(level))
        weights = sum(stretch for _, stretch in shown) or 1
        x, given, seen = 0, 0, 0
        for button, stretch in shown:
            seen += stretch
            share = spare * seen // weights - given
            given += share
            button.level = level
            wide = button.width_at(level) + share
            button.setGeometry(x, 0, wide, self.height())
            button.update()
            x += wide + self._gap

    def resizeEvent(self, event: object) -> None:
        self.arrange()
