"""`make evidence`: runs what can be counted and writes docs/reliability.md from nothing else.

`--seeds N` and `--examples N` say how long the simulation and the fuzzing are; an hour with what is
given here. `--only NAME` runs that part anew and leaves the others as they stand on the page: each
says of which commit and day it is. Parts that end with another code than 0 are named as failed.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from pos_app.wiring.demo_shop import packaged
from tests.house.fault_cases import CASES, WITHOUT, by_case

HOUSE = Path(__file__).parents[2]
OUT = HOUSE / "docs" / "reliability.md"
HEAD = """# Reliability

Written by `make evidence`; nothing here was typed by hand. Each part says of which day and commit.
"""
MARK = "<!-- part: {} -->"
CHAIN = HOUSE / "tests" / "data" / "chain" / "simulate_chain.py"
SUITES = {
    "kill -9 of a selling till at a named point": "tests/journeys/test_kill_points.py",
    "power cuts and input/output errors at every operation of the disk, till": (
        "tests/storage/test_power_cuts.py"
    ),
    "power cuts at every operation of a push, server": (
        "tests/sync/server/test_server_power_cuts.py"
    ),
    "real processes under faults": "tests/faults",
    "crashes, limits and torn files under storage": "tests/storage",
    "planted bugs seen, seeds clean, crash points fired": "tests/simulation",
    "faults of the wire, the real courier and server": "tests/sync/client",
    "server on SQLite and PostgreSQL: replays, failover, damage": "tests/sync/server",
    "two dark tills, one member, gift card, coupon": "tests/journeys/test_two_dark_tills.py",
    "broken input through the whole till": "tests/journeys/test_bad_input.py",
}


@dataclass(frozen=True)
class Told:
    """Part of the page, and whether all went well."""

    lines: Sequence[str]
    good: bool


def _run(*argv: str) -> subprocess.CompletedProcess[str]:
    around = {**os.environ, "PYTHONHASHSEED": "0", "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, *argv]
    return subprocess.run(
        command, cwd=HOUSE, capture_output=True, encoding="utf-8", env=around, check=False
    )


def suites() -> Iterator[Told]:
    """A row for each part of the suite: passed and failed."""
    yield Told(["| what | passed | failed |", "|---|--:|--:|"], True)
    for name, path in SUITES.items():
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            _run("-m", "pytest", path, f"--junit-xml={report}", "-n", "auto", "--dist", "loadfile")
            suite = ElementTree.parse(report).getroot()[0]
        bad = int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
        skipped = int(suite.get("skipped", "0"))
        passed = int(suite.get("tests", "0")) - bad - skipped
        yield Told([f"| {name} (`{path}`) | {passed} | {bad} |"], passed > 0 and not bad)


def command(title: str, *argv: str) -> Told:
    """What a command says, under its title."""
    run = _run(*argv)
    said = [line.rstrip() for line in run.stdout.splitlines() if line.strip()]
    failed = [] if run.returncode == 0 else [f"FAILED ({run.returncode})", *_tail(run.stderr)]
    name = " ".join(("python", *argv))
    return Told([f"## {title}", f"`{name}`", "```", *said, *failed, "```"], not failed)


def _tail(text: str) -> list[str]:
    return text.strip().splitlines()[-3:]


def chain_day() -> Told:
    """What the replay says of a chain's day with a third of the hours dark."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pieces, stream = folder / "pieces.csv", folder / "receipts.jsonl"
        rows = packaged("demo", "catalog.csv").read_text(encoding="utf-8").splitlines()
        pieces.write_text("\n".join(row for row in rows if ",кг," not in row), encoding="utf-8")
        shape = ["--stores", "2", "--tills", "3", "--per-day", "150", "--offline-share", "0.3"]
        goods = ["--catalogue", str(pieces), "--members-file", str(packaged("demo", "members.csv"))]
        stream.write_text(_run(str(CHAIN), *shape, *goods).stdout, encoding="utf-8")
        run = _run("-m", "pos_app", "replay", str(stream))
    agreed = len(re.findall(r" agree$", run.stdout, re.MULTILINE))
    last = (run.stdout.splitlines() or ["nothing"])[-1]
    lines = [
        "## A chain's day, 30 % of store-hours dark",
        f"{last}; tills that agree: {agreed} of 6.",
    ]
    return Told(lines, run.returncode == 0 and agreed == 6)


def catalogue() -> Told:
    """The 53 cases: how many tests say that they are it, or why there is none."""
    lines = ["## The catalogue of faults", "| case | | tests |", "|--:|---|---|"]
    found = by_case()
    for case, what in CASES.items():
        places = sorted({test.split("::")[0].removeprefix("tests/") for test in found[case]})
        told = f"{len(found[case])} in {', '.join(places)}" if places else WITHOUT.get(case, "")
        lines.append(f"| {case} | {what} | {told} |")
    return Told(lines, all(found[c] or WITHOUT.get(c) for c in CASES))


def parts(seeds: int, examples: int) -> dict[str, Callable[[], Sequence[Told]]]:
    """The page, part by part, in its order."""
    simulation = ("-m", "tests.simulation", "--seeds", str(seeds))
    api = ("-m", "tests.evidence.fuzz_api", "--examples", str(examples))
    devices = ("-m", "tests.evidence.fuzz_devices")
    dark = ("-m", "tests.evidence.allowances")
    soak = ("-m", "tests.evidence.soak", "--hours", "8", "--an-hour", "200")
    return {
        "suites": lambda: list(suites()),
        "simulation": lambda: [command("Simulated faults", *simulation)],
        "surface": lambda: [command("Inputs to the server's surface", *api)],
        "devices": lambda: [command("Devices fed with mutated streams", *devices)],
        "dark": lambda: [command("Points spent in the dark", *dark)],
        "soak": lambda: [command("Hours at one counter, memory watched", *soak)],
        "chain": lambda: [chain_day()],
        "catalogue": lambda: [catalogue()],
    }


def written(name: str, told: Sequence[Told], took_s: float) -> str:
    """A part as it stands on the page."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=HOUSE, capture_output=True, text=True
    ).stdout.strip()
    lines = [line for one in told for line in one.lines]
    if not lines[0].startswith("#"):
        lines = ["## The suite, as far as it is about faults", *lines]
    if not all(one.good for one in told):
        lines.insert(1, "**Something failed here.**")
    made = f"<sub>{datetime.now(UTC):%Y-%m-%d}, commit {commit}, {took_s:.0f} s</sub>"
    return "\n".join([MARK.format(name), *lines, "", made, ""])


def on_the_page() -> dict[str, str]:
    """The parts that were written before, by name."""
    text = OUT.read_text(encoding="utf-8") if OUT.exists() else ""
    pieces = re.split(r"(?m)^(?=<!-- part: )", text)[1:]
    return {piece.split(maxsplit=3)[2]: piece for piece in pieces}


def main() -> int:
    """Write the page; 1 when something failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence")
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--only", action="append", default=[])
    options = parser.parse_args()
    all_parts = parts(options.seeds, options.examples)
    if unknown := {*options.only} - all_parts.keys():
        parser.error(
            f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(all_parts)}"
        )
    page = on_the_page()
    good = True
    for name in options.only or all_parts:
        began = time.monotonic()
        told = all_parts[name]()
        page[name] = written(name, told, time.monotonic() - began)
        good = good and all(one.good for one in told)
        print(page[name], flush=True)
        shown = [page[one] for one in all_parts if one in page]
        OUT.write_text("\n".join([HEAD, *shown]), encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
