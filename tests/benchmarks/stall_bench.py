"""How long the window stands still while the courier applies a feed, beside the same window idle.

`python -m tests.benchmarks.stall_bench FOLDER ROWS` is the process that is measured: a real shop, a
real courier, the till's window; a timer that should ring every 4 ms says how late it was. Never a
pause of its own: what is late is late because the event loop was.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pos_app.wiring.demo_shop import Shop, head_office, packaged
from tests.benchmarks.labels import code_of
from tests.benchmarks.rows import Row, percentile

BEAT_MS = 4
IDLE_S = 5.0
LAST_S = 240.0
PHONE = 79_000_000_000
FIRST_ID, FIRST_CARD = 1_000_000, 500_000_000
LOOK_S = 0.5


def measure(rows: int) -> list[Row]:
    """In a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        argv = [sys.executable, "-m", "tests.benchmarks.stall_bench", folder, str(rows)]
        done = subprocess.run(argv, stdout=subprocess.PIPE, check=True, timeout=2 * LAST_S)
    found = json.loads(done.stdout)
    note = f"{found['applied']} rows in {found['took_s']:.0f} s; idle for {IDLE_S:.0f} s before"
    what = f"GUI stall while the courier applies {rows:,} rows"
    idle, syncing = found["idle_ms"], found["syncing_ms"]
    return [
        Row(f"{what}, worst", max(syncing), max(idle), "ms", "the same window, idle", 2, note=note),
        Row(f"{what}, p99", percentile(syncing, 0.99), 16, "ms", "one 60 Hz frame", 1),
    ]


def card(n: int) -> str:
    """The card of a made-up member, with its check digit."""
    return code_of(FIRST_CARD + n)


def write_members(path: Path, count: int) -> None:
    """So many made-up members, in the form that the server imports."""
    with packaged("demo", "members.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        one, names = next(rows), list(rows.fieldnames or ())
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, names)
        out.writeheader()
        for n in range(count):
            own = {"id": str(FIRST_ID + n), "card_ean": card(n), "phone": f"+{PHONE + n}"}
            out.writerow({**one, **own})


class Beats:
    """The lateness of every beat since `clear`."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.late_ms: list[float] = []
        self._last = time.perf_counter()
        self._ticker = QTimer()
        self._ticker.setTimerType(Qt.TimerType.PreciseTimer)
        self._ticker.setInterval(BEAT_MS)
        self._ticker.timeout.connect(self._beat)
        self._ticker.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.late_ms.append(max(0.0, (now - self._last) * 1e3 - BEAT_MS))
        self._last = now

    def take(self) -> list[float]:
        """What was heard, and from the beginning again."""
        heard, self.late_ms = self.late_ms, []
        return heard


def run(folder: Path, rows: int) -> dict[str, Any]:
    """The till idle with its server away; then the server is back with so many new members."""
    from pos_app.wiring.courier import first_sync
    from tests.benchmarks.window_bench import Counter

    with Shop(folder / "shop") as shop:
        place = shop.till("till-1")
        first_sync(place.data, place.server)
        port = int(shop.url.rpartition(":")[2])
        shop.stop_server()
        members = folder / "members.csv"
        write_members(members, rows)
        head_office(shop.data, "import-members", str(members), "--store", "s1")
        counter = Counter(place.data, shop.url)
        beats = Beats()
        counter.settle(1.0)
        beats.take()
        counter.settle(IDLE_S)
        idle = beats.take()
        shop.start_server(port)
        counter.settle(0.05)  # the beat that waited for the server's start is no stall
        beats.take()
        started = time.perf_counter()
        mirror = counter.till.terminal.station.mirror
        while mirror.member_by_key("card", card(rows - 1)) is None:
            if time.perf_counter() - started > LAST_S:
                raise TimeoutError("the feed was not applied")
            counter.settle(LOOK_S)
        took_s = time.perf_counter() - started
        syncing = beats.take()
        counter.close()
    return {"idle_ms": idle, "syncing_ms": syncing, "applied": rows, "took_s": took_s}


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("rows", type=int)
    parsed = parser.parse_args()
    print(json.dumps(run(parsed.folder, parsed.rows)))


if __name__ == "__main__":
    main()
