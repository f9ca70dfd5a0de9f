"""A till's window as a process on some display: says what its screen shows, one JSON line a change.

A line `block N` on its input stops the event loop for N ms; the end of its input closes the window.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from PySide6.QtCore import QSocketNotifier
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from pos_app.ui.background import Ticker
from pos_app.ui.main_window import MainWindow
from pos_app.wiring.appearance import Appearance
from pos_app.wiring.till import Place, Till
from pos_app.wiring.window import run

LOOK_MS = 10


class Showing:
    """Looks at the window and tells what has changed."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self._said = ""
        self._ears = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
        self._ears.activated.connect(self._heard)
        self._ticker = Ticker(self._look, LOOK_MS)
        self._ticker.start()

    def _heard(self) -> None:
        line = sys.stdin.readline()
        if not line:
            self._ears.setEnabled(False)
            self._ticker.stop()
            QApplication.quit()
        elif line.startswith("block "):
            time.sleep(int(line.split()[1]) / 1000)

    def _look(self) -> None:
        windows = [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]
        desk = windows[0].desk
        view = self._till.terminal.view()
        row = {
            "platform": QGuiApplication.platformName(),
            "has_keys": QApplication.focusWidget() is windows[0].entry,
            "operator": view.operator.name if view.operator else None,
            "rows": len(desk.rows),
            "ask": desk.ask.name if desk.ask else None,
            "session": view.session is not None,
            "member": view.member is not None,
            "lines": [line.code for line in view.transaction.lines] if view.transaction else [],
            "entry": windows[0].entry.text(),
            "said": [text.key for text in desk.said.texts] if desk.said else [],
            "code": [str(text.args.get("code", "")) for text in desk.said.texts]
            if desk.said
            else [],
        }
        text = json.dumps(row)
        if text != self._said:
            self._said = text
            print(text, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--server", required=True)
    chosen = parser.parse_args()
    kept = []
    look = Appearance(fullscreen=True)
    return run(Place(chosen.data, chosen.server), look, lambda till: kept.append(Showing(till)))


if __name__ == "__main__":
    sys.exit(main())
