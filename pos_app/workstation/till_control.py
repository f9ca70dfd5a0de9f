"""The drawer and the till session.

The cashier opens with a float, moves cash with a reason, closes with a blind count: the
difference is shown after the count, never before. Running totals make closing cost the same
whatever the number of receipts.
"""

from dataclasses import replace

from pos_app.domain.business_day import (
    after_cash,
    after_no_sale,
    cash_sign,
    next_business_day,
)
from pos_app.domain.events import (
    CashMoved,
    ControlTotals,
    Event,
    SessionClosed,
    SessionOpened,
)
from pos_app.domain.money import Money
from pos_app.domain.rights import Right
from pos_app.domain.till_time import Doubt
from pos_app.workstation import (
    dark,
    day_book,
    drawer_difference,
    fiscal_errands,
    fiscal_tasks,
    keep_open,
    printing,
)
from pos_app.workstation.answer import Answer, Part, Tone, notice, refused
from pos_app.workstation.day_record import SessionCount
from pos_app.workstation.member_card import operator_name
from pos_app.workstation.paper import report_job
from pos_app.workstation.ports import Facts, SessionState
from pos_app.workstation.report import Count, Heading, Report, drawer_of, report_of
from pos_app.workstation.sale import clear
from pos_app.workstation.station import (
    AMOUNT_MOST_MINOR,
    Override,
    Station,
    authorise,
    changed,
    overridden,
    record,
    require,
    right_used,
)

MOVEMENTS = {
    "paid_in": Right.CASH_IN_OUT,
    "paid_out": Right.CASH_IN_OUT,
    "pickup": Right.PICKUP,
    "loan": Right.CASH_IN_OUT,
}


def open_session(station: Station, float_minor: int, override: Override | None = None) -> Answer:
    """Open the till session; the business day is the local one, or follows a closed one.

    Days go forward only: one that a doubtful clock would begin is confirmed by a person first.
    """
    if station.operator is None:
        return refused("sign_on_first")
    if station.session is not None:
        return refused("session_is_open", number=station.session.number)
    if not 0 <= float_minor <= AMOUNT_MOST_MINOR:
        return refused("bad_amount")
    confirmed = _clock_confirmed(station, override)
    if isinstance(confirmed, Answer):
        return confirmed
    session = _new_session(station, float_minor)
    event = SessionOpened(
        session.number,
        session.business_on,
        session.operator_id,
        float_minor,
        session.opened_at,
    )
    events = ((station.new_id(), event), *confirmed)
    fiscal = fiscal_tasks.opening(station, float_minor)
    trouble = record(station, Facts(events=events, session=session, fiscal=fiscal))
    if trouble:
        return trouble
    station.session = session
    fiscal_errands.pump(station)
    said = notice("session_opened", Tone.GOOD, None, number=session.number)
    return changed(Part.SESSION, Part.TRANSACTION, notices=(said, *keep_open.told(station)))


def _clock_confirmed(
    station: Station, override: Override | None
) -> tuple[tuple[str, Event], ...] | Answer:
    """The audit line of who says that the clock is right; nothing where nobody need say it."""
    doubt = station.clock.doubted()
    if doubt is Doubt.NONE or (doubt is Doubt.BEHIND and override is None):
        return ()  # behind: the day that was, or the one after it, whatever the clock says
    wall = station.clock.reading().wall
    shown = station.gear.to_local(wall).date()
    if override is None:
        return refused("clock_doubted", day=shown)
    allowed = overridden(station, Right.CLOSE_DAY, override)
    if isinstance(allowed, Answer):
        return allowed
    station.clock.confirm()
    subject = wall.isoformat()
    return (right_used(station, "clock_confirmed", subject, override_by=allowed.by),)


def _new_session(station: Station, float_minor: int) -> SessionState:
    last = station.journal.last_session()
    closed_on = last.business_on if last and last.day_closed else None
    business_on = next_business_day(station.local().date(), closed_on)
    same_day = last is not None and last.business_on == business_on and not last.day_closed
    return SessionState(
        number=last.number + 1 if last else 1,
        business_on=business_on,
        opened_at=station.now(),
        operator_id=station.operator.operator_id if station.operator else "",
        float_minor=float_minor,
        cash_minor=float_minor,
        totals=ControlTotals(),
        day_totals=last.day_totals if last is not None and same_day else ControlTotals(),
        dark_since=dark.dark_from(station, station.now()),
    )


