"""The end of the business day, one step after the other, left and taken up again at any moment.

The manager sees what is in the way, counts the drawer, closes; the rest goes on by itself: the
registrar's Z, the card terminals, paper, sending, settlement. Everything that could be done twice
is on the disk under one key, in the same commit as the day's end, before anything leaves.
"""

from collections.abc import Callable
from dataclasses import replace

from pos_app.domain.events import DayClosed, Event
from pos_app.domain.rights import Right
from pos_app.workstation import (
    dark,
    day_receipts,
    day_settle,
    day_terminals,
    drawer_difference,
    fiscal_errands,
    fiscal_tasks,
    printing,
)
from pos_app.workstation.answer import Answer, Part, Tone, done, notice, refused
from pos_app.workstation.day_book import (
    beyond_tolerance,
    current,
    is_of,
    keep,
    last_of,
    with_count_of,
)
from pos_app.workstation.day_record import DayRecord
from pos_app.workstation.fiscal_desk import in_force
from pos_app.workstation.lending import holder
from pos_app.workstation.paper import report_job
from pos_app.workstation.ports import Facts, SessionState
from pos_app.workstation.report import drawer_of
from pos_app.workstation.sale import clear
from pos_app.workstation.station import Station, changed, record, require
from pos_app.workstation.suspend_resume import suspend
from pos_app.workstation.till_control import closed_event, last_of_open_day, not_closable


def begin(station: Station) -> Answer:
    """Begin, or take up what was left; a day that is closed already is shown as it stands."""
    lacking = require(station, Right.CLOSE_DAY)
    if lacking:
        return lacking
    session, last = station.session or last_of_open_day(station), last_of(station)
    if session is None and last is None:
        return refused("no_session")
    if session is None or (last is not None and is_of(last, session)):
        assert last is not None
        taken_up = with_count_of(last, session) if session is not None else last
        return keep(station, replace(taken_up, left=False)) or changed(Part.SESSION)
    name, now = _closer(station)[1], station.now()
    day = DayRecord(session.business_on, session.number, name, now, begun_by=name)
    trouble = keep(station, with_count_of(day, session))
    station.settings.crash_point("day.begun")
    return trouble or changed(Part.SESSION)


def _closer(station: Station) -> tuple[str, str]:
    """(id, name) of whoever answers for the day's end, at another's till too."""
    who = holder(station, Right.CLOSE_DAY)
    return (who.operator_id, who.name) if who else ("", "")


def leave(station: Station) -> Answer:
    """Leave the screen; what goes on by itself goes on."""
    day = current(station)
    if day is None:
        return done()
    told = day.told or day.settled is not None
    return keep(station, replace(day, left=True, told=told)) or changed(Part.SESSION)


def counted_so(station: Station, counted_minor: int, facts: Facts) -> Answer | None:
    """The facts of a count, and the count itself where a day is ending."""
    day, session = current(station), station.session or last_of_open_day(station)
    if day is None or session is None or not is_of(day, session) or day.closed_at is not None:
        return record(station, facts)
    day = replace(_uncounted(day), counted_minor=counted_minor, expected_minor=session.cash_minor)
    trouble = keep(station, day, facts)
    station.settings.crash_point("day.counted")
    return trouble


def count_again(station: Station) -> Answer:
    """The first count is in the audit chain; the drawer is counted once more."""
    day = current(station)
    if day is None or day.closed_at is not None:
        return refused("no_session")
    return keep(station, _uncounted(day)) or changed(Part.SESSION)


def _uncounted(day: DayRecord) -> DayRecord:
    return replace(day, counted_minor=None, difference_reason="", taken=False)


def close_as_counted(station: Station, reason: str = "") -> Answer:
    """Close with what was counted, unless money has moved since; what differs by more than the
    shop lets pass needs a reason, which is in the audit chain before the day is closed."""
    day, session = current(station), station.session or last_of_open_day(station)
    if day is None or session is None or day.counted_minor is None:
        return refused("count_first")
    if not is_of(day, session) or day.expected_minor != session.cash_minor:
        return refused("count_again")
    reason = reason or day.difference_reason
    if beyond_tolerance(station, day) and not drawer_difference.is_reason(reason):
        return refused("reason_needed")
    return close(station, day.counted_minor, reason)


def close(station: Station, counted_minor: int, reason: str = "") -> Answer:
    """Close session and business day (Z), in one commit with everything that follows from it.

    A session that was closed before leaves its day to be closed: its count and its reason stand,
    unless the drawer is counted again. A drawer that differs by more than the shop lets pass wants
    a reason.
    """
    session = station.session or last_of_open_day(station)
    trouble = not_closable(station, session, counted_minor)
    if trouble or session is None:
        return trouble or refused("no_session")
    lacking = require(station, Right.CLOSE_DAY)
    if lacking:
        return lacking
    known = drawer_difference.known(session, counted_minor, reason)
    told = () if known else drawer_difference.explained(station, session, counted_minor, reason)
    if isinstance(told, Answer):
        return told
    known = known or drawer_difference.reason_of(told)
    return _closed(station, dark.told(station, session), counted_minor, (told, known))


