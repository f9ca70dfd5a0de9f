"""A referral is paid on the friend's first purchase: the friend at once, the referrer after.

The friend's part is of the sale's own transaction; the referrer's waits in `referral`, so that no
transaction touches two buckets. Never paid twice: a sale is applied once, entries have derived ids.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.document import CompletedTransaction, TransactionKind
from pos_app.domain.loyalty.activity import limit_reached, referrals_of
from pos_app.domain.loyalty.program import Program
from pos_app.domain.loyalty.tally import LIFETIME, TallyEntry
from sync.server.books.book import Book, Held
from sync.server.books.merging import derived_id, trails
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.database import Database
from sync.server.engine.schema import ledger, referral
from sync.server.engine.services import Services
from sync.server.members.activities import Told, change_tallies, entry_of, give
from sync.server.settings.tiering import program_in_force

DUE, PAID, OVER = "due", "paid", "over_limit"


def first_purchase(
    book: Book, held: Held, document: CompletedTransaction, program: Program | None
) -> None:
    """The friend buys: whoever referred is owed, the friend has the points."""
    if program is None or document.kind is not TransactionKind.SALE:
        return
    for activity, referrer in referrals_of(program.activities, held.member.tallies):
        if document.totals.net_minor < max(activity.min_purchase_minor, 1):
            continue
        name = f"{document.transaction_id}\n{activity.activity_id}"
        told = Told(derived_id(f"referral\n{name}"), activity, program, referrer)
        mark = TallyEntry(f"referred/{activity.activity_id}/{referrer}", LIFETIME, -1)
        change_tallies(book, held, mark)
        if activity.friend_points:
            give(book, held, told, activity.friend_points, document.transaction_id, counts=False)
        row = {
            "bucket": book.bucket,
            "event": told.key,
            "activity": activity.activity_id,
            "referrer": referrer,
            "sale": document.transaction_id,
            "state": DUE,
        }
        bulk.insert(book.connection, referral, [row], "nothing")


async def pay_referrers(database: Database, services: Services) -> int:
    """What is owed to referrers; how many were looked at."""
    due = await database.read(
        lambda c: c.execute(sa.select(referral).where(referral.c.state == DUE)).all()
    )
    for row in due:
        path = (await database.read(lambda c, r=row: trails(c, {r.referrer})))[row.referrer]  # type: ignore[misc]  # a default binds the loop's value
        state = await database.write(lambda c, r=row, p=path: _pay(c, services, r, p))  # type: ignore[misc]  # the same
        await database.write(lambda c, r=row, s=state: _settled(c, r.bucket, r.event, s))  # type: ignore[misc]  # the same
    return len(due)


def _pay(
    connection: Connection, services: Services, row: sa.Row[tuple[str, ...]], path: tuple[str, ...]
) -> str:
    """`path`: the referrer and what became of them; one of them may have been paid before a death
    that left the mark behind."""
    who = path[-1]
    if _has_it(connection, row.event, path[:-1]):
        return PAID
    program = program_in_force(connection, services.now())
    activities = program.activities if program else ()
    activity = next((a for a in activities if a.activity_id == row.activity), None)
    book = Book(connection, services, bucket_of(who))
    book.load([who])
    held = book.held.get(who)
    if program is None or activity is None or held is None:
        return OVER
    told = Told(row.event, activity, program, who)
    if limit_reached(activity, held.member.tallies, book.days.today) is not None:
        return OVER
    if activity.points:
        give(book, held, told, activity.points, row.sale)
    book.flush()
    return PAID


def _has_it(connection: Connection, event: str, former: tuple[str, ...]) -> bool:
    places = {(bucket_of(one), entry_of(event, one)) for one in former}
    return bool(bulk.matching(connection, ledger, ("bucket", "id"), places))


def _settled(connection: Connection, bucket: int, event: str, state: str) -> None:
    connection.execute(
        sa.update(referral)
        .where(referral.c.bucket == bucket, referral.c.event == event)
        .values(state=state)
    )
