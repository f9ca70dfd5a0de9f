"""Finds, for every planted bug, a seed that sees it: `python -m tests.simulation.hunt [NAME...]`.

What was found is kept in tests/data/simulation/catches.json and played again by the tests.
"""

import json
import os
import sys
import time
from typing import Any

from tests.simulation.crash_points import DATA
from tests.simulation.plan import drawn
from tests.simulation.planted import BUGS, BY_NAME, Bug
from tests.simulation.run import Outcome, play
from tests.simulation.shop import forget_templates

CATCHES = DATA / "catches.json"
TRIES = 40
FIRST = 5000
ENOUGH = 3
"""So many catches are looked at, and the cheapest is kept: every run of the suite plays it again. A
bug that makes a till knock without end takes a minute in one seed and a second in the next."""


def with_bug(bug: Bug, seed: int) -> Outcome:
    """One run of the product with the bug in it."""
    plan = drawn(seed, steps=bug.steps, raised=bug.raised, plain=True)
    with bug.planted():
        return play(plan)


def without(bug: Bug, seed: int) -> Outcome:
    """The same run of the product as it is."""
    return play(drawn(seed, steps=bug.steps, raised=bug.raised, plain=True))


def hunted(bug: Bug, tries: int = TRIES) -> dict[str, Any] | None:
    """The cheapest of the first seeds whose run is good without the bug and bad with it."""
    found: list[dict[str, Any]] = []
    for seed in range(FIRST, FIRST + tries):
        began = time.process_time()
        violations = with_bug(bug, seed).violations
        cpu_s = round(time.process_time() - began, 1)
        if violations and not without(bug, seed).violations:
            symptom = violations[0].splitlines()[0][:120]
            found.append({"seed": seed, "symptom": symptom, "cpu_s": cpu_s})
        if len(found) == ENOUGH:
            break
    return min(found, key=lambda one: one["cpu_s"], default=None)


def catches() -> dict[str, dict[str, Any]]:
    """Name of the bug -> the recorded catch."""
    return json.loads(CATCHES.read_text(encoding="utf-8")) if CATCHES.exists() else {}


def main() -> int:
    """Hunt all bugs, or those that are named; 1 when one got away."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.simulation.hunt", *sys.argv[1:]])
    known, missed = catches(), 0
    for bug in [BY_NAME[name] for name in sys.argv[1:]] or BUGS:
        found = hunted(bug)
        print(f"{bug.name:32} {found or 'got away'}", flush=True)
        if found is None:
            missed += 1
            continue
        known[bug.name] = found
        CATCHES.parent.mkdir(parents=True, exist_ok=True)
        CATCHES.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    forget_templates()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
