"""What happens without anybody asking: expiry, tombstones, nonces, placement. Never a new rule."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.loyalty.ledger import Cause, EntryKind, PointsEntry
from sync.server.access.auth import NONCE_DAYS, forget_nonces
from sync.server.books.book import Book
from sync.server.books.merging import derived_id
from sync.server.engine.schema import account
from sync.server.engine.services import Services, micros
from sync.server.publishing import feed

TOMBSTONE_DAYS = 90
MEMBERS_A_TURN = 500


def buckets_with_lapsed(connection: Connection, on: date) -> dict[int, list[str]]:
    """Members with lots that ended before that day, by bucket."""
    found: dict[int, list[str]] = {}
    rows = connection.execute(
        sa.select(account.c.bucket, account.c.member)
        .where(account.c.lapses_on != "", account.c.lapses_on < on.isoformat())
        .order_by(account.c.bucket, account.c.member)
        .limit(MEMBERS_A_TURN)
    )
    for row in rows:
        found.setdefault(row.bucket, []).append(row.member)
    return found


def expire(
    connection: Connection, services: Services, bucket: int, members: list[str], on: date
) -> int:
    """An explicit `expire` entry for every lot that ended before that day; how many.

    The entry's id comes from the lot and its end, so that a repeated run expires nothing twice.
    """
    book = Book(connection, services, bucket)
    book.load(members)
    wanted = [
        (book.held[m], _entry(services, m, lot.lot_id, lot.points, lot.expires_on or on, on))
        for m in members
        if m in book.held
        for lot in book.held[m].account.lapsed(on)
    ]
    book.load([], [entry.entry_id for _, entry in wanted])
    for held, entry in wanted:
        book.post(held, entry)
    book.flush()
    return len(wanted)


def _entry(
    services: Services, member_id: str, lot_id: str, points: int, ended_on: date, on: date
) -> PointsEntry:
    return PointsEntry(
        entry_id=derived_id(f"expire\n{member_id}\n{lot_id}\n{ended_on}\n{points}"),
        member_id=member_id,
        kind=EntryKind.EXPIRE,
        points=-points,
        at=services.now(),
        business_on=on,
        cause=Cause("program", "expiry"),
        lot_id=lot_id,
    )


def tidy(connection: Connection, services: Services) -> None:
    """Forget tombstones beyond the horizon and nonces beyond their week."""
    now = services.now()
    feed.forget_tombstones(connection, micros(now - timedelta(days=TOMBSTONE_DAYS)))
    forget_nonces(connection, micros(now - timedelta(days=NONCE_DAYS)))
