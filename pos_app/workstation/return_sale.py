"""Goods come back.

The cashier scans or types the receipt, chooses lines and how many of each; the stored amounts go
back to the original tenders and the points to their lots. Never a new price for an old sale.
"""

from collections.abc import Sequence
from dataclasses import replace

from pos_app.domain.document import (
    CompletedLine,
    CompletedTransaction,
    TransactionKind,
)
from pos_app.domain.forgotten_card import as_members, returns_as_members
from pos_app.domain.item import Item
from pos_app.domain.loyalty.tally import added
from pos_app.domain.membership_return import Used, used_days
from pos_app.domain.money import Money
from pos_app.domain.pricing.result import Priced, PricedLine, RedeemLimit
from pos_app.domain.quantity import Quantity, parse_quantity
from pos_app.domain.returning import ReturnLine, return_figures, returned_before
from pos_app.domain.rights import Right
from pos_app.domain.sentence import say
from pos_app.domain.transaction import LineItem, MemberLink, Transaction
from pos_app.workstation import bare_goods, pay_by_gift_card
from pos_app.workstation.answer import Answer, Part, Tone, done, notice, refused
from pos_app.workstation.ports import Facts
from pos_app.workstation.pricing_task import know, program_of, reprice
from pos_app.workstation.sale import SALE_PARTS, clear, not_ready
from pos_app.workstation.station import (
    Override,
    Station,
    authorise,
    changed,
    record,
    right_used,
)
from pos_app.workstation.suspend_resume import suspend


def find(station: Station, receipt: str) -> CompletedTransaction | Answer:
    """A completed sale of this till by number, code or id."""
    key = receipt.strip().removeprefix("K1R:")
    document = sale_of(station, key)
    if document is None:
        return refused("unknown_receipt", number=key)
    if document.kind is TransactionKind.RETURN:
        return refused("is_a_return", number=key)
    return document


def sale_of(station: Station, key: str) -> CompletedTransaction | None:
    """A completed transaction; one that was credited to a member afterwards has their points."""
    document = station.journal.document(key)
    if document is None or document.member_id or document.kind is TransactionKind.RETURN:
        return document
    return as_members(document, station.journal.credit_of(document.transaction_id))


def earlier_returns(
    station: Station, original: CompletedTransaction
) -> tuple[CompletedTransaction, ...]:
    """What came back of it already."""
    returns = station.journal.returns_of(original.transaction_id)
    if original.member_id:
        return returns
    credit = station.journal.credit_of(original.transaction_id)
    return returns_as_members(original, credit, returns)


def left_of(station: Station, original: CompletedTransaction) -> dict[int, int]:
    """Base units that may still come back, by line."""
    before = returned_before(earlier_returns(station, original))
    return {line.line: line.quantity.value - before.get(line.line, 0) for line in original.lines}


def open_return(
    station: Station,
    receipt: str,
    lines: Sequence[tuple[int, str]] | None,
    reason: str,
    override: Override | None,
) -> Answer:
    """Open a return of a receipt; None is every line. A sale that is open is put aside for it."""
    trouble = not_ready(station) or _in_the_way(station)
    if trouble:
        return trouble
    found = allowed_back(station, receipt, lines, reason, override)
    aside = found if isinstance(found, Answer) else _put_aside(station)
    if isinstance(found, Answer) or not aside.ok:
        return aside
    original, chosen = found
    clear(station)  # a customer without goods is no receipt
    begin_return(station, original, chosen, reason)
    pay_by_gift_card.ask_for_return(station, {one.sold.card_id for one in chosen} - {""})
    said = (*aside.notices, notice("return_open", Tone.NEUTRAL))
    return changed(*SALE_PARTS, Part.SUSPENDED, notices=said)


def _in_the_way(station: Station) -> Answer | None:
    """What is open and cannot be put aside: a return, money, an exchange."""
    now = station.open
    if station.exchange is not None:
        return refused("exchange_first")
    if now is None or not now.lines:
        return None
    moves = station.doing is not None or station.moving is not None or now.tenders
    if now.kind is TransactionKind.RETURN:
        return refused("return_first")
    return refused("finish_first") if moves else None


