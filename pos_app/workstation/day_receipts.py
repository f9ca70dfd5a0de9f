"""Receipts left aside at the end of a day: gone on with, dropped with a reason, or left.

Where a session is open they are gone on with at the sale. Where the cashier has closed it nothing
can be sold, so whoever may void a receipt drops them here. Never half of an exchange: its return
has paid for it, and who finishes it hands the money out.
"""

from dataclasses import replace

from pos_app.domain.business_day import after_void
from pos_app.domain.rights import Right
from pos_app.domain.sentence import Sentence, say
from pos_app.workstation.answer import Answer, Part, Tone, notice, refused
from pos_app.workstation.day_book import current, keep
from pos_app.workstation.day_record import DayRecord
from pos_app.workstation.day_view import DayStep, StepState
from pos_app.workstation.drawer_difference import is_reason
from pos_app.workstation.lending import lender
from pos_app.workstation.open_kept import half_of
from pos_app.workstation.ports import Facts, SessionState, SuspendedDraft
from pos_app.workstation.station import Station, changed, record, require, right_used
from pos_app.workstation.suspended_view import waiting
from pos_app.workstation.till_control import last_of_open_day

RECEIPTS = "receipts"


def leave_them(station: Station) -> Answer:
    """What was put aside stays so until tomorrow, what is undecided waits for its manager."""
    day = current(station)
    if day is None or day.closed_at is not None:
        return refused("no_session")
    return keep(station, replace(day, receipts_left=True)) or changed(Part.SESSION)


def drop(station: Station, transaction_id: str, reason: str) -> Answer:
    """Void one that waits, after the session was closed: only the audit line stays, and the day's
    totals count it as they count every void."""
    day, session = current(station), last_of_open_day(station)
    if day is None or day.closed_at is not None or session is None or station.session is not None:
        return refused("no_such_choice")
    lacking = require(station, Right.CLOSE_DAY) or require(station, Right.VOID_TRANSACTION)
    if lacking:
        return lacking
    draft = next((d for d in waiting(station) if d.transaction_id == transaction_id), None)
    if draft is None:
        return refused("not_suspended")
    if half_of(draft) is not None:
        return refused("half_not_dropped")
    if not is_reason(reason):
        return refused("reason_needed")
    trouble = record(station, _facts(station, session, draft, reason.strip()))
    said = notice("transaction_voided", Tone.NEUTRAL)
    return trouble or changed(Part.SESSION, Part.SUSPENDED, notices=(said,))


def _facts(station: Station, session: SessionState, draft: SuspendedDraft, reason: str) -> Facts:
    amount = draft.total_minor  # the goods, as for a receipt that is voided while it is open
    by = lender(station, Right.CLOSE_DAY) or lender(station, Right.VOID_TRANSACTION)
    key, used = right_used(
        station, "void_transaction", draft.transaction_id,
        reason=reason, override_by=by, amount_minor=amount,
    )  # fmt: skip
    return Facts(
        events=((key, replace(used, session_number=session.number)),),
        session=replace(session, day_totals=after_void(session.day_totals, amount)),
        drop_suspended=draft.transaction_id,
    )


def shown(station: Station, day: DayRecord) -> DayStep:
    """How they stand, and what may be done about them here."""
    aside, undecided = waiting(station), len(station.undecided)
    if day.closed_at is None and station.open is not None and station.open.lines:
        choices = ("put_aside", "void_open")
        return _needs("receipt_open", (), choices)
    details = (
        *((say("day.put_aside", n=len(aside)),) if aside else ()),
        *((say("day.undecided", n=undecided),) if undecided else ()),
    )
    if not details:
        return DayStep(RECEIPTS, StepState.DONE, say("day.no_receipts"))
    if day.receipts_left or day.closed_at is not None:
        return DayStep(RECEIPTS, StepState.DONE, say("day.receipts_left"), details)
    pay = ("undecided",) if undecided else ()
    if station.session is not None or not aside:
        opens = ("suspended",) if aside else ()
        return _needs("receipts_wait", details, (*opens, *pay, "leave_them"))
    halves = sum(half_of(one) is not None for one in aside)
    drops = ("drop",) if halves < len(aside) else ()
    if halves:
        details = (*details, say("day.halves", n=halves))
    text = "receipts_dropped_or_left" if drops else "receipts_only_left"
    return _needs(text, details, (*drops, *pay, "leave_them"))


def _needs(text: str, details: tuple[Sentence, ...], choices: tuple[str, ...]) -> DayStep:
    return DayStep(RECEIPTS, StepState.NEEDS_YOU, say(f"day.{text}"), details, choices)
