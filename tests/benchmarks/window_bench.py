"""Scan to painted line in the real window: 150 lines, a member on, the town's mirror below.

`python -m tests.benchmarks.window_bench FOLDER [--profile]` is the process that is measured; the
scan enters where the device host's line ends (`Terminal.scanned`) and counts until the table has
painted and the event loop has nothing left of it.
"""

import argparse
import cProfile
import csv
import json
import os
import pstats
import statistics
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

from pos_app.wiring import quick_start
from tests.benchmarks.labels import NOBODY, code_of
from tests.benchmarks.rows import Row, percentile

FRAME_MS = 1000 / 60
LINES, SCANS, PAIRS = 150, 60, 20
MEMBER = b"2990000000019"
FEW = ((1, 20), (30, 20))
"""(lines on the receipt, scans around there) beside the 150 that the target is of."""
PATIENCE_S = 60.0
WHOLE_CHILD_S = 600


def measure(folder: Path, bare_mib: float) -> list[Row]:
    """In a process of its own; `bare_mib` is what an empty window holds."""
    argv = [sys.executable, "-m", "tests.benchmarks.window_bench", str(folder)]
    done = subprocess.run(argv, stdout=subprocess.PIPE, check=True, timeout=WHOLE_CHILD_S)
    found = json.loads(done.stdout)
    times = found["scans_ms"]
    what = f"scan to painted line, {LINES} lines, member on"
    fewer = [
        Row(
            f"scan to painted line, {lines} lines, member on, {name}",
            percentile(found["few_ms"][str(lines)], share),
            FRAME_MS,
            "ms",
            "one 60 Hz frame",
            None if share < 0.9 else 1,
        )
        for lines, _ in FEW
        for name, share in (("p50", 0.5), ("p95", 0.95))
    ]
    note = (
        f"{len(times)} scans; inside the till (look-up, pricing) {found['till_ms']:.1f} ms "
        f"of the median, the rest is Qt and our painting"
    )
    resident = found["resident_mib"]
    parts = ", ".join(f"{name} {mib:.0f}" for name, mib in sorted(resident.items()))
    together = resident["till"] + resident["courier"]
    return [
        *fewer,
        Row(f"{what}, p50", percentile(times, 0.5), FRAME_MS, "ms", "one 60 Hz frame", note=note),
        Row(f"{what}, p95", percentile(times, 0.95), FRAME_MS, "ms", "one 60 Hz frame", 1),
        Row(
            "scan to painted line, nobody identified, p50",
            percentile(found["guest_ms"], 0.5),
            percentile(found["member_ms"], 0.5),
            "ms",
            "the same with the member on, in turn",
            1,
            note=f"{PAIRS} pairs from {LINES + SCANS // 2} lines on; the teaser comes later",
        ),
        Row(
            "memory of till and courier, same till",
            together,
            bare_mib,
            "MiB",
            "bare PySide6 window",
            200 / bare_mib,
            note=f"resident: {parts}; the target is 200 MiB together",
        ),
    ]


def codes(town_products: int = 500) -> list[str]:
    """Demo goods (with promotions) and tins of the town in turn, none twice."""
    catalogue = Path(str(files("resources").joinpath("demo", "catalog.csv")))
    with catalogue.open(encoding="utf-8", newline="") as file:
        demo = [r["ean"] for r in csv.DictReader(file) if r["unit"] == "шт" and r["age18"] == "0"]
    tins = [code_of(n) for n in range(town_products)]
    return [code for pair in zip(demo, tins, strict=False) for code in pair]


