"""What goes back to a customer, for the screen that they see: as far as the cashier's says it.

Never a name, a phone number or a card, nor any end of one.
"""

from dataclasses import dataclass, replace

from pos_app.ui import return_marks
from pos_app.ui.desk import Desk, Page
from pos_app.ui.totals import apart_minor, out_minor
from pos_app.workstation.return_shown import BackSums
from pos_app.workstation.tender_shown import TenderView
from pos_app.workstation.view import LineView, TransactionView


@dataclass(frozen=True, slots=True)
class GoingBack:
    """`key`: what `minor` is, "" of an exchange that is to be paid. `ways`: where the money goes
    where not all of it is cash; `points_back` are given back, `points_taken` taken back."""

    lines: tuple[LineView, ...]
    key: str
    minor: int
    ways: tuple[TenderView, ...] = ()
    points_back: int = 0
    points_taken: int = 0


class MarkedBack:
    """What is marked on a receipt's page; the till is asked again when that has changed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._page: Page | None = None
        self._asked: list[tuple[int, str]] = []
        self._found: GoingBack | None = None

    def of(self, page: Page | None) -> GoingBack | None:
        """None while nothing is marked."""
        if page is None or page.kind != "return":
            return None
        wanted = return_marks.wanted(page)
        if page is not self._page or wanted != self._asked:
            self._page, self._asked = page, wanted
            self._found = self._sums(page, wanted) if wanted else None
        return self._found

    def _sums(self, page: Page, wanted: list[tuple[int, str]]) -> GoingBack | None:
        told = self._desk.till.return_sums(page.content.id, wanted).data
        back = told.get("back")
        if not isinstance(back, BackSums):
            return None
        return GoingBack(
            tuple(told.get("lines", ())), "customer.refund", back.out_minor, _apart(back.ways),
            back.points_back, back.points_taken,
        )  # fmt: skip


def of_open(transaction: TransactionView) -> GoingBack | None:
    """Of an open return or exchange, or of what is left of one; None of a sale."""
    swap, back = transaction.exchange, transaction.returning
    if transaction.kind == "return":
        paid = tuple(replace(one, amount_minor=-one.amount_minor) for one in transaction.refunds)
        points = (back.points_back, back.points_taken) if back is not None else (0, 0)
        due = transaction.due_minor
        return GoingBack(transaction.lines, "customer.refund", due, _apart(paid), *points)
    if swap is None and transaction.credit_minor and not transaction.due_minor:
        return GoingBack(transaction.lines, "ui.to_hand_out", out_minor(transaction))
    if swap is None:
        return None
    out = 0 if transaction.due_minor else out_minor(transaction)
    ways = tuple(replace(one, amount_minor=-one.amount_minor) for one in swap.apart)
    key = "ui.to_hand_out" if out or apart_minor(swap) else ""
    came = tuple(map(_came_back, swap.lines))
    points = (swap.points_given, swap.points_taken)
    return GoingBack((*came, *transaction.lines), key, out, _apart(ways), *points)


def _came_back(line: LineView) -> LineView:
    """It lowers what is to be paid."""
    return replace(line, amount_minor=-line.amount_minor, list_minor=-line.amount_minor)


def _apart(ways: tuple[TenderView, ...]) -> tuple[TenderView, ...]:
    """Nothing where all of it is cash: the figure says it."""
    if all(one.kind == "cash" for one in ways):
        return ()
    return tuple(replace(one, label="") for one in ways)
