"""Tokens into colours, fonts and icons of one look. Never per-widget taste, never words."""

from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QPainter,
    QPalette,
    QPixmap,
    QPixmapCache,
)
from PySide6.QtWidgets import QApplication

from pos_app.ui.metrics import Metrics
from pos_app.ui.style import sheet
from resources import read_bytes, read_text
from resources.themes import tokens
from resources.words import Words

FONTS = ("Inter-Regular", "Inter-Medium", "Inter-SemiBold", "Inter-Bold")
REGULAR, MEDIUM = QFont.Weight.Normal, QFont.Weight.Medium
SEMIBOLD, BOLD = QFont.Weight.DemiBold, QFont.Weight.Bold
STARTED_AS = ["kopilka", "-style", "Fusion"]
"""The program's arguments for Qt: a style that follows our palette on every system. `setStyle`
would give the style back, for which PySide6 first makes a class with eleven enumerations."""
_loaded: list[int] = []


def load_fonts() -> None:
    """Inter, once a process: no font of the system is needed."""
    if not _loaded:
        for name in FONTS:
            data = QByteArray(read_bytes("fonts", f"{name}.ttf"))
            _loaded.append(QFontDatabase.addApplicationFontFromData(data))


class Look:
    """Words, colours and sizes of a screen, together; a changed look is a new one."""

    def __init__(self, words: Words, theme: str, metrics: Metrics) -> None:
        self.words = words
        self.theme = theme
        self.metrics = metrics
        self.tokens: Mapping[str, str] = tokens(theme)
        self._colours = {name: QColor(value) for name, value in self.tokens.items()}
        self._pixmaps: dict[tuple[str, str, int], QPixmap] = {}
        self._fonts: dict[tuple[int, QFont.Weight, bool, bool], QFont] = {}

    def colour(self, token: str) -> QColor:
        """The colour of a meaning."""
        return self._colours[token]

    def font(
        self,
        px: int,
        weight: QFont.Weight = REGULAR,
        *,
        figures: bool = False,
        struck: bool = False,
    ) -> QFont:
        """Inter of a size; `figures` are tabular, so that amounts stand in columns.

        Letters keep their own widths whatever a system's settings say: what fits here fits there.
        """
        key = (px, weight, figures, struck)
        if key not in self._fonts:
            font = QFont("Inter")
            font.setPixelSize(px)
            font.setWeight(weight)
            font.setStrikeOut(struck)
            font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
            if figures:
                font.setFeature(QFont.Tag("tnum"), 1)
            self._fonts[key] = font
        return self._fonts[key]

    def icon(self, name: str, token: str, px: int) -> QPixmap:
        """A line icon in the colour of a meaning."""
        key = (name, token, px)
        if key not in self._pixmaps:
            self._pixmaps[key] = draw_icon(name, self.tokens[token], px)
        return self._pixmaps[key]

    def say(self, key: str, /, **args: object) -> str:
        """Shorthand for the words of a key."""
        return self.words.text(key, **args)


def draw_icon(name: str, colour: str, px: int, sharpness: float = 2.0) -> QPixmap:
    """An icon's vector drawing at a size, at twice the pixels for dense screens."""
    from PySide6.QtSvg import QSvgRenderer  # loaded with the first icon, not with the window

    svg = read_text("icons", f"{name}.svg").replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    side = round(px * sharpness)
    pixmap = QPixmap(QSize(side, side))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter)
    painter.end()
    pixmap.setDevicePixelRatio(sharpness)
    return pixmap


def apply_look(app: QApplication, look: Look) -> None:
    """The look on the whole application: font, palette, sheet; pictures of the last one go."""
    load_fonts()
    QPixmapCache.clear()  # nobody asks for them again, and Qt keeps up to 10 MiB of them
    app.setFont(look.font(look.metrics.body))
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, token in (
        (roles.Window, "background"),
        (roles.Base, "surface"),
        (roles.AlternateBase, "raised"),
        (roles.Text, "text"),
        (roles.WindowText, "text"),
        (roles.Button, "raised"),
        (roles.ButtonText, "text"),
        (roles.Highlight, "accent"),
        (roles.HighlightedText, "accent_text"),
        (roles.PlaceholderText, "secondary"),
        (roles.ToolTipBase, "surface"),
        (roles.ToolTipText, "text"),
    ):
        palette.setColor(role, look.colour(token))
    app.setPalette(palette)
    wanted = sheet(look.tokens, look.metrics)
    if app.styleSheet() != wanted:  # setting the same one again restyles every widget for nothing
        app.setStyleSheet(wanted)
