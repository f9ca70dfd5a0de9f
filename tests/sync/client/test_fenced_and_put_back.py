"""A fenced database and a server that went back in time: what only that disk has still reaches a
person; with the real server, in virtual time."""

import asyncio
from datetime import timedelta

from sync.client import errors
from sync.server.engine.schema import event, sale
from sync.server.lives import doubles
from tests.sync.client.shop import serving
from tests.sync.client.test_epochs import put_back
from tests.sync.client.test_lives_of_tills import THERE, double, play, rows, sync


async def late(shop):
    return await shop.server.database.read(doubles.late_batches)


async def takes_over(copy):
    copy.lives.begin()
    async with serving(copy) as (courier, told):
        try:
            await courier.answer("sync", {})
        except errors.Moved:
            await courier.answer("take_over", {})
        await asyncio.sleep(120)
        assert told[-1]["trouble"] is None


async def waits(till, unsent):
    async with serving(till) as (_courier, told):
        await asyncio.sleep(600)
        assert (told[-1]["trouble"], told[-1]["unsent"]) == ("fenced", unsent)


def test_a_sale_that_was_acknowledged_and_lost_comes_again_from_the_fenced_disk(tmp_path, caplog):
    """Simulation, seed 1843: the copy goes on without that sale, so nobody else has it."""

    async def scene(shop, till, member):
        async with double(till, THERE) as copy:
            sold = len(await rows(shop, sale))
            await shop.backup()
            only_here = till.outbox.position().head + 1
            shop.sell(till, member)
            await sync(till)
            await shop.settle()
            await takes_over(copy)
            await waits(till, unsent=0)
            await put_back(shop)
            await takes_over(copy)
            assert len(await rows(shop, sale)) == sold
            await waits(till, unsent=1)
            (batch,) = await late(shop)
            assert (batch.first_seq, batch.last_seq) == (only_here, only_here)
            await waits(till, unsent=1)
            terminal = till.outbox.identity().terminal_id
            fresh = await shop.write(lambda c: doubles.accept_late(c, shop.services, terminal))
            assert fresh == 1
            await shop.settle()
            assert len(await rows(shop, sale)) == sold + 1

    play(tmp_path, scene)


def test_a_fenced_disk_sends_nothing_again_that_the_server_still_has(tmp_path, caplog):
    async def scene(shop, till, member):
        async with double(till, THERE) as copy:
            shop.sell(till, member)
            await sync(till)
            await shop.settle()
            await shop.backup()
            await takes_over(copy)
            before = len(await rows(shop, event))
            await put_back(shop)
            await takes_over(copy)
            await waits(till, unsent=0)
            assert await late(shop) == []
            assert len(await rows(shop, event)) == before

    play(tmp_path, scene)


def test_late_events_that_a_put_back_server_lost_are_kept_again(tmp_path, caplog):
    """They were never acknowledged: the fenced till still holds them as unsent."""

    async def scene(shop, till, member):
        async with double(till, THERE) as copy:
            await shop.backup()
            await takes_over(copy)
            shop.sell(till, member)
            await waits(till, unsent=1)
            kept = await late(shop)
            await put_back(shop)
            await takes_over(copy)
            assert await late(shop) == []
            await waits(till, unsent=1)
            again = await late(shop)
            assert [b.last_seq for b in again] == [b.last_seq for b in kept]

    play(tmp_path, scene)


def test_the_head_of_a_later_life_is_not_taken_for_ours(tmp_path, caplog):
    """A fenced disk that forgot its old events would call them lost and take the place back."""

    async def scene(shop, till, member):
        async with double(till, THERE) as copy:
            for _ in range(3):
                shop.sell(till, member)
            await sync(till)
            await shop.settle()
            await shop.backup()
            await takes_over(copy)
            shop.sell(till, member)
            await waits(till, unsent=1)
            head = till.outbox.position().head
            with till.file.protected("acked") as chain:
                chain.safe_head = chain.acked
            assert till.outbox.retention(shop.clock.now_utc() + timedelta(days=40)) > 0
            await put_back(shop)
            await takes_over(copy)
            await waits(till, unsent=1)
            position = till.outbox.position()
            assert (position.incarnation, position.head, till.outbox.lost()) == (1, head, "")

    play(tmp_path, scene)
