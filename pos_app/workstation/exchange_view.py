"""What comes back, and where its money goes, as a screen shows it. Never decides anything."""

from pos_app.domain.returning import return_figures
from pos_app.domain.transaction import Transaction
from pos_app.workstation import settle
from pos_app.workstation.handing_out import apart, credit_of
from pos_app.workstation.payment_view import tender_view
from pos_app.workstation.return_sale import earlier_returns, wanted_lines
from pos_app.workstation.return_view import line_back
from pos_app.workstation.station import Station
from pos_app.workstation.tender_shown import TenderView
from pos_app.workstation.view import ExchangeView


def refunds(station: Station, transaction: Transaction) -> tuple[TenderView, ...]:
    """Of an open return: to which tenders its money goes. Negative, as the document has them."""
    original = transaction.original
    if original is None or not transaction.lines:
        return ()
    found = settle.refunds_of(station, original, wanted_lines(transaction), transaction.reason)
    return tuple(tender_view(one) for one in found)


def exchange_view(station: Station, due_minor: int) -> ExchangeView | None:
    """The open exchange; `due_minor`: what the sale costs by itself."""
    exchange = station.exchange
    if exchange is None or exchange.sale is not None:
        return None
    back = settle.refunds_of(station, exchange.original, exchange.chosen, exchange.reason)
    whole = sum(-one.amount_minor for one in back)
    figures = return_figures(
        exchange.original, exchange.chosen, earlier_returns(station, exchange.original)
    )
    lines = tuple(line_back(one, -one.line, one.payable_minor) for one in figures.lines)
    used = min(settle.exchange_credit_minor(station), due_minor)
    credit = credit_of(station, back, due_minor)
    return ExchangeView(
        exchange.original.receipt_number,
        lines,
        whole,
        whole - used,
        tuple(tender_view(one) for one in apart(station, back, credit)),
        figures.totals.points_redeemed,
        figures.totals.points_earned,
    )
