"""What stays on the screen when a receipt is closed, until the next scan. It decides nothing."""

from dataclasses import replace

from pos_app.domain.document import CompletedTransaction, TransactionKind
from pos_app.domain.tender import TenderKind
from pos_app.workstation import printing
from pos_app.workstation.handing_out import apart
from pos_app.workstation.payment_view import ways_back
from pos_app.workstation.station import LastSale, Station
from pos_app.workstation.tender_shown import TenderView
from pos_app.workstation.view import LastSaleView

CASH = TenderKind.CASH.value
EXCHANGE = "exchange"


def last_sale(station: Station) -> LastSaleView | None:
    """Of a return, apart: what is to be taken from the drawer, and what goes another way; of an
    exchange, what of its return went another way."""
    last = station.last_sale
    if last is None:
        return None
    document = last.document
    back = document.kind is TransactionKind.RETURN
    ways = _standing(station, last.document) if back else _beside(station, last)
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
        points_given=last.returned.totals.points_redeemed if last.returned else 0,
        points_taken=last.returned.totals.points_earned if last.returned else 0,
    )


def _beside(station: Station, last: LastSale) -> tuple[TenderView, ...]:
    if last.returned is None:
        return ()
    return ways_back(apart(station, last.returned.tenders, last.document.tenders))


def _standing(station: Station, document: CompletedTransaction) -> tuple[TenderView, ...]:
    """Where the money of a return is; what pays for the other half of an exchange is there."""
    ways, halves = ways_back(document.tenders), station.remembered.halves.values()
    half = next((one for one in halves if one.returned_id == document.transaction_id), None)
    if half is None:
        return ways
    paid = dict(half.paid)
    left = (replace(w, amount_minor=w.amount_minor - paid.get(w.kind, 0)) for w in ways)
    rest = tuple(one for one in left if one.amount_minor > 0)
    return (*rest, TenderView(EXCHANGE, half.minor))
