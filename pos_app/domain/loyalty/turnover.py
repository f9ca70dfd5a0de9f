"""What earlier receipts add up to in a period, and the rate that earns. Never this receipt.

Months, day counters and lifetime come from the mirror; the till's own unsent receipts are added
with `with_own`. A return stands with the day of its sale and with what was really paid.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

from pos_app.domain.loyalty.tally import LIFETIME, Tallies, period_of
from pos_app.domain.mechanics.discount import MemberDiscount, Step
from pos_app.domain.mechanics.periods import rolling_days

SPEND, VISITS = "spend", "visits"
EARNED_EVER = "earned/"
"""Points ever earned on receipts; no cap can have this name: ids are not empty."""
MONTHS_MOST = 120


@dataclass(frozen=True, slots=True)
class History:
    """Earlier receipts in numbers. `spend_by_month`: net, minor units, by `YYYY-MM` of the sale.

    `tallies` hold `spend` by day, `visits` by day, month and lifetime, `earned/` by lifetime.
    `points` is the balance.
    """

    spend_by_month: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    lifetime_minor: int = 0
    tallies: Tallies = field(default_factory=lambda: MappingProxyType({}))
    points: int = 0


def month_of(day: date) -> str:
    """`2026-03`: the key of spend windows."""
    return period_of("month", day)


def with_own(history: History, own: Iterable[tuple[date, int]]) -> History:
    """With (day of the sale, net) of receipts that the mirror does not contain; tallies stay."""
    months, total = dict(history.spend_by_month), history.lifetime_minor
    for on, net in own:
        months[month_of(on)] = months.get(month_of(on), 0) + net
        total += net
    return replace(history, spend_by_month=months, lifetime_minor=total)


def months_of_period(period: str, on: date) -> tuple[str, ...] | None:
    """The months of the period that a day belongs to, up to it, newest first; None is all time.

    ValueError for a period of days: it has no whole months.
    """
    if period == "lifetime":
        return None
    counts = {
        "month": 1,
        "quarter": (on.month - 1) % 3 + 1,
        "year": on.month,
        "rolling_12_months": 12,
    }
    if period not in counts:
        raise ValueError(f"{period} has no whole months")
    return _months_back(on, counts[period])


@lru_cache(maxsize=256)
def _months_back(on: date, count: int) -> tuple[str, ...]:
    first = on.year * 12 + on.month - 1
    months = range(first, max(first - count, 11), -1)
    return tuple(f"{m // 12:04d}-{m % 12 + 1:02d}" for m in months)


def spend_minor(history: History, period: str, on: date) -> int:
    """Net spend in the period up to a day, minor units."""
    return _in_period(history, SPEND, period, on)


def visits(history: History, period: str, on: date) -> int:
    """Receipts that were not returned whole, in the period up to a day."""
    return _in_period(history, VISITS, period, on)


def points_earned(history: History) -> int:
    """Points ever earned on receipts, less those that returns took back."""
    return history.tallies.get((EARNED_EVER, LIFETIME), 0)


def _in_period(history: History, what: str, period: str, on: date) -> int:
    days = rolling_days(period)
    if days is not None:
        keys = [(on - timedelta(days=back)).isoformat() for back in range(days)]
        return sum(history.tallies.get((what, key), 0) for key in keys)
    months = months_of_period(period, on)
    if what == SPEND:
        by_month = history.spend_by_month
        return history.lifetime_minor if months is None else _sum(by_month, months)
    if months is None:
        return history.tallies.get((what, LIFETIME), 0)
    return sum(history.tallies.get((what, month), 0) for month in months)


def _sum(by_month: Mapping[str, int], months: tuple[str, ...]) -> int:
    return sum(by_month.get(month, 0) for month in months)


def months_in_row(history: History, on: date) -> int:
    """Months with a purchase, without a gap, up to the present one.

    The present month counts when it has a purchase; that it has none yet ends no run.
    """
    months = _months_back(on, MONTHS_MOST)
    bought = [history.spend_by_month.get(month, 0) > 0 for month in months]
    run = bought[1:]
    return (run.index(False) if False in run else len(run)) + bought[0]


def step_of(discount: MemberDiscount, spend: int) -> Step | None:
    """The step of a cumulative discount that a spend has reached.

    A step from 0 holds for everybody, even after more was returned than bought.
    """
    found = None
    for step in discount.steps:
        if step.above_minor == 0 or _beyond(discount.bound, spend, step.above_minor):
            found = step
    return found


def _beyond(bound: str, amount: int, border: int) -> bool:
    return amount > border if bound == "upper_inclusive" else amount >= border


def cumulative_ppm(discount: MemberDiscount, spend: int, present_gross: int = 0) -> int:
    """The rate of a cumulative discount: spend of earlier receipts, and what is on the present
    one before any reduction, which counts only where the programme says so. Both minor units."""
    counted = spend + (present_gross if discount.counts_current == "gross" else 0)
    step = step_of(discount, counted)
    return step.percent_ppm if step else 0


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is missing to the next rate of a cumulative discount."""

    needs_minor: int
    percent_ppm: int


def next_step(discount: MemberDiscount, spend: int) -> NextStep | None:
    """The next rate and how much more it wants; None at the top."""
    more = 1 if discount.bound == "upper_inclusive" else 0
    for step in discount.steps:
        if step.above_minor and not _beyond(discount.bound, spend, step.above_minor):
            return NextStep(step.above_minor + more - spend, step.percent_ppm)
    return None
