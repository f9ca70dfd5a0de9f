"""What ends by itself of gift cards and coupons. Never what a till may still spend.

A card's last day over, its money leaves by an explicit `expire` entry. A coupon that ended long ago
is forgotten with all that was told of it, a dynamic code that nobody can show any more as well.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.ids import derived_id
from pos_app.domain.loyalty.account import Cause
from pos_app.domain.loyalty.card_code import STEP_SECONDS
from pos_app.domain.loyalty.gift_card import GiftCardEntry, GiftCardKind
from pos_app.domain.loyalty.owner import COUPON
from sync.server.books.book import Book
from sync.server.engine import bulk
from sync.server.engine.buckets import OPERATORS
from sync.server.engine.database import Database
from sync.server.engine.days import days_now
from sync.server.engine.schema import bearer, shown
from sync.server.engine.services import Services
from sync.server.poster.gift_cards import add_entry, settle
from sync.server.poster.shown import CODE
from sync.server.publishing import feed
from sync.server.rights.placing_cards import recall_all

KEPT_DAYS = 90
"""As long as a till may be off: its receipts of back then are judged as those of today."""
A_TURN = 500


async def tend_bearers(database: Database, services: Services) -> int:
    """Cards expired and coupons forgotten; how many."""
    done = 0
    first = (await database.read(lambda c: days_now(c, services))).first
    ended, gone = first - timedelta(days=1), first - timedelta(days=KEPT_DAYS)
    for kind, until, work in (("gift_card", ended, _expiring), ("coupon", gone, _forgetting)):
        found = await database.read(_over(kind, until))
        while found:
            for bucket, owners in found.items():
                done += await database.write(work(services, bucket, owners, until))
            seen, found = found, await database.read(_over(kind, until))
            if seen == found:
                break
    await database.write(lambda c: forget_codes(c, services))
    return done


def _over(kind: str, until: date) -> Callable[[Connection], dict[int, list[str]]]:
    return lambda c: _ended(c, kind, until)


def _ended(connection: Connection, kind: str, until: date) -> dict[int, list[str]]:
    """Owners whose last day lies before that one, by bucket."""
    over = sa.and_(
        bearer.c.kind == kind,
        bearer.c.expires_on != "",
        bearer.c.expires_on < until.isoformat(),
        bearer.c.balance > 0 if kind == "gift_card" else bearer.c.reserved == 0,
    )
    rows = connection.execute(
        sa.select(bearer.c.bucket, bearer.c.owner)
        .where(over)
        .order_by(bearer.c.bucket, bearer.c.owner)
        .limit(A_TURN)
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.bucket, []).append(row.owner)
    return found


def _expiring(
    services: Services, bucket: int, owners: list[str], until: date
) -> Callable[[Connection], int]:
    return lambda c: expire_cards(c, services, bucket, owners, until)


def _forgetting(
    services: Services, bucket: int, owners: list[str], until: date
) -> Callable[[Connection], int]:
    return lambda c: forget_coupons(c, services, bucket, owners, until)


def expire_cards(
    connection: Connection, services: Services, bucket: int, cards: list[str], on: date
) -> int:
    """An explicit entry for what is left on each card that ended before that day; how many.

    Its id comes from the card and its end: a repeated run expires nothing twice. What a till holds
    is asked back and waited for: it may have been spent on the last day.
    """
    book = Book(connection, services, bucket)
    book.load_bearers(cards)
    done = 0
    for card in cards:
        held = book.held.get(card)
        one = held.bearer if held else None
        if held is None or one is None or one.balance <= 0:
            continue
        if held.reserved:
            recall_all(book, held)
            continue
        if not one.expires_on or one.expires_on >= on.isoformat():
            continue
        entry = GiftCardEntry(
            derived_id(f"expire\n{card}\n{one.expires_on}\n{one.balance}"),
            card,
            GiftCardKind.EXPIRE,
            -one.balance,
            services.now(),
            on,
            Cause("program", "expiry"),
        )
        add_entry(connection, bucket, entry)
        settle(book, card, {})
        done += 1
    book.flush()
    return done


def forget_coupons(
    connection: Connection, services: Services, bucket: int, owners: list[str], until: date
) -> int:
    """Deeds, state and what tills are told of coupons that ended before that day; how many."""
    book = Book(connection, services, bucket)
    book.load_bearers(owners)
    over = [owner for owner in owners if _is_over(book, owner, until)]
    for table, column in ((shown, shown.c.key), (bearer, bearer.c.owner)):
        connection.execute(
            sa.delete(table).where(table.c.bucket == bucket, bulk.among(connection, column, over))
        )
    changes = [feed.Change("setting", owner, None) for owner in over]
    feed.publish(connection, OPERATORS, changes, services.now_us())
    return len(over)


def _is_over(book: Book, owner: str, until: date) -> bool:
    held: Any = book.held.get(owner)
    if held is None or held.reserved or not owner.startswith(COUPON):
        return False
    return bool(held.bearer.expires_on and held.bearer.expires_on < until.isoformat())


def forget_codes(connection: Connection, services: Services) -> int:
    """Dynamic codes that were shown so long ago that no till can bring another use; how many."""
    first_kept = (services.now() - timedelta(days=KEPT_DAYS)).timestamp() // STEP_SECONDS
    keys = connection.execute(sa.select(shown.c.key).where(shown.c.key.like(CODE + "%"))).scalars()
    old = {key for key in keys if _step(key) < first_kept}
    if old:
        connection.execute(sa.delete(shown).where(bulk.among(connection, shown.c.key, old)))
    return len(old)


def _step(key: str) -> float:
    """The step of 30 seconds that the code names; one that names none is kept."""
    number = key.rpartition(":")[2]
    return int(number) if number.isdigit() else float("inf")
