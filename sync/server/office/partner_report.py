"""The settlement with a partner, from posted receipts. Never a rule: that is the domain's."""

from collections.abc import Iterator
from datetime import date

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.money import format_decimal
from pos_app.domain.partner_settlement import TALLY, PartnerReport, settle
from sync.server.engine.refusal import refuse
from sync.server.engine.schema import sale
from sync.server.engine.services import Services
from sync.server.settings.tiering import program_in_force
from sync.translate.documents import transaction_from_doc
from sync.wire.events import TransactionCompletedDoc


def partner_report(
    connection: Connection, services: Services, partner_id: str, from_on: date, until_on: date
) -> PartnerReport:
    """Business days `from_on` to `until_on`, both included. Raises Refusal 404."""
    program = program_in_force(connection, services.now())
    partners = program.partners if program else ()
    partner = next((one for one in partners if one.partner_id == partner_id), None)
    if partner is None:
        raise refuse(404, "unknown_partner")
    return settle(partner, _receipts(connection, partner_id, from_on, until_on), from_on, until_on)


def _receipts(
    connection: Connection, partner_id: str, from_on: date, until_on: date
) -> Iterator[CompletedTransaction]:
    """Receipts that may be marked; the domain looks at the mark itself."""
    rows = connection.execute(
        sa.select(sale.c.document).where(
            sale.c.business_on >= from_on.isoformat(),
            sale.c.business_on <= until_on.isoformat(),
            sale.c.document.contains(f'"{TALLY}{partner_id}"', autoescape=True),
        )
    )
    for row in rows:
        yield transaction_from_doc(msgspec.json.decode(row.document, type=TransactionCompletedDoc))


def report_lines(report: PartnerReport, digits: int = 2) -> list[str]:
    """As the command prints it: one `name value` a line, money as decimals."""
    money = {
        "net": report.net_minor,
        "commission": report.commission_minor,
        "points_price": report.points_minor,
        "owed": report.owed_minor,
    }
    counts = {
        "receipts": report.receipts,
        "returns": report.returns,
        "points_earned": report.points_earned,
        "points_redeemed": report.points_redeemed,
    }
    return [
        f"{report.partner_id} {report.from_on} {report.until_on}",
        *(f"{name} {count}" for name, count in counts.items()),
        *(f"{name} {format_decimal(amount, digits)}" for name, amount in money.items()),
    ]
