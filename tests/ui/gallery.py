"""Photographs of every screen and state, for people to look at: `make pictures`.

    python -m tests.ui.gallery FOLDER [--only NAME ...] [--languages ru en] [--themes light ...]

Beside the single pictures lies one sheet per theme and language with all of them.
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage, QPainter

from pos_app.ui.app import application
from pos_app.ui.desk import Desk, Settings
from pos_app.ui.main_window import MainWindow
from resources.themes import THEMES
from tests.ui.builders import SellingTill, selling, signed_on
from tests.ui.states import STATES

PX_PER_MM = 3.8
SIZE = (1366, 768)
COLUMNS, SHARE = 4, 3


def photograph(
    name: str,
    language: str,
    theme: str,
    size: tuple[int, int] = SIZE,
    spoil: Callable[[MainWindow], object] = lambda window: None,
) -> QImage:
    """One state in one look, as the screen would show it; `spoil` changes something on it first."""
    app = application()
    app.setCursorFlashTime(0)  # a cursor that blinks is in one picture and not in the next
    view = selling() if name != "sign_on" else signed_on()
    window = MainWindow(Desk(SellingTill(view), Settings(language, theme)), px_per_mm=PX_PER_MM)
    window.resize(*size)
    window.start()
    window.show()
    window.activateWindow()
    STATES[name](window)
    for _ in range(3):
        app.processEvents()
    spoil(window)
    picture = window.grab().toImage()
    window.close()
    window.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return picture


def sheet(pictures: list[QImage]) -> QImage:
    """All of them on one sheet, a third of their size."""
    wide, tall = SIZE[0] // SHARE, SIZE[1] // SHARE
    rows = -(-len(pictures) // COLUMNS)
    whole = QImage(COLUMNS * (wide + 8), rows * (tall + 8), QImage.Format.Format_RGB32)
    whole.fill(Qt.GlobalColor.gray)
    painter = QPainter(whole)
    for place, picture in enumerate(pictures):
        small = picture.scaled(wide, tall, Qt.AspectRatioMode.KeepAspectRatio,
                               Qt.TransformationMode.SmoothTransformation)  # fmt: skip
        at = QPoint(place % COLUMNS * (wide + 8) + 4, place // COLUMNS * (tall + 8) + 4)
        painter.drawImage(at, small)
    painter.end()
    return whole


def main() -> None:
    parser = argparse.ArgumentParser(description="photographs of every screen and state")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", default=list(STATES))
    parser.add_argument("--languages", nargs="*", default=["ru", "en"])
    parser.add_argument("--themes", nargs="*", default=list(THEMES))
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for language in given.languages:
        for theme in given.themes:
            pictures = []
            for name in given.only:
                pictures.append(photograph(name, language, theme))
                pictures[-1].save(str(given.folder / f"{name}-{language}-{theme}.png"))
                count += 1
            sheet(pictures).save(str(given.folder / f"sheet-{language}-{theme}.png"))
    print(f"{count} pictures in {given.folder}")


if __name__ == "__main__":
    main()
