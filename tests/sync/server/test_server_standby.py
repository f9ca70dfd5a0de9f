"""A primary that dies and a standby that is promoted: nothing acknowledged is lost."""

import asyncio
import logging

import httpx
import pytest
import sqlalchemy as sa

from sync.server.engine import schema as tables
from sync.server.publishing import feed
from sync.server.watch import doctor
from tests.pg import ALLOWED, Cluster, binaries
from tests.sync.server.conftest import House
from tests.sync.server.till import Refused

TILLS, ACKNOWLEDGED_BEFORE, DEADLINE_S = 4, 60, 120.0


class Pair:
    """A primary and the standby `s1`; one address for whichever takes writes."""

    def __init__(self, primary: Cluster, standby: Cluster) -> None:
        self.primary, self.standby = primary, standby

    def address(self, name: str) -> str:
        hosts = "&".join(f"host=127.0.0.1:{c.port}" for c in (self.primary, self.standby))
        return f"postgresql://postgres@/{name}?{hosts}&target_session_attrs=primary"


@pytest.fixture
def pair():
    folder = binaries()
    if folder is None:
        pytest.skip("no PostgreSQL binaries on this machine")
    # A kill of processes, not of the machine: fsync may stay off.
    primary = Cluster(folder, {"synchronous_commit": "on"}).start()
    standby = primary.standby("s1")
    yield Pair(primary, standby)
    standby.stop()
    primary.stop()


def house_on(pair: Pair) -> House:
    name = pair.primary.database().rpartition("/")[2]
    return House(pair.address(name))


class Pusher:
    """A till that sells and pushes for ever, and believes only what was acknowledged."""

    def __init__(self, till, members) -> None:
        self.till, self.members = till, members
        self.acknowledged = 0
        self.epochs = {till.epoch}

    async def run(self, enough: asyncio.Event) -> None:
        sent = 0
        while not (enough.is_set() and self.acknowledged == len(self.till.chain)):
            if not enough.is_set() and len(self.till.chain) - self.acknowledged < 5:
                sent += 1
                self.till.sell(member=self.members[sent % len(self.members)], earn=3)
            try:
                reply = await self.till.push(self.acknowledged + 1)
                self.acknowledged = reply.head
            except Refused as refused:
                await self._refused(refused)
            except httpx.HTTPError:
                await asyncio.sleep(0.01)

    async def _refused(self, refused: Refused) -> None:
        if refused.status in (409, 412):
            # Another history: what it has of ours is its head, and the rest is sent again.
            self.till.epoch = refused.problem.epoch
            self.epochs.add(self.till.epoch)
            self.acknowledged = refused.problem.head
        else:
            assert refused.status in (500, 503), refused
            await asyncio.sleep(0.01)


def test_a_primary_is_killed_under_load_and_nothing_acknowledged_is_lost(pair, caplog) -> None:
    """Case 19 (nothing lost): quorum commit, kill -9, promotion; a new epoch, tills rewind."""
    caplog.set_level(logging.CRITICAL, "sqlalchemy.pool")
    pair.primary.set("synchronous_standby_names", "'ANY 1 (s1)'")
    house = house_on(pair)
    epoch = house.services.epoch

    async def story() -> None:
        tills = [await house.till() for _ in range(TILLS)]
        members = [tills[0].enrol_member(card=f"299000000{n:04d}") for n in range(20)]
        await house.push(tills[0])
        pushers = [Pusher(till, members) for till in tills]
        pushers[0].acknowledged = len(tills[0].chain)
        enough = asyncio.Event()
        poster = asyncio.ensure_future(house.server.poster.run())
        running = [asyncio.ensure_future(one.run(enough)) for one in pushers]
        async with asyncio.timeout(DEADLINE_S):
            while sum(one.acknowledged for one in pushers) < ACKNOWLEDGED_BEFORE:
                await asyncio.sleep(0.01)
        before = {one.till.terminal: one.acknowledged for one in pushers}
        pair.primary.kill()
        before |= {
            one.till.terminal: max(before[one.till.terminal], one.acknowledged) for one in pushers
        }
        pair.standby.promote()
        heads = sa.select(tables.terminal.c.id, tables.terminal.c.head)
        async with asyncio.timeout(DEADLINE_S):
            while any(len(one.epochs) < 2 for one in pushers):
                await asyncio.sleep(0.01)
        kept = dict(await house.read(lambda c: c.execute(heads).all()))
        assert all(kept[terminal] >= head for terminal, head in before.items())
        enough.set()
        async with asyncio.timeout(DEADLINE_S):
            await asyncio.gather(*running)
        poster.cancel()
        await asyncio.wait([poster])
        await house.post()
        assert house.services.epoch != epoch
        assert all(one.epochs == {epoch, house.services.epoch} for one in pushers)
        for one in pushers:
            stored = await house.rows(tables.event, tables.event.c.terminal == one.till.terminal)
            assert [r.hash for r in stored] == [e.hash for e in one.till.chain]
        assert await house.read(lambda c: list(doctor.examine(c))) == []

    house.run(story())
    house.close()


