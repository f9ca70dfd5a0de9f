"""Two servers on one PostgreSQL, connections that die, a file that is busy: nothing is doubled."""

import asyncio
import logging
import random

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from sync.server.engine import schema as tables
from sync.server.engine.database import POSTING, PostgresDatabase, open_database
from sync.server.publishing import feed
from sync.server.server import open_server
from sync.server.surface.app import build_app
from sync.server.watch import doctor
from tests.sync.server.conftest import House
from tests.sync.server.cutting import Cutting
from tests.sync.server.till import CountedIds, FixedClock, Refused

DEADLINE_S = 60.0


@pytest.fixture
def shop(postgres):
    """A house on PostgreSQL."""
    house = House(postgres.database())
    yield house
    house.close()


async def second_server(house):
    """Another process of the same shop, as far as PostgreSQL can tell."""
    server = await open_server(address=house.address, clock=FixedClock(), ids=CountedIds(7))
    transport = httpx.ASGITransport(app=build_app(server))
    return server, httpx.AsyncClient(transport=transport, base_url="http://second")


async def until(condition) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not await condition():
            await asyncio.sleep(0.02)


async def posted(house, count: int) -> bool:
    rows = await house.rows(tables.event, tables.event.c.outcome == "posted")
    return len(rows) == count


async def healthy(house) -> None:
    assert await house.read(lambda c: list(doctor.examine(c))) == []


def test_the_same_batch_at_two_servers_is_taken_once(shop) -> None:
    """Case 16: two server processes, one PostgreSQL, the same till's batch at both."""

    async def story() -> None:
        till = await shop.till()
        anna = till.enrol_member(card="2990000000019")
        server, other = await second_server(shop)
        for _round in range(6):
            first = len(till.chain) + 1 if till.chain[1:] else 1
            for _ in range(5):
                till.sell(member=anna, earn=2)
            till.client = shop.client
            here = till.push(first)
            till.client, back = other, till.client
            there = till.push(first)
            replies = await asyncio.gather(run_with(till, back, here), there)
            assert {reply.head for reply in replies} == {len(till.chain)}
        await asyncio.gather(shop.post(), server.poster.drain())
        await shop.post()
        events = await shop.rows(tables.event)
        assert [e.hash for e in events] == [e.hash for e in till.chain]
        assert {e.outcome for e in events} == {"posted"}
        (row,) = await shop.rows(tables.account)
        assert (row.balance, row.entries) == (60, 30)
        await healthy(shop)
        await other.aclose()
        await server.close()

    shop.run(story())


async def run_with(till, client, work):
    till.client = client
    return await work


def test_one_poster_at_a_time_and_another_takes_over_when_it_dies(shop) -> None:
    """Case 16: the duty of posting is one process's, and it goes over with its connection."""

    async def story() -> None:
        till = await shop.till()
        server, other = await second_server(shop)
        first = asyncio.ensure_future(shop.server.poster.run())
        till.sell()
        await till.push()
        shop.server.bell.ring_inbox()
        await until(lambda: posted(shop, 1))
        second = asyncio.ensure_future(server.poster.run())
        assert not await server.database.duty(POSTING).held()
        # What comes in at the second server is posted by the first, which looks by itself.
        till.client = other
        till.sell()
        await till.push(2)
        await until(lambda: posted(shop, 2))
        # The first process dies: its connections end, and so does its duty.
        first.cancel()
        await asyncio.wait([first])
        await kill_locks(shop)
        till.sell()
        await till.push(3)
        await until(lambda: posted(shop, 3))
        second.cancel()
        await asyncio.wait([second])
        await other.aclose()
        await server.close()

    shop.run(story())


async def kill_locks(house) -> None:
    """End the connection that has the duty."""
    ended = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
        f"AND objid = {POSTING}"
    )
    await house.read(lambda c: c.execute(ended).all())


def test_connections_that_are_ended_at_random_lose_and_double_nothing(
    shop, caplog, monkeypatch
) -> None:
    """Case 17: pg_terminate_backend at random while tills push and the poster posts."""
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr("sync.server.poster.posting.RETRY_S", 0.01)

    async def story() -> None:
        tills = [await shop.till() for _ in range(3)]
        members = [tills[0].enrol_member(card=f"299000000{n:04d}") for n in range(6)]
        await shop.push(tills[0])
        done = asyncio.Event()
        poster = asyncio.ensure_future(shop.server.poster.run())
        progress = [0]
        nemesis = asyncio.ensure_future(ending(shop, done, progress))
        rounds = [asyncio.ensure_future(pushing(till, members, progress)) for till in tills]
        async with asyncio.timeout(DEADLINE_S):
            await asyncio.gather(*rounds)
        done.set()
        assert await nemesis > 5
        poster.cancel()
        await asyncio.wait([poster])
        await through(shop.post)
        for till in tills:
            stored = await shop.rows(tables.event, tables.event.c.terminal == till.terminal)
            assert [e.hash for e in stored] == [e.hash for e in till.chain]
        assert await posted(shop, sum(len(till.chain) for till in tills))
        balances = await shop.rows(tables.account)
        assert sum(row.balance for row in balances) == 3 * 20 * 3
        await healthy(shop)

    shop.run(story())


