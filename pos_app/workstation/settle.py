"""Taking the money.

The cashier takes cash, a card or both; the change stays on the screen; the drawer opens when the
sale is on the disk, never before. What was answered "paid" is there after any power cut.
"""

from collections.abc import Callable
from dataclasses import replace

from pos_app.domain.business_day import after_document, cash_effect_minor
from pos_app.domain.completion import (
    Secured,
    cash_rounding_minor,
    complete_sale,
    totals_due,
)
from pos_app.domain.document import CompletedTransaction, Totals, TransactionKind
from pos_app.domain.events import Event, TransactionCompleted
from pos_app.domain.loyalty.allowance import draw
from pos_app.domain.loyalty.coupon import SignedCoupon
from pos_app.domain.money import Money
from pos_app.domain.pricing.result import Priced
from pos_app.domain.refund import Deduction
from pos_app.domain.returning import Terms, complete_return, returned_before
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import Transaction, with_tender
from pos_app.workstation import (
    age_question,
    club,
    confirm_redemption,
    early,
    pay_by_gift_card,
    present_coupon,
    printing,
    regulated,
    sell_gift_card,
)
from pos_app.workstation.answer import Answer, Part, Tone, notice, refused
from pos_app.workstation.evidence import answered as evidence_answered
from pos_app.workstation.goodwill import outgrown
from pos_app.workstation.honoured import honoured
from pos_app.workstation.letting_go import let_go, own_reversed, release
from pos_app.workstation.paper import receipt_job
from pos_app.workstation.ports import (
    Facts,
    SessionState,
    StorageBroken,
    StorageFull,
    StoredJob,
)
from pos_app.workstation.pricing_task import know, program_of, refresh_known, risk_allowed
from pos_app.workstation.return_sale import earlier_returns, used_of, wanted_lines
from pos_app.workstation.sale import SALE_PARTS, clear
from pos_app.workstation.station import (
    AMOUNT_MOST_MINOR,
    LastSale,
    Station,
    changed,
    record,
    right_used,
)
from pos_app.workstation.unusual import noticed

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
    return totals.due_minor - transaction.paid_minor


def _not_payable(station: Station) -> Answer | None:
    transaction = station.open
    if transaction is None or not transaction.lines or station.priced is None:
        return refused("nothing_to_pay")
    if transaction.kind is TransactionKind.RETURN:
        return None
    return (
        age_question.missing(transaction)
        or regulated.hours_passed(station, transaction)
        or early.missing(station, transaction)
        or club.missing(station, transaction)
        or sell_gift_card.missing(station, transaction)
        or outgrown(station)
        or confirm_redemption.missing(station)
    )


def tender(station: Station, kind: str, amount_minor: int | None, code: str) -> Answer:
    """Add a tender; change only from cash, a card is never overpaid."""
    trouble = _not_payable(station)
    if trouble:
        return trouble
    assert station.open is not None
    if station.open.kind is TransactionKind.RETURN:
        return refused("return_is_open")
    known = {k.value: k for k in TenderKind}.get(kind)
    if known is TenderKind.GIFT_CARD:
        return pay_by_gift_card.tender(station, due_minor(station, known), amount_minor, code)
    if known not in MANUAL:
        return refused("tender_not_here", kind=kind)
    due = due_minor(station, known)
    amount = due if amount_minor is None else amount_minor
    if not 0 < amount <= AMOUNT_MOST_MINOR:
        return refused("nothing_due" if due <= 0 else "bad_amount")
    if known is not TenderKind.CASH and amount > due:
        return refused("card_overpaid", due=Money(due))
    station.open = with_tender(station.open, Tender(known, amount, code))
    return changed(Part.TRANSACTION, Part.TENDERS)


def void_tender(station: Station, index: int) -> Answer:
    """Take a tender back before completion."""
    transaction = station.open
    if transaction is None or not 0 <= index < len(transaction.tenders):
        return refused("no_tender")
    tenders = (*transaction.tenders[:index], *transaction.tenders[index + 1 :])
    station.open = replace(transaction, tenders=tenders)
    return changed(Part.TRANSACTION, Part.TENDERS)


def pay(station: Station, kind: str, amount_minor: int | None) -> Answer:
    """Tender and, when nothing is due any more, complete: one gesture."""
    if station.open is not None and station.open.kind is TransactionKind.RETURN:
        return complete(station)
    before = station.open
    if due_minor(station) > 0 or amount_minor:
        answer = tender(station, kind, amount_minor, "")
        if not answer.ok:
            return answer
    if due_minor(station) > 0:
        return changed(Part.TRANSACTION, Part.TENDERS)
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
    trouble = _not_payable(station)
    if trouble:
        return trouble
    transaction = station.open
    assert transaction is not None
    returning = transaction.kind is TransactionKind.RETURN
    if not returning and due_minor(station) > 0:
        return refused("not_paid", due=Money(due_minor(station)))
    counter = station.journal.next_receipt_counter()
    number = _receipt_number(station, counter)
    build = _return_document if returning else _sale_document
    built = build(station, transaction, number)
    document = built if isinstance(built, Answer) else pay_by_gift_card.secured(station, built)
    if isinstance(document, Answer):
        return document
    given = station.priced.issued if station.priced and not returning else ()
    issued = present_coupon.issued(station, document, given)
    document = present_coupon.with_issued(document, issued)
    granted = present_coupon.with_grants(station, document)
    if isinstance(granted, Answer):
        return granted
    document = granted
    return _commit(station, document, counter, _paper_of(station, document, issued))


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


