"""The drawer is counted before it is closed: what differs is said, and the count is kept.

Never before the count, and never as if there had been no first one: each is in the audit chain.
"""

from pos_app.domain.money import Money
from pos_app.workstation import drawer_difference
from pos_app.workstation.answer import Answer, Part, Tone, notice, refused
from pos_app.workstation.day_book import lets_pass
from pos_app.workstation.day_close import counted_so
from pos_app.workstation.ports import Facts
from pos_app.workstation.station import Station, changed
from pos_app.workstation.till_control import last_of_open_day, not_closable


def count_drawer(station: Station, counted_minor: int) -> Answer:
    """data["difference_minor"]: counted less expected; data["needs_reason"]: whether it can be
    closed so without a word. Nothing is closed."""
    session = station.session or last_of_open_day(station)
    trouble = not_closable(station, session, counted_minor)
    if trouble or session is None:
        return trouble or refused("no_session")
    difference = counted_minor - session.cash_minor
    used = drawer_difference.counted(station, session, counted_minor)
    needs_reason = not lets_pass(station, difference)
    trouble = counted_so(station, counted_minor, Facts(events=(used,)))
    if trouble:
        return trouble
    if difference == 0:
        return changed(Part.SESSION, difference_minor=0, needs_reason=False)
    how = "drawer_short" if difference < 0 else "drawer_over"
    said = notice(how, Tone.WARNING, None, amount=Money(abs(difference)))
    return changed(Part.SESSION, notices=(said,), difference_minor=difference,
                   needs_reason=needs_reason)  # fmt: skip