def _another_back(station: Station) -> Answer | None:
    """Goods that are on their way back end first: nothing of another receipt is marked for no
    use."""
    now = station.open
    back = now is not None and now.kind is TransactionKind.RETURN
    return _in_the_way(station) if back or station.exchange is not None else None


def _put_aside(station: Station) -> Answer:
    """The sale of the customer who waits; F5 takes it up again."""
    if station.open is None or not station.open.lines:
        return done()
    answer = suspend(station, "")
    return replace(answer, notices=(notice("aside_for_return"),)) if answer.ok else answer


def allowed_back(
    station: Station,
    receipt: str,
    lines: Sequence[tuple[int, str]] | None,
    reason: str,
    override: Override | None,
) -> tuple[CompletedTransaction, list[ReturnLine]] | Answer:
    """The sale and what is to come back of it, with the right to it in the audit chain."""
    original = find(station, receipt)
    if isinstance(original, Answer):
        return original
    chosen = _chosen(original, left_of(station, original), lines)
    if isinstance(chosen, Answer):
        return chosen
    allowed = authorise(station, Right.RETURN_BY_RECEIPT, override)
    if isinstance(allowed, Answer):
        return allowed
    event = right_used(
        station,
        "return",
        original.receipt_number,
        reason=reason,
        override_by=allowed.by,
    )
    trouble = record(station, Facts(events=(event,)))
    return trouble or (original, chosen)


def open_bare(station: Station, reason: str, override: Override | None) -> Answer:
    """Open a return without a receipt: the goods are scanned next. A right of its own."""
    trouble = not_ready(station) or _in_the_way(station)
    if trouble:
        return trouble
    if not reason:
        return refused("reason_wanted")
    allowed = authorise(station, Right.RETURN_WITHOUT_RECEIPT, override)
    if isinstance(allowed, Answer):
        return allowed
    over = bare_goods.not_today(station)
    if over:
        return over
    new = Transaction(station.new_id(), station.now(), kind=TransactionKind.RETURN, reason=reason)
    event = right_used(
        station, "return_bare", new.transaction_id, reason=reason, override_by=allowed.by
    )
    trouble = record(station, Facts(events=(event,)))
    aside = trouble or _put_aside(station)
    if not aside.ok:
        return aside
    clear(station)
    station.last_sale, station.open = None, new
    reprice(station)
    said = (*aside.notices, notice("bare_return_open", Tone.NEUTRAL))
    return changed(*SALE_PARTS, Part.SUSPENDED, notices=said)


def _chosen(
    original: CompletedTransaction,
    left: dict[int, int],
    lines: Sequence[tuple[int, str]] | None,
) -> list[ReturnLine] | Answer:
    sold = {line.line: line for line in original.lines}
    if lines is None:
        everything = [ReturnLine(line, left[line.line]) for line in original.lines]
        chosen = [one for one in everything if one.value > 0]
        return chosen or refused("all_returned")
    found: dict[int, ReturnLine] = {}
    for number, text in lines:
        if number not in sold:
            return refused("no_line")
        before = found[number].value if number in found else 0
        one = _quantity(sold[number], text, left[number] - before)
        if isinstance(one, Answer):
            return one
        found[number] = replace(one, value=one.value + before)
    return list(found.values()) or refused("nothing_chosen")


def _quantity(sold: CompletedLine, text: str, left: int) -> ReturnLine | Answer:
    try:
        quantity = parse_quantity(text, sold.quantity.unit)
    except ValueError:
        return refused("bad_quantity", text=text)
    if not 0 < quantity.value <= left:
        return refused("too_many_back", name=sold.name, left=Quantity(left, quantity.unit))
    return ReturnLine(sold, quantity.value)


