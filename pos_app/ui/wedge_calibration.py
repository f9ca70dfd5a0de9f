"""A typing scanner is taught to the till by one scan of a shown label. Never changes a setting.

What was found out is handed to whoever asked; while the dialog is open no key reaches the sale.
"""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QVBoxLayout

from drivers.contract.keys import ENTER, KEYPAD_ENTER, TAB, KeyPress
from drivers.contract.wedge_setup import TEST_LABEL, Calibration, Separation, calibrated
from pos_app.gear.qr_squares import qr_squares
from pos_app.ui.controls import Button, Paragraph
from pos_app.ui.qr_view import QrSquares
from pos_app.ui.theme import Look
from pos_app.ui.wedge import WedgeFilter

ESCAPE = 1
SILENCE_MS = 1500
_ENDS = frozenset({ENTER, KEYPAD_ENTER, TAB})


class WedgeCalibration(QDialog):
    """Shows the label, hears its keys, says what came of it; `keep` gets the settings."""

    def __init__(
        self, look: Look, wedge: WedgeFilter, keep: Callable[[Mapping[str, object]], None]
    ) -> None:
        super().__init__(QApplication.activeWindow())
        self._look, self._wedge, self._keep = look, wedge, keep
        self._keys: list[KeyPress] = []
        self._found: Calibration | None = None
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.timeout.connect(self._judge)
        self.setWindowTitle(look.say("wedge.title"))
        self._code = QrSquares(look, look.say("wedge.label"))
        self._code.show_squares(qr_squares(TEST_LABEL.decode()))
        self._told = Paragraph(look, look.metrics.body, ink="")
        self._told.say(look.say("wedge.ask"))
        self._accept = Button(look, look.say("wedge.keep"), self._kept, icon="check")
        self._accept.setEnabled(False)
        column = QVBoxLayout(self)
        for part in (self._told, self._code, self._accept):
            column.addWidget(part)
        column.addWidget(Button(look, look.say("wedge.leave"), self.reject))
        self.resize(look.metrics.px(420), look.metrics.px(520))
        self.finished.connect(lambda: wedge.tap(None))
        wedge.tap(self._heard)

    @property
    def told(self) -> str:
        """The sentence that is shown."""
        return self._told.text()

    def _heard(self, key: KeyPress) -> None:
        if key.scan_code == ESCAPE and not self._keys:
            self.reject()
            return
        self._keys.append(key)
        self._silence.start(SILENCE_MS)
        if key.scan_code in _ENDS:
            self._judge()

    def _judge(self) -> None:
        self._silence.stop()
        keys, self._keys = self._keys, []
        found = self._found = calibrated(keys)
        self._accept.setEnabled(found.trouble is None)
        if found.trouble is not None:
            self._told.say(self._look.say(f"wedge.{found.trouble.value}"))
            return
        lost = found.separation is Separation.LOST
        self._told.say(self._look.say("wedge.lost" if lost else "wedge.good", ms=found.gap_mean_ms))

    def _kept(self) -> None:
        if self._found is not None and self._found.trouble is None:
            self._keep(self._found.table)
        self.accept()


def calibrate(keep: Callable[[Mapping[str, object]], None]) -> WedgeCalibration | None:
    """Opens the dialog over the window; None where no window hears a wedge."""
    for window in QApplication.topLevelWidgets():
        wedge = window.findChild(WedgeFilter)
        look = getattr(window, "look", None)
        if wedge is not None and isinstance(look, Look):
            dialog = WedgeCalibration(look, wedge, keep)
            dialog.open()
            return dialog
    return None