class Counter:
    """The window of a till, and a scanner in front of it."""

    def __init__(self, folder: Path, server: str = NOBODY) -> None:
        from pos_app.ui.app import application
        from pos_app.ui.background import Ticker
        from pos_app.ui.desk import Desk, Settings
        from pos_app.ui.main_window import MainWindow
        from pos_app.wiring.place import Place
        from pos_app.wiring.window import build_window_till

        self.app = application()
        quick_start.plain_imports()
        self.till = build_window_till(Place(folder, server))
        self.desk = Desk(self.till.terminal, Settings("ru", "light", 100))
        self.window = MainWindow(self.desk, px_per_mm=3.8)
        self.window.resize(1366, 768)
        self.window.start()
        self.window.show()
        self.till.terminal.start()
        quick_start.loaded()
        self.ticker = Ticker(self.till.terminal.tick, parent=self.window)
        self.ticker.start()
        terminal = self.till.terminal
        self.desk.do(terminal.sign_on("anna", "1111"))
        self.desk.do(terminal.open_session(1000_00))
        self.settle(0.5)
        self._watch = _watch(self)
        self.painted = False
        self.clock = time.perf_counter

    def watch(self) -> None:
        """From now on the table's painting is seen; a line must be on show."""
        from pos_app.ui.lines_table import LinesTable

        tables = [t for t in self.window.findChildren(LinesTable) if t.isVisible()]
        assert len(tables) == 1, tables
        tables[0].viewport().installEventFilter(self._watch)

    def settle(self, seconds: float) -> None:
        """The event loop runs freely for a while."""
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            self.app.processEvents()
            time.sleep(0.002)

    def lines(self) -> int:
        """Of the open transaction."""
        transaction = self.till.terminal.view().transaction
        return len(transaction.lines) if transaction else 0

    def scan(self, code: str) -> tuple[float, float]:
        """(until painted, of it inside the till), milliseconds."""
        self.painted = False
        patience, started = time.monotonic() + PATIENCE_S, self.clock()
        self.till.terminal.scanned(code.encode(), "]E0")
        inside = self.clock()
        while not self.painted:
            if time.monotonic() > patience:
                raise TimeoutError(code)
            self.app.processEvents()
        return (self.clock() - started) * 1e3, (inside - started) * 1e3

    def close(self) -> None:
        """As the program ends."""
        self.ticker.stop()
        self.till.terminal.close()
        self.window.close()


def _watch(counter: Counter) -> Any:
    """An event filter that tells the counter of a painted table."""
    from PySide6.QtCore import QEvent, QObject

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            counter.painted = counter.painted or event.type() == QEvent.Type.Paint
            return False

    return Watch()


def resident_mib(pid: int) -> float:
    """What the process holds in memory, shared pages included."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(r.split()[1]) / 1024 for r in status.splitlines() if r.startswith("VmRSS"))


def family() -> dict[str, float]:
    """The till's own process and its children, by name."""
    found = {"till": resident_mib(os.getpid())}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            words = (entry / "cmdline").read_bytes().decode().split("\0")
        except (OSError, ValueError):
            continue
        if parent == os.getpid():
            name = next((w for w in words if w in ("courier", "devices-host")), "")
            if name:
                found[name] = resident_mib(int(entry.name))
    return found


def up_to(counter: Counter, goods: list[str], lines: int) -> dict[int, list[float]]:
    """The receipt grows to so many lines; times of the scans around the shorter lengths."""
    few: dict[int, list[float]] = {length: [] for length, _ in FEW}
    for place, code in enumerate(goods[1:lines], start=1):
        painted, _inside = counter.scan(code)
        for length, scans in FEW:
            if length <= place < length + scans:
                few[length].append(painted)
                counter.settle(0.02)
    return few


def in_turn(counter: Counter, goods: list[str]) -> tuple[list[float], list[float]]:
    """Scans at the same length of the receipt with the member on and with nobody, in turn."""
    member: list[float] = []
    guest: list[float] = []
    till, desk = counter.till.terminal, counter.desk
    for one, other in list(zip(goods[::2], goods[1::2], strict=False))[:PAIRS]:
        member.append(counter.scan(one)[0])
        desk.do(till.remove_member())
        counter.settle(0.6)
        guest.append(counter.scan(other)[0])
        counter.settle(0.6)
        till.scanned(MEMBER, "]E0")
        counter.settle(0.1)
    return member, guest


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--processor", action="store_true", help="processor time, of this process")
    parsed = parser.parse_args()
    quick_start.begin()  # as the program's own entry does
    counter = Counter(parsed.folder)
    if parsed.processor:
        counter.clock = time.process_time
    goods = codes()
    counter.till.terminal.scanned(MEMBER, "]E0")
    counter.settle(1.0)
    assert counter.till.terminal.view().member is not None
    first = LINES - SCANS // 2
    counter.till.terminal.scanned(goods[0].encode(), "]E0")
    counter.settle(0.5)
    counter.watch()
    few = up_to(counter, goods, first)
    assert counter.lines() == first, counter.lines()
    counter.settle(0.5)
    profile = cProfile.Profile()
    if parsed.profile:
        profile.enable()
    times: list[tuple[float, float]] = []
    for code in goods[first : first + SCANS]:
        times.append(counter.scan(code))
        counter.settle(0.02)
    profile.disable()
    if parsed.profile:
        pstats.Stats(profile, stream=sys.stderr).sort_stats("cumulative").print_stats(45)
    figures: dict[str, Any] = {
        "scans_ms": [painted for painted, _inside in times],
        "few_ms": few,
        "till_ms": statistics.median(inside for _painted, inside in times),
        "resident_mib": family(),
    }
    assert counter.lines() == first + SCANS
    figures["member_ms"], figures["guest_ms"] = in_turn(counter, goods[first + SCANS :])
    counter.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
