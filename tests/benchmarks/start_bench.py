"""Cold start to the first frame and to ready-to-scan beside a bare PySide6 window, each a process.

Painted: the first frame is on the screen. Ready: the till's window is painted, the terminal has
started its devices and courier, and the mirror answers for a product and a member. The clock is the
parent's, from spawn to the lines PAINTED and READY.
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
FIRST_FRAME = 2.0
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
from pos_app.wiring import quick_start
quick_start.begin()
from pathlib import Path
from pos_app.wiring.place import Place
from pos_app.wiring.appearance import Appearance
from pos_app.wiring.opening import run
def painted():
    print("PAINTED 0", flush=True)
def started(till):
    from PySide6.QtCore import QTimer
    QTimer.singleShot(0, lambda: ready(till))
def ready(till):
    from PySide6.QtWidgets import QApplication
    from pos_app.ui.main_window import MainWindow
    window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    window.repaint()
    mirror = till.terminal.station.mirror
    assert mirror.item_by_code(sys.argv[2]) and mirror.member_by_key("card", sys.argv[3])
    print("READY 0", flush=True)
    QApplication.instance().quit()
run(Place(Path(sys.argv[1]), "http://127.0.0.1:9"), Appearance(), started, painted)
"""


def measure(big: Town, small: Town, runs: int = RUNS) -> tuple[list[Row], float]:
    """The rows, and what a bare window holds in MiB."""
    folders = {town.members: town.copy(f"start-{town.members}").data for town in (big, small)}
    times: dict[object, list[float]] = {"bare": [], "frame": [], big.members: [], small.members: []}
    held: list[float] = []
    for turn in range(runs + 1):
        told, kib = spawned("-c", BARE)
        times["bare"].append(told["READY"])
        held.append(kib / 1024)
        for town in (big, small):
            known = (code_of(town.products - 1), card_of(town.members - 1))
            told, _ = spawned("-c", TILL, str(folders[town.members]), *known)
            times[town.members].append(told["READY"])
            if town is big:
                times["frame"].append(told["PAINTED"])
        if turn == 0:  # the first of each fills the disk cache
            for taken in times.values():
                taken.clear()
    bare_s = statistics.median(times["bare"])
    big_s = statistics.median(times[big.members])
    small_s = statistics.median(times[small.members])
    frame_s = statistics.median(times["frame"])
    town_said = f"{PRODUCTS:,} products, {big.members:,} members"
    what = f"cold start to ready-to-scan, {town_said}"
    rows = [
        Row(
            f"cold start to the first frame, {town_said}",
            frame_s * 1e3,
            bare_s * 1e3,
            "ms",
            "bare PySide6 window",
            FIRST_FRAME,
            note="painted before words, databases, mirror and children are loaded",
        ),
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


def spawned(*arguments: str) -> tuple[dict[str, float], int]:
    """Seconds from spawn to each line of one word and a number, up to READY, and its number."""
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
    told: dict[str, float] = {}
    line = ""
    while "READY" not in told and (line := child.stdout.readline()):
        told[line.split()[0]] = time.perf_counter() - started
    _, wrong = child.communicate(timeout=START_S)
    if "READY" not in told:
        raise RuntimeError(f"it did not start: {wrong}")
    return told, int(line.split()[1])