async def through(work) -> None:
    """The first calls may still meet a connection that was ended."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            try:
                return await work()
            except DBAPIError:
                await asyncio.sleep(0.01)


async def pushing(till, members, progress) -> None:
    acknowledged = len(till.chain)
    for n in range(20):
        till.sell(member=members[n % len(members)], earn=3)
        while acknowledged < len(till.chain):
            try:
                acknowledged = (await till.push(acknowledged + 1)).head
                progress[0] += 1
            except Refused as refused:
                assert refused.status in (409, 503), refused
                acknowledged = refused.problem.head if refused.status == 409 else acknowledged


async def ending(house, done, progress) -> int:
    """End one of the server's connections after every few acknowledged pushes; how many."""
    chance, ended = random.Random(17), 0
    own = PostgresDatabase(house.address)
    pids = sa.text(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid()"
    )
    kill = sa.text("SELECT pg_terminate_backend(:pid)")
    while not done.is_set():
        if progress[0] < 3 * ended:
            await asyncio.sleep(0.01)
            continue
        found = await own.read(lambda c: list(c.execute(pids).scalars()))
        if found:
            pid = chance.choice(sorted(found))
            await own.read(lambda c, p=pid: c.execute(kill, {"pid": p}).all())
            ended += 1
    await own.close()
    return ended


def test_a_commit_that_nobody_heard_of_is_not_done_twice(postgres, caplog) -> None:
    """Case 17: the connection is lost between COMMIT and its answer."""
    caplog.set_level(logging.CRITICAL)
    address = postgres.database()
    House(address).close()
    loop = asyncio.new_event_loop()
    line = Cutting(postgres.port)
    port = loop.run_until_complete(line.start())
    house = House.__new__(House)
    house.loop, house.clock = loop, FixedClock()
    house.address = address.replace(str(postgres.port), str(port))
    house.tills, house.velocity = 0, None
    house.run(house._open())

    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        await house.push(till)
        till.sell(member=anna, earn=5)
        # The first commits are of what is read before; one of the next is that of the batch.
        for nth in range(1, 6):
            line.armed = nth
            with pytest.raises(Refused) as refused:
                await till.push(2)
            assert (refused.value.status, line.cut) == (503, nth)
            if len(await house.rows(tables.event)) == 2:
                break
        else:
            pytest.fail("the batch was never committed unheard")
        assert (await till.push(2)).head == 2
        for nth in range(1, 4):
            line.armed = nth
            with pytest.raises((DBAPIError, OSError)):
                await house.post()
        await house.post()
        (row,) = await house.rows(tables.account)
        assert (row.balance, row.entries) == (5, 1)
        await healthy(house)
        await house.client.aclose()
        await house.server.close()
        await line.stop()

    house.run(story())
    loop.close()


def test_what_loses_a_deadlock_is_done_again(postgres) -> None:
    """Case 17: two transactions that wait for each other; both are done in the end."""

    async def story() -> None:
        database = open_database(postgres.database())
        await database.write(
            lambda c: c.execute(
                sa.text("CREATE TABLE two AS SELECT g, 0 AS n FROM generate_series(1, 2) g")
            )
        )
        met = asyncio.Barrier(2)
        tries = {1: 0, 2: 0}
        add = sa.text("UPDATE two SET n = n + 1 WHERE g = :g")

        async def cross(first: int, second: int) -> None:
            def work(connection):
                tries[first] += 1
                connection.execute(add, {"g": first})
                if tries[first] == 1:
                    sa.util.await_only(met.wait())
                connection.execute(add, {"g": second})

            await database.write(work)

        async with asyncio.timeout(DEADLINE_S):
            await asyncio.gather(cross(1, 2), cross(2, 1))
        assert sorted(tries.values()) == [1, 2], "one of them lost and came again"
        counts = await database.read(
            lambda c: list(c.execute(sa.text("SELECT n FROM two")).scalars())
        )
        assert counts == [2, 2]
        await database.close()

    asyncio.run(story())


def test_a_transaction_that_never_wins_says_so(postgres) -> None:
    """Case 17: retries end."""

    async def story() -> None:
        database = open_database(postgres.database())
        tries = []

        def losing(connection):
            tries.append(1)
            connection.execute(
                sa.text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$")
            )

        with pytest.raises(DBAPIError):
            await database.write(losing)
        assert len(tries) == 5
        await database.close()

    asyncio.run(story())


def test_eight_writers_and_a_long_transaction_hide_no_row_of_the_feed(shop) -> None:
    """Case 17: writers that abort, a long transaction beside them; a reader sees every number."""

    async def story() -> None:
        scope, seen, cursor = "m:007", [], {"m:007": 0}
        done = asyncio.Event()
        published: list[str] = []

        async def writer(who: int) -> None:
            chance = random.Random(who)
            for n in range(15):
                row_id, fails = f"{who}-{n}", chance.random() < 0.2

                def work(connection, row_id=row_id, fails=fails):
                    body = tables_row(row_id)
                    feed.publish(connection, scope, [feed.Change("thing", row_id, body)], 0)
                    if fails:
                        raise ZeroDivisionError

                try:
                    await shop.server.database.write(work)
                    published.append(row_id)
                except ZeroDivisionError:
                    pass

        async def reader() -> None:
            while True:
                last = done.is_set()
                page = await shop.read(lambda c: feed.read(c, [scope], cursor, 1 << 20))
                seen.extend((row.id, row.ver) for row in page.rows)
                cursor.update(page.cursor)
                if last:
                    return
                await asyncio.sleep(0)

        idle = shop.server.database._engine.connect()
        long = await idle.__aenter__()
        await long.execute(sa.text("CREATE TABLE long_write AS SELECT 1"))
        reading = asyncio.ensure_future(reader())
        await asyncio.gather(*(writer(n) for n in range(8)))
        done.set()
        await reading
        await long.rollback()
        await idle.__aexit__(None, None, None)
        assert sorted(row for row, _ in seen) == sorted(published)
        assert [ver for _, ver in seen] == list(range(1, len(published) + 1))

    shop.run(story())


def tables_row(row_id: str):
    from sync.wire.rows import OutcomeRow

    return OutcomeRow(1, row_id, "posted")
