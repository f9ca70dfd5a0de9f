"""Points given or taken off by hand.

The customer was promised points, or got some by mistake: whoever has the right gives them or takes
them off, with a reason. It is an event of this till like a receipt: once, in the audit chain, with
or without a link. What is taken off comes out of the points that this till may spend, so that it
overdraws nothing; a dark till that holds too few says so. Above the shop's limit a second person
types their PIN.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pos_app.domain.events import PointsAdjusted
from pos_app.domain.loyalty.account import Cause, EntryKind, PointsEntry
from pos_app.domain.loyalty.allowance import AllowanceUse, draw
from pos_app.domain.loyalty.member import Member
from pos_app.domain.rights import Right
from pos_app.domain.sentence import Points
from pos_app.workstation.answer import Answer, Tone, done, notice, refused
from pos_app.workstation.find_member import show, the_member
from pos_app.workstation.honoured import honoured
from pos_app.workstation.letting_go import release
from pos_app.workstation.ports import Facts
from pos_app.workstation.pricing_task import know, program_of, refresh_known
from pos_app.workstation.station import (
    Allowed,
    Override,
    Station,
    authorise,
    find_operator,
    overridden,
    record,
    right_used,
)

LIMIT = "adjust_points_limit"
"""A setting: points that one person may give or take off alone; none: as many as they like."""
MOST = 10_000_000
REASON_MOST = 300


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What was asked for. `points`: given, or (below zero) taken off."""

    member_id: str
    points: int
    reason: str


def adjust(station: Station, wanted: Adjustment, override: Override | None) -> Answer:
    """data["member_card"] as it is afterwards; or a notice that the server is asked first."""
    trouble = _doubt(station, wanted)
    if trouble:
        return trouble
    allowed = _allowed(station, wanted, override)
    if isinstance(allowed, Answer):
        return allowed
    one = the_member(station, wanted.member_id)
    if one is None:
        return refused("unknown_member")
    if _is_own(station, one, allowed):
        return refused("own_adjustment")
    if wanted.points > 0:
        return _write(station, wanted, allowed, ())
    return _take_off(station, wanted, allowed, asked=False)


def _doubt(station: Station, wanted: Adjustment) -> Answer | None:
    if station.settings.training:
        return refused("not_in_training")
    if not 0 < abs(wanted.points) <= MOST:
        return refused("bad_points", text=str(wanted.points))
    if not wanted.reason.strip() or len(wanted.reason) > REASON_MOST:
        return refused("reason_needed")
    return None


def _allowed(station: Station, wanted: Adjustment, override: Override | None) -> Allowed | Answer:
    """The right; beyond the limit that of two people."""
    right = Right.ADJUST_POINTS
    limit = station.mirror.setting(LIMIT)
    if not isinstance(limit, int) or abs(wanted.points) <= limit:
        return authorise(station, right, override)
    if station.operator is None:
        return refused("sign_on_first")
    if override is None or override[0] == station.operator.operator_id:
        return refused("needs_second_person", limit=Points(limit))
    return overridden(station, right, override)


def _is_own(station: Station, one: Member, allowed: Allowed) -> bool:
    people = [station.operator, find_operator(station, allowed.by) if allowed.by else None]
    return any(person and person.own_member_id == one.member_id for person in people)


def _take_off(station: Station, wanted: Adjustment, allowed: Allowed, *, asked: bool) -> Answer:
    """Out of this till's grants; the server is asked once for what they lack."""
    one = the_member(station, wanted.member_id)
    if one is None:
        return refused("unknown_member")
    known, points = know(station, one), -wanted.points
    available = max(known.account.available(station.business_on()), 0)
    if points > available:
        return refused("adjust_beyond", points=Points(available))
    uses, missing = draw(honoured(station, one.member_id), points, station.now())
    if not missing:
        return _write(station, wanted, allowed, uses)
    if asked or not station.courier.status().online:
        key = "adjust_elsewhere" if station.courier.status().online else "adjust_dark"
        return refused(key, points=Points(points - missing))

    def answered(_reply: Mapping[str, Any]) -> None:
        station.say(_take_off(station, wanted, allowed, asked=True))
        release(station, waiting=True)

    fields = {"kind": "id", "key": one.member_id, "want_points": points}
    station.courier.request("identify", fields, answered)
    return done(notice("asking_server", Tone.NEUTRAL))


def _write(
    station: Station, wanted: Adjustment, allowed: Allowed, uses: tuple[AllowanceUse, ...]
) -> Answer:
    event_id = station.new_id()
    event = _event(station, wanted, allowed, uses, event_id)
    used = right_used(
        station,
        "adjust_points",
        f"{wanted.member_id} {wanted.points:+d}",
        reason=wanted.reason,
        override_by=allowed.by,
    )
    trouble = record(station, Facts(events=((event_id, event), used), uses=uses))
    if trouble:
        return trouble
    if station.open is not None and not station.open.tenders:
        refresh_known(station)
    release(station)
    one = the_member(station, wanted.member_id)
    said = notice(
        "points_given" if wanted.points > 0 else "points_taken",
        Tone.GOOD,
        None,
        points=Points(abs(wanted.points)),
    )
    return show(station, one, said) if one is not None else done(said)


def _event(
    station: Station,
    wanted: Adjustment,
    allowed: Allowed,
    uses: tuple[AllowanceUse, ...],
    event_id: str,
) -> PointsAdjusted:
    identity, program, today = (
        station.journal.identity(),
        program_of(station),
        station.business_on(),
    )
    days = program.earn.expires_after_days
    given = wanted.points > 0
    operator = station.operator.operator_id if station.operator else ""
    entry = PointsEntry(
        entry_id=station.new_id(),
        member_id=wanted.member_id,
        kind=EntryKind.ADJUST,
        points=wanted.points,
        at=station.now(),
        business_on=today,
        cause=Cause("operator", event_id, operator, wanted.reason),
        program=program.ref,
        available_on=today if given else None,
        expires_on=today + timedelta(days) if given and days is not None else None,
    )
    store = identity.store_id if identity else ""
    return PointsAdjusted(entry, uses, store, allowed.by, station.now())
