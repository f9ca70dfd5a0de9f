"""Two checkouts in turn: start and scan by processor time, for a machine that others use too.

python -m tests.benchmarks.pairs OTHER [--starts 7] [--scans 3] [--members 10000]

OTHER is a second checkout (`git archive REVISION | tar -x -C OTHER`), the older one. Each turn
runs a bare window, OTHER and this one; told are the median and the least of all turns. Processor
time is what the process itself took, whoever else was running. Nothing here is asserted.
"""

import argparse
import compileall
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.labels import card_of, code_of
from tests.benchmarks.rows import percentile
from tests.benchmarks.start_bench import BARE, TILL
from tests.benchmarks.world import HOUSE, Town, town

CHILD_S = 600
PACKAGES = ("pos_app", "drivers", "resources", "sync", "tests/benchmarks")
TOOK = "import time as t8\nsys.stderr.write('CPU %.3f\\n' % (t8.process_time() * 1e3))\n"
Told = dict[str, list[float]]


def processor_ms(house: Path, program: str, *arguments: str) -> float:
    """Milliseconds of processor time that a start takes up to its line READY."""
    stop = '    print("READY'
    line = "".join(f"    {one}\n" for one in TOOK.splitlines())
    done = subprocess.run(
        [sys.executable, "-c", program.replace(stop, line + stop), *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        cwd=house,
        timeout=CHILD_S,
    )
    found = [r.split()[1] for r in done.stderr.splitlines() if r.startswith("CPU ")]
    if not found:
        raise RuntimeError(f"it did not start: {done.stderr}")
    return float(found[0])


def scans(house: Path, data: Path) -> list[float]:
    """Milliseconds of processor time of each scan to its painted line."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.window_bench", str(data), "--processor"],
        stdout=subprocess.PIPE,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        cwd=house,
        timeout=CHILD_S,
    )
    return [float(ms) for ms in json.loads(done.stdout)["scans_ms"]]


def starts(houses: dict[str, Path], place: Town, turns: int) -> Told:
    """A bare window and each house in turn; the first turn fills the disk cache."""
    told: Told = {"bare": [], **{name: [] for name in houses}}
    known = (code_of(place.products - 1), card_of(place.members - 1))
    data = {name: str(place.copy(f"pair-start-{name}").data) for name in houses}
    for turn in range(turns + 1):
        told["bare"].append(processor_ms(HOUSE, BARE))
        for name, house in houses.items():
            told[name].append(processor_ms(house, TILL, data[name], *known))
        if turn == 0:
            told = {name: [] for name in told}
    return told


def scanned(houses: dict[str, Path], place: Town, turns: int) -> Told:
    """p50 and p95 of each house and turn."""
    told: Told = {f"{name} {p}": [] for name in houses for p in ("p50", "p95")}
    for _turn in range(turns):
        for name, house in houses.items():
            times = scans(house, place.copy(f"pair-scan-{name}").data)
            told[f"{name} p50"].append(percentile(times, 0.5))
            told[f"{name} p95"].append(percentile(times, 0.95))
    return told


def say(title: str, told: Told) -> None:
    """One line a row: median, least, and the parts of a bare window."""
    bare = told.get("bare")
    for name, times in told.items():
        if not times:
            continue
        text = f"{title} {name}: {statistics.median(times):.1f} ({min(times):.1f}) ms"
        if bare:
            middle = statistics.median(t / b for t, b in zip(times, bare, strict=True))
            text += f", {middle:.2f} ({min(times) / min(bare):.2f}) of a bare window"
        sys.stdout.write(text + "\n")
    sys.stdout.write(f"load {os.getloadavg()}\n")
    sys.stdout.flush()


def main() -> None:
    """Both measurements."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pairs")
    parser.add_argument("other", type=Path)
    parser.add_argument("--starts", type=int, default=7)
    parser.add_argument("--scans", type=int, default=3)
    parser.add_argument("--members", type=int, default=10_000)
    parsed = parser.parse_args()
    houses = {"before": parsed.other.resolve(), "after": HOUSE}
    for house in houses.values():
        for package in PACKAGES:  # bytecode of both, or the edited one would be compiled each time
            compileall.compile_dir(house / package, quiet=2)
    place = town(parsed.members)
    say("start", starts(houses, place, parsed.starts))
    say("scan", scanned(houses, place, parsed.scans))


if __name__ == "__main__":
    main()
