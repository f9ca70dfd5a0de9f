"""Where a member stands under a programme: tier, memberships, segments. The same code everywhere.

Till and server call it with what they know; it never asks a clock and never prices anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.membership import SoldPiece, held, purchases
from pos_app.domain.loyalty.program import Program
from pos_app.domain.loyalty.rfm import RfmBounds
from pos_app.domain.loyalty.segment import Known, asks_for_days, facts_of, offline, segments_of
from pos_app.domain.loyalty.tally import LIFETIME, TallyEntry, period_of
from pos_app.domain.loyalty.tier import Standing, measured, standing
from pos_app.domain.loyalty.turnover import EARNED_EVER, SPEND, VISITS, History, spend_minor
from pos_app.domain.mechanics.periods import PERIODS, rolling_days
from pos_app.domain.money import Currency, Money
from pos_app.domain.sentence import Points, Sentence, say


@dataclass(frozen=True, slots=True)
class Status:
    """A member's standing on a day. `memberships`: id -> last day, of those that run."""

    standing: Standing
    segments: frozenset[str]
    memberships: Mapping[str, date]

    @property
    def tier_id(self) -> str:
        """The tier that holds, "" in a programme without tiers."""
        return self.standing.tier.tier_id if self.standing.tier else ""


def history_of(member: Member, *, points: int | None = None) -> History:
    """The history that a mirrored or stored member carries; `points` where it is known better."""
    balance = member.account().balance if points is None else points
    return History(member.spend_by_month, member.lifetime_spend_minor, member.tallies, balance)


def status(
    program: Program,
    member: Member,
    history: History,
    on: date,
    bounds: RfmBounds | None = None,
) -> Status:
    """The standing on a day: the tier reached or, where it is higher, the tier paid for.

    Segments: those mirrored, those of memberships, and those of the programme that history alone
    decides; `bounds` are the chain's RFM bounds.
    """
    paid = held(program.memberships, history.tallies, on)
    stand = standing(program.tiers, history, (member.tier_id, member.tier_until), on)
    for one in program.memberships:
        if one.membership_id in paid and one.tier_id:
            stand = _raised(program, stand, one.tier_id, paid[one.membership_id])
    segments = {one.segment for one in program.memberships if one.membership_id in paid}
    if stand.next_tier is not None:
        more = stand.next_tier.start + (program.tiers.bound == "upper_inclusive")
        needs = max(more - measured(program.tiers, history, on), 0)
        stand = replace(stand, needs=needs)
    tier_id = stand.tier.tier_id if stand.tier else ""
    facts = facts_of(history, on, Known(bounds, program.currency, tier_id))
    own = segments_of(offline(program.segments), facts)
    return Status(stand, member.segments | segments | own, paid)


def _raised(program: Program, stand: Standing, tier_id: str, until: date) -> Standing:
    tiers = program.tiers
    rank = tiers.rank(tier_id)
    if rank <= (tiers.rank(stand.tier.tier_id) if stand.tier else -1):
        return stand
    above = tiers.tiers[rank + 1] if rank + 1 < len(tiers.tiers) else None
    wanted = above if tiers.measure != "granted" else None
    return replace(stand, tier=tiers.tiers[rank], until=until, next_tier=wanted, needs=None)


def spend_by_period(program: Program, history: History, on: date) -> dict[str, int]:
    """Net spend by period name, minor units: what the rules of the programme may ask for."""
    asked = {program.tiers.period, *(d.period for d in program.member_discounts)}
    return {one: spend_minor(history, one, on) for one in (*PERIODS, *sorted(asked - {*PERIODS}))}


def progress(stand: Standing, currency: Currency, language: str) -> Sentence | None:
    """How far the next tier is, as a sentence; None at the top and for granted tiers."""
    if stand.next_tier is None or stand.needs is None:
        return None
    tier = stand.next_tier.name(language)
    match stand.measure:
        case "spend":
            return say("standing.needs_spend", left=Money(stand.needs, currency), tier=tier)
        case "visits":
            return say("standing.needs_visits", n=stand.needs, tier=tier)
        case "months_in_row":
            return say("standing.needs_months", n=stand.needs, tier=tier)
    return say("standing.needs_points", points=Points(stand.needs), tier=tier)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What of a completed sale matters to its member's standing."""

    business_on: date
    net_minor: int
    points_earned: int
    pieces: Sequence[SoldPiece] = ()


def counted(program: Program, receipt: Receipt) -> Iterator[TallyEntry]:
    """The tallies that a sale adds for standing: only those that the programme asks for."""
    on, tiers = receipt.business_on, program.tiers
    day = period_of("day", on)
    by_spend = tiers.period if tiers.measure == "spend" else ""
    periods = {by_spend, *(d.period for d in program.member_discounts if d.kind == "cumulative")}
    if any(rolling_days(one) for one in periods):
        yield TallyEntry(SPEND, day, receipt.net_minor)
    by_visits = tiers.measure == "visits" and rolling_days(tiers.period)
    if by_visits or asks_for_days(program.segments):
        yield TallyEntry(VISITS, day, 1)
    if tiers.measure == "points_earned":
        yield TallyEntry(EARNED_EVER, LIFETIME, receipt.points_earned)
    yield from purchases(program.memberships, receipt.pieces, on)
