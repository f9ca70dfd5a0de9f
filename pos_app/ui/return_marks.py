"""What of a past receipt comes back, marked on its page by a scan, a row's number or a finger.

Never what is refunded, and never a sale: nothing is opened before the last key.
"""

import re

from pos_app.domain.identification.symbology import split_aim
from pos_app.domain.quantity import Quantity, parse_quantity
from pos_app.domain.sentence import say
from pos_app.ui.desk import Ask, Desk, Own, Page, Row
from pos_app.ui.phrases import reason_rows
from pos_app.workstation.answer import Tone
from pos_app.workstation.price_check import CheckedPrice
from pos_app.workstation.view import FoundItem, LineView, TransactionView

RETURN_REASONS = ("defect", "not_suitable", "mistake")
ROW_DIGITS = 2
"""A longer number is a code of goods."""
AMOUNT = re.compile(r"\d{1,6}(?P<part>[.,]\d{1,3})?", re.ASCII)


def heard(desk: Desk, text: str) -> bool:
    """Something scanned, or typed with Enter, while a receipt's page is on show; True when it was
    for the page: goods that one brings back, a row's number, or nothing: go on with what is marked.
    Everything else (a card, another receipt) is for the till."""
    page = desk.page
    if page is None or page.kind != "return" or desk.ask is not None:
        return False
    if not text:
        found = wanted(page)
        if found:
            open_return(desk, page.content.id, found)
        return bool(found)
    many, what = _parted(text)
    if not what:
        _weigh(desk, page, many)
        return True
    lines, weight = _meant(desk, page, what)
    if lines and many:
        put(desk, page, _with_room(page, lines) or lines[0], many)
    elif lines:
        _mark(desk, page, lines, weight)
    return lines is not None


def _weigh(desk: Desk, page: Page, many: str) -> None:
    """A weight alone is of the goods marked last, else of the only ones it can be of."""
    lines = [line for line in page.content.lines if line.quantity.value and is_weighed(line)]
    last = next((line for line, value in reversed(page.chosen.items()) if value), 0)
    meant = [line for line in lines if line.line == last] or lines
    if len(meant) == 1:
        put(desk, page, meant[0], many)
    else:
        desk.tell("ui.return_weight_of", Tone.WARNING)


def _parted(text: str) -> tuple[str, str]:
    """How much, and of what: `0.350*3`, `2*CODE`; `0.350` is of what was marked last."""
    many, star, what = text.partition("*")
    amount = AMOUNT.fullmatch(many)
    if amount and (star or amount["part"]):
        return many, what
    return "", text


def _meant(desk: Desk, page: Page, what: str) -> tuple[list[LineView] | None, int]:
    """Lines of the receipt by a row's number or a code; the weight that a scale's label tells, else
    0. None: no goods; none of them: other goods, which is said."""
    row = int(what) if what.isdecimal() and len(what) <= ROW_DIGITS else 0
    if 0 < row <= len(page.content.lines):
        return [page.content.lines[row - 1]], 0
    told = desk.till.price_check(what).data
    item, price = told.get("item"), told.get("price")
    if not isinstance(item, FoundItem):
        return None, 0
    label = price.label if isinstance(price, CheckedPrice) else None
    found = [line for line in page.content.lines if line.item_id == item.item_id]
    if not found:
        desk.tell("ui.return_not_here", Tone.WARNING, name=item.name)
    return found, label.weight.value if label is not None and label.weight else 0


def is_weighed(line: LineView) -> bool:
    """Whether a part of it is told by its weight."""
    return bool(line.quantity.unit.price_digits)


def _room(page: Page, line: LineView) -> int:
    return line.quantity.value - page.chosen.get(line.line, 0)


def _with_room(page: Page, lines: list[LineView]) -> LineView | None:
    return next((one for one in lines if _room(page, one) > 0), None)


def _mark(desk: Desk, page: Page, lines: list[LineView], weight: int) -> None:
    """One more of the first of these that has any left; of a label, its weight: best of a line
    that was just that."""
    wide = [one for one in lines if _room(page, one) >= max(weight, 1)]
    line = next((one for one in wide if _room(page, one) == weight), wide[0] if wide else None)
    if line is not None and weight and is_weighed(line):
        _set(desk, page, line, page.chosen.get(line.line, 0) + weight)
    elif line is not None:
        desk.hush()
        step(desk, page, line, 1)
    elif _with_room(page, lines) is not None:
        _too_much(desk, max(lines, key=lambda one: _room(page, one)))
    else:
        desk.tell("ui.return_no_more", Tone.WARNING, name=lines[0].name)


def put(desk: Desk, page: Page, line: LineView, many: str) -> None:
    """Just so many, or so much, of a line: `0.350` in kilograms."""
    try:
        value = parse_quantity(many, line.quantity.unit).value
    except ValueError:
        desk.tell("refused.bad_quantity", Tone.WARNING, text=many)
        return
    if value > line.quantity.value:
        _too_much(desk, line)
    else:
        _set(desk, page, line, value)


def _too_much(desk: Desk, line: LineView) -> None:
    desk.tell("refused.too_many_back", Tone.WARNING, name=line.name, left=line.quantity)


def _set(desk: Desk, page: Page, line: LineView, value: int) -> None:
    desk.hush()
    page.chosen.pop(line.line, None)  # what is marked last stands last
    page.chosen[line.line] = max(0, min(value, line.quantity.value))
    desk.emit(Own.PAGE)


def step(desk: Desk, page: Page, line: LineView, by: int) -> None:
    """A piece at a time; what is weighed goes whole or not at all, unless a weight is told."""
    size = line.quantity.value if is_weighed(line) else 1
    _set(desk, page, line, page.chosen.get(line.line, 0) + by * size)


def ask_weight(desk: Desk, page: Page, line: LineView) -> None:
    """How much of a weighed line comes back, by the pad or by keys; a scan ends the question."""

    def accept(text: str) -> None:
        desk.write("")
        desk.close_ask()
        if text:
            put(desk, page, line, text)

    def scan(data: bytes) -> None:
        desk.write("")
        desk.close_ask()
        heard(desk, split_aim(data.decode("utf-8", "replace"))[1])

    goods = say("ui.return_part_of", name=line.name, left=line.quantity)
    desk.open(Ask("return_weight", accept, pad="amount", scan=scan, detail=goods))


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
