"""Gift cards and their entries <-> wire. Never applies one."""

from pos_app.domain.loyalty.account import Cause
from pos_app.domain.loyalty.gift_card import GiftCard, GiftCardEntry, GiftCardKind
from sync.translate.instants import (
    day,
    instant,
    instant_text,
    optional_day,
    optional_day_text,
    optional_instant_text,
)
from sync.wire.events import CauseDoc, GiftCardEntryDoc
from sync.wire.rows import GiftCardRow


def gift_card_entry_doc(entry: GiftCardEntry) -> GiftCardEntryDoc:
    """One entry as it travels and as the server keeps it."""
    cause = entry.cause
    return GiftCardEntryDoc(
        id=entry.entry_id,
        card=entry.card_id,
        kind=entry.kind.value,
        amount=entry.amount_minor,
        at=instant_text(entry.at),
        business_on=entry.business_on.isoformat(),
        cause=CauseDoc(cause.kind, cause.id, cause.operator_id, cause.reason),
        expires_on=optional_day_text(entry.expires_on),
        reverses=entry.reverses,
        unsecured=entry.unsecured_minor,
    )


def gift_card_entry_from_doc(doc: GiftCardEntryDoc) -> GiftCardEntry:
    """The reverse; ValueError for a kind or a date that is none."""
    cause = doc.cause
    return GiftCardEntry(
        entry_id=doc.id,
        card_id=doc.card,
        kind=GiftCardKind(doc.kind),
        amount_minor=doc.amount,
        at=instant(doc.at),
        business_on=day(doc.business_on),
        cause=Cause(cause.kind, cause.id, cause.operator, cause.reason),
        expires_on=optional_day(doc.expires_on),
        reverses=doc.reverses,
        unsecured_minor=doc.unsecured,
    )


def gift_card_row(card: GiftCard) -> GiftCardRow:
    """A card as a till mirrors it."""
    return GiftCardRow(
        id=card.card_id,
        balance=card.balance_minor,
        issued=card.issued,
        expires_on=optional_day_text(card.expires_on),
        blocked=card.blocked,
        posted=dict(card.posted),
        as_of=optional_instant_text(card.as_of),
    )
