"""Taking the money.

The cashier takes cash, a card or both; the change stays on the screen; the drawer opens when the
sale is on the disk, never before. What was answered "paid" is there after any power cut.
"""

from collections.abc import Sequence
from dataclasses import replace

from pos_app.domain.completion import (
    Secured,
    cash_rounding_minor,
    complete_sale,
    totals_due,
)
from pos_app.domain.document import CompletedTransaction, Totals, TransactionKind
from pos_app.domain.loyalty.allowance import draw
from pos_app.domain.loyalty.coupon import SignedCoupon
from pos_app.domain.money import Money
from pos_app.domain.pricing.result import Priced
from pos_app.domain.refund import Deduction
from pos_app.domain.returning import ReturnLine, Terms, complete_return, returned_before
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import Transaction, with_tender
from pos_app.workstation import (
    age_question,
    bare_goods,
    club,
    confirm_redemption,
    early,
    fiscal_step,
    handing_out,
    pay_by_gift_card,
    present_coupon,
    refund_payment,
    regulated,
    sell_gift_card,
    take_payment,
)
from pos_app.workstation.answer import Answer, Notice, Part, refused
from pos_app.workstation.card_terminals import terminal_of
from pos_app.workstation.commit_sale import commit, paper_of
from pos_app.workstation.evidence import answered as evidence_answered
from pos_app.workstation.goodwill import outgrown
from pos_app.workstation.honoured import honoured
from pos_app.workstation.ports import StorageBroken, StorageFull
from pos_app.workstation.pricing_task import know, program_of, refresh_known, risk_allowed
from pos_app.workstation.return_sale import earlier_returns, used_of, wanted_lines
from pos_app.workstation.shift_wait import patient
from pos_app.workstation.station import AMOUNT_MOST_MINOR, Station, changed
from pos_app.workstation.tendering import leg_of

MANUAL = frozenset({TenderKind.CASH, TenderKind.CARD})
GOODWILL_REASONS = frozenset({"not_suitable"})
"""Reasons of a return that are no fault of the goods."""


def settled_totals(station: Station, transaction: Transaction, priced: Priced) -> Totals:
    """The totals as the tenders so far pay them; a return's are what they are."""
    if transaction.kind is TransactionKind.RETURN:
        return priced.totals
    return totals_due(transaction, priced, program_of(station))


def due_minor(station: Station, kind: TenderKind | None = None) -> int:
    """What is still to be paid (by a tender of that kind); negative is change."""
    transaction, priced = station.open, station.priced
    if transaction is None or priced is None:
        return 0
    totals = settled_totals(station, transaction, priced)
    if kind is TenderKind.CASH:
        cut = cash_rounding_minor(transaction, priced, program_of(station))
        totals = replace(totals, rounding_minor=cut)
    elif kind is not None:
        totals = replace(totals, rounding_minor=0)
    return totals.due_minor - transaction.paid_minor - exchange_credit_minor(station)


def exchange_credit_minor(station: Station) -> int:
    """What goods that are to come back will pay of the receipt: all but what a terminal refunds."""
    exchange, transaction = station.exchange, station.open
    if exchange is None or transaction is None or transaction.kind is TransactionKind.RETURN:
        return 0
    refunds = refunds_of(station, exchange.original, exchange.chosen, exchange.reason)
    return sum(-one.amount_minor for one in refunds if handing_out.pays_on(station, one))


def refunds_of(
    station: Station, original: CompletedTransaction, wanted: Sequence[ReturnLine], reason: str
) -> tuple[Tender, ...]:
    """What would be given back, by tender; negative."""
    return _returned(station, original, wanted, ("", reason), "").tenders


def not_payable(station: Station) -> Answer | None:
    """Why the receipt cannot be paid now."""
    transaction = station.open
    if transaction is None or not transaction.lines or station.priced is None:
        return refused("nothing_to_pay")
    waits = take_payment.busy(station) or fiscal_step.missing(station)
    if transaction.kind is TransactionKind.RETURN or waits:
        return waits
    return (
        age_question.missing(transaction)
        or regulated.hours_passed(station, transaction)
        or early.missing(station, transaction)
        or club.missing(station, transaction)
        or sell_gift_card.missing(station, transaction)
        or outgrown(station)
        or confirm_redemption.missing(station)
    )


