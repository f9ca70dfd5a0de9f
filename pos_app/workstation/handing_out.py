"""What of a return pays for no new goods: it goes back by hand, as it had been paid. Never money
that a terminal or a gift card gives back itself."""

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.money import Money
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import Transaction
from pos_app.workstation.answer import Notice, Tone, notice
from pos_app.workstation.card_terminals import terminal_of
from pos_app.workstation.station import Station


def pays_on(station: Station, refund: Tender) -> bool:
    """Whether money of a return may pay for other goods: a terminal, or a card, gives back what it
    took itself."""
    if refund.kind is TenderKind.GIFT_CARD:
        return False
    return terminal_of(station, refund.kind) is None


def handed_out(
    station: Station, document: CompletedTransaction, credit: tuple[Tender, ...]
) -> list[Notice]:
    """`document`: the return of an exchange; `credit`: what of it pays for the new goods."""
    used = {one.kind: one.amount_minor for one in credit}
    found = []
    for one in document.tenders:
        left = -one.amount_minor - used.pop(one.kind, 0)
        if left > 0 and pays_on(station, one):
            amount = Money(left, document.currency)
            found.append(notice(f"hand_out_{one.kind.value}", Tone.CLOSED, None, amount=amount))
    return found


def handed_out_again(station: Station, half: Transaction) -> list[Notice]:
    """Of new goods that are brought back after a cut: nobody knows whether it was heard before."""
    document = station.journal.document(half.credit_of) if half.credit_of else None
    return handed_out(station, document, half.credit) if document is not None else []
