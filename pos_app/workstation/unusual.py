"""Unusual use of a card at this till, for the manager. Never stops, delays or asks anything."""

from dataclasses import dataclass, replace

from pos_app.domain.business_day import after_unusual
from pos_app.domain.card_use import is_visit, use_of
from pos_app.domain.document import CompletedTransaction
from pos_app.domain.events import Event
from pos_app.domain.loyalty.velocity import (
    SETTING,
    UNUSUAL,
    VelocityFlag,
    VelocityLimits,
    judge,
    limits_of,
)
from pos_app.workstation.ports import SessionState
from pos_app.workstation.station import Station, right_used


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a receipt adds to the audit chain, and the session that counts it."""

    events: tuple[tuple[str, Event], ...]
    session: SessionState


def noticed(station: Station, document: CompletedTransaction, session: SessionState) -> Noticed:
    """Hold a sale against the member's earlier ones here; one audit line for all its flags."""
    found = _flags(station, document)
    if not found:
        return Noticed((), session)
    why = ", ".join(f"{flag.rule} {flag.count}" for flag in found)
    event = right_used(station, UNUSUAL, document.transaction_id, reason=why)
    counted = replace(
        session,
        totals=after_unusual(session.totals),
        day_totals=after_unusual(session.day_totals),
    )
    return Noticed((event,), counted)


def _flags(station: Station, document: CompletedTransaction) -> tuple[VelocityFlag, ...]:
    member_id = document.member_id
    if not member_id or not is_visit(document) or document.training:
        return ()
    limits = _limits(station)
    since = document.completed_at - limits.window
    earlier = station.journal.latest_of_member(member_id, since)
    uses = [
        use_of(one, member_id) for one in earlier if one.member_id == member_id and is_visit(one)
    ]
    return judge(uses, use_of(document, member_id), limits)


def _limits(station: Station) -> VelocityLimits:
    """A setting that an older server let through must not stop a sale."""
    try:
        return limits_of(station.mirror.setting(SETTING))
    except ValueError:
        return VelocityLimits()
