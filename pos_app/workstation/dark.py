"""How long the till worked without a link, kept with its session. Never what it did meanwhile.

The cashier sells on and nobody counts the minutes: the session knows since when it has been dark,
and its totals how long it was. A cut of the power loses none of it.
"""

from dataclasses import replace
from datetime import datetime

from pos_app.domain.business_day import after_dark
from pos_app.workstation.ports import Facts, SessionState
from pos_app.workstation.station import Station, record


def dark_from(station: Station, at: datetime) -> datetime | None:
    """Since when a session that opens now is dark; None with a link."""
    return None if station.courier.status().online else at


def noticed(station: Station) -> None:
    """The link came or went: the session remembers it, durably."""
    session = station.session
    if session is None or station.courier.status().online == (session.dark_since is None):
        return
    if session.dark_since is None:
        new = replace(session, dark_since=station.now())
    else:
        new = replace(told(station, session), dark_since=None)
    if record(station, Facts(session=new)) is None:
        station.session = new


def told(station: Station, session: SessionState) -> SessionState:
    """The session with the darkness that goes on now counted in, up to this moment."""
    if session.dark_since is None:
        return session
    now = station.now()
    seconds = int((now - session.dark_since).total_seconds())
    return replace(
        session,
        dark_since=now,
        totals=after_dark(session.totals, seconds),
        day_totals=after_dark(session.day_totals, seconds),
    )
