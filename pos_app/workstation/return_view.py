"""What a return says before it is made: whose receipt, what is paid out, which points move.

Never decides anything.
"""

from collections.abc import Sequence

from pos_app.domain.document import CompletedLine, CompletedTransaction
from pos_app.domain.returning import ReturnLine, return_figures
from pos_app.domain.tender import TenderKind
from pos_app.domain.transaction import Transaction
from pos_app.workstation import bare_goods, settle
from pos_app.workstation.answer import Answer, done
from pos_app.workstation.identify_member import member_here
from pos_app.workstation.payment_view import ways_back
from pos_app.workstation.return_sale import chosen_of, earlier_returns, find, wanted_lines
from pos_app.workstation.return_shown import BackSums, ReturnView
from pos_app.workstation.station import Station
from pos_app.workstation.view import LineView

CASH = TenderKind.CASH.value


def sums(station: Station, receipt: str, lines: Sequence[tuple[int, str]]) -> Answer:
    """data["back"]: BackSums of these lines of a receipt, data["lines"]: what comes back of each;
    nothing is opened."""
    original = find(station, receipt)
    if isinstance(original, Answer):
        return original
    chosen = chosen_of(station, original, lines)
    if isinstance(chosen, Answer):
        return chosen
    figures = return_figures(original, chosen, earlier_returns(station, original))
    shown = tuple(line_back(one, one.line, one.net_minor) for one in figures.lines)
    return done(back=_sums(station, original, chosen), lines=shown)


def line_back(line: CompletedLine, number: int, amount_minor: int) -> LineView:
    """So much of a past receipt's line, under a number of its own."""
    return LineView(
        number,
        line.item_id,
        line.code,
        line.name,
        line.quantity,
        line.unit_price_minor,
        line.list_minor,
        (),
        amount_minor,
        line.points_minor,
        line.points_earned,
    )


def _sums(
    station: Station, original: CompletedTransaction, chosen: Sequence[ReturnLine]
) -> BackSums:
    totals = return_figures(original, chosen, earlier_returns(station, original)).totals
    paid = settle.refunds_of(station, original, chosen, "")
    out = -sum(one.amount_minor for one in paid)
    fraction = _fraction_minor(original, totals.points_minor, totals.points_redeemed)
    points = (totals.points_redeemed, totals.points_earned)
    return BackSums(out, *points, fraction, ways=ways_back(paid))


def _fraction_minor(original: CompletedTransaction, points_minor: int, points: int) -> int:
    """Goods are paid with parts of points, an account has whole ones: what is less than one now."""
    whole = original.totals
    if not whole.points_redeemed:
        return 0
    worth = points * whole.points_minor // whole.points_redeemed
    return max(points_minor - worth, 0)


def return_view(station: Station, transaction: Transaction) -> ReturnView:
    """Of an open return."""
    original = transaction.original
    if original is None:
        return ReturnView("", "", False, bare=True, terms=bare_goods.terms(station))
    found = _sums(station, original, wanted_lines(transaction)) if transaction.lines else BackSums()
    shown = receipt_view(station, original)
    return ReturnView(
        shown.receipt, shown.name, shown.of_member, found.points_back, found.points_taken,
        fraction_minor=found.fraction_minor,
        drawer_minor=sum(one.amount_minor for one in found.ways if one.kind == CASH),
    )  # fmt: skip


def receipt_view(station: Station, original: CompletedTransaction) -> ReturnView:
    """Of a receipt that is looked at; a credited one is its member's."""
    owners = [original.member_id or "", *(entry.member_id for entry in original.entries)]
    owner = next(filter(None, owners), "")
    one = member_here(station, "id", owner)[0] if owner else None
    tail = f"··{one.phone_last4 or one.card_last4}" if one is not None else ""
    name = one.display_name or tail if one is not None else ""
    return ReturnView(original.receipt_number, name, bool(owner))
