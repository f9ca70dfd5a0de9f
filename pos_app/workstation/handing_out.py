"""What of a return pays for no new goods: it goes back by hand, as it had been paid. Never money
that a terminal or a gift card gives back itself."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.money import Money
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import Transaction
from pos_app.workstation.answer import Notice, Tone, notice
from pos_app.workstation.card_terminals import terminal_of
from pos_app.workstation.ports import StorageBroken
from pos_app.workstation.station import Station


def pays_on(station: Station, refund: Tender) -> bool:
    """Whether money of a return may pay for other goods: a terminal, or a card, gives back what it
    took itself."""
    if refund.kind is TenderKind.GIFT_CARD:
        return False
    return terminal_of(station, refund.kind) is None


def credit_of(station: Station, tenders: Sequence[Tender], due_minor: int) -> tuple[Tender, ...]:
    """What a return (its tenders, negative) pays of the goods that are taken: first what is no
    cash, never more of it than is due; then all its cash, of which change is given."""
    paying = [one for one in tenders if pays_on(station, one)]
    found, left = [], due_minor
    for one in paying:
        part = min(-one.amount_minor, left)
        if one.kind is not TenderKind.CASH and part > 0:
            found.append(replace(one, amount_minor=part))
            left -= part
    cash = sum(-one.amount_minor for one in paying if one.kind is TenderKind.CASH)
    if cash and left > 0:
        found.append(Tender(TenderKind.CASH, cash))
    return tuple(found)


def left_over(
    station: Station, tenders: Sequence[Tender], credit: Sequence[Tender]
) -> list[Tender]:
    """What of a return's tenders is given back by hand; negative, as they are."""
    used = {one.kind: one.amount_minor for one in credit}
    paying = [one for one in tenders if pays_on(station, one)]
    left = [replace(one, amount_minor=one.amount_minor + used.pop(one.kind, 0)) for one in paying]
    return [one for one in left if one.amount_minor < 0]


def apart(station: Station, tenders: Sequence[Tender], credit: Sequence[Tender]) -> list[Tender]:
    """What of an exchange's return is no cash and pays for nothing, negative: a terminal or a gift
    card gives it back itself, or it goes to a card by hand."""
    itself = [one for one in tenders if one.amount_minor < 0 and not pays_on(station, one)]
    by_hand = left_over(station, tenders, credit)
    return [*itself, *(one for one in by_hand if one.kind is not TenderKind.CASH)]


def handed_out(
    station: Station, document: CompletedTransaction, credit: Sequence[Tender]
) -> list[Notice]:
    """`document`: the return of an exchange; `credit`: what of it pays for the new goods."""
    return [
        notice(
            f"hand_out_{one.kind.value}",
            Tone.CLOSED,
            None,
            amount=Money(-one.amount_minor, document.currency),
        )
        for one in left_over(station, document.tenders, credit)
    ]


def handed_out_again(station: Station, half: Transaction) -> list[Notice]:
    """Of new goods that are brought back after a cut: nobody knows whether it was heard before."""
    document = station.journal.document(half.credit_of) if half.credit_of else None
    return handed_out(station, document, half.credit) if document is not None else []


def return_of(station: Station, document: CompletedTransaction) -> CompletedTransaction | None:
    """The return whose money paid for these goods, for the screen alone."""
    of = document.exchange_of
    with suppress(StorageBroken):
        return station.journal.document(of) if of else None
    return None
