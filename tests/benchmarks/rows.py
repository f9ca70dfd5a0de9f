"""What a benchmark answers: a figure beside its baseline of one run. Never a judgement alone."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

RUNS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One line of docs/benchmarks.md.

    `ours` and `base` are in `unit`; `ratio` is ours / base, or base / ours where `more_is_better`
    (then it says which part of the baseline's speed is left). No `target`: context only.
    """

    what: str
    ours: float
    base: float
    unit: str
    baseline: str
    target: float | None = None
    more_is_better: bool = False
    note: str = ""

    @property
    def ratio(self) -> float:
        """As the target wants it."""
        return self.base / self.ours if self.more_is_better else self.ours / self.base

    @property
    def met(self) -> bool | None:
        """None without a target."""
        if self.target is None:
            return None
        return self.ratio >= self.target if self.more_is_better else self.ratio <= self.target


def seconds(work: Callable[[], object]) -> float:
    """How long it took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def beside(
    ours: Callable[[], object], base: Callable[[], object], runs: int = RUNS
) -> tuple[float, float]:
    """Median seconds of both, alternating; the first round of each is thrown away."""
    pairs = [(seconds(ours), seconds(base)) for _ in range(runs + 1)][1:]
    return statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all stays within."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
