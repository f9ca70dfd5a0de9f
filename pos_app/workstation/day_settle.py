"""Sending what is unsent and holding both sides' totals of a day against each other.

It is asked when there is a link, again when there is one again, and seen by whoever comes next
when it came in the night; after a cut before it is on the disk it is asked again.
Never changes a total on either side.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pos_app.domain.events import ControlTotals
from pos_app.workstation import keep_open
from pos_app.workstation.answer import Answer, Notice, Part, Tone, notice
from pos_app.workstation.day_book import keep
from pos_app.workstation.day_record import DayRecord, Difference, Settled
from pos_app.workstation.later import at_once_or_later
from pos_app.workstation.report import Count, Heading, Report, Settlement, report_of
from pos_app.workstation.station import Station, changed, guarded

SETTLEMENT_TRIES = 50
ASKED = "settlement"
SYNC_MS, ASK_MS, PAUSE_MS = 30_000, 10_000, 60_000
COMPARED = {
    "receipts": "receipts",
    "returns": "returns",
    "sales": "sales_minor",
    "returned": "returns_minor",
    "earned": "points_earned",
    "redeemed": "points_redeemed",
    "reversed": "points_reversed",
}
TENDER = "tender."


def report_of_day(station: Station, day: DayRecord, unsent: int | None = None) -> Report:
    """Z of a record, with what the server said of it."""
    at = day.closed_at or day.begun_at
    heading = Heading("z", day.business_on, day.session_number, day.operator, at)
    count = Count(day.expected_minor, day.counted_minor, day.drawer)
    unsent = station.journal.unsent() if unsent is None else unsent
    report = report_of(heading, day.totals, count, unsent)
    report = replace(report, difference_reason=day.difference_reason)
    if day.settled is None:
        return report
    said = day.settled
    names = tuple(dict.fromkeys(_short(one.name) for one in said.differences))
    settlement = Settlement(True, not names, names, unsent, said.conflicts)
    return replace(report, settlement=settlement)


def _short(name: str) -> str:
    return "by_tender" if name.startswith(TENDER) else name


def _open(station: Station) -> DayRecord | None:
    """The oldest closed day that nobody has settled."""
    days = (one for one in station.days if _waits(one))
    return next(days, None)


def go_on(station: Station) -> None:
    """Push what waits, then ask; one question at a time, and none without a link."""
    day = _open(station)
    if day is None or ASKED in station.asking or not station.courier.status().online:
        return
    station.asking.add(ASKED)
    station.settling_at_ms = station.gear.clock.monotonic_ms()
    on = day.business_on

    def sent(_reply: Mapping[str, Any]) -> None:
        _ask(station, on, SETTLEMENT_TRIES)

    station.courier.request("sync", {}, sent, SYNC_MS)


def tick(station: Station) -> None:
    """A question that was not answered is asked again, now and then."""
    if _open(station) is None or ASKED in station.asking:
        return
    if station.gear.clock.monotonic_ms() - station.settling_at_ms >= PAUSE_MS:
        go_on(station)


def again(station: Station) -> Answer:
    """A person does not want to wait; a day that differed is held against the server once more."""
    day = next((one for one in reversed(station.days) if one.closed_at is not None), None)
    if day is not None and day.settled is not None and day.settled.differences:
        trouble = keep(station, replace(day, settled=None))
        if trouble:
            return trouble
    if not station.courier.status().online:
        station.courier.request("sync", {"wait": False}, lambda _reply: None)
    go_on(station)
    return changed(Part.SESSION, Part.LINK)


def _ask(station: Station, on: date, tries: int) -> None:
    def told(reply: Mapping[str, Any]) -> None:
        behind = int(reply.get("posted_seq", 0)) < int(reply.get("head", 0))
        if behind and tries:
            _ask(station, on, tries - 1)
            return
        station.asking.discard(ASKED)
        at_once_or_later(
            station,
            f"settled {on}",
            lambda: guarded(lambda: _compared(station, on, reply)),
        )

    day = {"business_on": on.isoformat()}
    station.courier.request("settlement", day, told, ASK_MS)


def _waits(day: DayRecord) -> bool:
    """Ended and not compared yet: one that was begun and left has no totals of its day."""
    return day.closed_at is not None and day.settled is None


def _compared(station: Station, on: date, reply: Mapping[str, Any]) -> Answer:
    theirs = reply.get("totals")
    day = next((d for d in station.days if d.business_on == on and _waits(d)), None)
    if day is None or not isinstance(theirs, Mapping):
        return changed(Part.SESSION)
    settled = Settled(
        station.now(),
        differences_of(day.totals, theirs),
        int(reply.get("conflicts", 0)),
        int(reply.get("conflict_points", 0)),
        int(reply.get("conflict_money", 0)),
        int(reply.get("overdrawn", 0)),
    )
    seen = station.operator is not None
    day = replace(day, settled=settled, told=seen)
    trouble = keep(station, day)
    if trouble:
        return trouble
    station.settings.crash_point("day.settled")
    report = report_of_day(station, day)
    said = (_said(day),) if seen else ()
    station.say(changed(Part.LINK, Part.SESSION, notices=said, settled=report))
    go_on(station)
    return changed(Part.SESSION)


def _said(day: DayRecord) -> Notice:
    count = len(day.settled.differences) if day.settled else 0
    if count:
        return notice("settlement_differs", Tone.WARNING, None, count=count)
    return notice("settled", Tone.GOOD)


def differences_of(ours: ControlTotals, theirs: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Each figure that both sides do not have alike, tender by tender."""
    pairs = {name: (getattr(ours, field), theirs.get(name, 0)) for name, field in COMPARED.items()}
    mine, other = dict(ours.by_tender), dict(theirs.get("by_tender") or {})
    for kind in sorted({*mine, *other}):
        pairs[f"{TENDER}{kind}"] = (mine.get(kind, 0), other.get(kind, 0))
    return tuple(Difference(name, a, int(b)) for name, (a, b) in pairs.items() if a != b)


def news(station: Station) -> tuple[Notice, ...]:
    """What came while nobody was there, said once to whoever signs on."""
    found = []
    for day in station.days:
        if day.settled is None or day.told:
            continue
        count = len(day.settled.differences)
        code, tone = ("day_differed", Tone.WARNING) if count else ("day_agreed", Tone.GOOD)
        if keep(station, replace(day, told=True)) is None:
            found.append(notice(code, tone, None, day=day.business_on, count=count))
    return (*found, *keep_open.told(station))