def tender(
    station: Station,
    kind: str,
    amount_minor: int | None,
    code: str,
    then: take_payment.Then | None = None,
) -> Answer:
    """Add a tender; change only from cash, a card is never overpaid. Where a terminal takes it,
    its answer comes later, and `then` follows it."""
    trouble = not_payable(station)
    if trouble:
        return trouble
    assert station.open is not None
    if station.open.kind is TransactionKind.RETURN:
        return refused("return_is_open")
    known = {k.value: k for k in TenderKind}.get(kind)
    if known is TenderKind.GIFT_CARD:
        return pay_by_gift_card.tender(station, due_minor(station, known), amount_minor, code)
    if known is None or not (known in MANUAL or terminal_of(station, known)):
        return refused("tender_not_here", kind=kind)
    due = due_minor(station, known)
    amount = due if amount_minor is None else amount_minor
    if not 0 < amount <= AMOUNT_MOST_MINOR:
        return refused("nothing_due" if due <= 0 else "bad_amount")
    if known is not TenderKind.CASH and amount > due:
        return refused("card_overpaid", due=Money(due))
    if terminal_of(station, known):
        return _by_terminal(station, known, amount, then)
    station.open = with_tender(station.open, Tender(known, amount, code))
    return changed(Part.TRANSACTION, Part.TENDERS)


def _by_terminal(
    station: Station, kind: TenderKind, amount: int, then: take_payment.Then | None
) -> Answer:
    """Nobody's card is asked for a receipt that could not be completed afterwards."""
    assert station.open is not None
    if then is not None and amount == due_minor(station, kind):
        would = with_tender(station.open, Tender(kind, amount))
        built = _built(station, would, station.journal.next_receipt_counter())
        if isinstance(built, Answer):
            return built
    return fiscal_step.opening(station) or take_payment.ask(station, kind, amount, then)


def void_tender(station: Station, index: int) -> Answer:
    """Take a tender back before completion; what a terminal took it gives back itself."""
    transaction = station.open
    if transaction is None or not 0 <= index < len(transaction.tenders):
        return refused("no_tender")
    trouble = take_payment.busy(station)
    if trouble:
        return trouble
    leg = leg_of(station, transaction.tenders[index])
    if leg is not None:
        return take_payment.undo(station, leg)
    kind = transaction.tenders[index].kind
    credit = tuple(one for one in transaction.credit if one.kind is kind)
    if transaction.tenders[index] in credit:
        return refused("exchange_credit_stays")
    tenders = (*transaction.tenders[:index], *credit, *transaction.tenders[index + 1 :])
    station.open = replace(transaction, tenders=tenders)
    return changed(Part.TRANSACTION, Part.TENDERS)


def pay(station: Station, kind: str, amount_minor: int | None) -> Answer:
    """Tender and, when nothing is due any more, complete: one gesture."""
    if station.open is not None and station.open.kind is TransactionKind.RETURN:
        return complete(station)
    before, told = station.open, tuple[Notice, ...]()
    if due_minor(station) > 0 or amount_minor:
        answer = tender(station, kind, amount_minor, "", complete_if_paid)
        if not answer.ok or _by_terminal_paid(station, kind):
            return answer
        told = answer.notices
    if due_minor(station) > 0:
        return changed(Part.TRANSACTION, Part.TENDERS, notices=told)
    try:
        answer = complete(station)
    except (StorageFull, StorageBroken):
        station.open = before
        raise
    if not answer.ok:
        station.open = before
    return answer


def confirm(station: Station, kind: str, value: str) -> Answer:
    """The answer to what the transaction asked for."""
    if station.open is None:
        return refused("nothing_open")
    if kind == "age":
        return age_question.answered(station, value)
    if kind == "pin":
        return confirm_redemption.by_pin(station, value)
    if kind == "code":
        return confirm_redemption.by_code(station, value)
    if kind == "evidence":
        return evidence_answered(station, value)
    return refused("bad_answer", kind=kind)


def complete(station: Station) -> Answer:
    """Make it durable; then the drawer, then the paper."""
    trouble = not_payable(station)
    if trouble:
        return trouble
    transaction = station.open
    assert transaction is not None
    returning = transaction.kind is TransactionKind.RETURN
    if not returning and due_minor(station) > 0:
        return refused("not_paid", due=Money(due_minor(station)))
    if not returning and _overpaid_by_card(station, transaction):
        return refused("card_overpaid", due=Money(max(due_minor(station, TenderKind.CARD), 0)))
    counter = station.journal.next_receipt_counter()
    built = _built(station, transaction, counter)
    if isinstance(built, Answer):
        return built
    waits = fiscal_step.opening(station)
    if waits:
        return waits
    document, issued = built
    station.fiscal.again = lambda: complete_once_open(station)
    if returning:
        back = refund_payment.given_back(station, document, counter, complete_once_open)
        if isinstance(back, Answer):
            return back
        document = back
    return fiscal_step.run(station, document, counter, paper_of(station, document, issued), commit)


def _by_terminal_paid(station: Station, kind: str) -> bool:
    """What follows is the terminal's answer."""
    return terminal_of(station, TenderKind(kind)) is not None


def complete_if_paid(station: Station) -> Answer:
    """What follows an approval: the receipt is complete when nothing is due any more."""
    if station.open is None or due_minor(station) > 0:
        return changed(Part.TRANSACTION, Part.TENDERS)
    return complete_once_open(station)


