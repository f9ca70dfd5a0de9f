"""What of a past receipt comes back, marked on its page by a scan, a row's number or a finger.

Never what is refunded, and never a sale: nothing is opened before the last key.
"""

from pos_app.domain.quantity import Quantity
from pos_app.domain.sentence import say
from pos_app.ui.desk import Ask, Desk, Own, Page, Row
from pos_app.ui.phrases import reason_rows
from pos_app.workstation.answer import Tone
from pos_app.workstation.view import FoundItem, LineView, TransactionView

RETURN_REASONS = ("defect", "not_suitable", "mistake")
ROW_DIGITS = 2
"""A longer number is a code of goods."""


def heard(desk: Desk, text: str) -> bool:
    """Something scanned, or typed with Enter, while a receipt's page is on show; True when it was
    for the page: goods that one brings back, a row's number, or nothing: go on with what is marked.
    Everything else (a card, another receipt) is for the till."""
    page = desk.page
    if page is None or page.kind != "return" or desk.ask is not None:
        return False
    if not text:
        lines = wanted(page)
        if lines:
            open_return(desk, page.content.id, lines)
        return bool(lines)
    row = int(text) if text.isdecimal() and len(text) <= ROW_DIGITS else 0
    if 0 < row <= len(page.content.lines):
        _mark(desk, page, [page.content.lines[row - 1]])
        return True
    item = desk.till.price_check(text).data.get("item")
    if isinstance(item, FoundItem):
        found = [line for line in page.content.lines if line.item_id == item.item_id]
        if found:
            _mark(desk, page, found)
        else:
            desk.tell("ui.return_not_here", Tone.WARNING, name=item.name)
    return isinstance(item, FoundItem)


def _mark(desk: Desk, page: Page, lines: list[LineView]) -> None:
    """One more of the first of these that has any left."""
    open_ones = [one for one in lines if page.chosen.get(one.line, 0) < one.quantity.value]
    if open_ones:
        desk.hush()
        step(desk, page, open_ones[0], 1)
    else:
        desk.tell("ui.return_no_more", Tone.WARNING, name=lines[0].name)


def step(desk: Desk, page: Page, line: LineView, by: int) -> None:
    """A piece at a time; what is weighed goes back whole or not at all."""
    size = line.quantity.value if line.quantity.unit.price_digits else 1
    asked = page.chosen.get(line.line, 0) + by * size
    page.chosen[line.line] = max(0, min(asked, line.quantity.value))
    desk.emit(Own.PAGE)


def any_left(receipt: TransactionView) -> bool:
    """Whether something of it may still come back."""
    return any(line.quantity.value for line in receipt.lines)


def everything(desk: Desk, page: Page) -> None:
    """All that has not come back yet."""
    page.chosen.update((line.line, line.quantity.value) for line in page.content.lines)
    desk.emit(Own.PAGE)


def wanted(page: Page) -> list[tuple[int, str]]:
    """(line, quantity in priced units) of what is marked."""
    receipt: TransactionView = page.content
    marked = ((line, page.chosen.get(line.line, 0)) for line in receipt.lines)
    return [
        (line.line, Quantity(many, line.quantity.unit).decimal()) for line, many in marked if many
    ]


def open_return(
    desk: Desk, receipt: str, lines: list[tuple[int, str]], *, exchange: bool = False
) -> None:
    """The chosen lines and why; completed like a sale, or first other goods are scanned."""
    task = desk.till.exchange if exchange else desk.till.return_sale

    def pick(row: Row) -> None:
        desk.close_ask()
        desk.turn_to(None)
        about = say("approve.exchange" if exchange else "approve.return", number=receipt)
        desk.attempt(lambda who: task(receipt, lines, reason=row.value, override=who), about)

    desk.open(Ask("reason", lambda text: None, pick=pick), reason_rows(desk, RETURN_REASONS))
