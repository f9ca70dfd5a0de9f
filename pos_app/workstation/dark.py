"""How long the till worked without a link, kept with its session. Never what it did meanwhile.

The cashier sells on and nobody counts the minutes: the session knows since when it has been dark,
and its totals how long it was. The word is in memory at once and in the till's file as soon as
nobody else writes there, or with the next receipt: a cut of the power before that loses when the
link went or came (a tick or two), never what was counted before.
"""

from dataclasses import replace
from datetime import datetime

from pos_app.domain.business_day import after_dark
from pos_app.workstation.later import at_once_or_later
from pos_app.workstation.ports import Facts, SessionState
from pos_app.workstation.station import Station, record


def dark_from(station: Station, at: datetime) -> datetime | None:
    """Since when a session that opens now is dark; None with a link."""
    return None if station.courier.status().online else at


def noticed(station: Station) -> None:
    """The link came or went: the session remembers it, and the file as soon as it is free.

    A disk that is full gets it with the next receipt that it takes.
    """
    session = station.session
    if session is None or station.courier.status().online == (session.dark_since is None):
        return
    if session.dark_since is None:
        station.session = replace(session, dark_since=station.now())
    else:
        station.session = replace(told(station, session), dark_since=None)
    at_once_or_later(station, "darkness", lambda: _kept(station))


def _kept(station: Station) -> None:
    """As it is now: a session that was closed meanwhile took its darkness with it."""
    if station.session is not None:
        record(station, Facts(session=station.session))


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