def _closed(
    station: Station,
    session: SessionState,
    counted_minor: int,
    why: tuple[drawer_difference.Told, str],
) -> Answer:
    told, reason = why
    day = replace(_day_of(station, session, counted_minor), difference_reason=reason)
    facts, day = _facts(station, session, day, told)
    trouble = keep(station, day, facts)
    if trouble:
        return trouble
    station.settings.crash_point("day.closed")
    clear(station)
    station.session = None
    said = notice("day_closed", Tone.CLOSED, None, day=session.business_on)
    report = day_settle.report_of_day(station, day)
    fiscal_errands.pump(station)
    station.settings.crash_point("day.fiscal_sent")
    if facts.print_job is not None:
        printing.send(station, facts.print_job)
    station.settings.crash_point("day.paper_sent")
    go_on(station)
    return changed(Part.SESSION, Part.TRANSACTION, notices=(said,), report=report)


def _day_of(station: Station, session: SessionState, counted_minor: int) -> DayRecord:
    """The record as it is closed: of the screen, or of a day that was closed in one gesture."""
    last = current(station)
    name, now = _closer(station)[1], station.now()
    day = last if last is not None and is_of(last, session) else None
    if day is None:
        day = DayRecord(session.business_on, session.number, name, now, left=True, begun_by=name)
    return replace(
        day,
        operator=name,
        counted_minor=counted_minor,
        expected_minor=session.cash_minor,
        closed_at=now,
        totals=session.day_totals,
        drawer=drawer_of(session.float_minor, session.totals),
        terminals=day_terminals.ends_of(station),
        fiscal=in_force(station),
    )


def _facts(
    station: Station, session: SessionState, day: DayRecord, told: drawer_difference.Told
) -> tuple[Facts, DayRecord]:
    """What the day's end makes durable, and the record with its paper and what is to be sent."""
    assert day.closed_at is not None
    assert day.counted_minor is not None
    operator = _closer(station)[0]
    events: list[tuple[str, Event]] = [*told]
    if session.open:
        closed = closed_event(station, session, day.counted_minor)
        events.append((station.new_id(), closed))
    ended = DayClosed(session.business_on, operator, session.day_totals, day.closed_at)
    events.append((station.new_id(), ended))
    before = station.journal.unsent()
    day = replace(day, to_send=before + len(events))
    job = None
    if printing.possible(station):
        unsent = before if station.courier.status().online else day.to_send
        report = day_settle.report_of_day(station, day, unsent=unsent)
        job = printing.stored(report_job(station, report, station.new_id()), "")
        day = replace(day, paper=job.job_id)
    facts = Facts(
        events=tuple(events),
        session=replace(session, open=False, day_closed=True, dark_since=None),
        print_job=job,
        fiscal=fiscal_tasks.closing(station),
    )
    return facts, day


def resume(station: Station) -> None:
    """After a start: what was going on goes on; nothing of it is begun twice."""
    station.days = station.journal.days()
    go_on(station)


def go_on(station: Station) -> None:
    """Everything that needs nobody: terminals, sending, settlement. As often as wanted."""
    day_terminals.go_on(station)
    day_settle.go_on(station)


def choose(station: Station, step: str, choice: str, reason: str = "") -> Answer:
    """A person's word on one step of the view; see `day_view` for what may be said."""
    kind, _, which = step.partition(":")
    if which and kind == day_receipts.RECEIPTS:
        gone = choice == "drop"
        return day_receipts.drop(station, which, reason) if gone else refused("no_such_choice")
    if which:
        return day_terminals.choose(station, which, choice)
    said: dict[tuple[str, str], Callable[[Station], Answer]] = {
        ("receipts", "leave_them"): day_receipts.leave_them,
        ("receipts", "put_aside"): lambda s: suspend(s, ""),
        ("count", "count_again"): count_again,
        ("count", "close"): close_as_counted,
        ("count", "close_differs"): lambda s: close_as_counted(s, reason),
        ("fiscal", "again"): fiscal_tasks.close_shift,
        ("paper", "printed"): lambda s: printing.answered(s, True),
        ("paper", "again"): lambda s: printing.answered(s, False),
        ("send", "again"): day_settle.again,
        ("settle", "again"): day_settle.again,
    }
    task = said.get((step, choice))
    return refused("no_such_choice") if task is None else task(station)
