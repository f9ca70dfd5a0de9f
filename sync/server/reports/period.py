"""The report of a period: receipts walked once, members as they stand, the programme's return.

Reads one unchanging view and writes nothing. Costs a few microseconds a receipt and a member; who
asks for a year asks for a minute.
"""

from dataclasses import replace
from datetime import timedelta, tzinfo

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.reporting.folding import PeriodFold
from pos_app.domain.reporting.period_report import (
    LifetimeFigures,
    PeriodReport,
    ProgramReturn,
    RfmCell,
    Sums,
)
from pos_app.gear.zones import SETTING, zone_of
from sync.server.engine.refusal import refuse
from sync.server.engine.schema import sale, store
from sync.server.engine.services import Services
from sync.server.members.rfm import figures, table_of
from sync.server.reports.asked import Asked
from sync.server.reports.membership import member_figures
from sync.server.reports.offline import offline_value
from sync.server.reports.worth import lifetime_figures
from sync.server.settings.reference import settings_of
from sync.translate.receipt_facts import receipt_facts

DAYS_MOST = 400
AT_ONCE = 1_000
MARGIN = "margin_ppm"
"""Setting: what of a sale is the shop's own, in millionths; without it no profit is told."""


def period_report(connection: Connection, services: Services, asked: Asked) -> PeriodReport:
    """Everything of a period.

    Raises Refusal 404 unknown_store, 422 bad_period.
    """
    if asked.store_id and not _is_store(connection, asked.store_id):
        raise refuse(404, "unknown_store", asked.store_id)
    if not timedelta(0) <= asked.until - asked.since < timedelta(DAYS_MOST):
        raise refuse(422, "bad_period", f"{asked.since}..{asked.until}")
    settings = settings_of(connection, asked.store_id)
    zone = zone_of(settings.get(SETTING))
    report, visits = _walked(connection, asked, zone)
    rfm, lifetime = _standing(connection, asked)
    period = (asked.since, asked.until)
    return replace(
        report,
        members=member_figures(
            connection, services, asked.store_id, period, visits, asked.language
        ),
        rfm=rfm,
        lifetime=lifetime,
        program=_program_return(connection, asked, report.sums, zone, settings.get(MARGIN)),
        offline=offline_value(connection, asked, report.offline, zone),
    )


def _is_store(connection: Connection, store_id: str) -> bool:
    known = sa.select(sa.exists().where(store.c.id == store_id))
    return bool(connection.execute(known).scalar_one())


def _walked(
    connection: Connection, asked: Asked, zone: tzinfo
) -> tuple[PeriodReport, dict[str, int]]:
    """What the receipts say, and member -> receipts."""
    fold = PeriodFold()
    ours = [
        sale.c.business_on >= asked.since.isoformat(),
        sale.c.business_on <= asked.until.isoformat(),
    ]
    if asked.store_id:
        ours.append(sale.c.store == asked.store_id)
    wanted = sa.select(sale.c.document).where(*ours).order_by(sale.c.at, sale.c.id)
    visits: dict[str, int] = {}
    rows = connection.execution_options(yield_per=AT_ONCE).execute(wanted)
    for (document,) in rows:
        facts = receipt_facts(document, zone)
        if facts is None:
            continue
        fold.add(facts)
        if facts.member_id and facts.is_purchase:
            visits[facts.member_id] = visits.get(facts.member_id, 0) + 1
    return fold.report(asked.store_id, asked.since, asked.until, whole=True), visits


def _standing(
    connection: Connection, asked: Asked
) -> tuple[tuple[RfmCell, ...], LifetimeFigures | None]:
    """RFM and worth are of the chain's members: a member has one history, wherever they buy."""
    if asked.store_id:
        return (), None
    table = table_of(figures(connection, asked.until), asked.until)
    if table is None:
        return (), None
    cells: dict[tuple[int, int], tuple[int, int]] = {}
    for member, scores in table.scores.items():
        key = (scores.recency, scores.fm)
        count, net = cells.get(key, (0, 0))
        cells[key] = (count + 1, net + int(table.figures[member].monetary))
    rfm = tuple(RfmCell(*key, *cell) for key, cell in sorted(cells.items()))
    return rfm, lifetime_figures(connection, asked.until)


def _program_return(
    connection: Connection, asked: Asked, sums: Sums, zone: tzinfo, margin: object
) -> ProgramReturn:
    """Against as many days right before the period."""
    long = asked.until - asked.since + timedelta(1)
    control = replace(asked, since=asked.since - long, until=asked.since - timedelta(1))
    before = _walked(connection, control, zone)[0].sums
    return ProgramReturn(
        control.since,
        control.until,
        sums.identified_minor,
        before.identified_minor,
        sums.identified_given_minor,
        before.identified_given_minor,
        margin if isinstance(margin, int) and 0 < margin <= 1_000_000 else None,
    )
