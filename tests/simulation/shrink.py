"""From a failing run to a shorter one that fails the same way. Never longer than it was asked to.

Kinds of faults are switched off one by one, then the deeds are cut by delta debugging (Zeller and
Hildebrandt 2002): halves, quarters, ... are left out while the same invariant still breaks.
"""

from collections.abc import Iterator
from dataclasses import replace

from tests.simulation.network import Weather
from tests.simulation.plan import CRASHES, NET, WORLD, Action, Plan
from tests.simulation.run import Outcome, play

RUNS_MOST = 60


def invariant(outcome: Outcome) -> str:
    """What broke first, by its number."""
    return outcome.violations[0].split()[0] if outcome.violations else ""


class Shrinker:
    """`runs` are those that are left."""

    def __init__(self, broken: str, runs: int = RUNS_MOST) -> None:
        self.broken, self.runs = broken, runs
        self.best: Outcome | None = None

    def fails(self, plan: Plan) -> bool:
        """Whether the smaller run breaks the same invariant."""
        if self.runs <= 0:
            return False
        self.runs -= 1
        outcome = play(plan)
        if invariant(outcome) != self.broken:
            return False
        self.best = outcome
        return True

    def without_kinds(self, plan: Plan) -> Plan:
        """Fewer kinds of faults."""
        for smaller in self._masked(plan):
            if self.fails(merged := smaller(plan)):  # type: ignore[operator]
                plan = merged
        return plan

    @staticmethod
    def _masked(plan: Plan) -> Iterator[object]:
        yield lambda p: replace(p, weather=Weather(delay_s=p.weather.delay_s))
        yield lambda p: replace(p, crash_rates=dict.fromkeys(CRASHES, 0.0), targets={})
        yield lambda p: replace(p, lan=False)
        for kind in NET:
            if getattr(plan.weather, kind):
                yield lambda p, k=kind: replace(p, weather=replace(p.weather, **{k: 0.0}))
        for kind in sorted({a.kind for a in plan.actions if a.who == WORLD}):
            yield lambda p, k=kind: replace(
                p, actions=tuple(a for a in p.actions if (a.who, a.kind) != (WORLD, k))
            )

    def without_actions(self, plan: Plan) -> Plan:
        """Fewer deeds."""
        parts = 2
        while len(plan.actions) > 1 and self.runs > 0:
            for some in _pieces(plan.actions, parts):
                smaller = replace(plan, actions=tuple(a for a in plan.actions if a not in some))
                if self.fails(smaller):
                    plan, parts = smaller, max(2, parts - 1)
                    break
            else:
                if parts >= len(plan.actions):
                    break
                parts = min(len(plan.actions), parts * 2)
        return plan


def _pieces(actions: tuple[Action, ...], parts: int) -> Iterator[frozenset[Action]]:
    size = -(-len(actions) // parts)
    for start in range(0, len(actions), size):
        yield frozenset(actions[start : start + size])


def shrunk(plan: Plan, runs: int = RUNS_MOST) -> tuple[Plan, Outcome]:
    """The smallest failing plan that was found, and its run. ValueError for a good one."""
    first = play(plan)
    if not first.violations:
        raise ValueError(f"seed {plan.seed} breaks nothing")
    shrinker = Shrinker(invariant(first), runs)
    shrinker.best = first
    plan = shrinker.without_actions(shrinker.without_kinds(plan))
    return plan, shrinker.best
