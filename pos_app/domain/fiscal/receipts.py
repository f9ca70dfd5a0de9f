"""From a completed transaction to its fiscal document: a pure function. Never a new price.

Sources: points are a discount, so 1079 and 1043 carry what is left after them (FNS letters
ED-3-20/6387@ of 2017-09-26, AB-4-20/6093 of 2021-04-30, ZG-3-20/11971@ of 2023-09-15); a gift card
sold is an advance, one that pays is tag 1215.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pos_app.domain.document import CompletedLine, CompletedTransaction, TransactionKind
from pos_app.domain.fiscal.shape import (
    Cashier,
    Correction,
    FiscalDocument,
    FiscalKind,
    MarkingCode,
    MarkState,
    Measure,
    PaymentMethod,
    PaymentObject,
    Payments,
    Position,
    TaxSystem,
)
from pos_app.domain.fiscal.splitting import MILLI, Part, split
from pos_app.domain.fiscal.vat import VatValues
from pos_app.domain.money import Money, allocate_largest_remainder
from pos_app.domain.quantity import Unit
from pos_app.domain.sentence import Points, Rate, Sentence, say
from pos_app.domain.tender import TenderKind

NAME_MOST = 128
"""Characters of tag 1030."""
MEASURES = {
    Unit.PIECE: Measure.PIECE,
    Unit.GRAM: Measure.KILOGRAM,
    Unit.MILLILITRE: Measure.LITRE,
}
ADVANCE_CLASS = "advance"
Marks = Mapping[int, tuple[MarkingCode, ...]]


class NotFiscal(ValueError):
    """The format cannot say this; `sentence` is for the cashier."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Terms:
    """What the shop has set and who stands at the counter. `marks`: codes by line number.

    `words` says a sentence in the customer's language; lines of text come from it.
    `advance_rate_ppm`: the tax inside a gift card sold on that day, 0 for none: a card has no
    class of goods yet.
    """

    vat: VatValues
    cashier: Cashier
    words: Callable[[Sentence], str]
    tax_system: TaxSystem = TaxSystem.GENERAL
    buyer: str = ""
    paper: bool = True
    marks: Marks = field(default_factory=dict)
    advance_rate_ppm: int = 0


def receipt_of(document: CompletedTransaction, terms: Terms) -> FiscalDocument:
    """The fiscal receipt of a sale or a return; NotFiscal when the format cannot say it.

    The positions' amounts, the total and the payments are equal to the kopeck.
    """
    returning = document.kind is TransactionKind.RETURN
    positions: list[Position] = []
    for line, amount in zip(document.lines, _amounts(document), strict=True):
        positions.extend(_positions(line, amount, document, terms))
    return FiscalDocument(
        kind=FiscalKind.RETURN if returning else FiscalKind.SALE,
        cashier=terms.cashier,
        transaction_id=document.transaction_id,
        positions=tuple(positions),
        payments=payments_of(document),
        tax_system=terms.tax_system,
        buyer=terms.buyer,
        paper=terms.paper,
        notes=tuple(terms.words(one) for one in _notes(document)),
    )


def correction_of(
    document: CompletedTransaction, terms: Terms, correction: Correction
) -> FiscalDocument:
    """The same positions and payments as a correction, for what was not registered in its time."""
    receipt = receipt_of(document, terms)
    sale = receipt.kind is FiscalKind.SALE
    kind = FiscalKind.CORRECTION_SALE if sale else FiscalKind.CORRECTION_RETURN
    return replace(receipt, kind=kind, correction=correction)


def payments_of(document: CompletedTransaction) -> Payments:
    """What was really paid, or given back, by kind of tag; the change is out of the cash."""
    sums = {kind: 0 for kind in TenderKind}
    for tender in document.tenders:
        sums[tender.kind] += abs(tender.amount_minor)
    return Payments(
        cash_minor=sums[TenderKind.CASH] - document.change_minor,
        electronic_minor=sums[TenderKind.CARD] + sums[TenderKind.QR],
        prepaid_minor=sums[TenderKind.GIFT_CARD],
    )


def _amounts(document: CompletedTransaction) -> tuple[int, ...]:
    """What each line costs in the end.

    Cash rounding, and what a refund kept back, is on no line of the transaction: it is spread over
    the lines here, first over goods, for a card's money is an advance of just that much.
    """
    amounts = [line.payable_minor for line in document.lines]
    change = payments_of(document).total_minor - sum(amounts)
    sign = -1 if change < 0 else 1
    left = abs(change)
    for cards in (False, True):
        chosen = [bool(line.card_id) is cards for line in document.lines]
        room = [(a if sign < 0 else left) if c else 0 for a, c in zip(amounts, chosen, strict=True)]
        spread = allocate_largest_remainder(left, amounts, room)
        amounts = [a + sign * p for a, p in zip(amounts, spread.parts, strict=True)]
        left = spread.unplaced
    return tuple(amounts)


