"""Cold start to ready-to-scan beside a bare PySide6 window, both as processes of their own.

Ready: the window is painted, the terminal has started its devices and courier, and the mirror
answers for a product and a member. The clock is the parent's, from spawn to the line READY.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.labels import card_of, code_of
from tests.benchmarks.rows import RUNS, Row
from tests.benchmarks.world import PRODUCTS, Town

TARGET = 2.5
START_S = 120
BARE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, ready)
def ready():
    rows = open("/proc/self/status").read().splitlines()
    print("READY", next(r.split()[1] for r in rows if r.startswith("VmRSS")), flush=True)
    app.quit()
app = QApplication(["bare"])
app.setStyle("Fusion")
window = Window()
window.setCentralWidget(QLabel("Kopilka"))
window.resize(1366, 768)
window.show()
sys.exit(app.exec())
"""
TILL = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from pos_app.wiring.till import Place
from pos_app.wiring.appearance import Appearance
from pos_app.wiring.window import run
def started(till):
    QTimer.singleShot(0, lambda: ready(till))
def ready(till):
    from PySide6.QtWidgets import QApplication
    window = next(w for w in QApplication.topLevelWidgets() if w.isVisible())
    window.repaint()
    mirror = till.terminal.station.mirror
    assert mirror.item_by_code(sys.argv[2]) and mirror.member_by_key("card", sys.argv[3])
    print("READY 0", flush=True)
    QApplication.instance().quit()
run(Place(Path(sys.argv[1]), "http://127.0.0.1:9"), Appearance(), started)
"""


def measure(big: Town, small: Town, runs: int = RUNS) -> tuple[list[Row], float]:
    """The rows, and what a bare window holds in MiB."""
    folders = {town.members: town.copy(f"start-{town.members}").data for town in (big, small)}
    times: dict[object, list[float]] = {"bare": [], big.members: [], small.members: []}
    held: list[float] = []
    for turn in range(runs + 1):
        took, kib = spawned("-c", BARE)
        times["bare"].append(took)
        held.append(kib / 1024)
        for town in (big, small):
            known = (code_of(town.products - 1), card_of(town.members - 1))
            took, _ = spawned("-c", TILL, str(folders[town.members]), *known)
            times[town.members].append(took)
        if turn == 0:  # the first of each fills the disk cache
            for taken in times.values():
                taken.clear()
    bare_s = statistics.median(times["bare"])
    big_s = statistics.median(times[big.members])
    small_s = statistics.median(times[small.members])
    what = f"cold start to ready-to-scan, {PRODUCTS:,} products, {big.members:,} members"
    rows = [
        Row(what, big_s * 1e3, bare_s * 1e3, "ms", "bare PySide6 window", TARGET),
        Row(
            f"the same against a mirror of {small.members:,} members",
            big_s * 1e3,
            small_s * 1e3,
            "ms",
            f"ours with {small.members:,} members",
            1.2,
            note="start does not depend on the mirror's size",
        ),
    ]
    return rows, statistics.median(held)


def spawned(*arguments: str) -> tuple[float, int]:
    """Seconds from spawn to READY, and the number after it."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    started = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout is not None
    line = child.stdout.readline()
    took = time.perf_counter() - started
    _, wrong = child.communicate(timeout=START_S)
    if not line.startswith("READY"):
        raise RuntimeError(f"it did not start: {wrong}")
    return took, int(line.split()[1])
