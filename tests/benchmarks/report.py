"""The figures as a page and as lines, with the machine they come from. Never measures."""

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.rows import RUNS, Row

LIBRARIES = ("PySide6-Essentials", "SQLAlchemy", "sqlcipher3", "msgspec", "httpx", "uvicorn")
PREFACE = f"""# Benchmarks

Written by `make bench`; the same figures for machines are in `build/benchmarks.json`. A figure
counts only as a **ratio against a baseline that ran beside it in the same run**; milliseconds of
another machine, or of a busy one, say nothing. Medians of at least {RUNS} runs; p50 and p95 where
it says so. For rows with `>=` the ratio is the part of the baseline's speed that is left.
A missed target stays here as missed.
"""


def surroundings() -> dict[str, str]:
    """Machine and versions."""
    return {
        "machine": f"{cpu()}, {os.cpu_count()} cores, {memory_gib():.0f} GiB",
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "load at the end": " ".join(f"{one:.1f}" for one in os.getloadavg()),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in LIBRARIES},
    }


def cpu() -> str:
    """The processor's name."""
    for row in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if row.startswith("model name"):
            return row.partition(":")[2].strip()
    return platform.machine()


def memory_gib() -> float:
    """All of the machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def amount(value: float, unit: str) -> str:
    """Three figures, and seconds of a size a person reads."""
    if unit == "us" and value >= 10_000:
        value, unit = value / 1e3, "ms"
    if unit == "ms" and value >= 10_000:
        value, unit = value / 1e3, "s"
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def ratio(value: float) -> str:
    """Three figures."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def target(row: Row) -> str:
    """As the table of performance says it."""
    if row.target is None:
        return "context"
    return f"{'>=' if row.more_is_better else '<='} {ratio(row.target)}"


def verdict(row: Row) -> str:
    """Pass, or miss."""
    return {None: "", True: "pass", False: "**miss**"}[row.met]


def line(row: Row) -> str:
    """For the terminal."""
    figures = f"{amount(row.ours, row.unit):>12} {amount(row.base, row.unit):>12}"
    said = verdict(row).strip("*")
    return f"{row.what:68.68} {figures} {ratio(row.ratio):>8} {target(row):>10} {said}"


def document(rows: list[Row], about: dict[str, str]) -> str:
    """The page."""
    head = "| what | ours | baseline | | ratio | target | |\n|---|--:|--:|---|--:|--:|---|"
    cells = [
        f"| {r.what}{f'<br><sub>{r.note}</sub>' if r.note else ''} | {amount(r.ours, r.unit)} "
        f"| {amount(r.base, r.unit)} | {r.baseline} | {ratio(r.ratio)} | {target(r)} "
        f"| {verdict(r)} |"
        for r in rows
    ]
    facts = "\n".join(f"- {name}: {value}" for name, value in about.items())
    missed = sum(r.met is False for r in rows)
    judged = sum(r.met is not None for r in rows)
    summary = f"{judged - missed} of {judged} targets met in this run."
    return f"{PREFACE}\n{facts}\n\n{summary}\n\n{head}\n" + "\n".join(cells) + "\n"
