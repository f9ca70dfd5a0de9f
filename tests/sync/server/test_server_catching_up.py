"""Tills that catch up push a few at a time; posting works apart from who stands at a counter."""

import asyncio
import threading

import httpx
import pytest
import sqlalchemy as sa

from pos_app.gear.ids import Uuid7Source
from sync.server.access import enrolment
from sync.server.engine import bulk
from sync.server.engine.apart import ApartDatabase
from sync.server.engine.database import POSTING, PostgresDatabase
from sync.server.engine.schema import event, nonce, setting
from sync.server.server import open_server
from sync.server.settings import reference
from sync.server.surface.app import BULK_AT_ONCE, BULK_EVENTS, build_app
from tests.sync.server.till import FixedClock, Till

TILLS = 6


class Counting:
    """A database that knows how many pushes of a batch wait in it at once."""

    def __init__(self, inner) -> None:
        self._inner, self.at_once, self.most = inner, 0, 0

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def write(self, work):
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            return await self._inner.write(work)
        finally:
            self.at_once -= 1


async def tills_of(server, client, count):
    await server.database.write(lambda c: reference.add_store(c, server.services, "shop", "Shop"))
    found = []
    for n in range(count):
        code = await server.database.write(
            lambda c: enrolment.new_code(c, server.services, "shop", "")
        )
        found.append(Till(client, n + 1))
        await found[-1].enrol(code)
    return found


@pytest.mark.parametrize(("events", "most"), [(BULK_EVENTS, BULK_AT_ONCE), (1, TILLS)])
def test_batches_of_many_tills_wait_for_each_other_and_single_receipts_do_not(
    tmp_path, events, most
) -> None:
    async def story() -> None:
        server = await open_server(data=tmp_path, clock=FixedClock())
        transport = httpx.ASGITransport(app=build_app(server))
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            tills = await tills_of(server, client, TILLS)
            for till in tills:
                for _ in range(events):
                    till.sell()
            server.database = counting = Counting(server.database)
            replies = await asyncio.gather(*(till.push() for till in tills))
        assert [reply.head for reply in replies] == [events] * TILLS
        assert counting.most <= most
        await server.close()

    asyncio.run(story())


def test_on_postgresql_receipts_are_posted_by_a_thread_of_the_posters_own(
    postgres, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("KOPILKA_SERVER_KEYS", str(tmp_path / "server.keys"))

    async def story() -> None:
        server = await open_server(address=postgres.database())
        transport = httpx.ASGITransport(app=build_app(server))
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            (till,) = await tills_of(server, client, 1)
            member = till.enrol_member(card="2990000000019")
            till.sell(member=member, earn=10)
            till.sell()
            await till.push()
            await server.poster.drain()
        found = await server.database.read(lambda c: c.execute(sa.select(event.c.outcome)).all())
        assert {row.outcome for row in found} == {"posted"}
        await server.close()
        assert "apart" not in {thread.name for thread in threading.enumerate()}

    asyncio.run(story())


def test_work_apart_does_not_hold_up_the_loop_that_asked_for_it(postgres) -> None:
    """The work waits for what the asking loop does meanwhile: in one loop, for ever."""

    async def story() -> None:
        apart = ApartDatabase(PostgresDatabase(postgres.database()))
        gone_on = threading.Event()

        def work(_connection) -> str:
            assert gone_on.wait(timeout=30)
            return threading.current_thread().name

        asked = asyncio.ensure_future(apart.read(work))
        await asyncio.sleep(0)
        gone_on.set()
        assert await asked == "apart"
        duty = apart.duty(POSTING)
        assert duty.shared
        assert await duty.held()
        with pytest.raises(ZeroDivisionError):
            await apart.write(lambda _connection: 1 // 0)
        await apart.alone(lambda c: c.execute(sa.text("CREATE TABLE one (n int)")) and c.commit())
        await apart.let_go(["one"])
        await apart.close()

    asyncio.run(story())


def test_two_threads_never_draw_one_id() -> None:
    source, drawn = Uuid7Source(), []

    def draw() -> None:
        drawn.extend(source.new_id() for _ in range(2000))

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(drawn)) == len(drawn)


def test_rows_are_told_apart_into_new_and_known_and_changed_by_their_keys(house) -> None:
    """The two ways of the engines answer alike, in any order of the columns."""

    def row(number: int, at: int) -> dict:
        return {"at": at, "terminal": "t", "bucket": 7, "nonce": f"n{number}"}

    async def story() -> None:
        assert await house.write(bulk.insert_new, nonce, []) == set()
        first = await house.write(bulk.insert_new, nonce, [row(1, 10), row(2, 20)])
        assert first == {(7, "t", "n1"), (7, "t", "n2")}
        again = await house.write(bulk.insert_new, nonce, [row(2, 99), row(3, 30)])
        assert again == {(7, "t", "n3")}
        keys = ("bucket", "terminal", "nonce")
        await house.write(bulk.change, nonce, keys, [row(1, 11), row(4, 44)])
        await house.write(bulk.change, nonce, keys, [])
        mine = nonce.c.terminal == "t"
        assert [(one.nonce, one.at) for one in await house.rows(nonce, mine)] == [
            ("n1", 11), ("n2", 20), ("n3", 30)
        ]  # fmt: skip
        told = {"store": "", "name": "x", "value": "1"}
        await house.write(bulk.insert, setting, [told], "nothing")
        await house.write(bulk.insert, setting, [{**told, "value": "2"}], "nothing")
        ((kept,),) = [await house.rows(setting, setting.c.name == "x")]
        assert kept.value == "1"

    house.run(story())
