"""The records of days that end, in memory and in the till's file: the file first. Never a step."""

from dataclasses import replace

from pos_app.workstation.answer import Answer
from pos_app.workstation.day_record import DayRecord
from pos_app.workstation.ports import Facts, SessionState
from pos_app.workstation.station import Station, record

KEPT = 60
"""Days that wait for a server; one beyond them is forgotten, its events are not."""

TOLERANCE = "drawer_tolerance_minor"
"""Setting: a difference of the drawer, in minor units, that needs no reason; none is 0."""


def lets_pass(station: Station, difference_minor: int) -> bool:
    """Whether the shop lets a drawer differ so much without a word."""
    told = station.mirror.setting(TOLERANCE)
    return abs(difference_minor) <= (told if isinstance(told, int) else 0)


def beyond_tolerance(station: Station, day: DayRecord) -> bool:
    """Whether what was counted differs by more than the shop lets pass without a word."""
    return not lets_pass(station, (day.counted_minor or 0) - day.expected_minor)


def current(station: Station) -> DayRecord | None:
    """The end of the day that is on the screen, or was when the power went."""
    last = station.days[-1] if station.days else None
    return None if last is None or last.left else last


def last_of(station: Station) -> DayRecord | None:
    """The newest record, left or not."""
    return station.days[-1] if station.days else None


def with_day(station: Station, day: DayRecord) -> tuple[DayRecord, ...]:
    """All records with that one, new or changed; what is over leaves when a new one comes."""
    key = (day.business_on, day.session_number)
    if any((one.business_on, one.session_number) == key for one in station.days):
        return tuple(
            day if (one.business_on, one.session_number) == key else one for one in station.days
        )
    return (*(one for one in station.days if not one.is_over), day)[-KEPT:]


def is_of(day: DayRecord, session: SessionState) -> bool:
    """Whether it is the end of that session's day, begun in it."""
    return (day.business_on, day.session_number) == (session.business_on, session.number)


def with_count_of(day: DayRecord, session: SessionState) -> DayRecord:
    """Counted as the session was when it was closed, where no money has moved since."""
    count = session.count
    if session.open or count is None or count.expected_minor != session.cash_minor:
        return day
    if day.counted_minor is not None or day.closed_at is not None:
        return day
    return replace(
        day,
        counted_minor=count.counted_minor,
        expected_minor=count.expected_minor,
        difference_reason=count.reason,
        taken=True,
    )


def keep_closed(station: Station, session: SessionState, facts: Facts) -> Answer | None:
    """The facts of a session that is closed; what was counted before for its day is the older."""
    last = last_of(station)
    if last is None or last.closed_at is not None or not is_of(last, session):
        return record(station, facts)
    return keep(station, replace(last, counted_minor=None, difference_reason=""), facts)


def keep(station: Station, day: DayRecord, facts: Facts | None = None) -> Answer | None:
    """Durable, with other facts in the same breath; a refusal when the disk says no."""
    days = with_day(station, day)
    trouble = record(station, replace(facts or Facts(), days=days))
    if trouble is None:
        station.days = days
    return trouble
