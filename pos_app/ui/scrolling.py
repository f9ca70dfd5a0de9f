"""A sheet that scrolls, for pages longer than the screen. Never takes the focus."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from pos_app.ui.controls import named
from pos_app.ui.theme import Look


def scrolled(look: Look) -> tuple[QScrollArea, QGridLayout]:
    """A scrolling sheet with a grid on it."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    sheet = named(QWidget(), "sheet")
    grid = QGridLayout(sheet)
    grid.setContentsMargins(0, 0, look.metrics.px(8), 0)
    grid.setHorizontalSpacing(look.metrics.px(14))
    grid.setVerticalSpacing(look.metrics.px(6))
    area.setWidget(sheet)
    return area, grid
