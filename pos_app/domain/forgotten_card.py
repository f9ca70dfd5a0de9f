"""A receipt of nobody that becomes a member's who had forgotten the card.

Source: loyalty.md 6. Earning only, by the rules of the receipt's own day and on its stored amounts.
Never another price, never a second time, never for goods that are back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from pos_app.domain.completion import dated
from pos_app.domain.document import CompletedLine, CompletedTransaction, Step
from pos_app.domain.events import CreditedLine, ReceiptCredited
from pos_app.domain.item import Item
from pos_app.domain.loyalty.account import Cause, EntryKind, PointsEntry
from pos_app.domain.loyalty.program import Program
from pos_app.domain.pricing.basket import BasketLine, Context
from pos_app.domain.pricing.earning import Earning
from pos_app.domain.pricing.redemption import PointsShare
from pos_app.domain.pricing.worksheet import Row
from pos_app.domain.returning import ReturnLine, return_figures

REASON = "forgotten_card"
Items = Callable[[str], Item | None]


def earned_lines(
    program: Program, document: CompletedTransaction, items: Items, context: Context
) -> tuple[CreditedLine, ...]:
    """What the receipt would have earned for the context's customer, line by line.

    On the amounts that were paid. Goods that nobody here knows any more earn nothing: the law or
    the shop may have barred them.
    """
    rows = [_row(line, items) for line in document.lines]
    nothing = [PointsShare(0, 0)] * len(rows)
    earned = Earning(program, rows, nothing, context).earned()
    return tuple(
        CreditedLine(line.line, points, rate, _base_minor(program, line) if rate else 0)
        for line, points, rate in zip(document.lines, earned.points, earned.rates, strict=True)
    )


def _row(line: CompletedLine, items: Items) -> Row:
    known = items(line.item_id)
    gone = Item(line.item_id, line.name, (), line.categories, earns=False)
    item = known if known is not None and not line.card_id else gone
    basket = BasketLine(line.line, item, line.quantity, line.unit_price_minor)
    return Row(basket, line.net_minor, list(line.modifications))


def _base_minor(program: Program, line: CompletedLine) -> int:
    """What the line earns on, as `completion` stores it; no points had paid of it."""
    if program.earn.base != "before_transaction_promotions":
        return line.net_minor
    steps = (m.amount_minor for m in line.modifications if m.step is Step.TRANSACTION)
    return line.net_minor + sum(steps)


def as_members(
    original: CompletedTransaction, credit: ReceiptCredited | None
) -> CompletedTransaction:
    """The receipt as if it had been the member's: what a return of it takes back.

    Nobody's spend, turnover or tier: only its points are somebody's.
    """
    if credit is None:
        return original
    by_line = {one.line: one for one in credit.lines}
    lines = tuple(_credited(line, by_line.get(line.line)) for line in original.lines)
    whole = sum(line.points_earned for line in lines)
    return replace(
        original,
        lines=lines,
        totals=replace(original.totals, points_earned=whole),
        entries=(replace(credit.entry, points=whole),),
    )


def _credited(line: CompletedLine, one: CreditedLine | None) -> CompletedLine:
    if one is None:
        return line
    return replace(
        line, points_earned=one.points, earn_rate=one.rate, earn_base_minor=one.base_minor
    )


def returns_as_members(
    original: CompletedTransaction,
    credit: ReceiptCredited | None,
    returns: Sequence[CompletedTransaction],
) -> tuple[CompletedTransaction, ...]:
    """The returns of `as_members(original)`: those of before the credit have taken back what the
    credit has not given."""
    if credit is None:
        return tuple(returns)
    found: list[CompletedTransaction] = []
    for document in returns:
        found.append(_return_as_members(original, credit, document, found))
    return tuple(found)


def _return_as_members(
    original: CompletedTransaction,
    credit: ReceiptCredited,
    document: CompletedTransaction,
    earlier: Sequence[CompletedTransaction],
) -> CompletedTransaction:
    sold = {line.line: line for line in original.lines}
    wanted = [
        ReturnLine(sold[line.returned_line], line.quantity.value)
        for line in document.lines
        if line.returned_line in sold
    ]
    figures = return_figures(original, wanted, earlier)
    taken = figures.totals.points_earned
    entries = document.entries
    if taken and not any(one.reverses == credit.entry.entry_id for one in entries):
        answer = replace(credit.entry, kind=EntryKind.REVERSE, points=-taken,
                         reverses=credit.entry.entry_id)  # fmt: skip
        entries = (*entries, answer)
    totals = replace(document.totals, points_earned=taken)
    return replace(document, lines=figures.lines, totals=totals, entries=entries)


@dataclass(frozen=True, slots=True)
class Counter:
    """Where, when and by whom a receipt is credited, and new ids."""

    store_id: str
    business_on: date
    at: datetime
    operator_id: str
    new_id: Callable[[], str]


def credit_of(
    original: CompletedTransaction,
    returns: Sequence[CompletedTransaction],
    lines: tuple[CreditedLine, ...],
    member_id: str,
    program: Program,
    counter: Counter,
) -> ReceiptCredited | None:
    """The event: the points of what is not back; None if they are none."""
    entry = PointsEntry(
        counter.new_id(),
        member_id,
        EntryKind.EARN,
        0,
        counter.at,
        counter.business_on,
        Cause("transaction", original.transaction_id, counter.operator_id, REASON),
        program.ref,
    )
    receipt = (original.transaction_id, original.receipt_number)
    whole = ReceiptCredited(*receipt, entry, lines, counter.store_id, counter.at)
    sold = as_members(original, whole)
    back = returns_as_members(sold, whole, returns)
    points = sold.totals.points_earned - sum(one.totals.points_earned for one in back)
    if points <= 0:
        return None
    return replace(whole, entry=dated(replace(entry, points=points), program.earn))