def _secured(station: Station, points: int) -> Secured | None:
    """The grants that pay for the points, and the owner's risk; None if they do not reach."""
    known = station.known
    if not points or known is None:
        return Secured()
    uses, rest = draw(honoured(station, known.member.member_id), points, station.now())
    # A programme may let the receipt's own points pay for its rewards: no grant is for those.
    available = max(known.account.available(station.business_on()), 0)
    own = max(points - min(known.secured, available), 0)
    risked = max(rest - own, 0)
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
    earlier = earlier_returns(station, original)
    document = complete_return(
        original,
        wanted_lines(transaction),
        earlier,
        station.place(number),
        transaction_id=transaction.transaction_id,
        terms=Terms(
            transaction.reason,
            _deduction(station, original, transaction.reason),
            cards=pay_by_gift_card.cards_of(station, original),
            used=used_of(station, original, wanted_lines(transaction)),
        ),
        new_id=station.new_id,
    )
    if not original.coupons:
        return document
    back = returned_before((*earlier, document))
    whole = all(back.get(line.line, 0) >= line.quantity.value for line in original.lines)
    return present_coupon.with_returned(station, document, original, whole)


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


def after_session(session: SessionState, document: CompletedTransaction) -> SessionState:
    """The session's running state with one more document."""
    return replace(
        session,
        totals=after_document(session.totals, document),
        day_totals=after_document(session.day_totals, document),
        cash_minor=session.cash_minor + cash_effect_minor(document),
    )


def _commit(
    station: Station, document: CompletedTransaction, counter: int, job: StoredJob | None
) -> Answer:
    at: Callable[[str], None] = station.settings.crash_point
    assert station.session is not None
    seen = noticed(station, document, after_session(station.session, document))
    session = seen.session
    at("complete.built")
    facts = _facts(station, document, seen.events)
    facts = replace(facts, session=session, receipt_counter=counter, print_job=job)
    trouble = record(station, facts)
    if trouble:
        return trouble
    at("complete.durable")
    station.session = session
    station.last_sale = LastSale(document, job.job_id if job else "")
    clear(station)
    if any(t.kind is TenderKind.CASH for t in document.tenders):
        station.devices.open_drawer()
    at("complete.drawer")
    sent = job is None or printing.send(station, job)
    at("complete.printing")
    release(station)
    answer = _completed(document)
    if sent:
        return answer
    # The sale is on the disk whatever becomes of its paper.
    return replace(answer, notices=(*answer.notices, notice("print_failed", Tone.WARNING)))


def _facts(
    station: Station, document: CompletedTransaction, seen: tuple[tuple[str, Event], ...]
) -> Facts:
    """The document with what joins the chain before it; rights that it uses and takes away."""
    completed = (station.new_id(), TransactionCompleted(document))
    reversed_uses = own_reversed(station, document)
    let_go_first = let_go(station, document.member_id or "", reversed_uses)
    return Facts(
        events=(*_age_checked(station), *seen, *let_go_first, completed),
        uses=document.uses,
        returned=reversed_uses,
    )


def _paper_of(
    station: Station, document: CompletedTransaction, issued: tuple[SignedCoupon, ...]
) -> StoredJob | None:
    if not printing.possible(station):
        return None
    job = receipt_job(station, document, station.new_id(), coupons=issued)
    return printing.stored(job, document.transaction_id)


def _age_checked(station: Station) -> tuple[tuple[str, Event], ...]:
    """The answer to the age question joins the audit chain with the sale it allowed."""
    transaction = station.open
    if transaction is None or not transaction.age_limit:
        return ()
    subject = transaction.transaction_id
    return (right_used(station, "age_checked", subject, reason=transaction.age_answer),)


def _completed(document: CompletedTransaction) -> Answer:
    change = Money(document.change_minor, document.currency)
    said = notice("completed", Tone.CLOSED, None, number=document.receipt_number, change=change)
    return changed(
        *SALE_PARTS,
        Part.SESSION,
        Part.LINK,
        notices=(said,),
        transaction_id=document.transaction_id,
        receipt_number=document.receipt_number,
        change_due_minor=document.change_minor,
    )
