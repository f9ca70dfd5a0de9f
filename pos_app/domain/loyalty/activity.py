"""What a reported activity gives: limits by tallies, entries of the ledger. Never an id of its own.

The source of an activity (a web shop, a survey, a CRM) may tell it twice: the same event has the
same entry.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pos_app.domain.loyalty.ledger import Cause, EntryKind, PointsEntry, ProgramRef
from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.tally import LIFETIME, Tallies, TallyEntry, period_of
from pos_app.domain.loyalty.turnover import VISITS
from pos_app.domain.mechanics.activities import Activity
from pos_app.domain.sentence import Sentence, say

KIND = "activity/"
REFERRED = "referred/"


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event as it is posted: whose, when, and the id of the entry it makes."""

    entry_id: str
    event_id: str
    member_id: str
    at: datetime
    on: date
    program: ProgramRef | None = None


def done(activity: Activity, tallies: Tallies, on: date) -> int:
    """How often the member has done it in the period of the limit."""
    return tallies.get((KIND + activity.activity_id, period_of(activity.per, on)), 0)


def limit_reached(activity: Activity, tallies: Tallies, on: date) -> Sentence | None:
    """Why it gives nothing any more in this period, or None."""
    count = done(activity, tallies, on)
    if count < activity.times:
        return None
    return say("activity.limit", done=count, most=activity.times)


def not_for(member: Member) -> Sentence | None:
    """Why somebody earns nothing at all by activities, or None."""
    return say("activity.unconfirmed") if member.blocked or not member.confirmed else None


def not_as_friend(friend: Member, referrer_id: str) -> Sentence | None:
    """Why somebody cannot be referred, or None: only who has never bought, once, by another."""
    if friend.member_id == referrer_id:
        return say("activity.own")
    if friend.lifetime_spend_minor or friend.tallies.get((VISITS, LIFETIME), 0) > 0:
        return say("activity.no_newcomer")
    if any(tally.startswith(REFERRED) for tally, _ in friend.tallies):
        return say("activity.referred_already")
    return None


def referred(activity: Activity, referrer_id: str) -> TallyEntry:
    """The mark that a friend carries until the first purchase."""
    return TallyEntry(f"{REFERRED}{activity.activity_id}/{referrer_id}", LIFETIME, 1)


def referrals_of(
    activities: Iterable[Activity], tallies: Tallies
) -> tuple[tuple[Activity, str], ...]:
    """(activity, referrer) of the marks that a friend carries."""
    by_id = {one.activity_id: one for one in activities if one.kind == "referral"}
    found = []
    for tally, _ in sorted(key for key, amount in tallies.items() if amount > 0):
        name, _, referrer = tally.removeprefix(REFERRED).rpartition("/")
        if tally.startswith(REFERRED) and name in by_id:
            found.append((by_id[name], referrer))
    return tuple(found)


def counted(activity: Activity, on: date) -> TallyEntry:
    """One more of it, for the limit."""
    return TallyEntry(KIND + activity.activity_id, period_of(activity.per, on), 1)


def entry(activity: Activity, points: int, occasion: Occasion) -> PointsEntry:
    """The earning of an activity, caused by the event that told it."""
    on, days = occasion.on, activity.expires_after_days
    return PointsEntry(
        entry_id=occasion.entry_id,
        member_id=occasion.member_id,
        kind=EntryKind.EARN,
        points=points,
        at=occasion.at,
        business_on=on,
        cause=Cause("event", occasion.event_id, reason=activity.activity_id),
        program=occasion.program,
        available_on=on + timedelta(days=activity.vesting_days),
        expires_on=on + timedelta(days=days) if days is not None else None,
    )
