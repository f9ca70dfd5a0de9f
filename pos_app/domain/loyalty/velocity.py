"""What looks unusual in how cards are used: flags for the manager. Never a refusal.

Source: loyalty.md 5; real data has 720 second receipts of a card inside 10 minutes among 38 486.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta


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


@dataclass(frozen=True, slots=True)
class VelocityFlag:
    """A rule that one use of a card broke. `count`: so many, this one included.

    `rule`: receipts, stores, operator.
    """

    rule: str
    seen: Seen
    count: int


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
    counts = {
        "receipts": (_receipts(uses, one, limits.receipts_minutes), limits.receipts),
        "stores": (_stores(uses, one), limits.stores_a_day),
        "operator": (_scans(uses, one, limits.scans_minutes), limits.scans_by_operator),
    }
    return tuple(
        VelocityFlag(rule, one, count)
        for rule, (count, most) in counts.items()
        if most and count > most
    )


def _since(one: Seen, minutes: int) -> datetime:
    return one.at - timedelta(minutes=minutes)


def _receipts(uses: list[Seen], one: Seen, minutes: int) -> int:
    """Receipts inside the window; exactly so many minutes apart is inside."""
    if not one.transaction_id:
        return 0
    since = _since(one, minutes)
    return len({use.transaction_id for use in uses if use.transaction_id and use.at >= since})


def _stores(uses: list[Seen], one: Seen) -> int:
    return len({use.store_id for use in uses if use.business_on == one.business_on})


def _scans(uses: list[Seen], one: Seen, minutes: int) -> int:
    """The same operator, the same card, over and over."""
    since = _since(one, minutes)
    return sum(1 for use in uses if use.operator_id == one.operator_id and use.at >= since)
