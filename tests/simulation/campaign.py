"""Many runs on every core, and what they came to. Never a verdict without its seed.

`counts(seeds)` is what `python -m tests.evidence` reads.
"""

import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from tests.simulation.crash_points import FIRST_SEED, FRESH, aimed_at, fresh_seeds, listed_points
from tests.simulation.plan import Plan, drawn
from tests.simulation.run import Outcome, play
from tests.simulation.shop import forget_templates, template


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
    deadly: set[str] = field(default_factory=set)
    failures: dict[int, list[str]] = field(default_factory=dict)
    virtual_s: float = 0.0
    wall_s: float = 0.0
    cpu_s: float = 0.0

    def take(self, outcome: Outcome, cpu_s: float) -> None:
        self.seeds += 1
        self.cpu_s += cpu_s
        self.counts += outcome.counts
        self.passed += outcome.passed
        self.deadly |= outcome.deadly
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


def _aimed(asked: tuple[int, tuple[str, ...]]) -> tuple[int, set[str], set[str]]:
    seed, aims = asked
    outcome = play(drawn(seed, aimed=aims))
    return seed, outcome.deadly, set(outcome.fired)


def aimed_runs(
    aims: Mapping[int, tuple[str, ...]], workers: int | None = None
) -> dict[int, tuple[set[str], set[str]]]:
    """Seed -> (points where it could be killed, points where it was), aimed as told."""
    _ready((2, 3, 4))
    with ProcessPoolExecutor(workers or 2, mp_context=get_context("fork")) as pool:
        done = pool.map(_aimed, sorted(aims.items()), chunksize=2)
        return {seed: (deadly, fired) for seed, deadly, fired in done}


def counts(seeds: int = FRESH, workers: int | None = None) -> dict[str, Any]:
    """The figures of so many fresh seeds, for whoever writes them down."""
    try:
        first = FIRST_SEED * 1000
        return campaign(range(first, first + seeds), workers).summary()
    finally:
        forget_templates()
