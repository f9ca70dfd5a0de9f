"""Grants whose time is over come back. Never one that its till may have spent and not sent.

An expired grant is taken back when its till has said, after the lease and a margin, that nothing
is unsent, and all it sent is posted. Of a till that says nothing more, only a person decides:
`reclaim` shows what may have been spent, waits for the lease, and voids.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.loyalty.lease import over_for_sure
from pos_app.domain.loyalty.owner import COUPON, GIFT_CARD
from pos_app.domain.ports import Clock
from sync.server.access.auth import terminal_row
from sync.server.books.book import Book
from sync.server.books.conflicts import Conflict, record
from sync.server.engine.buckets import bucket_of
from sync.server.engine.refusal import refuse
from sync.server.engine.schema import allowance, reclaim, terminal
from sync.server.engine.services import Services, micros, moment
from sync.server.rights.allowances import IDENTIFIED_LEASE
from sync.server.rights.placing import point_minor_in_force, policy_in_force

ACTIVE, FENCED = "active", "fenced"
GRAIN_MS = 600_000
"""How roughly it is remembered when a till was heard: one write in so long."""
ANSWERING_MS = 60_000
"""Two long polls: a till that was heard within them hears a recall at once."""
REMEMBERED = 100_000
LEFT = allowance.c.granted - allowance.c.spent - allowance.c.returned


@dataclass
class Presence:
    """Which tills spoke lately with this process. Never a promise: another process has its own."""

    clock: Clock
    _heard: OrderedDict[str, int] = field(default_factory=OrderedDict)
    _noted: dict[str, int] = field(default_factory=dict)
    _awaited: set[str] = field(default_factory=set)

    def heard(self, terminal_id: str) -> bool:
        """A request of this terminal was genuine; True when it is time to write that down."""
        now = self.clock.monotonic_ms()
        self._heard[terminal_id] = now
        self._heard.move_to_end(terminal_id)
        if len(self._heard) > REMEMBERED:
            gone, _at = self._heard.popitem(last=False)
            self._noted.pop(gone, None)
        last = self._noted.get(terminal_id)
        if last is not None and 0 <= now - last < GRAIN_MS:
            return False
        self._noted[terminal_id] = now
        return True

    def forget(self, terminal_id: str) -> None:
        """It was not written down after all, or something must be at the next word."""
        self._noted.pop(terminal_id, None)

    def await_word(self, terminal_ids: Iterable[str]) -> None:
        """What these say next is written down and looked at."""
        for terminal_id in terminal_ids:
            self._awaited.add(terminal_id)
            self.forget(terminal_id)

    def awaited(self, terminal_id: str) -> bool:
        """Whether somebody waited for that word, once."""
        if terminal_id not in self._awaited:
            return False
        self._awaited.discard(terminal_id)
        return True

    def answering(self) -> frozenset[str]:
        """Tills that are there now."""
        since = self.clock.monotonic_ms() - ANSWERING_MS
        return frozenset(t for t, at in self._heard.items() if at >= since)


def note_heard(
    connection: Connection, services: Services, terminal_id: str, clear_at: datetime | None
) -> None:
    """Write down that a till speaks. `clear_at`: our own time as the till heard it when nothing
    was unsent; a request that was late on the way says no more than that."""
    now_us = services.now_us()
    row = terminal_row(connection, terminal_id)
    values: dict[str, object] = {"heard_at": max(row.heard_at, now_us)}
    if clear_at is not None and row.posted_seq == row.head:
        values["clear_at"] = max(row.clear_at, min(micros(clear_at), now_us))
    if row.state == FENCED and _is_back(connection, terminal_id, int(values.get("clear_at", 0))):  # type: ignore[call-overload]  # an int by construction
        values["state"] = ACTIVE
    connection.execute(_of(terminal_id).values(values))


def _of(terminal_id: str) -> sa.Update:
    return sa.update(terminal).where(
        terminal.c.bucket == bucket_of(terminal_id), terminal.c.id == terminal_id
    )


def _is_back(connection: Connection, terminal_id: str, clear_at: int) -> bool:
    """A till that was given up speaks: before its grants were voided nothing happened; after it,
    once all that it had kept is posted."""
    rows = connection.execute(
        sa.select(reclaim.c.asked_at, reclaim.c.done_at).where(
            reclaim.c.bucket == bucket_of(terminal_id), reclaim.c.terminal == terminal_id
        )
    ).all()
    if any(not row.done_at for row in rows):
        connection.execute(
            sa.delete(reclaim).where(
                reclaim.c.bucket == bucket_of(terminal_id),
                reclaim.c.terminal == terminal_id,
                reclaim.c.done_at == 0,
            )
        )
        return True
    return clear_at > max((row.done_at for row in rows), default=0)


def expired(connection: Connection, services: Services) -> dict[int, list[str]]:
    """Owners with grants that can safely come back, by bucket."""
    lasted = IDENTIFIED_LEASE
    margin = micros(over_for_sure(services.now(), lasted)) - services.now_us()
    rows = connection.execute(
        sa.select(allowance.c.bucket, allowance.c.member)
        .select_from(allowance.join(terminal, terminal.c.id == allowance.c.terminal))
        .where(LEFT > 0, _safely_over(margin))
        .distinct()
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.bucket, []).append(row.member)
    return found


def _safely_over(margin: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        allowance.c.lease_until > 0, allowance.c.lease_until + margin < terminal.c.clear_at
    )


def take_expired(
    connection: Connection, services: Services, bucket: int, owners: list[str]
) -> set[str]:
    """Give back what is left of these owners' expired grants; the terminals that hear of it."""
    book = Book(connection, services, bucket)
    book.load(owners)
    clear = {
        row.id: row.clear_at
        for row in connection.execute(sa.select(terminal.c.id, terminal.c.clear_at))
    }
    for grant in list(book.grants.values()):
        if not grant.lease_until or not grant.left or grant.member not in book.held:
            continue
        over = micros(over_for_sure(moment(grant.lease_until), IDENTIFIED_LEASE))
        if over < clear.get(grant.terminal, 0):
            book.use(book.held[grant.member], grant, returned=grant.left)
    return book.flush()


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a silent till may have spent that nobody heard of. `money_minor`: of the points and of
    gift cards (`cards_minor`); uses of coupons have none."""

    terminal: str
    store: str
    state: str
    grants: int
    points: int
    money_minor: int
    heard_at: datetime
    due_at: datetime
    waits: int
    cards_minor: int = 0


def exposure(connection: Connection, services: Services, terminal_id: str) -> Exposure:
    """The sum of what is left at a till, and from when on it is not spent any more.

    Raises Refusal 404.
    """
    row = terminal_row(connection, terminal_id)
    if row is None:
        raise refuse(404, "unknown_terminal")
    of_card = allowance.c.member.like(GIFT_CARD + "%")
    of_member = sa.not_(sa.or_(of_card, allowance.c.member.like(COUPON + "%")))
    count, points, cards, until = connection.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(sa.case((of_member, LEFT), else_=0)), 0),
            sa.func.coalesce(sa.func.sum(sa.case((of_card, LEFT), else_=0)), 0),
            sa.func.coalesce(sa.func.max(allowance.c.lease_until), 0),
        ).where(allowance.c.terminal == terminal_id, LEFT > 0)
    ).one()
    heard = moment(max(row.heard_at, row.enrolled_at))
    lease = timedelta(hours=policy_in_force(connection).lease_hours)
    due = over_for_sure(heard + lease, lease)
    if until:
        due = max(due, over_for_sure(moment(until), IDENTIFIED_LEASE))
    money = int(points) * point_minor_in_force(connection, services) + int(cards)
    waits = row.head - row.posted_seq
    return Exposure(
        row.id, row.store, row.state, int(count), int(points), money, heard, due, waits, int(cards)
    )  # fmt: skip


def ask_reclaim(
    connection: Connection, services: Services, terminal_id: str, by: str, reason: str
) -> Exposure:
    """A person gives a till up: it gets no more grants; those it has are voided when the lease
    and a margin are over. What it sends when it comes back is posted as ever."""
    shown = exposure(connection, services, terminal_id)
    if shown.cards_minor:
        reason = f"{reason}; gift cards: {shown.cards_minor} minor units"
    row = terminal_row(connection, terminal_id)
    if row.state not in (ACTIVE, FENCED):
        raise refuse(409, "not_active", row.state)
    connection.execute(_of(terminal_id).values(state=FENCED))
    connection.execute(
        sa.insert(reclaim).values(
            bucket=row.bucket, terminal=terminal_id, asked_at=services.now_us(), by=by,
            reason=reason, incarnation=row.incarnation, grants=shown.grants,
            points=shown.points, due_at=micros(shown.due_at),
        )
    )  # fmt: skip
    return shown


def due_reclaims(connection: Connection, services: Services) -> list[str]:
    """Terminals whose grants may be voided now."""
    rows = connection.execute(
        sa.select(reclaim.c.terminal)
        .where(reclaim.c.done_at == 0, reclaim.c.due_at <= services.now_us())
        .distinct()
        .order_by(reclaim.c.terminal)
    )
    return list(rows.scalars())


def owners_at(connection: Connection, terminal_id: str) -> dict[int, list[str]]:
    """Owners with something left at a terminal, by bucket."""
    found: dict[int, list[str]] = {}
    rows = connection.execute(
        sa.select(allowance.c.bucket, allowance.c.member)
        .where(allowance.c.terminal == terminal_id, LEFT > 0)
        .distinct()
    )
    for row in rows:
        found.setdefault(row.bucket, []).append(row.member)
    return found


def void_all(
    connection: Connection, services: Services, bucket: int, owners: list[str], terminal_id: str
) -> None:
    """What is left at that terminal is free again."""
    book = Book(connection, services, bucket)
    book.load(owners)
    for grant in list(book.grants.values()):
        if grant.terminal == terminal_id and grant.left and grant.member in book.held:
            book.use(book.held[grant.member], grant, returned=grant.left)
    book.flush()


def reclaimed(connection: Connection, services: Services, terminal_id: str) -> None:
    """The grants are voided: a line for the manager, with what may still come."""
    bucket, now_us = bucket_of(terminal_id), services.now_us()
    ours = (reclaim.c.bucket == bucket, reclaim.c.terminal == terminal_id, reclaim.c.done_at == 0)
    rows = connection.execute(sa.select(reclaim).where(*ours)).all()
    worth = point_minor_in_force(connection, services)
    lines = [
        Conflict(
            "reclaimed",
            terminal=terminal_id,
            points=row.points,
            money_minor=row.points * worth,
            detail=f"{row.grants} grants, by {row.by}: {row.reason}",
            name=str(row.asked_at),
        )
        for row in rows
    ]
    record(connection, bucket, lines, now_us)
    connection.execute(sa.update(reclaim).where(*ours).values(done_at=now_us))
