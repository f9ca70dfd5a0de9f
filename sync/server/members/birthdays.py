"""Keeps birthday windows of this year and the next in the feed. Never publishes a date of birth.

The date stays in the encrypted profile; a till hears two windows, so that one that is dark over
new year, or for months, is still right. Run again on the same day, it changes nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.loyalty.birthday import Birthday, Window, windows
from pos_app.domain.loyalty.member import Member
from sync.server.books.book import Book, Held
from sync.server.engine.buckets import BUCKETS
from sync.server.engine.database import Database
from sync.server.engine.days import days_now
from sync.server.engine.keys import get_meta, set_meta
from sync.server.engine.schema import member
from sync.server.engine.services import Services
from sync.server.sealing.profiles import decrypt
from sync.server.settings.tiering import program_in_force
from sync.translate import member_from_row
from sync.wire.rows import MemberRow

DONE = "birthdays"
WITH_WINDOW = '%"birthday"%'


def rule_in_force(connection: Connection, services: Services) -> Birthday:
    """Days before and after, as the programme in force has them."""
    program = program_in_force(connection, services.now())
    return program.birthday if program else Birthday()


def windows_of(born: date | None, rule: Birthday, today: date) -> tuple[Window | None, ...]:
    """Two windows; the first may still run at a till that has not closed yesterday."""
    return windows(born, rule, today - timedelta(days=1)) if born else (None, None)


async def refresh_birthdays(database: Database, services: Services) -> int:
    """Move on windows that have ended, once a day and whenever the rule changes; how many."""
    rule, done, days = await database.read(
        lambda c: (rule_in_force(c, services), get_meta(c).get(DONE, ""), days_now(c, services))
    )
    day, _, rule_then = done.partition("/")
    rule_now = f"{rule.days_before}/{rule.days_after}"
    today = days.first
    if (day, rule_then) == (today.isoformat(), rule_now):
        return 0
    count = 0
    for bucket in range(BUCKETS):
        due = await database.read(
            lambda c, b=bucket: _due(c, b, today, every=rule_then != rule_now)  # type: ignore[misc]  # a default binds the loop's value
        )
        if due:
            count += await database.write(
                lambda c, b=bucket, m=due: refresh(c, services, b, m, rule)  # type: ignore[misc]  # the same
            )
    await database.write(lambda c: set_meta(c, DONE, f"{today.isoformat()}/{rule_now}"))
    return count


def _due(connection: Connection, bucket: int, today: date, *, every: bool) -> list[str]:
    """Members of a bucket whose first window has ended or who lack the second; or all of them."""
    rows = connection.execute(
        sa.select(member.c.id, member.c.state).where(
            member.c.bucket == bucket, member.c.state.like(WITH_WINDOW), member.c.profile != ""
        )
    )
    return [
        row.id
        for row in rows
        if every or _over(member_from_row(msgspec.json.decode(row.state, type=MemberRow)), today)
    ]


def _over(one: Member, today: date) -> bool:
    # As in `windows_of`: a window runs until its last day was closed everywhere.
    yesterday = today - timedelta(days=1)
    return one.birthday_next is None or one.birthday is None or one.birthday[1] < yesterday


def refresh(
    connection: Connection, services: Services, bucket: int, members: Sequence[str], rule: Birthday
) -> int:
    """Compute the windows of these members of one bucket again; how many changed."""
    book = Book(connection, services, bucket)
    book.load(members)
    count = 0
    for member_id in members:
        held = book.held.get(member_id)
        if held is None:
            continue
        born = _born(services, held)
        first, second = windows_of(born, rule, book.days.first)
        changed = replace(held.member, birthday=first, birthday_next=second)
        if changed != held.member:
            book.change(held, changed)
            count += 1
    book.flush()
    return count


def _born(services: Services, held: Held) -> date | None:
    """From the profile; None where it has none, or was erased: then the window goes as well."""
    opened = decrypt(services.keys.profiles, held.member.member_id, held.profile)
    if opened is None:
        return None
    text = msgspec.json.decode(opened, type=dict[str, str]).get("birth_date", "")
    return date.fromisoformat(text) if text else None