def _positions(
    line: CompletedLine, amount: int, document: CompletedTransaction, terms: Terms
) -> list[Position]:
    base = _base(line, document, terms)
    parts = _marked_parts(line, amount, terms.marks.get(line.line, ()))
    quantity, before, found = _milli(line), 0, []
    for part, mark in parts:
        after = before + part.quantity_milli
        full = line.list_minor * after // quantity - line.list_minor * before // quantity
        priced = replace(
            base,
            price_minor=part.price_minor,
            quantity_milli=part.quantity_milli,
            amount_minor=part.amount_minor,
            discount_minor=max(full - part.amount_minor, 0),
        )
        found.append(priced if mark is None else _with_mark(priced, mark, document.kind))
        before = after
    found[0] = replace(found[0], notes=tuple(terms.words(s) for s in _why(line, amount)))
    return found


def _milli(line: CompletedLine) -> int:
    """Thousandths of the measure: pieces by a thousand, grams and millilitres as they are."""
    pieces = line.quantity.unit is Unit.PIECE
    return line.quantity.value * MILLI if pieces else line.quantity.value


def _base(line: CompletedLine, document: CompletedTransaction, terms: Terms) -> Position:
    advance = bool(line.card_id)
    tax_class, rate_ppm = line.tax_class, line.tax_rate_ppm
    if advance and not rate_ppm and terms.advance_rate_ppm:
        tax_class, rate_ppm = ADVANCE_CLASS, terms.advance_rate_ppm
    vat = terms.vat.of_line(tax_class, rate_ppm, document.business_on, advance=advance)
    if vat is None:
        rate = Rate(rate_ppm)
        raise NotFiscal(say("refused.fiscal_vat_unknown", name=line.name, rate=rate))
    return Position(
        name=line.name[:NAME_MOST],
        price_minor=0,
        quantity_milli=MILLI,
        amount_minor=0,
        vat=vat,
        measure=MEASURES[line.quantity.unit],
        line=line.returned_line or line.line,
        subject=PaymentObject.PAYMENT if advance else PaymentObject.COMMODITY,
        method=PaymentMethod.ADVANCE if advance else PaymentMethod.FULL_PAYMENT,
    )


def _marked_parts(
    line: CompletedLine, amount: int, marks: tuple[MarkingCode, ...]
) -> list[tuple[Part, MarkingCode | None]]:
    """Each marked piece is a position of its own; a weighed line carries its one code first."""
    parts: list[tuple[Part, MarkingCode | None]] = []
    left = list(marks)
    for part in split(amount, _milli(line), line.unit_price_minor):
        if line.quantity.unit is not Unit.PIECE:
            parts.append((part, left.pop(0) if left else None))
            continue
        count = part.quantity_milli // MILLI
        alone = min(count, len(left))
        one = Part(part.price_minor, MILLI, part.price_minor)
        parts.extend((one, left.pop(0)) for _ in range(alone))
        if count > alone:
            rest = count - alone
            parts.append((Part(part.price_minor, rest * MILLI, part.price_minor * rest), None))
    return parts


def _with_mark(position: Position, mark: MarkingCode, kind: TransactionKind) -> Position:
    measured = position.measure is not Measure.PIECE
    if kind is TransactionKind.RETURN:
        state = MarkState.MEASURED_RETURNED if measured else MarkState.PIECE_RETURNED
    else:
        state = MarkState.MEASURED_SOLD if measured else MarkState.PIECE_SOLD
    return replace(position, subject=PaymentObject.MARKED, marking=mark, mark_state=state)


def _why(line: CompletedLine, amount: int) -> list[Sentence]:
    """The full price, each reduction by its name, and what points paid."""
    if line.list_minor == amount and not line.points_redeemed:
        return []
    said = [say("fiscal.full_price", amount=Money(line.list_minor))]
    for one in line.modifications:
        if one.name:
            said.append(say("fiscal.reduction", name=one.name, amount=Money(one.amount_minor)))
    if line.points_redeemed:
        amount_paid = Money(line.points_minor)
        points = Points(line.points_redeemed)
        said.append(say("fiscal.points_paid", points=points, amount=amount_paid))
    return said


def _notes(document: CompletedTransaction) -> list[Sentence]:
    totals, returning = document.totals, document.kind is TransactionKind.RETURN
    way = "back" if returning else "sale"
    said = []
    if totals.discount_minor and not returning:
        said.append(say("fiscal.saved", amount=Money(totals.discount_minor)))
    if totals.points_redeemed:
        said.append(say(f"fiscal.points_redeemed_{way}", points=Points(totals.points_redeemed)))
    if totals.points_earned:
        said.append(say(f"fiscal.points_earned_{way}", points=Points(totals.points_earned)))
    return said
