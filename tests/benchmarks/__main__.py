"""`make bench`: every figure beside its baseline of the same run, into docs/benchmarks.md.

python -m tests.benchmarks [--quick] [--only NAME]... [--members N]

--quick takes 20 000 members and writes build/benchmarks-quick.md instead; --only names benches and
prints without touching the document. Never a judgement in a test: nothing here is asserted.
"""

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks import (
    bootstrap_bench,
    card_bench,
    pricing_bench,
    pricing_grid,
    push_bench,
    scan_bench,
    stall_bench,
    start_bench,
    storage_bench,
    window_bench,
)
from tests.benchmarks.report import document, line, surroundings
from tests.benchmarks.rows import RUNS, Row
from tests.benchmarks.world import PRODUCTS, town

DOCUMENT = Path("docs") / "benchmarks.md"
FIGURES = Path("build") / "benchmarks.json"
BY_HAND = "## A chain that catches up"
QUICK = Path("build") / "benchmarks-quick.md"
SNAPSHOT_MEMBERS = 200_000
EIGHT_HOURS = 719  # receipts of one store


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    members: int
    sales: int
    runs: int
    snapshot_members: int


FULL = Size(1_000_000, EIGHT_HOURS, RUNS, SNAPSHOT_MEMBERS)
LITTLE = Size(20_000, 40, 2, 20_000)


def of_storage(found: list[storage_bench.Row]) -> list[Row]:
    """The storage bench's rows as ours."""
    return [
        Row(
            str(one["what"]),
            float(str(one["ours_s"])) * 1e6,
            float(str(one["raw_s"])) * 1e6,
            "us",
            "raw sqlite3, same rows",
            None if "(context)" in str(one["what"]) else float(str(one["target"])),
            bool(one["more_is_better"]),
        )
        for one in found
    ]


def storage(size: Size) -> list[Row]:
    """Look-ups, durable commits, pages of the feed, snapshots."""
    found = storage_bench.look_ups(size.members)
    if size.members > 100_000:
        found += storage_bench.look_ups(size.members // 10)
    found += storage_bench.durable_commits()
    found += storage_bench.delta_apply(size.members)
    found += storage_bench.snapshots(size.snapshot_members)
    return of_storage(found)


def window(size: Size) -> list[Row]:
    """Start, scan to paint, memory: one town."""
    big = town(size.members)
    small = town(max(size.members // 100, 100))
    rows, bare_mib = start_bench.measure(big, small, size.runs)
    return rows + window_bench.measure(big.copy("window").data, bare_mib)


BENCHES: dict[str, Callable[[Size], list[Row]]] = {
    "pricing": lambda size: pricing_bench.measure(size.runs),
    "grid": lambda size: pricing_grid.measure(size.runs),
    "storage": storage,
    "bootstrap": lambda size: bootstrap_bench.measure(size.members, size.runs),
    "window": window,
    "stall": lambda size: stall_bench.measure(min(size.members // 10, 100_000)),
    "card": lambda _size: card_bench.rows(),
    "scan": lambda size: scan_bench.measure(40 * size.runs),
    "push": lambda size: push_bench.measure(size.sales, size.runs),
}


def main() -> int:
    """Run, print, write."""
    parsed = arguments()
    size = LITTLE if parsed.quick else FULL
    if parsed.members:
        snapshot = min(parsed.members, SNAPSHOT_MEMBERS)
        size = Size(parsed.members, size.sales, size.runs, snapshot)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    rows: list[Row] = []
    started = time.monotonic()
    for name in parsed.only or BENCHES:
        for row in BENCHES[name](size):
            rows.append(row)
            sys.stdout.write(line(row) + "\n")
            sys.stdout.flush()
        gc.collect()
    took_s = time.monotonic() - started
    sys.stdout.write(f"{took_s:.0f} s\n")
    if not parsed.only:
        write(rows, size, took_s, quick=parsed.quick)
    return 0


def arguments() -> argparse.Namespace:
    """What was asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--quick", action="store_true", help="20 000 members, under 2 minutes")
    parser.add_argument("--only", action="append", choices=sorted(BENCHES))
    parser.add_argument("--members", type=int, default=0)
    return parser.parse_args()


def by_hand(page: Path) -> str:
    """What was measured by commands of their own: kept from the page that is replaced."""
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    _, mark, text = before.partition(BY_HAND)
    return f"\n{mark}{text}" if mark else ""


def write(rows: list[Row], size: Size, took_s: float, *, quick: bool) -> None:
    """The document for people, the figures for machines."""
    about = surroundings()
    about |= {"members": f"{size.members:,}", "products": f"{PRODUCTS:,}"}
    about |= {"duration": f"{took_s:.0f} s"}
    target = QUICK if quick else DOCUMENT
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(document(rows, about) + by_hand(target), encoding="utf-8")
    figures = [{**asdict(row), "ratio": row.ratio, "met": row.met} for row in rows]
    kept = QUICK.with_suffix(".json") if quick else FIGURES
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(
        json.dumps({"machine": about, "rows": figures}, ensure_ascii=False, indent=1) + "\n",
        encoding="utf-8",
    )
    sys.stdout.write(f"{target} and {kept}\n")


if __name__ == "__main__":
    sys.exit(main())
