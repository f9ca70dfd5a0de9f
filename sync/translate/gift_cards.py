"""Gift-card entries <-> wire. Never applies one."""

from pos_app.domain.loyalty.account import Cause
from pos_app.domain.loyalty.gift_card import GiftCardEntry, GiftCardKind
from sync.translate.instants import day, instant, instant_text, optional_day, optional_day_text
from sync.wire.events import CauseDoc, GiftCardEntryDoc


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
    )
