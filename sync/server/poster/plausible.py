"""What no till of ours writes and no table takes. Never judges a price or a promise."""

from collections.abc import Iterable
from typing import Any

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.events import (
    CashMoved,
    CategoriesChosen,
    Event,
    MemberEnrolled,
    MembersMerged,
    PointsAdjusted,
    ReceiptCredited,
    RightUsed,
    TransactionCompleted,
)
from pos_app.domain.loyalty.ledger import EntryKind
from sync.wire.codec import GarbledMessage, decode

LARGEST = 10**15
BIGGEST = 2**63
DIGITS = bytes(ord("0") if chr(n) in "0123456789" else 0 for n in range(256))
LONG_NUMBER = b"0" * 19
TEXT_LENGTH_MAX = 200
CASH_KINDS = frozenset({"paid_in", "paid_out", "pickup", "loan"})


def unstorable(body: bytes) -> str:
    """Why no table takes what an event's JSON holds: a NUL in a text, a number beyond 64 bits."""
    # Every digit as 0, and so many of them in a row: several times quicker than an expression.
    if b"\\u0000" not in body and LONG_NUMBER not in body.translate(DIGITS):
        return ""
    try:
        return _unstorable(decode(object, body))
    except GarbledMessage:
        return ""  # whoever reads it says so


def _unstorable(value: Any) -> str:
    if isinstance(value, str):
        return "a text with a NUL" if "\0" in value else ""
    if isinstance(value, int):
        return "a number is out of range" if abs(value) >= BIGGEST else ""
    parts = [*value, *value.values()] if isinstance(value, dict) else value
    return next(filter(None, map(_unstorable, parts)), "") if isinstance(parts, list) else ""


def doubtful(event: Event, terminal_id: str) -> str:
    """Why the event must wait for a person; "" if it need not."""
    if isinstance(event, TransactionCompleted):
        return _document(event.document, terminal_id)
    if isinstance(event, MemberEnrolled):
        return _texts((event.member_id, event.card_code, event.store_id))
    if isinstance(event, CategoriesChosen):
        return _texts((event.member_id, event.month, *event.categories))
    if isinstance(event, PointsAdjusted | ReceiptCredited | MembersMerged):
        return _by_hand(event)
    if isinstance(event, CashMoved):
        known = event.kind in CASH_KINDS and abs(event.amount_minor) <= LARGEST
        return "" if known else "a movement of cash that is none"
    if isinstance(event, RightUsed) and abs(event.amount_minor) > LARGEST:
        return "a number is out of range"
    return ""


def _by_hand(event: PointsAdjusted | ReceiptCredited | MembersMerged) -> str:
    if isinstance(event, PointsAdjusted):
        return _adjustment(event)
    return _credit(event) if isinstance(event, ReceiptCredited) else _merge(event)


def _adjustment(event: PointsAdjusted) -> str:
    entry, taken = event.entry, sum(use.points for use in event.uses)
    if entry.kind is not EntryKind.ADJUST or not 0 < abs(entry.points) <= LARGEST:
        return "an adjustment that is none"
    if any(use.points <= 0 for use in event.uses) or taken > max(0, -entry.points):
        return "a use of more than was taken off"
    return _texts((entry.entry_id, entry.member_id, event.store_id, entry.cause.reason))


def _credit(event: ReceiptCredited) -> str:
    entry, whole = event.entry, sum(line.points for line in event.lines)
    earning = entry.kind is EntryKind.EARN and entry.cause.id == event.receipt_id
    if not earning or not 0 < entry.points <= min(whole, LARGEST):
        return "a credit that is none"
    return _texts((entry.entry_id, entry.member_id, event.receipt_id, event.store_id))


def _merge(event: MembersMerged) -> str:
    if event.kept_id == event.gone_id:
        return "one member twice"
    return _texts((event.kept_id, event.gone_id, event.store_id, event.reason))


def _document(document: CompletedTransaction, terminal_id: str) -> str:
    if document.terminal_id != terminal_id:
        return "the document names another terminal"
    totals = document.totals
    numbers = [
        totals.net_minor,
        totals.payable_minor,
        totals.discount_minor,
        totals.points_minor,
        totals.points_redeemed,
        *(entry.points for entry in document.entries),
        *(tender.amount_minor for tender in document.tenders),
        *(use.points for use in document.uses),
        *(tally.amount for tally in document.tallies),
        *(entry.amount_minor for entry in document.gift_cards),
    ]
    if max(map(abs, numbers)) > LARGEST:
        return "a number is out of range"
    if any(use.points <= 0 for use in document.uses):
        return "a use of no points"
    entry_ids = [entry.entry_id for entry in document.entries]
    entry_ids += [entry.entry_id for entry in document.gift_cards]
    if len(set(entry_ids)) != len(entry_ids):
        return "an entry stands twice"
    names = [text for tally in document.tallies for text in (tally.tally, tally.period)]
    names += [entry.card_id for entry in document.gift_cards]
    names += [use.owner for use in document.uses]
    names += [text for use in document.coupons for text in (use.coupon_id, use.key)]
    names += [document.confirmation.evidence] if document.confirmation else []
    ids = (document.transaction_id, document.receipt_number, document.store_id)
    return _texts((*ids, document.member_id or "", document.member_code, *entry_ids, *names))


def _texts(texts: Iterable[str]) -> str:
    found = tuple(texts)
    if max(map(len, found), default=0) > TEXT_LENGTH_MAX or "\0" in "".join(found):
        return "an identifier that is none"
    return ""
