"""What looks unusual in how cards are used: flags for the manager. Never a refusal.

Source: loyalty.md 5; real data has 720 second receipts of a card inside 10 minutes among 38 486.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

SETTING = "velocity"
"""The chain's limits, by the names of VelocityLimits; what is not named keeps its default."""
LIMIT_MOST = 1440
UNUSUAL = "unusual_use"
"""What the audit chain of a till calls a flagged receipt."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One use of a card: a receipt (`transaction_id`), or a scan without one ("")."""

    member_id: str
    at: datetime
    business_on: date
    store_id: str
    operator_id: str
    transaction_id: str = ""


@dataclass(frozen=True, slots=True)
class VelocityLimits:
    """Up to and including these numbers nothing is said; 0 switches a rule off."""

    receipts: int = 1
    receipts_minutes: int = 10
    stores_a_day: int = 3
    scans_by_operator: int = 5
    scans_minutes: int = 60

    @property
    def window(self) -> timedelta:
        """How far back a rule of minutes looks."""
        return timedelta(minutes=max(self.receipts_minutes, self.scans_minutes))


@dataclass(frozen=True, slots=True)
class VelocityFlag:
    """A rule that one use of a card broke. `count`: so many, this one included.

    `rule`: receipts, stores, operator. `receipts`: transaction ids, oldest first, this one last.
    """

    rule: str
    seen: Seen
    count: int
    receipts: tuple[str, ...] = ()


def limits_of(told: object) -> VelocityLimits:
    """The limits of a setting, None: the defaults. Raises ValueError for what is none."""
    if told is None:
        return VelocityLimits()
    names = {field.name for field in fields(VelocityLimits)}
    if not isinstance(told, Mapping) or not told.keys() <= names:
        raise ValueError(f"{SETTING}: an object with any of {', '.join(sorted(names))}")
    if any(type(n) is not int or not 0 <= n <= LIMIT_MOST for n in told.values()):
        raise ValueError(f"{SETTING}: whole numbers from 0 to {LIMIT_MOST}")
    return VelocityLimits(**told)


def flags(history: Iterable[Seen], limits: VelocityLimits) -> tuple[VelocityFlag, ...]:
    """Every flag of a history, in the order of time; the same whatever order it came in."""
    by_member: dict[str, list[Seen]] = {}
    found: list[VelocityFlag] = []
    for one in sorted(history, key=lambda s: (s.at, s.transaction_id, s.operator_id)):
        earlier = by_member.setdefault(one.member_id, [])
        found += judge(earlier, one, limits)
        earlier.append(one)
    return tuple(found)


def judge(earlier: Iterable[Seen], one: Seen, limits: VelocityLimits) -> tuple[VelocityFlag, ...]:
    """The flags of one use of a card after the earlier ones of the same card."""
    uses = [*(e for e in earlier if e.member_id == one.member_id and e.at <= one.at), one]
    near = _receipts(uses, one, limits.receipts_minutes)
    day = [use for use in uses if use.business_on == one.business_on]
    scans = _scans(uses, one, limits.scans_minutes)
    found = (
        ("receipts", len({use.transaction_id for use in near}), limits.receipts, near),
        ("stores", len({use.store_id for use in day}), limits.stores_a_day, day),
        ("operator", len(scans), limits.scans_by_operator, scans),
    )
    return tuple(
        VelocityFlag(rule, one, count, _ids(concerned))
        for rule, count, most, concerned in found
        if most and count > most
    )


def _ids(uses: list[Seen]) -> tuple[str, ...]:
    oldest_first = sorted(uses[:-1], key=lambda use: (use.at, use.transaction_id))
    ids = (use.transaction_id for use in (*oldest_first, uses[-1]))
    return tuple(dict.fromkeys(one for one in ids if one))


def _since(one: Seen, minutes: int) -> datetime:
    return one.at - timedelta(minutes=minutes)


def _receipts(uses: list[Seen], one: Seen, minutes: int) -> list[Seen]:
    """Receipts inside the window; exactly so many minutes apart is inside."""
    if not one.transaction_id:
        return []
    since = _since(one, minutes)
    return [use for use in uses if use.transaction_id and use.at >= since]


def _scans(uses: list[Seen], one: Seen, minutes: int) -> list[Seen]:
    """The same operator, the same card, over and over."""
    since = _since(one, minutes)
    return [use for use in uses if use.operator_id == one.operator_id and use.at >= since]