def complete_once_open(station: Station) -> Answer:
    """What is paid needs its document only: where the shift is being opened, it waits."""
    return patient(station, ("complete",), lambda: complete(station))


def _overpaid_by_card(station: Station, transaction: Transaction) -> bool:
    """A receipt that has become cheaper than what a terminal took: change is from cash only."""
    cash = sum(t.amount_minor for t in transaction.tenders if t.kind is TenderKind.CASH)
    return due_minor(station, TenderKind.CARD) + cash < 0


def _built(
    station: Station, transaction: Transaction, counter: int
) -> tuple[CompletedTransaction, tuple[SignedCoupon, ...]] | Answer:
    """The document and the coupons it gives; or why it cannot be."""
    returning = transaction.kind is TransactionKind.RETURN
    back = bare_goods.document if transaction.takes_back else _return_document
    build = back if returning else _sale_document
    built = build(station, transaction, _receipt_number(station, counter))
    document = built if isinstance(built, Answer) else pay_by_gift_card.secured(station, built)
    if isinstance(document, Answer):
        return document
    given = station.priced.issued if station.priced and not returning else ()
    issued = present_coupon.issued(station, document, given)
    document = present_coupon.with_issued(document, issued)
    granted = present_coupon.with_grants(station, document)
    return granted if isinstance(granted, Answer) else (granted, issued)


def _receipt_number(station: Station, counter: int) -> str:
    identity = station.journal.identity()
    return f"{identity.receipt_prefix if identity else ''}{counter:06d}"


def _sale_document(
    station: Station, transaction: Transaction, number: str
) -> CompletedTransaction | Answer:
    priced = station.priced
    assert priced is not None
    secured = _secured(station, priced.totals.points_redeemed)
    if secured is None:
        refresh_known(station)
        return refused("allowance_gone")
    secured = _keeping(station, secured)
    return complete_sale(
        transaction,
        priced,
        station.place(number),
        station.rules(),
        secured=secured,
        new_id=station.new_id,
    )


def own_points(station: Station, points: int) -> int:
    """Of points that pay for this receipt: its own, where a programme lets them pay for its
    rewards. No grant is for those."""
    known = station.known
    if known is None:
        return 0
    available = max(known.account.available(station.business_on()), 0)
    return max(points - min(known.secured, available), 0)


def _secured(station: Station, points: int) -> Secured | None:
    """The grants that pay for the points, and the owner's risk; None if they do not reach."""
    known = station.known
    if not points or known is None:
        return Secured()
    uses, rest = draw(honoured(station, known.member.member_id), points, station.now())
    risked = max(rest - own_points(station, points), 0)
    if rest > max(points - known.allowance, 0):
        return None
    if risked > risk_allowed(station, known.member.member_id):
        return None
    return Secured(uses, rest, risked)


def _keeping(station: Station, secured: Secured) -> Secured:
    """Without a link, what the receipt earns can be spent here again at once."""
    known, identity = station.known, station.journal.identity()
    if known is None or identity is None or station.courier.status().online:
        return secured
    if station.settings.training or known.member.blocked or not known.member.confirmed:
        return secured
    return replace(secured, incarnation=identity.incarnation, debt=known.account.debt)


def _return_document(
    station: Station, transaction: Transaction, number: str
) -> CompletedTransaction | Answer:
    original = transaction.original
    assert original is not None
    named = (transaction.transaction_id, transaction.reason)
    document = _returned(station, original, wanted_lines(transaction), named, number)
    if not original.coupons:
        return document
    back = returned_before((*earlier_returns(station, original), document))
    whole = all(back.get(line.line, 0) >= line.quantity.value for line in original.lines)
    return present_coupon.with_returned(station, document, original, whole)


def _returned(
    station: Station,
    original: CompletedTransaction,
    wanted: Sequence[ReturnLine],
    named: tuple[str, str],
    number: str,
) -> CompletedTransaction:
    """`named`: the return's id and its reason."""
    return complete_return(
        original,
        wanted,
        earlier_returns(station, original),
        station.place(number),
        transaction_id=named[0],
        terms=Terms(
            named[1],
            _deduction(station, original, named[1]),
            cards=pay_by_gift_card.cards_of(station, original),
            used=used_of(station, original, wanted),
        ),
        new_id=station.new_id,
    )


def _deduction(station: Station, original: CompletedTransaction, reason: str) -> Deduction | None:
    """What a goodwill return may keep back for spent points, where the programme says so.

    A member this till does not know has a debt instead: nobody waits for the link.
    """
    program = program_of(station)
    if not program.goodwill_return_deducts or reason not in GOODWILL_REASONS:
        return None
    member = station.mirror.member_by_key("id", original.member_id) if original.member_id else None
    if member is None:
        return None
    return Deduction(know(station, member).account.balance, program.redeem.point_value_minor)