def begin_return(
    station: Station, original: CompletedTransaction, chosen: Sequence[ReturnLine], reason: str
) -> None:
    """The return as the screen shows it: stored numbers, no engine."""
    figures = return_figures(original, chosen, earlier_returns(station, original))
    refunds = figures.lines
    station.last_sale = None
    station.known = None
    station.past.clear()
    member = MemberLink(original.member_id, original.identified_by) if original.member_id else None
    lines = tuple(_line_item(station, refund) for refund in refunds)
    station.open = Transaction(
        station.new_id(),
        station.now(),
        kind=TransactionKind.RETURN,
        lines=tuple(replace(line, sold=one.sold) for line, one in zip(lines, chosen, strict=True)),
        next_line=len(lines) + 1,
        member=member,
        original=original,
        reason=reason,
    )
    priced = tuple(_priced(refund) for refund in refunds)
    used = used_of(station, original, chosen)
    said = (say("standing.used_days", amount=Money(used.minor, original.currency)),)
    hints = said if used.minor else ()
    station.priced = Priced(priced, figures.totals, RedeemLimit(0), hints=hints)
    station.teaser = None


def reopened(
    station: Station, transaction_id: str, receipt: str, back: Sequence[Sequence[int]], reason: str
) -> bool:
    """A return that a cut has closed, under its own id; False where its receipt is not here."""
    original = sale_of(station, receipt)
    if original is None:
        return False
    sold = {line.line: line for line in original.lines}
    chosen = [ReturnLine(sold[line], value) for line, value in back if line in sold]
    begin_return(station, original, chosen, reason)
    assert station.open is not None
    station.open = replace(station.open, transaction_id=transaction_id)
    return True


def used_of(station: Station, original: CompletedTransaction, chosen: Sequence[ReturnLine]) -> Used:
    """What used days of memberships keep back. A member whom this till does not know has the
    days of this receipt only."""
    earlier = earlier_returns(station, original)
    member = station.mirror.member_by_key("id", original.member_id) if original.member_id else None
    known = know(station, member).tallies if member else added({}, original.tallies)
    return used_days(
        program_of(station).memberships,
        known,
        original,
        returned_before(earlier),
        return_figures(original, chosen, earlier).lines,
        station.business_on(),
    )


def _line_item(station: Station, refund: CompletedLine) -> LineItem:
    item = station.mirror.item(refund.item_id) or Item(refund.item_id, refund.name, ())
    return LineItem(
        refund.line,
        replace(item, name=refund.name, age_limit=0),
        refund.code,
        refund.quantity,
        refund.unit_price_minor,
        "return",
    )


def _priced(refund: CompletedLine) -> PricedLine:
    return PricedLine(
        refund.line,
        refund.list_minor,
        refund.modifications,
        refund.net_minor,
        refund.points_minor,
        refund.points_redeemed,
        refund.points_earned,
    )


def wanted_lines(transaction: Transaction) -> list[ReturnLine]:
    """What the open return brings back."""
    return [
        ReturnLine(line.sold, line.quantity.value)
        for line in transaction.lines
        if line.sold is not None
    ]


def show(station: Station, receipt: str) -> Answer:
    """data["document"]: a past sale, for choosing lines; `left` of them, and their `worth` now. Of
    one that is wholly back nothing can be chosen, and it is said."""
    found = _another_back(station) or find(station, receipt)
    if isinstance(found, Answer):
        return found
    left, earlier = left_of(station, found), earlier_returns(station, found)
    rest = _chosen(found, left, None)
    if isinstance(rest, Answer):
        last = max(one.business_on for one in earlier)
        said = notice("all_returned", Tone.WARNING, None, number=found.receipt_number, on=last)
        return done(said, document=found, left=left, worth={})
    figures = return_figures(found, rest, earlier)
    worth = {line.returned_line: line.payable_minor for line in figures.lines}
    return done(document=found, left=left, worth=worth)


def chosen_of(
    station: Station, original: CompletedTransaction, lines: Sequence[tuple[int, str]]
) -> list[ReturnLine] | Answer:
    """These lines of the receipt, if so much of them may still come back."""
    return _chosen(original, left_of(station, original), lines)
