"""Points promised to tills for spending offline. Never more than is available.

available = what the account can spend - what tills may still spend - holds; every grant is taken
from it under the bucket's lock. Source: loyalty.md 4; O'Neil's escrow.
"""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.loyalty.placement import granted
from sync.server.books import accounts, bearers
from sync.server.books.book import Book, Grant, Held
from sync.server.engine.buckets import bucket_of
from sync.server.engine.keys import barred
from sync.server.engine.schema import allowance, terminal
from sync.server.engine.services import Services, micros
from sync.server.rights.ending import ends_of, lease_within

IDENTIFIED_LEASE = timedelta(hours=24)


def free(book: Book, held: Held) -> int:
    """Points of a member that nobody holds; money of a gift card, uses of a coupon."""
    if held.bearer is not None:
        return held.bearer.free(held.reserved)
    return accounts.available(held.account, held.reserved, book.days)


def grant_now(
    connection: Connection, services: Services, wanted: Grant, on: str = ""
) -> Grant | None:
    """The grant of that id, made now if it is not there; None for an unknown member.

    `on`: the business day of the session that is open at the till, ISO; "" where nobody said.
    A known id answers what was granted then, whatever is asked now.
    """
    book = Book(connection, services, bucket_of(wanted.member))
    book.load([wanted.member])
    held = book.held.get(wanted.member)
    if held is None and (one := bearers.unheard(connection, services, wanted.member)):
        held = book.bear(one)
    if held is None:
        return None
    known = book.grants.get(wanted.grant_id)
    if known is not None:
        return known if known.terminal == wanted.terminal else None
    allowed = not held.member.blocked and held.member.confirmed and not barred(connection)
    may = max(0, _lendable(book, held, on)) if allowed else 0
    points = granted(may, wanted.granted)
    lease = micros(services.now() + IDENTIFIED_LEASE)
    ends = ends_of(book, held, IDENTIFIED_LEASE.days)
    made = replace(wanted, granted=points, lease_until=lease_within(ends, points, lease))
    book.reserve(held, made)
    book.flush()
    return made


def _lendable(book: Book, held: Held, on: str) -> int:
    """What is free for a till whose open session is of that day: yesterday's spends by yesterday.

    Counted as if all that is promised were spent that day: two such tills have no more together
    than was good on it.
    """
    may, yesterday = free(book, held), book.days.first - timedelta(days=1)
    if held.bearer is not None or on != yesterday.isoformat():
        return may
    return min(may, held.account.available(yesterday) - held.reserved)


def terminals_to_void(connection: Connection) -> list[tuple[str, int]]:
    """(terminal, incarnation) of restored tills that have sent all they had and said so.

    Not of one whose former machine may still spend (`doubles`).
    """
    rows = connection.execute(
        sa.select(terminal.c.id, terminal.c.incarnation).where(
            terminal.c.announced > terminal.c.voided,
            terminal.c.announced == terminal.c.incarnation,
            terminal.c.posted_seq == terminal.c.head,
            terminal.c.moved_at == 0,
        )
    )
    return [(row.id, row.incarnation) for row in rows]


def former_grants(
    connection: Connection, terminal_id: str, incarnation: int
) -> dict[int, list[str]]:
    """Members with grants of earlier incarnations, by bucket."""
    found: dict[int, list[str]] = {}
    rows = connection.execute(
        sa.select(allowance.c.bucket, allowance.c.member)
        .where(allowance.c.terminal == terminal_id, allowance.c.incarnation < incarnation)
        .distinct()
    )
    for row in rows:
        found.setdefault(row.bucket, []).append(row.member)
    return found


def void_in_bucket(
    connection: Connection, services: Services, bucket: int, members: list[str], till: Grant
) -> None:
    """Give back what is left of grants of incarnations before `till.incarnation`.

    Only after every spend that survived has been posted: a grant voided earlier would let another
    till spend what this one has already spent.
    """
    book = Book(connection, services, bucket)
    book.load(members)
    for grant in list(book.grants.values()):
        former = grant.terminal == till.terminal and grant.incarnation < till.incarnation
        if former and grant.left:
            book.use(book.held[grant.member], grant, returned=grant.left)
    book.flush()


def mark_voided(connection: Connection, terminal_id: str, incarnation: int) -> None:
    """From here on the terminal takes grants again."""
    connection.execute(
        sa.update(terminal).where(terminal.c.id == terminal_id).values(voided=incarnation)
    )
