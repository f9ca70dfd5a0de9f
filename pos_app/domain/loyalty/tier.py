"""Tiers: which one earlier receipts have earned, and until when. Never the present receipt.

The answer does not depend on when it is asked for: a promise that ended long ago is judged period
by period, as it would have been by somebody who looked every day.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pos_app.domain.loyalty.turnover import (
    History,
    month_of,
    months_in_row,
    months_of_period,
    points_earned,
    spend_minor,
    visits,
)
from pos_app.domain.mechanics.periods import rolling_days
from pos_app.domain.mechanics.tiers import Tier, Tiers

__all__ = [
    "Held",
    "Standing",
    "after_return",
    "month_of",
    "months_of_period",
    "period_end",
    "reached",
    "standing",
    "tier_for",
]

Held = tuple[str, date | None]
"""(tier id, the last day it is promised for; None: no promise)."""
JUDGED_YEARS = 3
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """A member's tier now, until when it is promised, and what the next one wants.

    `needs` is in the measure of the tiers: minor units, points, visits or months.
    """

    tier: Tier | None
    until: date | None
    next_tier: Tier | None
    needs: int | None
    measure: str = "spend"


def measured(tiers: Tiers, history: History, on: date) -> int:
    """What the tiers are reached by, on that day."""
    match tiers.measure:
        case "spend":
            return spend_minor(history, tiers.period, on)
        case "visits":
            return visits(history, tiers.period, on)
        case "points_earned":
            return points_earned(history)
        case "points_balance":
            return history.points
        case "months_in_row":
            return months_in_row(history, on)
    return 0


def reached(tiers: Tiers, amount: int) -> Tier | None:
    """The highest tier of an amount; None below nothing (more returned than bought)."""
    if amount < 0 or not tiers.tiers:
        return None
    found = tiers.tiers[0]
    for tier in tiers.tiers[1:] if tiers.measure != "granted" else ():
        upper = tiers.bound == "upper_inclusive"
        if amount > tier.start or (amount == tier.start and not upper):
            found = tier
    return found


def period_end(period: str, on: date) -> date:
    """The last day that a tier reached on that day is promised for."""
    days = rolling_days(period)
    if days is not None:
        return on + timedelta(days=days - 1)
    if period == "month":
        return _last_day(on.year, on.month)
    if period == "quarter":
        return _last_day(on.year, (on.month - 1) // 3 * 3 + 3)
    if period == "year":
        return date(on.year, 12, 31)
    if period == "lifetime":
        return date.max
    return _last_day(on.year + 1, on.month)


def _last_day(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - ONE_DAY


def tier_for(tiers: Tiers, history: History, held: Held, on: date) -> Held:
    """The tier that earlier receipts have earned, and its promise; `held` is the one before.

    Up at once; down only when promise and grace have ended, and then by the best of the period
    that ended last (with `grace_periods` also the one before it) and the one that has begun.
    """
    held = _promises_kept(tiers, history, held, on)
    earned = reached(tiers, measured(tiers, history, on))
    if earned is not None and tiers.rank(earned.tier_id) > tiers.rank(held[0]):
        return earned.tier_id, period_end(tiers.period, on)
    return held


def _promises_kept(tiers: Tiers, history: History, held: Held, on: date) -> Held:
    """Every promise that ended before a day, judged on the day after its grace."""
    oldest = on - timedelta(days=366 * JUDGED_YEARS)
    while held[1] is not None and held[1] < on:
        day = max(held[1], oldest) + ONE_DAY
        renewed = _judged_at(tiers, history, held, day)
        fallen = tiers.rank(renewed[0]) < tiers.rank(held[0])
        if fallen and tiers.grace_days:
            day += timedelta(days=tiers.grace_days)
            if day > on:
                return held
            renewed = _judged_at(tiers, history, held, day)
        held = renewed
    return held


def _judged_at(tiers: Tiers, history: History, held: Held, day: date) -> Held:
    """The tier that follows one whose promise has ended."""
    if not tiers.tiers:
        return held[0], None
    days = (day, *_closed(tiers, day))
    earned = reached(tiers, max(measured(tiers, history, one) for one in days))
    rank = tiers.rank(earned.tier_id) if earned else 0
    if tiers.one_step:
        rank = max(rank, tiers.rank(held[0]) - 1)
    return tiers.tiers[rank].tier_id, period_end(tiers.period, day) if rank else None


def _closed(tiers: Tiers, on: date) -> Iterable[date]:
    """Last days of the periods before; a rolling window never ends, so it has only its grace."""
    if tiers.measure not in ("spend", "visits") or tiers.period == "lifetime":
        return
    day, rolls = on, tiers.period.startswith("rolling_")
    for _ in range(tiers.grace_periods + (0 if rolls else 1)):
        day = _end_before(tiers.period, day)
        yield day


def _end_before(period: str, on: date) -> date:
    days = rolling_days(period)
    if days is not None:
        return on - timedelta(days=days)
    months = months_of_period(period, on) or (month_of(on),)
    return date.fromisoformat(f"{months[-1]}-01") - ONE_DAY


def after_return(tiers: Tiers, history: History, held: Held, sold_on: date, on: date) -> Held:
    """The tier after goods came back: lost at once when the receipts that are left do not reach
    it and the sale is not older than `qualifying_days`. `history` is without the goods."""
    promise = held[1]
    young = (on - sold_on).days <= tiers.qualifying_days
    if not tiers.qualifying_days or not young or promise is None or promise < on:
        return held
    judged = _judged_at(replace(tiers, one_step=False), history, held, on)
    return judged if tiers.rank(judged[0]) < tiers.rank(held[0]) else held


def standing(tiers: Tiers, history: History, held: Held, on: date) -> Standing:
    """What the panel shows: the tier that holds on that day, and how far the next one is."""
    tier_id, until = tier_for(tiers, history, held, on)
    tier = tiers.find(tier_id) or (tiers.tiers[0] if tiers.tiers else None)
    rank = tiers.rank(tier.tier_id) if tier else -1
    above = tiers.tiers[rank + 1] if tier and rank + 1 < len(tiers.tiers) else None
    if above is None or tiers.measure == "granted":
        return Standing(tier, until, None, None, tiers.measure)
    border = above.start + (tiers.bound == "upper_inclusive")
    needs = max(border - measured(tiers, history, on), 0)
    return Standing(tier, until, above, needs, tiers.measure)
