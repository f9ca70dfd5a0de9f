"""The simulation keeps its promises: invariants under fresh seeds, planted bugs are seen.

`make simulate SEED=n` replays a failing seed with its trace; `python -m tests.simulation
--refresh-points` renews the list of crash points, `python -m tests.simulation.hunt` the catches.
"""

import os
import subprocess
import sys

import pytest

from tests.simulation.campaign import (
    PARTS,
    aimed_at,
    campaign,
    fresh_seeds,
    known_points,
    plan_of,
)
from tests.simulation.hunt import FIRST, catches, with_bug
from tests.simulation.plan import drawn
from tests.simulation.planted import BUGS, BY_NAME
from tests.simulation.run import play

STALE_MOST = 0.2
"""Of the crash points of a part; they move when the product does: then refresh the list."""
NEW_MOST = 80
OTHER_SEEDS = 5
NOT_CAUGHT: dict[str, str] = {}
"""Planted bugs that no run sees: what sees them instead."""


@pytest.mark.slow
def test_the_same_seed_gives_the_same_trace(untraced):
    one, two = (play(drawn(3, steps=6)) for _ in range(2))
    assert one.trace == two.trace
    assert one.digest == two.digest


@pytest.mark.slow
def test_the_same_seed_gives_the_same_trace_whatever_strings_hash_to(untraced):
    script = (
        "from tests.simulation.plan import drawn; from tests.simulation.run import play;"
        "print(play(drawn(4, steps=5)).digest)"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": number},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for number in ("1", "2")
    }
    assert len(told) == 1


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_invariant_holds_under_fresh_seeds_and_every_crash_point_kills(part, untraced):
    seeds = fresh_seeds(part, PARTS)
    total = campaign(seeds, workers=1)
    assert total.failures == {}
    assert total.counts["sales"] > 5 * len(seeds)
    asked = {name for seed in seeds for name in aimed_at(seed)}
    silent = sorted(name for name in asked if not total.fired[name])
    assert len(silent) <= STALE_MOST * len(asked), f"refresh the crash points: {silent}"
    new = sorted(set(total.passed) - known_points())
    assert len(new) <= NEW_MOST, f"refresh the crash points: {new}"


def test_the_table_of_planted_bugs_is_whole():
    assert len(BUGS) >= 24
    assert {*catches(), *NOT_CAUGHT} >= set(BY_NAME)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(BY_NAME) - set(NOT_CAUGHT)))
def test_a_planted_bug_is_seen(name, untraced):
    recorded = catches()[name]["seed"]
    others = (seed for seed in range(FIRST, FIRST + OTHER_SEEDS) if seed != recorded)
    for seed in (recorded, *others):
        if with_bug(BY_NAME[name], seed).violations:
            return
    pytest.fail(f"nothing sees {name}: python -m tests.simulation.hunt {name}")


def test_a_plan_is_drawn_from_its_seed_alone():
    assert plan_of(77) == plan_of(77)
    assert plan_of(77) != plan_of(78)
