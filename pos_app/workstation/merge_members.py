"""Two members who are one person.

The customer has an old card and enrolled anew by phone: the manager finds both, says which one
stays, sees what moves, and is asked twice. It is an event of this till, behind everything that the
till has said of either: so it may be said in the dark, and is done when the server hears it. It
cannot be undone; nobody is merged out of a block.
"""

from dataclasses import dataclass

from pos_app.domain.events import MembersMerged
from pos_app.domain.loyalty.member import Member
from pos_app.domain.rights import Right
from pos_app.workstation.answer import Answer, Tone, done, notice, refused
from pos_app.workstation.find_member import show, the_member
from pos_app.workstation.member_card import MemberCard, card_of
from pos_app.workstation.ports import Facts
from pos_app.workstation.station import Override, Station, authorise, record, require, right_used

REASON_MOST = 300


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a manager sees before. `points`: what the one will have; `waits`: until there is a
    link."""

    kept: MemberCard
    gone: MemberCard
    points: int
    waits: bool


def plan(station: Station, kept_id: str, gone_id: str) -> Answer:
    """data["merge_plan"]: what stays and what moves; nothing is done."""
    lacking = require(station, Right.SEE_MEMBERS)
    if lacking:
        return lacking
    pair = _pair(station, kept_id, gone_id)
    if isinstance(pair, Answer):
        return pair
    kept, gone = (card_of(station, one, None) for one in pair)
    points = kept.points + kept.pending + gone.points + gone.pending
    waits = not station.courier.status().online
    return done(merge_plan=MergePlan(kept, gone, points, waits))


def merge(
    station: Station, kept_id: str, gone_id: str, reason: str, override: Override | None
) -> Answer:
    """data["member_card"] of the one that stays."""
    if station.settings.training:
        return refused("not_in_training")
    if not reason.strip() or len(reason) > REASON_MOST:
        return refused("reason_needed")
    allowed = authorise(station, Right.MERGE_MEMBERS, override)
    if isinstance(allowed, Answer):
        return allowed
    pair = _pair(station, kept_id, gone_id)
    if isinstance(pair, Answer):
        return pair
    kept, gone = pair
    event = _event(station, kept, gone, reason, allowed.by)
    subject = f"{gone.member_id} > {kept.member_id}"
    used = right_used(station, "merge_members", subject, reason=reason, override_by=allowed.by)
    trouble = record(station, Facts(events=((station.new_id(), event), used)))
    if trouble:
        return trouble
    online = station.courier.status().online
    said = notice("merge_told", Tone.GOOD) if online else notice("merge_waits", Tone.WARNING)
    return show(station, kept, said)


def _pair(station: Station, kept_id: str, gone_id: str) -> tuple[Member, Member] | Answer:
    kept, gone = the_member(station, kept_id), the_member(station, gone_id)
    if kept is None or gone is None:
        return refused("unknown_member")
    if kept.member_id == gone.member_id:
        return refused("merge_same")
    if kept.blocked or gone.blocked:
        return refused("merge_blocked")
    link = station.open.member if station.open else None
    if link is not None and link.member_id in (kept.member_id, gone.member_id):
        return refused("merge_on_receipt")
    own = station.operator.own_member_id if station.operator else None
    if own in (kept.member_id, gone.member_id):
        return refused("own_adjustment")
    return kept, gone


def _event(
    station: Station, kept: Member, gone: Member, reason: str, override_by: str
) -> MembersMerged:
    identity = station.journal.identity()
    return MembersMerged(
        kept_id=kept.member_id,
        gone_id=gone.member_id,
        store_id=identity.store_id if identity else "",
        operator_id=station.operator.operator_id if station.operator else "",
        override_by=override_by,
        reason=reason,
        at=station.now(),
        business_on=station.business_on(),
        phone_last4=gone.phone_last4,
        card_last4=gone.card_last4,
    )
