"""An exchange on one screen.

The customer brings goods back and takes others: the cashier names the receipt, marks what comes
back, scans the new goods, and one difference is paid or paid out. Two documents for the registrar,
the return first. Never a credit that nobody can find again: what the return has paid waits in the
till's file, in the return's own commit, until the new goods are sold.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from pos_app.domain.document import CompletedTransaction, TransactionKind
from pos_app.domain.money import Money
from pos_app.domain.pricing.result import Priced
from pos_app.domain.sentence import Points
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import Transaction
from pos_app.workstation import fiscal_step, settle
from pos_app.workstation.answer import Answer, Notice, Part, Tone, notice, refused
from pos_app.workstation.handing_out import credit_of, handed_out, pays_on
from pos_app.workstation.identify_member import identify
from pos_app.workstation.ports import Facts, SuspendedDraft
from pos_app.workstation.pricing_task import program_of, reprice
from pos_app.workstation.return_sale import allowed_back, begin_return
from pos_app.workstation.sale import SALE_PARTS, begin, not_editable, not_ready
from pos_app.workstation.shift_wait import patient
from pos_app.workstation.station import (
    AMOUNT_MOST_MINOR,
    AtHand,
    Exchange,
    Override,
    Station,
    changed,
    record,
)
from pos_app.workstation.suspend_resume import draft_for, known_of

Asked = tuple[str, int | None]
"""Tender and amount that were asked for, for the difference."""


def open_exchange(
    station: Station,
    receipt: str,
    lines: Sequence[tuple[int, str]] | None,
    reason: str,
    override: Override | None,
) -> Answer:
    """These lines of the receipt come back for what is, or will be, scanned."""
    trouble = not_ready(station) or not_editable(station)
    if trouble:
        return trouble
    if station.exchange is not None or (station.open is not None and station.open.credit):
        return refused("exchange_is_open")
    found = allowed_back(station, receipt, lines, reason, override)
    if isinstance(found, Answer):
        return found
    original, chosen = found
    if any(one.sold.card_id for one in chosen):
        return refused("exchange_no_cards")
    begin(station)
    station.last_sale = None
    station.exchange = Exchange(original, tuple(chosen), reason)
    reprice(station)
    if original.member_id and station.open is not None and station.open.member is None:
        # Whose receipt it is earns; to spend, the card itself is shown.
        identify(station, "id", original.member_id, "last4")
    said = (notice("exchange_open", Tone.NEUTRAL), *_apart_told(station, station.exchange))
    return changed(*SALE_PARTS, notices=said)


def _apart_told(station: Station, exchange: Exchange) -> list[Notice]:
    """What goes back by itself, as it was paid: the new goods are then paid in full."""
    back = settle.refunds_of(station, exchange.original, exchange.chosen, exchange.reason)
    return _apart(station, back, "exchange_apart")


def _apart(station: Station, tenders: Sequence[Tender], code: str) -> list[Notice]:
    currency = program_of(station).currency
    return [
        notice(f"{code}_{one.kind.value}", amount=Money(-one.amount_minor, currency))
        for one in tenders
        if one.amount_minor < 0 and not pays_on(station, one)
    ]


def pay(station: Station, kind: str, amount_minor: int | None) -> Answer:
    """The difference, or whatever is due: one gesture."""
    exchange, sale = station.exchange, station.open
    if exchange is None or sale is None or sale.kind is TransactionKind.RETURN:
        return settle.pay(station, kind, amount_minor) if kind else settle.complete(station)
    if not sale.lines:
        begin_return(station, exchange.original, exchange.chosen, exchange.reason)
        station.exchange = None
        return settle.complete(station)
    trouble = settle.not_payable(station) or _wrong(station, kind, amount_minor)
    trouble = trouble or fiscal_step.opening(station)
    return trouble or _return_first(station, exchange, sale, (kind, amount_minor))


def _wrong(station: Station, kind: str, amount_minor: int | None) -> Answer | None:
    """What would be refused once the goods are back is refused before."""
    known = {one.value: one for one in TenderKind}.get(kind)
    due = settle.due_minor(station, known)
    if due > 0 and known is None:
        return refused("not_paid", due=Money(due))
    if due > 0 and known is TenderKind.GIFT_CARD:
        return _card_refuses(station, amount_minor)
    if amount_minor is None or due <= 0:
        return None
    if not 0 < amount_minor <= AMOUNT_MOST_MINOR:
        return refused("bad_amount")
    over = known is not TenderKind.CASH and amount_minor > due
    return refused("card_overpaid", due=Money(due)) if over else None


def _card_refuses(station: Station, amount_minor: int | None) -> Answer | None:
    """Why the gift card that is shown would not pay; what it would pay is not taken yet."""
    before = station.open
    answer = settle.tender(station, TenderKind.GIFT_CARD.value, amount_minor, "")
    station.open = before
    return None if answer.ok else answer


def _return_first(station: Station, exchange: Exchange, sale: Transaction, asked: Asked) -> Answer:
    priced, known, hand = station.priced, station.known, station.gift_card
    assert priced is not None
    total = priced.totals.net_minor
    # Not as cash would round it: what is no cash pays to the last unit.
    due = settle.due_minor(station, TenderKind.CARD) + settle.exchange_credit_minor(station)
    shown = _Shown(
        sale, priced, due, settle.own_points(station, priced.totals.points_redeemed), hand
    )
    label = exchange.original.receipt_number
    waits = draft_for(station, sale, total, label, still_open=True)  # nobody puts it aside
    trouble = record(station, Facts(suspend=waits))
    if trouble:
        return trouble
    begin_return(station, exchange.original, exchange.chosen, exchange.reason)
    station.exchange = replace(
        exchange,
        sale=sale,
        draft=partial(_draft, station, sale, due, (total, label)),
        then=partial(_go_on, station, shown, asked),
    )
    answer = settle.complete(station)
    if not answer.ok and station.moving is None and station.exchange is not None:
        # The return was refused. Were it on the disk, no exchange would be open any more, and what
        # is refused of the new goods leaves them there with what the return has paid.
        record(station, Facts(drop_suspended=sale.transaction_id))
        station.open, station.known, station.exchange = sale, known, exchange
        station.gift_card = hand
        reprice(station)
    return answer


def _draft(
    station: Station,
    sale: Transaction,
    due_minor: int,
    told: tuple[int, str],
    document: CompletedTransaction,
) -> SuspendedDraft:
    credit = credit_of(station, document.tenders, due_minor)
    return draft_for(
        station, replace(sale, credit=credit, credit_of=document.transaction_id), *told
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """The goods that are taken, as the customer has seen them priced."""

    sale: Transaction
    priced: Priced
    due_minor: int
    own_points: int = 0
    hand: AtHand | None = None


def _go_on(
    station: Station,
    shown: _Shown,
    asked: Asked,
    document: CompletedTransaction,
    returned: Answer,
) -> Answer:
    """The return is on the disk: now the goods that are taken, and the difference."""
    credit = credit_of(station, document.tenders, shown.due_minor)
    station.open = replace(
        shown.sale, tenders=credit, credit=credit, credit_of=document.transaction_id
    )
    station.gift_card = shown.hand
    station.known = known_of(station, station.open)
    reprice(station)
    if _still_has(station, shown):
        # A tier that goes with the return does not make the goods dearer that were shown.
        station.priced = shown.priced
    answer = _dearer(station, shown) or _paid(station, asked)
    out = (*_apart(station, document.tenders, "refunded"), *handed_out(station, document, credit))
    back = _points_back(document)
    told = (one for one in returned.notices if one.code != "completed")
    said = (*told, *answer.notices, *back, *out)
    return replace(answer, notices=said, changed=answer.changed | returned.changed)


def _dearer(station: Station, shown: _Shown) -> Answer | None:
    """Points that went with the return pay no more: another amount is shown before it is taken."""
    priced = station.priced
    before = shown.priced.totals.payable_minor
    now = priced.totals.payable_minor if priced is not None else before
    if now <= before:
        return None
    said = notice("price_moved", Tone.WARNING, None, before=Money(before), now=Money(now))
    return changed(Part.TRANSACTION, Part.MEMBER, Part.TENDERS, notices=(said,))


def _paid(station: Station, asked: Asked) -> Answer:
    """A registrar that is lost between the two documents is waited for: the return is done."""
    kind, amount = asked
    if not (settle.due_minor(station) > 0 and kind):
        return settle.complete_once_open(station)
    return patient(station, ("pay", kind, amount), lambda: settle.pay(station, kind, amount))


def _still_has(station: Station, shown: _Shown) -> bool:
    """Whether the points that were shown may be spent still: they are there, and granted."""
    known, points = station.known, shown.priced.totals.points_redeemed
    if known is None or not points:
        return not points
    have = max(known.account.available(station.business_on()), 0)
    return points <= have and points - shown.own_points <= known.secured


def _points_back(document: CompletedTransaction) -> list[Notice]:
    """Which points went with the goods that came back: the sale tells only its own."""
    totals, found = document.totals, []
    if totals.points_earned:
        found.append(notice("points_of_return_taken", points=Points(totals.points_earned)))
    if totals.points_redeemed:
        found.append(notice("points_of_return_given", points=Points(totals.points_redeemed)))
    return found
