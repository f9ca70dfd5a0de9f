"""What stays on the screen when a receipt is closed, until the next scan. It decides nothing."""

from pos_app.domain.document import TransactionKind
from pos_app.domain.tender import TenderKind
from pos_app.workstation import printing
from pos_app.workstation.payment_view import ways_back
from pos_app.workstation.station import Station
from pos_app.workstation.view import LastSaleView

CASH = TenderKind.CASH.value


def last_sale(station: Station) -> LastSaleView | None:
    """Of a return, apart: what is to be taken from the drawer, and what goes another way."""
    last = station.last_sale
    if last is None:
        return None
    document = last.document
    ways = ways_back(document.tenders) if document.kind is TransactionKind.RETURN else ()
    return LastSaleView(
        document.transaction_id,
        document.kind.value,
        document.receipt_number,
        document.totals.due_minor,
        document.change_minor,
        document.totals.points_earned,
        document.totals.points_redeemed,
        printing.state_of(station, last.job_id),
        drawer_minor=sum(one.amount_minor for one in ways if one.kind == CASH),
        ways=tuple(one for one in ways if one.kind != CASH),
    )
