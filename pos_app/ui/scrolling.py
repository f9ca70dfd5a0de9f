"""A sheet that scrolls, for pages longer than the screen. Never takes the focus."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QFrame, QGridLayout, QScrollArea, QWidget

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
    area.verticalScrollBar().setSingleStep(2 * look.metrics.body)
    return area, grid


MOVES = {
    Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
    Qt.Key.Key_End: QAbstractSlider.SliderAction.SliderToMaximum,
}
ARROWS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down})
ENDS = frozenset({Qt.Key.Key_Home, Qt.Key.Key_End})


def scroll_by_key(page: QWidget, event: QKeyEvent, *, rows: bool, typed: bool) -> bool:
    """Move a page that is longer than its room; False where the key means something else: arrows
    go through `rows` beside it, Home and End through what is `typed`."""
    key = Qt.Key(event.key())
    if key not in MOVES or (rows and key in ARROWS) or (typed and key in ENDS):
        return False
    for area in page.findChildren(QScrollArea):
        bar = area.verticalScrollBar()
        if area.isVisible() and bar.maximum() > 0:
            bar.triggerAction(MOVES[key])
            return True
    return False


def emptied(grid: QGridLayout) -> None:
    """Everything that stands in it goes."""
    while (item := grid.takeAt(0)) is not None:
        held = item.widget()
        if held is not None:
            held.hide()
            held.deleteLater()
