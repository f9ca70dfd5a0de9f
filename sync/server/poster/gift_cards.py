"""Gift cards as the server keeps them: entries by card, appended once. Never a refused receipt.

A card belongs to its bearer, so its bucket is that of its number. What a card was spent beyond its
money stands, and comes before a person.
"""

from collections.abc import Iterable, Mapping

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.loyalty.gift_card import GiftCard, GiftCardEntry, GiftCardKind, fold_card
from sync.server.books.bearers import Bearer, is_gift_card, of_card
from sync.server.books.book import Book, Held
from sync.server.books.conflicts import Conflict
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import gift_card_entry
from sync.translate.gift_cards import gift_card_entry_doc, gift_card_entry_from_doc
from sync.wire.codec import canonical
from sync.wire.events import GiftCardEntryDoc

STORES_KEPT = 2


def buckets_of(document: CompletedTransaction) -> list[int]:
    """Where the cards of a receipt live."""
    return sorted({bucket_of(card) for card in _cards(document)})


def _cards(document: CompletedTransaction) -> set[str]:
    granted = {use.owner for use in document.uses if is_gift_card(use.owner)}
    return granted | {entry.card_id for entry in document.gift_cards}


def card_of(connection: Connection, card_id: str) -> GiftCard:
    """A card as its entries make it; one nobody sold is empty."""
    return fold_card(card_id, entries_of(connection, card_id))


def entries_of(connection: Connection, card_id: str) -> list[GiftCardEntry]:
    """All entries of a card, by business day."""
    rows = connection.execute(
        sa.select(gift_card_entry.c.entry)
        .where(gift_card_entry.c.bucket == bucket_of(card_id), gift_card_entry.c.card == card_id)
        .order_by(gift_card_entry.c.business_on, gift_card_entry.c.id)
    ).scalars()
    return [_read(text) for text in rows]


def add_entry(connection: Connection, bucket: int, entry: GiftCardEntry) -> None:
    """An entry of ours; once, by its id."""
    bulk.insert(connection, gift_card_entry, [_row(bucket, entry)], "nothing")


def post_cards(book: Book, document: CompletedTransaction, event: str, seq: int) -> list[Conflict]:
    """Append the entries of this bucket's cards; what a person must look at."""
    connection, bucket = book.connection, book.bucket
    entries = [e for e in document.gift_cards if bucket_of(e.card_id) == bucket]
    known = _known(connection, bucket, entries)
    fresh = [e for e in entries if e.entry_id not in known]
    odd = [
        ("exists_with_different_content", e, abs(e.amount_minor))
        for e in entries
        if known.get(e.entry_id, e) != e
    ]
    cards = sorted({e.card_id for e in entries})
    book.load_bearers(cards)
    blocked = {card for card in cards if (h := book.held.get(card)) and _blocked(h)}
    left = {card: card_of(connection, card).balance_minor for card in {e.card_id for e in fresh}}
    bulk.insert(connection, gift_card_entry, [_row(bucket, e) for e in fresh])
    for entry in fresh:
        left[entry.card_id] += entry.amount_minor
        beyond = min(-left[entry.card_id], -entry.amount_minor)
        if beyond > 0:
            odd.append(("gift_card_overdraft", entry, beyond))
        if entry.card_id in blocked and entry.kind is GiftCardKind.REDEEM:
            odd.append(("gift_card_blocked", entry, -entry.amount_minor))
    for card in cards:
        held = settle(book, card, {document.terminal_id: seq})
        _was_in(held, document.store_id)
    till = document.terminal_id
    return [Conflict(kind, event, till, money_minor=m, detail=e.card_id) for kind, e, m in odd]


def settle(book: Book, card: str, posted: Mapping[str, int]) -> Held:
    """Bring a card's state to the fold of its entries, and let the tills know."""
    book.load_bearers([card])
    held = book.held.get(card) or book.bear(Bearer(card))
    one = held.bearer
    assert one is not None
    of_card(one, card_of(book.connection, card))
    one.doc.posted = {**one.doc.posted, **posted}
    book.touched.add(card)
    return held


def _was_in(held: Held, store_id: str) -> None:
    """The tills of the last stores mirror the card, where tills do not mirror everything."""
    assert held.bearer is not None
    doc = held.bearer.doc
    doc.stores = (store_id, *(store for store in doc.stores if store != store_id))[:STORES_KEPT]


def _blocked(held: Held) -> bool:
    return held.bearer is not None and bool(held.bearer.doc.blocked)


def _known(
    connection: Connection, bucket: int, entries: Iterable[GiftCardEntry]
) -> dict[str, GiftCardEntry]:
    rows = connection.execute(
        sa.select(gift_card_entry.c.entry).where(
            gift_card_entry.c.bucket == bucket,
            bulk.among(connection, gift_card_entry.c.id, [e.entry_id for e in entries]),
        )
    ).scalars()
    return {entry.entry_id: entry for entry in map(_read, rows)}


def _read(text: str) -> GiftCardEntry:
    return gift_card_entry_from_doc(msgspec.json.decode(text, type=GiftCardEntryDoc))


def _row(bucket: int, entry: GiftCardEntry) -> dict[str, object]:
    return {
        "bucket": bucket,
        "id": entry.entry_id,
        "card": entry.card_id,
        "amount": entry.amount_minor,
        "business_on": entry.business_on.isoformat(),
        "entry": canonical(gift_card_entry_doc(entry)).decode(),
    }
