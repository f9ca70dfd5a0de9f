"""What head office does about a gift card: looks at it, blocks a lost one, replaces it.

A card is named by its code, which is hashed here and kept nowhere, or by its id. Never takes money
that a till may be spending just now.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from pos_app.domain.ids import derived_id
from pos_app.domain.loyalty.account import Cause
from pos_app.domain.loyalty.gift_card import GiftCardEntry, GiftCardKind
from pos_app.domain.loyalty.owner import card_owner, card_text, masked
from pos_app.gear.secrets import PepperedPhoneHasher
from sync.server.books.bearers import Bearer, is_gift_card
from sync.server.books.book import Book, Held
from sync.server.engine.buckets import bucket_of
from sync.server.engine.database import Database
from sync.server.engine.refusal import refuse
from sync.server.engine.services import Services
from sync.server.poster.gift_cards import add_entry, entries_of, settle
from sync.translate.instants import optional_day

REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class CardState:
    """What head office sees. `reserved_minor`: what tills may still take of the balance."""

    number: str
    balance_minor: int
    reserved_minor: int
    expires_on: str
    blocked: str
    entries: tuple[GiftCardEntry, ...]


def id_of(services: Services, code: str) -> str:
    """The id of the card with that code; an id is itself."""
    if is_gift_card(code):
        return code
    plain = code.strip().removeprefix("K1G:")
    digest = PepperedPhoneHasher(services.keys.pepper).phone_hmac(card_text(plain))
    return card_owner(digest, plain)


def look(connection: Connection, services: Services, card: str) -> CardState:
    """The card as it is. Raises Refusal 404 for one that was never sold."""
    _book, held, one = _opened(connection, services, card)
    return CardState(
        masked(card), one.balance, held.reserved, one.expires_on, one.doc.blocked,
        tuple(entries_of(connection, card)),
    )  # fmt: skip


def block(connection: Connection, services: Services, card: str, reason: str) -> None:
    """It pays nothing from here on; an empty reason lets it pay again. Raises Refusal 404.

    What a dark till was granted before it may still spend: a line for the manager then.
    """
    book, _held, one = _opened(connection, services, card)
    if one.doc.blocked == REPLACED:
        raise refuse(409, "gift_card_replaced")
    one.doc.blocked = reason
    book.touched.add(card)
    book.flush()


async def replace(database: Database, services: Services, old: str, new: str) -> int:
    """The money of a lost card goes to a new one, with its last day; minor units.

    The debit comes first and both are named by the pair of cards: run again after a crash it ends
    what it began. Raises Refusal 404, 409.
    """
    if old == new:
        raise refuse(409, "gift_card_same")
    moved, ends = await database.write(_debit(services, old, new))
    await database.write(_credit(services, old, new, moved, ends))
    return moved


def _debit(services: Services, old: str, new: str) -> Callable[[Connection], tuple[int, str]]:
    return lambda c: _take(c, services, old, new)


def _take(connection: Connection, services: Services, old: str, new: str) -> tuple[int, str]:
    book, held, one = _opened(connection, services, old)
    before = next((e for e in entries_of(connection, old) if e.entry_id == _name(old, new)), None)
    if before is not None:
        return -before.amount_minor, one.expires_on
    if one.doc.blocked == REPLACED:
        raise refuse(409, "gift_card_replaced")
    if held.reserved:
        raise refuse(409, "gift_card_held", "a till may be spending it: close the receipt there")
    if one.balance <= 0:
        raise refuse(409, "gift_card_empty")
    amount = one.balance
    add_entry(connection, book.bucket, _entry(book, old, -amount, _name(old, new), one))
    settle(book, old, {})
    one.doc.blocked = REPLACED
    book.flush()
    return amount, one.expires_on


def _credit(
    services: Services, old: str, new: str, amount: int, ends: str
) -> Callable[[Connection], None]:
    def give(connection: Connection) -> None:
        book = Book(connection, services, bucket_of(new))
        entry = _entry(book, new, amount, _name(new, old), Bearer(new, expires_on=ends))
        if all(known.entry_id != entry.entry_id for known in entries_of(connection, new)):
            add_entry(connection, book.bucket, entry)
        settle(book, new, {})
        book.flush()

    return give


def _name(of: str, other: str) -> str:
    return derived_id(f"replace\n{of}\n{other}")


def _entry(book: Book, card: str, amount: int, entry_id: str, like: Bearer) -> GiftCardEntry:
    taken = amount < 0
    return GiftCardEntry(
        entry_id,
        card,
        GiftCardKind.VOID if taken else GiftCardKind.ISSUE,
        amount,
        book.services.now(),
        book.days.today,
        Cause("program", REPLACED),
        None if taken else optional_day(like.expires_on or None),
    )


def _opened(connection: Connection, services: Services, card: str) -> tuple[Book, Held, Bearer]:
    book = Book(connection, services, bucket_of(card))
    book.load_bearers([card])
    held = book.held.get(card)
    if held is None or held.bearer is None:
        raise refuse(404, "unknown_gift_card")
    return book, held, held.bearer
