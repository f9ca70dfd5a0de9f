"""One poster brings the inbox to ledger, accounts and feed. Never doubles, never stops at poison.

A transaction takes the parts of some buckets, each part once per (event, bucket, name); an event
is `posted` when all its parts are. What cannot be posted is parked with its reason and shown;
the ones behind it go on.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.events import MembersMerged, ReceiptCredited
from sync.server.books.announcing import announce
from sync.server.books.book import Grant
from sync.server.engine.apart import ApartDatabase
from sync.server.engine.bell import Bell
from sync.server.engine.database import POSTING, Database
from sync.server.engine.schema import allowance
from sync.server.engine.services import Services
from sync.server.members.referrals import pay_referrers
from sync.server.poster.again import merged
from sync.server.poster.applying import (
    PARTS_A_TRANSACTION,
    ByBucket,
    in_transactions,
    post_many,
    surroundings,
)
from sync.server.poster.crediting import credit_receipts
from sync.server.poster.effects import Surroundings
from sync.server.poster.enrolling import enrol_members
from sync.server.poster.faults import EVENT_FAULTS, described, of_an_event
from sync.server.poster.grouping import ALONE, groups, halved
from sync.server.poster.outcomes import Batch, Tried, finish_all, try_alone
from sync.server.poster.planning import Fact, Told, plan
from sync.server.poster.reading import next_batches
from sync.server.poster.uniting import unite_members
from sync.server.poster.way import Way
from sync.server.rights.allowances import (
    former_grants,
    mark_voided,
    terminals_to_void,
    void_in_bucket,
)
from sync.server.rights.moves import awaited
from sync.server.settings.budgets import spent, tell_spent

log = logging.getLogger(__name__)
RETRY_S, LOOK_AGAIN_S = 1.0, 0.5
TRANSACTION_MS, PARTS_LEAST = 150, 40
BRING = {MembersMerged: unite_members, ReceiptCredited: credit_receipts}
"""Of the events that stand alone; an enrolment for all others."""


class Poster:
    """The only writer of accounts from the inbox."""

    def __init__(self, database: Database, services: Services, bell: Bell) -> None:
        """`bell` rings when there is something in the inbox, and is rung when the feed moved."""
        self._database = database
        self._services = services
        self._bell = bell
        self._duty = database.duty(POSTING)
        self._parts = PARTS_A_TRANSACTION
        self.way = Way()
        self.on_awaited: Callable[[Sequence[str]], None] = lambda _tills: None
        self.on_posted: Callable[[float], object] = lambda _seconds: None

    async def close(self) -> None:
        """Let go of a database that is the poster's alone; nobody else closes it."""
        if isinstance(self._database, ApartDatabase):
            await self._database.close()

    async def run(self) -> None:
        """Post whenever the bell rings, for ever."""
        while True:
            heard = self._bell.inbox_rung()
            try:
                if await self._duty.held():
                    await self.drain()
            except Exception as fault:  # noqa: BLE001 - the only poster must outlive a lost database
                log.error("posting stopped, tried again: %s", type(fault).__name__)  # noqa: TRY400 - a traceback could hold parameters
                await asyncio.sleep(RETRY_S)
                continue
            await self._wait(heard)

    async def _wait(self, heard: asyncio.Event) -> None:
        """For the bell; it is of this process, so where another may store batches, look again."""
        if not self._duty.shared:
            await heard.wait()
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(heard.wait(), LOOK_AGAIN_S)

    async def drain(self) -> int:
        """Post all there is; the number of batches."""
        done = 0
        while batches := await self._next():
            await self._post(batches)
            self._bell.ring_feed()
            done += len(batches)
        await self._void_former()
        if await pay_referrers(self._database, self._services):
            self._bell.ring_feed()
        announced = await self._announce_all()
        if (done and await self._tell_budgets()) or announced:
            self._bell.ring_feed()
        return done

    async def _next(self) -> list[Batch]:
        services = self._services
        await self.way.clear()
        return await self._database.read(lambda c: next_batches(c, services))

    async def _tell_budgets(self) -> bool:
        """What all members together have used of offers; True when the tills hear something."""
        services = self._services
        uses = await self._database.read(lambda c: spent(c, services))
        if uses is None:
            return False
        await self._database.write(lambda c: tell_spent(c, services, uses))
        return True

    async def _void_former(self) -> None:
        """Grants of databases that were replaced come back, once all that they sent is posted and
        the tills beside have told what they took from them."""
        for terminal_id, incarnation in await self._database.read(terminals_to_void):
            beside = await self._database.read(_beside(terminal_id))
            if beside:
                self.on_awaited(beside)
                continue
            await self._void(Grant("", "", terminal_id, 0, incarnation=incarnation))

    async def _void(self, till: Grant) -> None:
        by_bucket = await self._database.read(
            lambda c: former_grants(c, till.terminal, till.incarnation)
        )
        for bucket, members in by_bucket.items():
            await self._database.write(_voiding(self._services, bucket, members, till))
        await self._database.write(lambda c: mark_voided(c, till.terminal, till.incarnation))

    async def _post(self, batches: Sequence[Batch]) -> None:
        """Runs of batches together; a batch with an enrolment in its own order, alone.

        What a former life of a till told is posted before the number is told under which the next
        one tells it again (`again`): such a batch begins a run.
        """
        run: list[Batch] = []
        for batch in batches:
            if batch.again:
                await self._post_run(run)
                run = []
            if not any(isinstance(fact.event, ALONE) for fact in batch.facts):
                run.append(batch)
                continue
            await self._post_run(run)
            await self._post_run([batch])
            run = []
        await self._post_run(run)

    async def _post_run(self, batches: Sequence[Batch]) -> None:
        if not batches:
            return
        services = self._services
        if again := merged(batch.again for batch in batches):
            await self._database.write(lambda c: post_many(c, services, again))
        for group in groups(batches):
            if isinstance(group[0].fact.event, ALONE):
                await self._alone(group[0].terminal, group[0].fact)
            else:
                await self._post_group(group)
        await self._finish(batches)
        now_us = services.now_us()
        for batch in batches:
            self.on_posted(max(0, now_us - batch.received_at) / 1e6)
        for batch in batches:
            _say_parked(batch)

    async def _finish(self, batches: Sequence[Batch]) -> None:
        """The ends of the batches; a receipt of nobody that no table takes is parked alone."""
        await self.way.clear()
        try:
            await self._database.write(lambda c: finish_all(c, self._services, batches))
        except EVENT_FAULTS as fault:
            if not of_an_event(fault):
                raise
            if len(batches) == 1 and not await self._park_unstorable(batches[0]):
                raise
            for one in batches:
                await self._finish([one])

    async def _park_unstorable(self, batch: Batch) -> int:
        """Try each by itself, for nothing; how many could not be stored."""
        count = 0
        for fact in batch.facts:
            if fact.outcome != "posted":
                continue
            try:
                await self._database.write(lambda c, one=fact: try_alone(c, batch, one))  # type: ignore[misc]  # a default binds the loop's value
            except Tried:
                continue
            except EVENT_FAULTS as fault:
                if not of_an_event(fault):
                    raise
                fact.park(described(fault))
                count += 1
        return count

    async def _post_group(self, group: Sequence[Told]) -> None:
        services = self._services
        try:
            parts, around = await self._database.read(
                lambda c: (plan(c, group), surroundings(c, services))
            )
        except EVENT_FAULTS as fault:
            if not of_an_event(fault):
                raise
            if len(group) == 1:
                group[0].fact.park(described(fault))
            for one in group if len(group) > 1 else ():
                await self._post_group([one])
            return
        facts: dict[str, list[Fact]] = {}
        for told in group:
            facts.setdefault(told.fact.id, []).append(told.fact)
        for some in in_transactions(parts, self._parts):
            await self.way.clear()
            began_ms = services.clock.monotonic_ms()
            await self._apply(some, facts, around)
            self._keep_pace(some, services.clock.monotonic_ms() - began_ms)

    def _keep_pace(self, parts: ByBucket, took_ms: int) -> None:
        """Who asks on line waits for the transaction that has the bucket: keep it short."""
        count = sum(map(len, parts.values()))
        if count >= PARTS_LEAST:
            wanted = count * TRANSACTION_MS // max(1, took_ms)
            self._parts = max(PARTS_LEAST, min(wanted, PARTS_A_TRANSACTION))

    async def _apply(
        self, parts: ByBucket, facts: dict[str, list[Fact]], around: Surroundings
    ) -> None:
        """In one transaction; with poison among it bucket by bucket, then part by part, and what
        is poison alone is parked."""
        services = self._services
        try:
            found = await self._database.write(lambda c: post_many(c, services, parts, around))
        except EVENT_FAULTS as fault:
            if not of_an_event(fault):
                raise
            smaller = list(halved(parts))
            if not smaller:
                ((poison,),) = parts.values()
                for fact in facts[poison.event]:
                    fact.park(described(fault))
            for some in smaller:
                await self._apply(some, facts, around)
            return
        for event_id, kinds in found.items():
            for fact in facts[event_id]:
                fact.conflicts += kinds

    async def _alone(self, terminal_id: str, fact: Fact) -> None:
        bring = BRING.get(type(fact.event), enrol_members)
        try:
            fact.conflicts += await bring(self._database, self._services, terminal_id, fact)
        except EVENT_FAULTS as fault:
            if not of_an_event(fault):
                raise
            fact.park(described(fault))

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


def _beside(terminal_id: str) -> Callable[[Connection], list[str]]:
    return lambda c: awaited(c, terminal_id)


def _voiding(
    services: Services, bucket: int, members: list[str], till: Grant
) -> Callable[[Connection], None]:
    return lambda c: void_in_bucket(c, services, bucket, members, till)


def _say_parked(batch: Batch) -> None:
    for fact in batch.facts:
        if fact.outcome == "parked":
            log.warning("event parked: seq %d of terminal %s", fact.seq, batch.terminal)
