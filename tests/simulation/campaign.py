"""Many runs on every core, and what they came to. Never a verdict without its seed.

`counts(seeds)` is what `python -m tests.evidence` reads.
"""

import os
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from zlib import crc32

from tests.simulation.plan import Plan, drawn
from tests.simulation.run import Outcome, play
from tests.simulation.shop import forget_templates, template

DATA = Path(__file__).parents[1] / "data" / "simulation"
POINTS = DATA / "points.txt"
FIRST_SEED = 1
"""Raise it to look at other seeds in every checkout."""
FRESH = 60
PARTS = 6
"""The suite plays the fresh seeds in so many tests, for as many cores."""
RARE, COMMON = "seldom", 0.7


def listed_points() -> tuple[str, ...]:
    """The crash points that must kill in the fresh seeds, in order."""
    return tuple(name for name, rare in _points() if not rare)


def known_points() -> frozenset[str]:
    """Those, and the ones that are passed too seldom to be asked for."""
    return frozenset(name for name, _ in _points())


def _points() -> list[tuple[str, bool]]:
    if not POINTS.exists():
        return []
    lines = POINTS.read_text(encoding="ascii").splitlines()
    return [(one.split()[0], one.endswith(RARE)) for one in lines if one and one[0] != "#"]


def write_points(total: "Total") -> None:
    """Keep what a campaign has passed; what most of its seeds pass must kill in the fresh ones."""
    most = COMMON * total.seeds
    lines = [
        name if total.seen_by[name] >= most else f"{name} {RARE}" for name in sorted(total.passed)
    ]
    head = "# Crash points. Written by: python -m tests.simulation --refresh-points\n"
    POINTS.write_text(head + "\n".join(lines) + "\n", encoding="ascii")


def fresh_seeds(part: int = 0, parts: int = 1) -> range:
    """The seeds that every run of the suite tries, or one part of them."""
    first = FIRST_SEED * 1000
    return range(first + FRESH * part // parts, first + FRESH * (part + 1) // parts)


def aimed_at(seed: int, names: Iterable[str] | None = None) -> tuple[str, ...]:
    """The points that a fresh seed must kill at: each has two seeds, whatever others come."""
    place = seed - FIRST_SEED * 1000
    names = listed_points() if names is None else names
    return tuple(name for name in names if place in _places(name))


def _places(name: str) -> tuple[int, int]:
    """Two seeds of one part."""
    number, size = crc32(name.encode()), FRESH // PARTS
    first = number % PARTS * size
    second = number // PARTS % size
    return first + second, first + (second + size // 2) % size


def plan_of(seed: int) -> Plan:
    """The plan of a seed in this checkout."""
    if seed in fresh_seeds():
        return drawn(seed, aimed=aimed_at(seed))
    return drawn(seed, listed=listed_points())


@dataclass
class Total:
    """What a campaign came to."""

    seeds: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    seen_by: Counter[str] = field(default_factory=Counter)
    failures: dict[int, list[str]] = field(default_factory=dict)
    virtual_s: float = 0.0
    wall_s: float = 0.0
    cpu_s: float = 0.0

    def take(self, outcome: Outcome, cpu_s: float) -> None:
        self.seeds += 1
        self.cpu_s += cpu_s
        self.counts += outcome.counts
        self.passed += outcome.passed
        self.seen_by.update(set(outcome.passed))
        self.fired += outcome.fired
        self.virtual_s += outcome.virtual_s
        if outcome.violations:
            self.failures[outcome.seed] = outcome.violations

    def summary(self) -> dict[str, Any]:
        """The figures by name."""
        net = {k[4:]: v for k, v in sorted(self.counts.items()) if k.startswith("net:")}
        crashes = {k[6:]: v for k, v in sorted(self.counts.items()) if k.startswith("crash:")}
        killed = {k[7:]: v for k, v in sorted(self.counts.items()) if k.startswith("killed:")}
        return {
            "seeds": self.seeds,
            "failing_seeds": sorted(self.failures),
            "sales": self.counts["sales"],
            "returns": self.counts["returns"],
            "requests": sum(v for k, v in self.counts.items() if k.startswith("http:")),
            "messages": net,
            "crashes_at_points": crashes,
            "points_passed": len(self.passed),
            "points_fired": len(self.fired),
            "killed": killed,
            "restores": self.counts["restores"],
            "clones": self.counts["clones"],
            "fail_overs": self.counts["fail_overs"],
            "virtual_days": round(self.virtual_s / 86_400),
            "wall_s": round(self.wall_s, 1),
            "cpu_s": round(self.cpu_s, 1),
        }


def _one(seed: int) -> tuple[Outcome, float]:
    began = time.process_time()
    outcome = play(plan_of(seed))
    outcome.trace = []
    return outcome, time.process_time() - began


def _ready(sizes: Sequence[int]) -> None:
    for tills in sizes:
        template(tills)


def campaign(seeds: Iterable[int], workers: int | None = None) -> Total:
    """Play every seed. `workers` processes; 1 plays here."""
    total, began = Total(), time.monotonic()
    workers = workers or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    _ready((2, 3, 4))
    if workers == 1:
        for seed in seeds:
            total.take(*_one(seed))
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
            for outcome, cpu_s in pool.map(_one, seeds, chunksize=4):
                total.take(outcome, cpu_s)
    total.wall_s = time.monotonic() - began
    return total


def counts(seeds: int = FRESH, workers: int | None = None) -> dict[str, Any]:
    """The figures of so many fresh seeds, for whoever writes them down."""
    try:
        first = FIRST_SEED * 1000
        return campaign(range(first, first + seeds), workers).summary()
    finally:
        forget_templates()