def test_a_till_hears_that_a_copy_has_it_when_the_standby_has_and_no_sooner(pair, monkeypatch):
    monkeypatch.setenv("KOPILKA_ALLOW", f"{ALLOWED},asynchronous=s1")
    house = house_on(pair)

    async def heard() -> tuple[int, int, int]:
        till.sell()
        reply = await till.push(len(till.chain))
        return reply.head, reply.safe_head, (await till.pull()).safe_head

    till = house.run(house.till())
    assert house.run(heard()) == (1, 0, 0)
    pair.primary.set("synchronous_standby_names", "'ANY 1 (s1)'")
    assert house.run(heard()) == (2, 2, 2)
    pair.primary.set("synchronous_commit", "local")
    assert house.run(heard()) == (3, 0, 0)
    house.close()


def lost_tail(pair: Pair, house: House):
    """The standby is away while two more rows are published; then the primary is gone."""

    async def story():
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        await house.push(till)
        await till.pull_all()
        lsn = pair.primary.sql("SELECT pg_current_wal_lsn()")
        caught_up = f"SELECT pg_last_wal_replay_lsn() >= '{lsn}'"
        while pair.standby.sql(caught_up) != "t":
            await asyncio.sleep(0.01)
        pair.standby.halt()
        till.sell(member=anna, earn=7)
        till.sell(member=anna, earn=8)
        await house.push(till, 2)
        seen = await till.pull_all()
        assert seen
        pair.primary.kill()
        pair.standby.run()
        pair.standby.promote()
        return till, anna

    return house.run(story())


def test_numbers_are_used_again_after_a_lossy_promotion_and_the_epoch_saves_the_till(
    pair, caplog, monkeypatch
) -> None:
    """Case 19 (a lossy promotion, allowed by name): the ghost. The new primary gives numbers that
    the till has seen to other rows; by its cursor alone the till would never hear of them."""
    caplog.set_level(logging.CRITICAL, "sqlalchemy.pool")
    monkeypatch.setenv("KOPILKA_ALLOW", f"{ALLOWED},asynchronous=s1")
    house = house_on(pair)
    epoch = house.services.epoch
    till, anna = lost_tail(pair, house)

    async def story() -> None:
        cursor = dict(till.cursor)
        # Somebody else buys something: the numbers of what was lost are given once more.
        other = await settled(house.till)
        for _ in range(3):
            other.sell(member=anna, earn=100)
        await other.push()
        await house.post()
        ghosts = await house.read(
            lambda c: [
                row
                for scope in cursor
                for row in c.execute(
                    sa.select(tables.feed_row.c.id, tables.feed_row.c.ver).where(
                        tables.feed_row.c.scope == scope,
                        tables.feed_row.c.kind == "member",
                        tables.feed_row.c.ver <= cursor[scope],
                    )
                ).all()
            ]
        )
        page = await house.read(
            lambda c: feed.read(c, [s for s in cursor if s.startswith("m:")], cursor, 1 << 20)
        )
        assert ghosts, "a number was used again"
        assert page.rows == [] or page.beyond_horizon, "the cursor alone would hide it"
        # The till names the epoch it knows: it is told to begin anew.
        reply = await till.pull()
        assert reply.epoch == house.services.epoch != epoch
        assert reply.take_snapshot
        till.epoch, till.cursor = reply.epoch, {}
        again = await till.pull_all()
        assert [row.id for row in again if row.kind == "member"] == [anna]

        # What the till sent to the dead primary is not there: it is asked for, and sent again.
        with pytest.raises(Refused) as refused:
            till.epoch = epoch
            await till.push(2)
        assert (refused.value.status, refused.value.problem.head) == (412, 1)
        till.epoch = refused.value.problem.epoch
        assert (await till.push(2)).head == 3
        await house.post()
        (row,) = await house.rows(tables.account)
        assert row.balance == 7 + 8 + 3 * 100
        assert await house.read(lambda c: list(doctor.examine(c))) == []

    house.run(story())
    house.close()


async def settled(work):
    """The first calls meet the connections of the dead primary."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            try:
                return await work()
            except (Refused, OSError, sa.exc.DBAPIError):
                await asyncio.sleep(0.01)
