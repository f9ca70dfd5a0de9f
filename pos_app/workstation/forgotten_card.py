"""A receipt whose customer had forgotten the card.

The customer comes back within the programme's days and is identified; the cashier scans the
receipt's code or types its number, and the points that it would have earned are theirs. Once, and
earning only: never a cheaper price afterwards, never points for goods that are back, never a
receipt that is somebody's already.
"""

from datetime import timedelta

from pos_app.domain.document import CompletedTransaction, TransactionKind
from pos_app.domain.events import ReceiptCredited
from pos_app.domain.forgotten_card import Counter, credit_of, earned_lines
from pos_app.domain.loyalty.program import Program, load
from pos_app.domain.pricing.basket import Context
from pos_app.domain.sentence import Points
from pos_app.workstation.answer import Answer, Part, Tone, notice, refused
from pos_app.workstation.letting_go import release
from pos_app.workstation.ports import Facts
from pos_app.workstation.pricing_task import counted, customer_of, program_of, refresh_known
from pos_app.workstation.return_sale import find
from pos_app.workstation.sale import SALE_PARTS, not_ready
from pos_app.workstation.station import Known, Station, changed, record, right_used


def credit(station: Station, receipt: str) -> Answer:
    """The receipt by number or code, to the member who is identified now."""
    trouble = not_ready(station)
    if trouble:
        return trouble
    known = _who(station)
    if isinstance(known, Answer):
        return known
    number = receipt.strip().removeprefix("K1R:")
    if station.journal.document(number) is None:
        return refused("credit_elsewhere", number=number)
    document = find(station, number)
    if isinstance(document, Answer):
        return document
    coming_back = station.exchange.original if station.exchange is not None else None
    if coming_back is not None and coming_back.transaction_id == document.transaction_id:
        return refused("exchange_is_open")  # its goods are on their way back
    trouble = _doubt(station, document)
    if trouble:
        return trouble
    event = _event(station, document, known)
    return _write(station, event) if event else refused("credit_nothing")


def _who(station: Station) -> Known | Answer:
    if station.settings.training:
        return refused("not_in_training")
    transaction, known = station.open, station.known
    if transaction is not None and transaction.kind is TransactionKind.RETURN:
        return refused("finish_first")
    if transaction is not None and transaction.tenders:
        return refused("tenders_taken")
    return known or refused("credit_who")


def _doubt(station: Station, document: CompletedTransaction) -> Answer | None:
    """Why the receipt is nobody's to be credited with."""
    number = document.receipt_number
    if document.training:
        return refused("unknown_receipt", number=number)
    if document.member_id or document.member_code:
        return refused("credit_has_member", number=number)
    before = station.journal.credit_of(document.transaction_id)
    if before is not None:
        return refused("credit_twice", number=number, on=before.entry.business_on)
    days = program_of(station).earn.forgotten_card_days
    if not days:
        return refused("credit_never")
    if station.business_on() - document.business_on > timedelta(days=days):
        return refused("credit_too_late", n=days)
    return None


def _event(
    station: Station, document: CompletedTransaction, known: Known
) -> ReceiptCredited | None:
    program = _program_then(station, document)
    lines = earned_lines(program, document, station.mirror.item, _context(station, document, known))
    operator = station.operator.operator_id if station.operator else ""
    place = Counter(
        document.store_id, station.business_on(), station.now(), operator, station.new_id
    )
    returns = station.journal.returns_of(document.transaction_id)
    return credit_of(document, returns, lines, known.member.member_id, program, place)


def _program_then(station: Station, document: CompletedTransaction) -> Program:
    """The rules under which it was sold, where this till still has them."""
    ref = document.program
    body = station.mirror.program_version(ref.program_id, ref.version) if ref else None
    return load(body) if body else program_of(station)


def _context(station: Station, document: CompletedTransaction, known: Known) -> Context:
    """The day and hour of the receipt; the member as this till knows them now."""
    customer = counted(station, customer_of(station, known), known)
    local = station.gear.to_local(document.completed_at)
    return Context(local=local, store_id=document.store_id, customer=customer)


def _write(station: Station, event: ReceiptCredited) -> Answer:
    who, number = event.member_id, event.receipt_number
    used = right_used(station, "credit_receipt", f"{number} {who} {event.entry.points:+d}")
    trouble = record(station, Facts(events=((station.new_id(), event), used)))
    if trouble:
        return trouble
    refresh_known(station)
    release(station)
    day, today = event.entry.available_on or event.entry.business_on, event.entry.business_on
    points = Points(event.entry.points)
    key = "receipt_credited" if day <= today else "receipt_credited_later"
    said = notice(key, Tone.GOOD, None, number=number, points=points, on=day)
    return changed(*SALE_PARTS, Part.LINK, notices=(said,))
