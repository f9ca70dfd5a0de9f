"""A gift card pays.

The card that was shown pays what it holds, the rest is paid otherwise; several cards may pay one
receipt. What is taken comes from a grant of this till, or is the owner's risk and marked so. Never
a discount, and never a card's own purchase.
"""

from collections.abc import Iterable
from dataclasses import replace

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.loyalty.allowance import AllowanceUse, draw
from pos_app.domain.loyalty.gift_card import (
    GiftCard,
    GiftCardEntry,
    GiftCardKind,
    GiftLimit,
    payment_limit,
)
from pos_app.domain.loyalty.owner import masked
from pos_app.domain.money import Money
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import Transaction, with_tender
from pos_app.workstation.answer import Answer, Part, Tone, notice, refused, refused_with
from pos_app.workstation.gift_card_at_hand import (
    KnownCard,
    ask,
    at_hand,
    drop,
    know_card,
    risk_minor,
    taken,
    which,
)
from pos_app.workstation.honoured import honoured
from pos_app.workstation.pricing_task import program_of
from pos_app.workstation.station import Station, changed

TAKES = (GiftCardKind.REDEEM, GiftCardKind.VOID)
"""What leaves a card, and so needs a right to it."""


def tender(station: Station, due_minor: int, amount_minor: int | None, code: str) -> Answer:
    """Take it from the card of that code, else from the one at hand."""
    transaction = station.open
    assert transaction is not None
    card_id = _which(station, code)
    if isinstance(card_id, Answer):
        return card_id
    if any(one.reference == card_id for one in transaction.tenders):
        return refused("gift_card_here_already")
    due = min(due_minor, _payable_minor(station, transaction))
    if due <= 0:
        return refused("nothing_due" if due_minor <= 0 else "gift_card_buys_no_card")
    if amount_minor is not None and not 0 < amount_minor <= due:
        return refused("card_overpaid" if amount_minor > due else "bad_amount", due=Money(due))
    wanted = due if amount_minor is None else amount_minor
    answer = _take(station, card_id, wanted, amount_minor)
    return _rest_told(answer, station, due_minor, due_minor - due) if answer.ok else answer


def _rest_told(answer: Answer, station: Station, due_minor: int, cards_minor: int) -> Answer:
    """Why it did not pay all: a card that this receipt sells, or that it held no more."""
    assert station.open is not None
    rest = due_minor - station.open.tenders[-1].amount_minor
    said = []
    if cards_minor > 0:
        said.append(notice("gift_card_not_for_cards", amount=Money(cards_minor)))
    if rest > 0:
        said.append(notice("gift_card_rest", due=Money(rest)))
    return replace(answer, notices=(*answer.notices, *said))


def _which(station: Station, code: str) -> str | Answer:
    card_id, hand = which(station, code), at_hand(station)
    if isinstance(card_id, str) and (hand is None or hand.card_id != card_id):
        taken(station, card_id)
    return card_id


def _payable_minor(station: Station, transaction: Transaction) -> int:
    """What is due but for the cards that this receipt loads."""
    priced = station.priced
    assert priced is not None
    goods = {one.line for one in transaction.lines if not one.card_id}
    taken = sum(t.amount_minor for t in transaction.tenders if t.kind is TenderKind.GIFT_CARD)
    return sum(one.payable_minor for one in priced.lines if one.line in goods) - taken


def _take(station: Station, card_id: str, wanted: int, asked: int | None) -> Answer:
    known = know_card(station, card_id)
    limit = _limit(station, known, wanted)
    short = limit.minor < wanted if asked is not None else not limit.minor
    hand = at_hand(station)
    dry = known.granted_minor < min(wanted, max(known.card.balance_minor, 0)) or not known.heard
    if dry and hand is not None and (hand.asking or (not hand.asked and ask(station))):
        return refused("gift_card_asking")
    if not known.heard or not known.card.issued:
        return _strange(station, known, hand is not None and hand.strange)
    if short:
        return _refused(station, known, limit)
    assert station.open is not None
    station.open = with_tender(station.open, Tender(TenderKind.GIFT_CARD, limit.minor, card_id))
    left = Money(known.card.balance_minor - limit.minor)
    said = notice("gift_card_pays", Tone.GOOD, None, number=masked(card_id), left=left)
    return changed(Part.TRANSACTION, Part.TENDERS, notices=(said,))


def _strange(station: Station, known: KnownCard, strange: bool) -> Answer:
    """Nobody has sold it, or with no link nobody can tell; it is put away, so that the next key
    asks for another."""
    number = masked(known.card.card_id)
    drop(station)
    if strange or known.heard:
        return refused("gift_card_new", number=number)
    return refused("gift_card_unknown", number=number)


def _limit(station: Station, known: KnownCard, wanted: int) -> GiftLimit:
    rules = program_of(station).gift_cards
    may = known.may_spend_minor(risk_minor(station))
    return payment_limit(rules, known.card, wanted, station.business_on(), may)


def _refused(station: Station, known: KnownCard, limit: GiftLimit) -> Answer:
    """In the rules' words; on-line a card without a grant is in somebody else's hands."""
    assert limit.why is not None
    held = limit.why.key == "gift.allowance" and station.courier.status().online
    if held:
        return refused("gift_card_held", number=masked(known.card.card_id))
    if not limit.minor and limit.why.key != "gift.allowance":
        drop(station)
    return refused_with(limit.why)


def secured(station: Station, document: CompletedTransaction) -> CompletedTransaction | Answer:
    """The document with the grants that its cards take, and what is risked; or why not."""
    uses: list[AllowanceUse] = []
    entries: list[GiftCardEntry] = []
    for entry in document.gift_cards:
        if entry.kind not in TAKES:
            entries.append(entry)
            continue
        grants = honoured(station, entry.card_id)
        drawn, rest = draw(grants, -entry.amount_minor, station.now())
        if rest and rest > _risk_minor(station, entry):
            return refused("gift_card_gone", number=masked(entry.card_id))
        uses += [replace(use, owner=entry.card_id) for use in drawn]
        entries.append(replace(entry, unsecured_minor=rest))
    return replace(document, uses=(*document.uses, *uses), gift_cards=tuple(entries))


def _risk_minor(station: Station, entry: GiftCardEntry) -> int:
    """What may still be risked, though the link is back since the card was taken; taking a card's
    sale back is never a risk."""
    if entry.kind is GiftCardKind.VOID:
        return 0
    known = know_card(station, entry.card_id)
    return max(program_of(station).gift_cards.offline_risk_minor - known.risked_minor, 0)


def cards_of(station: Station, document: CompletedTransaction) -> tuple[GiftCard, ...]:
    """What is known of the cards that paid, for a return onto them."""
    paid = {t.reference for t in document.tenders if t.kind is TenderKind.GIFT_CARD}
    return tuple(know_card(station, card_id).card for card_id in sorted(paid))


def ask_for_return(station: Station, cards: Iterable[str]) -> None:
    """A return of sold cards takes their money back: the right to it is asked for at once."""
    if not station.courier.status().online:
        return
    for card_id in cards:
        fields = {"kind": "gift_card", "key": card_id, "want_points": 10**12}
        station.courier.request("identify", fields, lambda _reply: None)
