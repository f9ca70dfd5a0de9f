"""One poster brings the inbox to ledger, accounts and feed. Never doubles, never stops at poison.

Each transaction touches one bucket and is applied once per (event, bucket, part); an event is
`posted` when all its parts are. What cannot be posted is parked with its reason and shown; the
ones behind it go on.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

from pos_app.domain.errors import RuleError
from pos_app.domain.events import MemberEnrolled
from sync.server import bulk
from sync.server.allowances import (
    former_grants,
    mark_voided,
    terminals_to_void,
    void_in_bucket,
)
from sync.server.bell import Bell
from sync.server.book import Book, Grant, announce
from sync.server.budgets import spent, tell_spent
from sync.server.database import Database
from sync.server.effects import Part, Surroundings, apply_part, ids_needed
from sync.server.enrolling import enrol_members
from sync.server.outcomes import Batch, finish, sale_row
from sync.server.placing import placement
from sync.server.planning import Fact, plan
from sync.server.plausible import doubtful
from sync.server.referrals import pay_referrers
from sync.server.schema import allowance, effect, event, inbox, sale
from sync.server.services import Services
from sync.server.tiering import program_in_force, tiering_in_force
from sync.server.vault import ERASED, taken_out
from sync.server.velocity import watch
from sync.translate import UnreadableEvent
from sync.wire.codec import canonical, unpack
from sync.wire.messages import PushRequest

log = logging.getLogger(__name__)
RETRY_S = 1.0
EVENT_FAULTS = (
    RuleError,
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    DataError,
    IntegrityError,
)


class Poster:
    """The only writer of accounts from the inbox."""

    def __init__(self, database: Database, services: Services, bell: Bell) -> None:
        """`bell` rings when there is something in the inbox, and is rung when the feed moved."""
        self._database = database
        self._services = services
        self._bell = bell

    async def run(self) -> None:
        """Post whenever the bell rings, for ever."""
        while True:
            heard = self._bell.inbox_rung()
            try:
                await self.drain()
            except Exception as fault:  # noqa: BLE001 - the only poster must outlive a lost database
                log.error("posting stopped, tried again: %s", type(fault).__name__)  # noqa: TRY400 - a traceback could hold parameters
                await asyncio.sleep(RETRY_S)
                continue
            await heard.wait()

    async def drain(self) -> int:
        """Post all there is; the number of batches."""
        done = 0
        while (batch := await self._database.read(self._next)) is not None:
            await self._post(batch)
            self._bell.ring_feed()
            done += 1
        await self._void_former()
        if await pay_referrers(self._database, self._services):
            self._bell.ring_feed()
        announced = await self._announce_all()
        if (done and await self._tell_budgets()) or announced:
            self._bell.ring_feed()
        return done

    async def _tell_budgets(self) -> bool:
        """What all members together have used of offers; True when the tills hear something."""
        services = self._services
        uses = await self._database.read(lambda c: spent(c, services))
        if uses is None:
            return False
        await self._database.write(lambda c: tell_spent(c, services, uses))
        return True

    async def _void_former(self) -> None:
        """Grants of databases that were replaced come back, once all that they sent is posted."""
        for terminal_id, incarnation in await self._database.read(terminals_to_void):
            await self._void(Grant("", "", terminal_id, 0, incarnation=incarnation))

    async def _void(self, till: Grant) -> None:
        by_bucket = await self._database.read(
            lambda c: former_grants(c, till.terminal, till.incarnation)
        )
        for bucket, members in by_bucket.items():
            await self._database.write(_voiding(self._services, bucket, members, till))
        await self._database.write(lambda c: mark_voided(c, till.terminal, till.incarnation))

    def _next(self, connection: Connection) -> Batch | None:
        """The oldest batch of the terminal that has waited longest, in the order of its chain."""
        waiting = inbox.c.state == "queued"
        oldest = connection.execute(
            sa.select(inbox.c.terminal)
            .where(waiting)
            .order_by(inbox.c.received_at, inbox.c.terminal)
            .limit(1)
        ).scalar_one_or_none()
        if oldest is None:
            return None
        row = connection.execute(
            sa.select(inbox)
            .where(waiting, inbox.c.terminal == oldest)
            .order_by(inbox.c.incarnation, inbox.c.first_seq)
            .limit(1)
        ).one()
        return Batch(
            oldest, row.incarnation, row.first_seq, row.last_seq, self._facts(connection, row)
        )

    def _facts(self, connection: Connection, row: Any) -> list[Fact]:
        """The events of a batch that are not posted yet, decoded; unreadable ones are parked."""
        queued = connection.execute(
            sa.select(event.c.seq).where(
                event.c.bucket == row.bucket,
                event.c.terminal == row.terminal,
                event.c.incarnation == row.incarnation,
                event.c.seq.between(row.first_seq, row.last_seq),
                event.c.outcome == "queued",
            )
        )
        wanted = set(queued.scalars())
        facts = []
        events = unpack(PushRequest, row.body).events
        personal = taken_out(connection, self._services.keys.profiles, row.bucket, events)
        for e in events:
            if e.seq not in wanted:
                continue
            fact = Fact(e.seq, e.id, e.kind)
            body = personal.get(e.id, e.body)
            if not body:
                fact.park(ERASED)
                facts.append(fact)
                continue
            try:
                fact.event = self._services.codec.decode(e.kind, e.v, body.encode())
                if reason := doubtful(fact.event, row.terminal):
                    fact.park(reason)
            except UnreadableEvent as error:
                fact.park(str(error))
            facts.append(fact)
        return facts

    async def _post(self, batch: Batch) -> None:
        for group in _groups(batch.facts):
            if isinstance(group[0].event, MemberEnrolled):
                await self._enrol(batch.terminal, group[0])
            else:
                await self._post_group(batch.terminal, group)
        await self._database.write(lambda c: finish(c, self._services, batch))
        for fact in batch.facts:
            if fact.outcome == "parked":
                log.warning("event parked: seq %d of terminal %s", fact.seq, batch.terminal)

    async def _post_group(self, terminal_id: str, facts: Sequence[Fact]) -> None:
        try:
            parts, around = await self._database.read(
                lambda c: (plan(c, terminal_id, facts), surroundings(c, self._services))
            )
        except EVENT_FAULTS:
            if len(facts) == 1:
                raise
            for fact in facts:
                await self._post_group(terminal_id, [fact])
            return
        by_id = {fact.id: fact for fact in facts}
        for bucket in sorted(parts):
            await self._post_bucket(bucket, parts[bucket], by_id, around)

    async def _post_bucket(
        self,
        bucket: int,
        parts: Sequence[Part],
        facts: dict[str, Fact],
        around: Surroundings,
    ) -> None:
        """All parts in one transaction; if one is poison, one by one, and it alone is parked."""
        services = self._services
        try:
            found = await self._database.write(
                lambda c: post_parts(c, services, bucket, parts, around)
            )
        except EVENT_FAULTS as fault:
            if len(parts) == 1:
                facts[parts[0].event].park(f"{type(fault).__name__}: {fault}")
                return
            for part in parts:
                await self._post_bucket(bucket, [part], facts, around)
            return
        for event_id, kinds in found.items():
            facts[event_id].conflicts += kinds

    async def _enrol(self, terminal_id: str, fact: Fact) -> None:
        try:
            fact.conflicts += await enrol_members(
                self._database, self._services, terminal_id, fact, post_parts
            )
        except EVENT_FAULTS as fault:
            fact.park(f"{type(fault).__name__}: {fault}")

    async def _announce_all(self) -> int:
        """Grants that changed are told to their terminals, each in its own bucket."""
        waiting = sa.select(allowance.c.terminal).where(allowance.c.announced == 0).distinct()
        terminals = await self._database.read(lambda c: sorted(c.execute(waiting).scalars()))
        count = 0
        for terminal_id in terminals:
            count += await self._database.write(
                lambda c, t=terminal_id: announce(c, self._services, t)  # type: ignore[misc]  # a default binds the loop's value
            )
        return count


def _voiding(
    services: Services, bucket: int, members: list[str], till: Grant
) -> Callable[[Connection], None]:
    return lambda c: void_in_bucket(c, services, bucket, members, till)


def _groups(facts: Sequence[Fact]) -> list[list[Fact]]:
    """Readable events in order; an enrolment stands alone, for what follows may need it."""
    groups: list[list[Fact]] = []
    alone = True
    for fact in facts:
        if fact.event is None or fact.outcome == "parked":
            continue
        enrolment = isinstance(fact.event, MemberEnrolled)
        if enrolment or alone:
            groups.append([])
        groups[-1].append(fact)
        alone = enrolment
    return groups


def surroundings(connection: Connection, services: Services) -> Surroundings:
    """The rules in force, read once for a group of events."""
    now = services.now()
    return Surroundings(
        tiering_in_force(connection, now),
        placement(connection, services),
        program_in_force(connection, now),
    )


def post_parts(
    connection: Connection,
    services: Services,
    bucket: int,
    parts: Sequence[Part],
    around: Surroundings | None = None,
) -> dict[str, list[str]]:
    """Apply the parts that were not applied before; the kinds of conflicts by event."""
    book = Book(connection, services, bucket)
    found = _applied(connection, bucket, parts)
    fresh = list({(p.mark, p.name): p for p in parts if (p.mark, p.name) not in found}.values())
    book.load(*ids_needed(fresh))
    around = around or surroundings(connection, services)
    marks = []
    for part in fresh:
        kinds = [c.kind for c in apply_part(book, part, around)]
        found[part.mark, part.name] = kinds
        result = canonical(kinds).decode()
        marks.append({"bucket": bucket, "event": part.mark, "name": part.name, "result": result})
    bulk.insert(connection, effect, marks)
    sales = [sale_row(bucket, p.document, p.member) for p in fresh if p.name == "sale"]
    bulk.insert(connection, sale, sales, "nothing")
    watch(connection, services, bucket, fresh)
    book.flush()
    return _by_event(parts, found)


def _applied(
    connection: Connection, bucket: int, parts: Sequence[Part]
) -> dict[tuple[str, str], list[str]]:
    """Parts that a crash interrupted after their commit, with what they found."""
    rows = connection.execute(
        sa.select(effect).where(
            effect.c.bucket == bucket,
            bulk.among(connection, effect.c.event, {p.mark for p in parts}),
        )
    )
    names = {p.name for p in parts}
    return {
        (row.event, row.name): msgspec.json.decode(row.result, type=list[str])
        for row in rows
        if row.name in names
    }


def _by_event(
    parts: Sequence[Part], found: dict[tuple[str, str], list[str]]
) -> dict[str, list[str]]:
    by_event: dict[str, list[str]] = {}
    for part in parts:
        by_event.setdefault(part.event, []).extend(found.get((part.mark, part.name), ()))
    return by_event
