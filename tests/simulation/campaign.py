"""Many runs on every core, and what they came to. Never a verdict without its seed.

A point that was passed and has killed nobody is then aimed at, in the seeds that passed it, until
it has: chance alone leaves the rare ones out. `counts(seeds)` is what `python -m tests.evidence`
reads.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import Any

from tests.simulation.crash_points import FIRST_SEED, FRESH, aimed_at, fresh_seeds, listed_points
from tests.simulation.plan import Plan, drawn
from tests.simulation.run import Outcome, play
from tests.simulation.shop import forget_templates, template

KEPT, AIMS, TRIES = 8, 3, 8
"""Seeds that are remembered for a point; points a run is aimed at, and how often it is tried."""
PURSUED_FROM = 200
"""Seeds of a campaign that is long enough for chance to have had its turn."""
Asked = tuple[int, tuple[str, ...]]
"""A seed, and the points that shall kill in it beside what it has drawn."""


def plan_of(seed: int, aims: Sequence[str] = ()) -> Plan:
    """The plan of a seed in this checkout; with `aims`, killed at the first pass of those too.

    What it has drawn stays: a seed that passed a point comes there again.
    """
    if seed in fresh_seeds():
        plan = drawn(seed, aimed=aimed_at(seed))
    else:
        plan = drawn(seed, listed=listed_points())
    return replace(plan, targets={**plan.targets, **dict.fromkeys(aims, 1)}) if aims else plan


@dataclass
class Total:
    """What a campaign came to."""

    seeds: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    deadly: dict[str, list[int]] = field(default_factory=dict)
    """Point that could kill -> some seeds in which it could."""
    failures: dict[int, list[str]] = field(default_factory=dict)
    aimed: int = 0
    """Runs beside the seeds, each aimed at points that had not killed."""
    virtual_s: float = 0.0
    wall_s: float = 0.0
    cpu_s: float = 0.0

    def take(self, outcome: Outcome, cpu_s: float) -> None:
        self.seeds += 1
        self.counts += outcome.counts
        self._take(outcome, cpu_s)
        for name in outcome.deadly:
            seeds = self.deadly.setdefault(name, [])
            if len(seeds) < KEPT:
                seeds.append(outcome.seed)

    def take_aimed(self, aims: Sequence[str], outcome: Outcome, cpu_s: float) -> None:
        """A run that is a seed's with other targets: its sales are not counted as more."""
        self.aimed += 1
        self._take(outcome, cpu_s)
        if outcome.violations:
            self.failures[outcome.seed].insert(0, f"with --aim {' --aim '.join(aims)}")

    def _take(self, outcome: Outcome, cpu_s: float) -> None:
        self.cpu_s += cpu_s
        self.passed += outcome.passed
        self.fired += outcome.fired
        self.virtual_s += outcome.virtual_s
        if outcome.violations:
            self.failures[outcome.seed] = [*outcome.violations]

    def silent(self) -> list[str]:
        """The points that could kill and have not."""
        return sorted(name for name in self.deadly if not self.fired[name])

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
            "points_deadly": len(self.deadly),
            "points_fired": len(self.fired),
            "aimed_runs": self.aimed,
            "points_silent": self.silent(),
            "killed": killed,
            "restores": self.counts["restores"],
            "clones": self.counts["clones"],
            "fail_overs": self.counts["fail_overs"],
            "virtual_days": round(self.virtual_s / 86_400),
            "wall_s": round(self.wall_s, 1),
            "cpu_s": round(self.cpu_s, 1),
        }


def _one(asked: Asked) -> tuple[Outcome, float]:
    seed, aims = asked
    began = time.process_time()
    outcome = play(plan_of(seed, aims))
    outcome.trace = []
    return outcome, time.process_time() - began


def _ready(sizes: Sequence[int]) -> None:
    for tills in sizes:
        template(tills)


def campaign(seeds: Sequence[int], workers: int | None = None) -> Total:
    """Play every seed, then aim at what was silent. `workers` processes; 1 plays here."""
    total, began = Total(), time.monotonic()
    workers = workers or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    _ready((2, 3, 4))
    for _asked, outcome, cpu_s in _played([(seed, ()) for seed in seeds], workers):
        total.take(outcome, cpu_s)
    if len(seeds) >= PURSUED_FROM:
        _pursue(total, workers)
    total.wall_s = time.monotonic() - began
    return total


def _played(asked: Sequence[Asked], workers: int) -> Iterator[tuple[Asked, Outcome, float]]:
    if workers == 1:
        yield from ((one, *_one(one)) for one in asked)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        for one, (outcome, cpu_s) in zip(asked, pool.map(_one, asked, chunksize=4), strict=True):
            yield one, outcome, cpu_s


def _pursue(total: Total, workers: int) -> None:
    for turn in range(TRIES):
        wanted: dict[int, list[str]] = {}
        for name in total.silent():
            seeds = total.deadly[name]
            wanted.setdefault(seeds[turn % len(seeds)], []).append(name)
        asked = [
            (seed, tuple(names[at : at + AIMS]))
            for seed, names in sorted(wanted.items())
            for at in range(0, len(names), AIMS)
        ]
        for (_seed, aims), outcome, cpu_s in _played(asked, workers):
            total.take_aimed(aims, outcome, cpu_s)


def _aimed(asked: Asked) -> tuple[int, set[str], set[str]]:
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