def cash_movement(
    station: Station, kind: str, amount_minor: int, reason: str, override: Override | None
) -> Answer:
    """Cash in or out without a sale, with a right and a reason."""
    session = station.session
    if session is None:
        return refused("no_session")
    if kind not in MOVEMENTS or not 0 < amount_minor <= AMOUNT_MOST_MINOR:
        return refused("bad_amount")
    if cash_sign(kind) < 0 and amount_minor > session.cash_minor:
        return refused("not_in_drawer", cash=Money(session.cash_minor))
    allowed = authorise(station, MOVEMENTS[kind], override)
    if isinstance(allowed, Answer):
        return allowed
    new = _with_cash(session, kind, amount_minor)
    moved = CashMoved(
        kind,
        amount_minor,
        reason,
        session.number,
        session.business_on,
        station.operator.operator_id if station.operator else "",
        station.now(),
    )
    used = right_used(
        station, kind, kind, reason=reason, override_by=allowed.by, amount_minor=amount_minor
    )
    fiscal = fiscal_tasks.cash(station, cash_sign(kind), amount_minor)
    events = ((station.new_id(), moved), used)
    trouble = record(station, Facts(events=events, session=new, fiscal=fiscal))
    if trouble:
        return trouble
    station.session = new
    fiscal_errands.pump(station)
    station.devices.open_drawer()
    said = notice("cash_moved", Tone.GOOD, None, amount=Money(amount_minor))
    return changed(Part.SESSION, notices=(said,))


def _with_cash(session: SessionState, kind: str, amount_minor: int) -> SessionState:
    return replace(
        session,
        totals=after_cash(session.totals, kind, amount_minor),
        day_totals=after_cash(session.day_totals, kind, amount_minor),
        cash_minor=session.cash_minor + cash_sign(kind) * amount_minor,
    )


def no_sale(station: Station, reason: str, override: Override | None) -> Answer:
    """Open the drawer without a sale; counted and in the audit chain."""
    session = station.session
    if session is None:
        return refused("no_session")
    allowed = authorise(station, Right.NO_SALE, override)
    if isinstance(allowed, Answer):
        return allowed
    new = replace(
        session,
        totals=after_no_sale(session.totals),
        day_totals=after_no_sale(session.day_totals),
    )
    used = right_used(station, "no_sale", "drawer", reason=reason, override_by=allowed.by)
    trouble = record(station, Facts(events=(used,), session=new))
    if trouble:
        return trouble
    station.session = new
    station.devices.open_drawer()
    return changed(Part.SESSION, notices=(notice("drawer_opened"),))


def x_report(station: Station) -> Answer:
    """What the session holds so far; printed too."""
    session = station.session
    if session is None:
        return refused("no_session")
    lacking = require(station, Right.X_REPORT)
    if lacking:
        return lacking
    session = dark.told(station, session)
    report = _report(station, "x", session, session.totals, None)
    _print(station, report)
    fiscal_tasks.x_too(station)
    return changed(Part.SESSION, report=report)


def close_session(station: Station, counted_minor: int, reason: str = "") -> Answer:
    """Close the till session with a blind count; what differs wants a reason, as at a day's end."""
    session = station.session
    trouble = not_closable(station, session, counted_minor)
    if trouble or session is None:
        return trouble or refused("no_session")
    session = dark.told(station, session)
    told = drawer_difference.explained(station, session, counted_minor, reason)
    if isinstance(told, Answer):
        return told
    reason = drawer_difference.reason_of(told)
    event = closed_event(station, session, counted_minor)
    count = SessionCount(counted_minor, session.cash_minor, event.operator_id, reason)
    closed = replace(session, open=False, dark_since=None, count=count)
    facts = Facts(events=(*told, (station.new_id(), event)), session=closed)
    trouble = day_book.keep_closed(station, closed, facts)
    if trouble:
        return trouble
    clear(station)
    station.session = None
    report = _report(station, "session", session, session.totals, counted_minor)
    report = replace(report, difference_reason=reason)
    _print(station, report)
    said = notice("session_closed", Tone.CLOSED, None, number=session.number)
    return changed(Part.SESSION, Part.TRANSACTION, notices=(said,), report=report)


def last_of_open_day(station: Station) -> SessionState | None:
    """The last session, where its day is still to be closed."""
    last = station.journal.last_session()
    return None if last is None or last.day_closed else last


def not_closable(
    station: Station, session: SessionState | None, counted_minor: int
) -> Answer | None:
    """Why the drawer cannot be counted and the session closed now."""
    if station.operator is None:
        return refused("sign_on_first")
    if session is None:
        return refused("no_session")
    if station.open is not None and station.open.lines:
        return refused("finish_first")
    if not 0 <= counted_minor <= AMOUNT_MOST_MINOR:
        return refused("bad_amount")
    return None


def closed_event(station: Station, session: SessionState, counted_minor: int) -> SessionClosed:
    """The end of a till session, counted."""
    return SessionClosed(
        session.number,
        session.business_on,
        station.operator.operator_id if station.operator else "",
        counted_minor,
        session.cash_minor,
        session.totals,
        station.now(),
    )


def _report(
    station: Station,
    kind: str,
    session: SessionState,
    totals: ControlTotals,
    counted_minor: int | None,
) -> Report:
    name = station.operator.name if station.operator else ""
    opened = operator_name(station, session.operator_id)
    heading = Heading(kind, session.business_on, session.number, name, station.now(), opened)
    drawer = drawer_of(session.float_minor, session.totals)
    count = Count(session.cash_minor, counted_minor, drawer)
    return report_of(heading, totals, count, station.journal.unsent())


def _print(station: Station, report: Report) -> None:
    if not printing.possible(station):
        return
    job = printing.stored(report_job(station, report, station.new_id()), "")
    if record(station, Facts(print_job=job)) is None:
        printing.send(station, job)
