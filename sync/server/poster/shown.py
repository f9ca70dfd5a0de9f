"""Coupons and card codes as the server has seen them, a deed a receipt. Never a refused receipt.

Two dark tills may take one coupon, or one photograph of a card's code: both receipts stand, and a
person looks. What is known of a coupon is told to every till.
"""

from datetime import date

import sqlalchemy as sa
from msgspec import Raw
from sqlalchemy import Connection

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.loyalty.coupon import USED, CouponHistory, CouponUse
from pos_app.domain.loyalty.program import Program
from pos_app.domain.mechanics.coupons import Coupon, find_coupon
from sync.server.books.bearers import Bearer
from sync.server.books.book import Book
from sync.server.books.conflicts import Conflict
from sync.server.engine import bulk
from sync.server.engine.buckets import OPERATORS, bucket_of
from sync.server.engine.schema import shown
from sync.server.publishing import feed
from sync.wire.codec import canonical
from sync.wire.rows import SettingsRow

COUPON, CODE = "coupon:", "code:"


def buckets_of_shown(document: CompletedTransaction) -> list[int]:
    """Where the coupons and the code of a receipt are remembered."""
    keys = [COUPON + use.key for use in document.coupons if use.key]
    keys += [use.owner for use in document.uses if use.owner.startswith(COUPON)]
    return sorted({bucket_of(key) for key in (*keys, *_code(document))})


def _code(document: CompletedTransaction) -> list[str]:
    given = document.confirmation
    return [CODE + given.evidence] if given is not None and given.evidence else []


def post_shown(
    book: Book, document: CompletedTransaction, program: Program | None
) -> list[Conflict]:
    """Remember what this bucket keeps of a receipt; what a person must look at."""
    found, bucket = [], book.bucket
    for key in _code(document):
        if bucket_of(key) == bucket:
            _remember(book.connection, bucket, key, document, USED)
            if len(_deeds(book.connection, bucket, key)) > 1:
                found.append(_conflict("code_replayed", document, key.removeprefix(CODE)))
    for use in document.coupons:
        if use.key and bucket_of(COUPON + use.key) == bucket:
            found += _coupon(book, use, document, program)
    return found


def _coupon(
    book: Book, use: CouponUse, document: CompletedTransaction, program: Program | None
) -> list[Conflict]:
    key = COUPON + use.key
    _remember(book.connection, book.bucket, key, document, use.deed)
    history = CouponHistory()
    for deed in sorted(_deeds(book.connection, book.bucket, key), key=lambda deed: deed != USED):
        history = history.after(deed)
    value = Raw(canonical({"used": history.used, "void": history.void}))
    change = feed.Change("setting", key, SettingsRow(key, value))
    feed.publish(book.connection, OPERATORS, [change], book.services.now_us())
    coupon = find_coupon(program.coupons, use.coupon_id) if program else None
    _keep(book, key, coupon, history, document.business_on)
    if use.deed != USED or coupon is None or not 0 < coupon.max_uses < history.used:
        return []
    money = _given_minor(document, use.coupon_id, program)
    return [_conflict("coupon_overused", document, use.key, money)]


def _keep(book: Book, owner: str, coupon: Coupon | None, history: CouponHistory, on: date) -> None:
    """What may still be granted of it, and when it can be forgotten."""
    book.load_bearers([owner])
    held = book.held.get(owner) or book.bear(Bearer(owner))
    one = held.bearer
    assert one is not None
    if coupon is not None:
        one.doc.most = coupon.max_uses
        one.expires_on = max(one.expires_on, coupon.ends(on).isoformat())
    one.balance = 0 if history.void else one.doc.most - history.used
    book.touched.add(owner)


def _given_minor(document: CompletedTransaction, coupon_id: str, program: Program | None) -> int:
    """What the promotions of this coupon took off the receipt."""
    opened = {
        p.promotion_id for p in (program.promotions if program else ()) if p.coupon == coupon_id
    }
    made = (m for line in document.lines for m in line.modifications)
    return sum(m.amount_minor for m in made if m.rule_id in opened)


def _remember(
    connection: Connection, bucket: int, key: str, document: CompletedTransaction, deed: str
) -> None:
    row = {"bucket": bucket, "key": key, "receipt": document.transaction_id, "deed": deed}
    bulk.insert(connection, shown, [row], "nothing")


def _deeds(connection: Connection, bucket: int, key: str) -> list[str]:
    of_key = sa.select(shown.c.deed).where(shown.c.bucket == bucket, shown.c.key == key)
    return list(connection.execute(of_key).scalars())


def _conflict(kind: str, document: CompletedTransaction, detail: str, money: int = 0) -> Conflict:
    return Conflict(
        kind,
        document.transaction_id,
        document.terminal_id,
        document.member_id or "",
        money_minor=money,
        detail=detail,
    )
