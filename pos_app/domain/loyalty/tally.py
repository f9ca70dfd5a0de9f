"""Counters of a member other than points: what, in which period, how much. Never a rule of them.

A tally is named `<kind>/<id>` ("stamps/coffee", "uses/<promotion>", "earned/<cap>") or by its kind
alone ("visits"); its period is a piece of the store's calendar, by the business date of the sale.
Tallies only add up, so the order in which receipts arrive cannot matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

Tallies = Mapping[tuple[str, str], int]
"""(tally, period) -> amount; what is not there is 0."""

DAYS_KEPT, WEEKS_KEPT, MONTHS_KEPT, YEARS_KEPT = 400, 430, 800, 3
LIFETIME = ""
FADING = frozenset({"spend", "visits", "uses", "earned", "clipped", "stamps", "rewarded", "reward"})
"""Kinds whose old periods mean nothing any more."""


@dataclass(frozen=True, slots=True)
class TallyEntry:
    """What one receipt adds to one tally. `lines` are those it rests on; none: all of them."""

    tally: str
    period: str
    amount: int
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Portion:
    """A sold line on its way back: its weight, and the shares that were and now are returned."""

    weight: int
    before: Fraction
    after: Fraction


def period_of(calendar: str, on: date) -> str:
    """The period of a day: 2026-03-05, 2026-W10 (ISO 8601), 2026-03, 2026-Q1, 2026 or ""."""
    match calendar:
        case "day":
            return on.isoformat()
        case "week":
            year, week, _ = on.isocalendar()
            return f"{year:04d}-W{week:02d}"
        case "month":
            return f"{on.year:04d}-{on.month:02d}"
        case "quarter":
            return f"{on.year:04d}-Q{(on.month + 2) // 3}"
        case "year":
            return f"{on.year:04d}"
    return LIFETIME


def period_before(calendar: str, on: date) -> date:
    """The last day of the period before that of a day; `lifetime` has none: the day itself."""
    match calendar:
        case "day":
            return on - timedelta(days=1)
        case "week":
            return on - timedelta(days=on.isoweekday())
        case "month":
            return on.replace(day=1) - timedelta(days=1)
        case "quarter":
            return date(on.year, (on.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)
        case "year":
            return date(on.year - 1, 12, 31)
    return on


def added(known: Tallies, entries: Iterable[TallyEntry]) -> dict[tuple[str, str], int]:
    """The tallies with these entries; what comes to nothing leaves."""
    found = dict(known)
    for entry in entries:
        key = (entry.tally, entry.period)
        amount = found.get(key, 0) + entry.amount
        if amount:
            found[key] = amount
        else:
            found.pop(key, None)
    return found


def joined(known: Tallies, others: Tallies) -> dict[tuple[str, str], int]:
    """Two members' tallies as one's."""
    return added(known, (TallyEntry(*key, amount) for key, amount in others.items()))


def kept(known: Tallies, today: date) -> dict[tuple[str, str], int]:
    """The tallies without periods so old that no rule asks for them: a mirror stays small."""
    horizons = _horizons(today)
    return {
        key: amount
        for key, amount in known.items()
        if key[0].partition("/")[0] not in FADING or not _is_past(key[1], horizons)
    }


def _is_past(period: str, horizons: Mapping[str, str]) -> bool:
    """By length and letter: each calendar writes its periods in its own way."""
    letter = period[5:6] if period[5:6] in ("W", "Q") else str(len(period))
    return period < horizons.get(letter, LIFETIME)


@lru_cache(maxsize=8)
def _horizons(today: date) -> Mapping[str, str]:
    """The first period of each calendar that is kept."""
    return {
        "W": period_of("week", today - timedelta(days=WEEKS_KEPT)),
        "Q": period_of("quarter", today - timedelta(days=MONTHS_KEPT)),
        "10": period_of("day", today - timedelta(days=DAYS_KEPT)),
        "7": period_of("month", today - timedelta(days=MONTHS_KEPT)),
        "4": f"{today.year - YEARS_KEPT:04d}",
    }


def shares_back(
    entries: Iterable[TallyEntry], portions: Mapping[int, Portion]
) -> tuple[TallyEntry, ...]:
    """What a return takes off its sale's tallies, at the sale's own periods.

    Each entry goes back in the proportion of the weights of its lines, in whole numbers rounded
    towards what stays; the whole is reached exactly when every unit is back, in any parts.
    """
    found = []
    for entry in entries:
        lines = [portions[n] for n in entry.lines or portions if n in portions]
        amount = _gone(entry.amount, lines, now=False) - _gone(entry.amount, lines, now=True)
        if amount:
            found.append(TallyEntry(entry.tally, entry.period, amount))
    return tuple(found)


def _gone(amount: int, lines: Sequence[Portion], *, now: bool) -> int:
    """Lines that all weigh nothing (goods given) weigh the same."""
    weightless = not any(one.weight for one in lines)
    whole, part = 0, Fraction(0)
    for one in lines:
        weight = 1 if weightless else one.weight
        whole += weight
        part += weight * (one.after if now else one.before)
    gone = abs(amount) * part // whole if whole else 0
    return gone if amount > 0 else -gone
