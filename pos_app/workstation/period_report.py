"""A manager's report of a period: the server's, or with no link this till's own. Never waits.

What the server says is whole; what a till says alone is marked so (`whole` False) and goes back
OWN_DAYS at most: it reads every receipt of them.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from pos_app.domain.reporting.folding import PeriodFold
from pos_app.domain.reporting.period_report import PeriodReport
from pos_app.domain.reporting.plain import from_plain
from pos_app.domain.reporting.receipt_facts import facts_of
from pos_app.domain.rights import Right
from pos_app.workstation.answer import Answer, Tone, done, notice, refused
from pos_app.workstation.ports import Facts
from pos_app.workstation.station import Override, Station, authorise, record, right_used

OWN_DAYS = 31
PATIENCE_MS = 120_000


def period_report(
    station: Station, since: date, until: date, chain: bool, override: Override | None
) -> Answer:
    """The report comes later, as `data["period"]` of what is pushed to the listeners."""
    if until < since:
        return refused("bad_period")
    allowed = authorise(station, Right.SEE_REPORTS, override)
    if isinstance(allowed, Answer):
        return allowed
    if allowed.by:
        used = right_used(station, "see_reports", f"{since}..{until}", override_by=allowed.by)
        trouble = record(station, Facts(events=(used,)))
        if trouble:
            return trouble
    if not station.courier.status().online:
        return done(notice("report_is_own", Tone.WARNING), period=own_report(station, since, until))
    _ask(station, since, until, chain)
    return done(notice("report_asked"))


def _ask(station: Station, since: date, until: date, chain: bool) -> None:
    identity = station.journal.identity()
    store_id = "" if chain or identity is None else identity.store_id
    fields = {
        "store": store_id,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "language": station.operator.language if station.operator else station.settings.language,
    }

    def told(reply: Mapping[str, Any]) -> None:
        try:
            found = from_plain(PeriodReport, reply.get("report"))
        except ValueError:
            own = own_report(station, since, until)
            station.say(done(notice("report_is_own", Tone.WARNING), period=own))
        else:
            station.say(done(period=found))

    station.courier.request("report", fields, told, PATIENCE_MS)


def own_report(station: Station, since: date, until: date) -> PeriodReport:
    """What this till sold, from its own journal; the last OWN_DAYS of the period."""
    identity = station.journal.identity()
    since = max(since, until - timedelta(OWN_DAYS - 1))
    fold = PeriodFold()
    for document in station.journal.sold(since, until):
        if not document.training:
            local = station.gear.to_local(document.completed_at)
            fold.add(facts_of(document, local.replace(tzinfo=None)))
    return fold.report(identity.store_id if identity else "", since, until, whole=False)
