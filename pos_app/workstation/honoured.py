"""Which grants this till may spend now: those whose lease runs by its own clocks. Never one more.

An identified grant ends by itself; a placed one lasts for the owner's hours after this till last
heard all that the server had to say.
"""

from dataclasses import replace
from datetime import timedelta

from pos_app.domain.loyalty.allowance import Allowance
from pos_app.domain.loyalty.lease import lease_time
from pos_app.domain.loyalty.placement import Policy
from pos_app.workstation.station import Station

SETTING = "allowance.placement"


def honoured(station: Station, owner: str) -> tuple[Allowance, ...]:
    """Grants of a member, a gift card or a coupon that may be spent; ends in the till's time."""
    grants = station.journal.allowances(owner)
    if not grants:
        return ()
    anchor = station.journal.lease_anchor()
    # The machine's own clocks: the till's time stands still where a lease must not.
    at = lease_time(anchor, station.clock.reading())
    if at is None:
        return ()
    if anchor is not None and at >= anchor.server_at + _lease(station):
        grants = tuple(grant for grant in grants if grant.lease_until is not None)
    ahead = station.now() - at
    return tuple(_shifted(grant, ahead) for grant in grants if grant.live(at))


def _shifted(grant: Allowance, ahead: timedelta) -> Allowance:
    """The grant with its end told in the till's own time."""
    if grant.lease_until is None:
        return grant
    return replace(grant, lease_until=grant.lease_until + ahead)


def _lease(station: Station) -> timedelta:
    told = station.mirror.setting(SETTING)
    hours = told.get("lease_hours") if isinstance(told, dict) else None
    return timedelta(hours=hours if isinstance(hours, int) and hours > 0 else Policy().lease_hours)
