"""A till that catches up waits for its acknowledgement; posting goes beside it, not before it."""

import asyncio

import httpx
import sqlalchemy as sa

from sync.server.engine.schema import event
from sync.server.poster.way import LULL_S, PATIENCE_S, Way
from sync.server.server import open_server
from sync.server.serving import running
from sync.server.surface.app import BULK_EVENTS, build_app
from tests.sync.client.virtual import now_s, run
from tests.sync.server.test_server_catching_up import tills_of
from tests.sync.server.till import FixedClock

QUEUED = sa.select(sa.func.count()).where(event.c.outcome == "queued")


def test_posting_waits_for_nobody_while_nobody_catches_up() -> None:
    async def story() -> None:
        await Way().clear()
        assert now_s() == 0.0

    run(story())


def test_posting_begins_a_lull_after_the_last_batch() -> None:
    async def story() -> None:
        way = Way()
        with way.taken():
            waiting = asyncio.ensure_future(way.clear())
            await asyncio.sleep(LULL_S * 3)
            assert not waiting.done()
        ended = now_s()
        await waiting
        assert ended + LULL_S <= now_s() <= ended + 2 * LULL_S

    run(story())


def test_posting_does_not_wait_for_ever() -> None:
    async def story() -> None:
        way = Way()
        with way.taken():
            for turn in range(1, 4):
                await way.clear()
                assert abs(now_s() - turn * PATIENCE_S) < LULL_S / 10

    run(story())


def test_a_batch_that_is_refused_ends_as_well() -> None:
    async def story() -> None:
        way = Way()
        try:
            with way.taken():
                raise ValueError
        except ValueError:
            await asyncio.wait_for(way.clear(), 2 * LULL_S)

    run(story())


def test_what_a_till_brings_back_is_acknowledged_before_any_of_it_is_posted(tmp_path) -> None:
    async def story() -> None:
        server = await open_server(data=tmp_path, clock=FixedClock(), inline=True)
        transport = httpx.ASGITransport(app=build_app(server))
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://server") as client,
            running(server),
        ):
            (till,) = await tills_of(server, client, 1)
            for batch in range(1, 4):
                for _ in range(BULK_EVENTS):
                    till.sell()
                await till.push()
                assert await server.database.read(waiting) == batch * BULK_EVENTS
            await asyncio.sleep(PATIENCE_S)
            assert await server.database.read(waiting) == 0
        await server.close()

    def waiting(connection: sa.Connection) -> int:
        return connection.execute(QUEUED).scalar_one()

    run(story())
