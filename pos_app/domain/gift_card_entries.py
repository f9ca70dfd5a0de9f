"""The gift-card entries that a receipt or a return causes. Never a card's balance.

A card sold or topped up is a line of regulated class `gift_card` that names its card; a card that
pays is a tender whose reference is the card.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pos_app.domain.document import CompletedLine, CompletedTransaction
from pos_app.domain.loyalty.account import Cause
from pos_app.domain.loyalty.gift_card import (
    GiftCard,
    GiftCardEntry,
    GiftCardKind,
    load_ends,
    return_ends,
)
from pos_app.domain.mechanics.gift_cards import GiftCards
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import LineItem


@dataclass(frozen=True, slots=True)
class CardMoment:
    """When, on which business day, by which receipt."""

    at: datetime
    business_on: date
    cause: Cause
    new_id: Callable[[], str]

    def entry(
        self,
        card_id: str,
        kind: GiftCardKind,
        amount_minor: int,
        expires_on: date | None = None,
        reverses: str | None = None,
    ) -> GiftCardEntry:
        """A new entry of this moment."""
        return GiftCardEntry(
            self.new_id(),
            card_id,
            kind,
            amount_minor,
            self.at,
            self.business_on,
            self.cause,
            expires_on,
            reverses,
        )


def entries_of_sale(
    rules: GiftCards,
    goods: Sequence[tuple[LineItem, CompletedLine]],
    tenders: Sequence[Tender],
    moment: CardMoment,
) -> tuple[GiftCardEntry, ...]:
    """What pays first, then what is loaded: the money of a top-up cannot pay its own receipt."""
    found = [
        moment.entry(t.reference, GiftCardKind.REDEEM, -t.amount_minor)
        for t in tenders
        if t.kind is TenderKind.GIFT_CARD
    ]
    for entered, line in goods:
        if entered.card_id:
            kind = GiftCardKind.TOP_UP if entered.tops_up else GiftCardKind.ISSUE
            ends = load_ends(rules, kind, moment.business_on)
            found.append(moment.entry(entered.card_id, kind, line.net_minor, ends))
    return tuple(found)


def entries_of_return(
    original: CompletedTransaction,
    lines: Sequence[CompletedLine],
    tenders: Sequence[Tender],
    cards: Sequence[GiftCard],
    moment: CardMoment,
) -> tuple[GiftCardEntry, ...]:
    """Money back onto the cards that paid; what a returned card was loaded with leaves it.

    `cards`: what is known of them, for the days of those that ended meanwhile.
    """
    known = {card.card_id: card for card in cards}
    paid = {e.card_id: e.entry_id for e in original.gift_cards if e.kind is GiftCardKind.REDEEM}
    loaded = {
        e.entry_id: e
        for e in original.gift_cards
        if e.kind in (GiftCardKind.ISSUE, GiftCardKind.TOP_UP)
    }
    found = []
    for tender in tenders:
        if tender.kind is TenderKind.GIFT_CARD:
            ends = return_ends(known.get(tender.reference), moment.business_on)
            answers = paid.get(tender.reference)
            back = -tender.amount_minor
            found.append(moment.entry(tender.reference, GiftCardKind.RETURN, back, ends, answers))
    for line in lines:
        load = next((e for e in loaded.values() if e.card_id == line.card_id), None)
        if load is not None:
            del loaded[load.entry_id]
            found.append(
                moment.entry(
                    load.card_id, GiftCardKind.VOID, -line.net_minor, reverses=load.entry_id
                )
            )
    return tuple(found)
