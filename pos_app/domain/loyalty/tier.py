"""Tiers and spend windows: which tier earlier receipts have earned. Never the present receipt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pos_app.domain.loyalty.member import Member
from pos_app.domain.mechanics.tiers import Tier, Tiers


def month_of(day: date) -> str:
    """`2026-03`: the key of spend windows."""
    return f"{day.year:04d}-{day.month:02d}"


def months_of_period(period: str, on: date) -> tuple[str, ...] | None:
    """The months of the period that a day belongs to, up to it; None is all time."""
    if period == "lifetime":
        return None
    count = {
        "month": 1,
        "quarter": (on.month - 1) % 3 + 1,
        "year": on.month,
        "rolling_12_months": 12,
    }[period]
    first = on.year * 12 + on.month - 1
    return tuple(f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(first, first - count, -1))


def spend_in_period_minor(member: Member, period: str, on: date, unposted_minor: int = 0) -> int:
    """Net spend of earlier receipts in the period, the till's own unposted ones included."""
    months = months_of_period(period, on)
    known = member.lifetime_spend_minor if months is None else member.spend_minor(months)
    return known + unposted_minor


@dataclass(frozen=True, slots=True)
class Standing:
    """A member's tier now, until when it is promised, and what the next one wants."""

    tier: Tier | None
    until: date | None
    next_tier: Tier | None
    next_needs_minor: int | None


def reached(tiers: Tiers, spend_minor: int) -> Tier | None:
    """The highest tier of a spend; its border belongs to it."""
    found = None
    for tier in tiers.tiers:
        if spend_minor >= tier.from_minor:
            found = tier
    return found


def period_end(period: str, on: date) -> date:
    """The last day that a tier reached on that day is promised for."""
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
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def tier_for(
    tiers: Tiers,
    spend_by_month: Mapping[str, int],
    lifetime_minor: int,
    held: tuple[str, date | None],
    on: date,
) -> tuple[str, date | None]:
    """(tier id, promised until) after earlier receipts.

    `held` is the tier before and its promise. Up at once; down only when the promise has ended,
    and then by the better of the period that ended last and the present one, which has hardly
    begun.
    """
    months = months_of_period(tiers.period, on)
    spend = lifetime_minor if months is None else _spent(spend_by_month, months)
    if months is not None and _ended(held[1], on):
        spend = max(spend, _spent(spend_by_month, _closed_months(tiers.period, on)))
    earned = reached(tiers, spend)
    if earned is None:
        return held
    rank, held_rank = tiers.rank(earned.tier_id), tiers.rank(held[0])
    if rank > held_rank or (rank == held_rank and rank > 0 and _ended(held[1], on)):
        return earned.tier_id, period_end(tiers.period, on)
    if rank < held_rank and _ended(held[1], on):
        return earned.tier_id, period_end(tiers.period, on) if rank else None
    return held


def _spent(spend_by_month: Mapping[str, int], months: tuple[str, ...]) -> int:
    return sum(spend_by_month.get(month, 0) for month in months)


def _closed_months(period: str, on: date) -> tuple[str, ...]:
    """The months of the last period that ended before a day; a rolling window never ends."""
    if period == "rolling_12_months":
        return ()
    first = (months_of_period(period, on) or ())[-1]
    return months_of_period(period, date.fromisoformat(f"{first}-01") - timedelta(days=1)) or ()


def _ended(until: date | None, on: date) -> bool:
    return until is not None and until < on


def standing(tiers: Tiers, member: Member, spend_minor: int) -> Standing:
    """What the panel shows: the mirrored tier, and how far the next one is."""
    tier = tiers.find(member.tier_id) or (tiers.tiers[0] if tiers.tiers else None)
    rank = tiers.rank(tier.tier_id) if tier else -1
    above = tiers.tiers[rank + 1] if tier and rank + 1 < len(tiers.tiers) else None
    needs = max(above.from_minor - spend_minor, 0) if above else None
    return Standing(tier, member.tier_until, above, needs)
