"""Why it cost so: of the open receipt, of the one just closed, of a past one on show. No rule."""

from dataclasses import dataclass

from pos_app.ui import return_marks
from pos_app.ui.desk import Desk, Page
from pos_app.workstation.answer import Tone
from pos_app.workstation.view import TraceRow


@dataclass(frozen=True, slots=True)
class Why:
    """The trace of a receipt. `number`: of a closed one; `under`: the page that it was asked on."""

    rows: tuple[TraceRow, ...]
    number: str = ""
    under: Page | None = None


def why(desk: Desk) -> None:
    """F11: the full trace of the receipt on show (a past one on its page, the open one, the one
    just closed, else the till's last); what touched the selected line comes first. F11 again, or
    Esc: what was there before."""
    page = desk.page
    if page is not None and page.kind == "trace":
        desk.turn_to(under(page))
        return
    shown = page if page is not None and page.kind == "return" else None
    last, transaction = desk.view.last_sale, desk.view.transaction
    closed = last.transaction_id if transaction is None and last else None
    answer = desk.do(desk.till.explain(shown.content.id if shown else closed))
    if answer.ok:
        sold = transaction if transaction and transaction.kind != "return" and not shown else None
        line = sold.selected_line if sold else None
        trace = sorted(answer.data.get("trace", ()), key=lambda row: line not in row.lines)
        told = Why(tuple(trace), answer.data.get("receipt_number", ""), shown)
        desk.turn_to(Page("trace", told))
        if shown is not None and not return_marks.any_left(shown.content):
            desk.tell("ui.why_of_returned", Tone.NEUTRAL, number=shown.content.id)


def under(page: Page) -> Page | None:
    """The page that lies under one; None is the table."""
    return page.content.under if isinstance(page.content, Why) else None
