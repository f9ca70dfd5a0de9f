"""`make simulate SEEDS=1000` plays many seeds; `make simulate SEED=n` plays one and tells it all.

python -m tests.simulation --seeds N [--from SEED] [--workers N] [--refresh-points]
python -m tests.simulation --seed N [--aim POINT]... [--shrink]
"""

import argparse
import os
import sys
from collections.abc import Sequence

from tests.simulation.campaign import Total, aimed_runs, campaign, plan_of
from tests.simulation.crash_points import FIRST_SEED, refreshed, write_places
from tests.simulation.run import play
from tests.simulation.shop import forget_templates
from tests.simulation.shrink import shrunk


def _told(total: Total) -> None:
    for name, value in total.summary().items():
        print(f"{name:18} {value}")
    for point, times in sorted(total.passed.items()):
        print(f"  point {point:62} passed {times:7} killed {total.fired[point]:5}")
    for seed, found in sorted(total.failures.items()):
        print(f"seed {seed}: {plan_of(seed).swarm()}")
        for one in found[:4]:
            print(f"    {one}")
        print(f"    replay: make simulate SEED={seed}")


def _many(options: argparse.Namespace) -> int:
    seeds = range(options.first, options.first + options.seeds)
    total = campaign(seeds, options.workers)
    _told(total)
    return 1 if total.failures else 0


def _refresh(workers: int | None) -> int:
    found = refreshed(lambda aims: aimed_runs(aims, workers))
    write_places(found)
    asked = sum(1 for seeds in found.values() if seeds)
    print(f"{len(found)} crash points, {asked} must kill")
    return 0


def _replay(seed: int, aims: Sequence[str], shrink: bool) -> int:
    plan = plan_of(seed, aims)
    if shrink:
        plan, outcome = shrunk(plan)
        print(f"shrunk to {len(plan.actions)} deeds: {[(a.who, a.kind) for a in plan.actions]}")
    else:
        outcome = play(plan)
    print(f"seed {seed}: {plan.swarm()}")
    print("\n".join(outcome.trace))
    for name, count in sorted(outcome.counts.items()):
        print(f"{name:30} {count}")
    print(f"trace {outcome.digest}")
    for one in outcome.violations:
        print(f"VIOLATED {one}")
    return 1 if outcome.violations else 0


def main() -> int:
    """0 when every invariant held."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]])
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--from", dest="first", type=int, default=FIRST_SEED * 1000)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--aim", action="append", default=[], metavar="POINT")
    parser.add_argument("--shrink", action="store_true")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--refresh-points", action="store_true")
    options = parser.parse_args()
    try:
        if options.refresh_points:
            return _refresh(options.workers)
        if options.seed is None:
            return _many(options)
        return _replay(options.seed, options.aim, options.shrink)
    finally:
        forget_templates()


if __name__ == "__main__":
    sys.exit(main())
