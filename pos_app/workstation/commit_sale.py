"""The last arrow of a receipt: durable, then the drawer, then the paper. Never a document built."""

from collections.abc import Callable
from dataclasses import replace

from drivers.contract import Element, Rule, Text
from pos_app.domain.business_day import after_document, cash_effect_minor
from pos_app.domain.document import CompletedTransaction
from pos_app.domain.events import Event, TransactionCompleted
from pos_app.domain.loyalty.coupon import SignedCoupon
from pos_app.domain.money import Money
from pos_app.domain.tender import TenderKind
from pos_app.workstation import explain, printing
from pos_app.workstation.answer import Answer, Part, Tone, notice
from pos_app.workstation.handing_out import return_of
from pos_app.workstation.letting_go import let_go, own_reversed, release
from pos_app.workstation.paper import receipt_job
from pos_app.workstation.ports import Facts, SessionState, StoredJob
from pos_app.workstation.sale import SALE_PARTS, clear
from pos_app.workstation.station import Exchange, LastSale, Station, changed, record, right_used
from pos_app.workstation.tendering import slips
from pos_app.workstation.unusual import noticed

_END = 2
"""Feed and cut come last on every paper."""


def after_session(
    session: SessionState, document: CompletedTransaction, *, own_books: bool
) -> SessionState:
    """The session's running state with one more document; a training's counts in its own books."""
    return replace(
        session,
        totals=after_document(session.totals, document, practised=own_books),
        day_totals=after_document(session.day_totals, document, practised=own_books),
        cash_minor=session.cash_minor + cash_effect_minor(document),
    )


def commit(
    station: Station, document: CompletedTransaction, counter: int, job: StoredJob | None
) -> Answer:
    """The last arrow: document, rights, registrar's facts and the end of its money's row in one
    transaction; then the drawer, then the paper."""
    at: Callable[[str], None] = station.settings.crash_point
    assert station.session is not None
    after = after_session(station.session, document, own_books=station.settings.own_books)
    seen = noticed(station, document, after)
    session = seen.session
    at("complete.built")
    facts = _facts(station, document, seen.events)
    told = explain.kept_of(station, document)
    facts = replace(facts, session=session, receipt_counter=counter, print_job=job, told=told)
    exchange = station.exchange
    facts = _exchanged(exchange, _moved(station, facts, document), document)
    trouble = record(station, facts)
    if trouble:
        return trouble
    at("complete.durable")
    station.session, station.moving = session, None
    station.recovered, station.fiscal_trouble = False, None
    station.last_sale = LastSale(document, job.job_id if job else "", return_of(station, document))
    clear(station)
    if any(t.kind is TenderKind.CASH for t in document.tenders):
        station.devices.open_drawer()
    at("complete.drawer")
    sent = job is None or printing.send(station, job)
    at("complete.printing")
    goes_on = exchange.then if exchange is not None else None
    if goes_on is None:
        release(station)  # else the same customer pays the new goods with what was granted
    answer = _completed(document)
    if not sent:
        # The sale is on the disk whatever becomes of its paper.
        failed = notice("print_failed", Tone.WARNING)
        answer = replace(answer, notices=(*answer.notices, failed))
    return goes_on(document, answer) if goes_on is not None else answer


def _exchanged(exchange: Exchange | None, facts: Facts, document: CompletedTransaction) -> Facts:
    """The return of an exchange leaves in its own commit what it pays for; a sale takes it away."""
    if exchange is not None and exchange.draft is not None:
        draft = exchange.draft(document)
        return replace(facts, drop_suspended=draft.transaction_id, suspend=draft)
    return replace(facts, drop_suspended=document.transaction_id)


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


def _moved(station: Station, facts: Facts, document: CompletedTransaction) -> Facts:
    """With what terminals and registrar leave behind, and without their row."""
    moving = station.moving
    if moving is None or moving.transaction_id != document.transaction_id:
        return facts
    if station.registrar is not None:
        facts = station.registrar.with_receipt(facts, document, moving.receipt)
    return replace(facts, drop_tendering=moving.transaction_id)


def paper_of(
    station: Station, document: CompletedTransaction, issued: tuple[SignedCoupon, ...]
) -> StoredJob | None:
    if not printing.possible(station):
        return None
    job = receipt_job(station, document, station.new_id(), coupons=issued)
    slip = slips(station.moving)
    if slip:
        given: tuple[Element, ...] = (Rule(), *(Text(line) for line in slip))
        job = replace(job, elements=(*job.elements[:-_END], *given, *job.elements[-_END:]))
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
