"""What the chain's members are expected to bring in a year, with its interval. Never needed to run:

numpy and scipy come with the extra `server`; without them, or with too few histories to fit a
model, there is no figure.
"""

from datetime import date

from sqlalchemy import Connection

from pos_app.domain.reporting.period_report import LifetimeFigures
from sync.server.members.rfm import Purchases, purchases

SAMPLE = 3_000
"""Members whose histories are looked at: the mean needs no million, and nobody waits for one."""


def _sample(bought: Purchases) -> Purchases:
    """Every so-manieth by id: ids are born in the order of enrolment, old and new are all there."""
    step = -(-len(bought) // SAMPLE) or 1
    return {member: bought[member] for member in sorted(bought)[::step]}


def lifetime_figures(connection: Connection, on: date) -> LifetimeFigures | None:
    """The mean over members; the interval is of the expectation, from the models' uncertainty."""
    try:
        from sync.server.analytics.histories import histories_of
        from sync.server.analytics.lifetime import forecast
    except ImportError:
        return None
    bought = purchases(connection, on)
    try:
        told = forecast(histories_of(_sample(bought), on))
    except ValueError:
        return None
    if not told:
        return None
    count = len(told)
    return LifetimeFigures(
        count,
        round(sum(one.value for one in told) / count),
        round(sum(one.interval[0] for one in told) / count),
        round(sum(one.interval[1] for one in told) / count),
    )
