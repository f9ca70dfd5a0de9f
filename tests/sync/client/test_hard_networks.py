"""Networks that half work, and machines that sleep; the courier and the server are real."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from tests.sync.client import virtual
from tests.sync.client.shop import open_shop, serving
from tests.sync.client.test_sync_with_the_server import PULL, PUSH, play

SNAPSHOT = "/v1/snapshot"


def test_requests_arrive_and_no_reply_ever_does(tmp_path):
    """Case 12: one way, till to server; what arrived is not sent for ever, and nothing doubles."""

    async def scene(shop, till):
        async with serving(till) as (courier, told):
            await asyncio.sleep(60)
            till.tell(40)
            shop.net.plan(PUSH, *["lose_reply"] * 5)
            shop.net.plan(PULL, *["lose_reply"] * 5)
            courier.nudge()
            await asyncio.sleep(1)
            assert len(await shop.events()) == 40
            assert told[-1]["unsent"] == 40
            await asyncio.sleep(600)
            assert told[-1]["unsent"] == 0
            assert len(await shop.events()) == 40
            assert shop.net.count(PUSH) < 12

    play(tmp_path, scene)


def test_replies_could_come_and_no_request_arrives(tmp_path):
    """Case 12: the other way; the till sells on and says that it is alone."""

    async def scene(shop, till):
        async with serving(till) as (_courier, told):
            await asyncio.sleep(60)
            shop.net.plan(PUSH, *["lose_request"] * 4)
            shop.net.plan(PULL, *["lose_request"] * 4)
            till.tell(3)
            await asyncio.sleep(600)
            assert any(event["online"] is False for event in told)
            assert told[-1]["online"] is True
            assert len(await shop.events()) == 3

    play(tmp_path, scene)


def test_a_link_that_flaps_twenty_times_a_second_still_brings_everything(tmp_path):
    """Case 13: up 50 ms, down 50 ms, for two minutes of sales."""

    async def flap(net):
        while True:
            net.away = not net.away
            await asyncio.sleep(0.05)

    async def scene(shop, till):
        async with serving(till) as (courier, told):
            flapping = asyncio.ensure_future(flap(shop.net))
            for _ in range(12):
                till.tell(10)
                courier.nudge()
                await asyncio.sleep(10)
            flapping.cancel()
            await asyncio.gather(flapping, return_exceptions=True)
            shop.net.away = False
            await asyncio.sleep(120)
            assert told[-1]["unsent"] == 0
            assert sorted(seq for _, seq in await shop.events()) == list(range(1, 121))
            # Two minutes of flapping are no excuse for a storm.
            assert len(shop.net.asked) < 400

    play(tmp_path, scene)


@pytest.mark.parametrize("path", [PUSH, PULL])
def test_a_machine_that_slept_for_hours_in_the_middle_of_a_request_goes_on(tmp_path, path):
    """Case 6: the clock jumps while the reply is awaited; leases and order come to no harm."""

    async def scene(shop, till):
        async with serving(till) as (courier, told):
            await asyncio.sleep(60)
            shop.net.plan(path, "hold")
            till.tell(5)
            await shop.set("fresh", 1)
            courier.nudge()
            await asyncio.sleep(1)
            shop.clock.ahead = timedelta(hours=8)
            await asyncio.sleep(1)
            shop.net.release.set()
            await asyncio.sleep(120)
            assert told[-1]["unsent"] == 0
            assert told[-1]["online"] is True
            assert sorted(seq for _, seq in await shop.events()) == [1, 2, 3, 4, 5]
            reader = till.reader()
            assert reader.setting("fresh") == 1
            reader.close()

    play(tmp_path, scene)


class _Crowded:
    """A server that serves so many files at once and asks the rest to come again."""

    def __init__(self, server, at_once: int) -> None:
        self.server, self.free, self.refused = server, at_once, 0

    async def handle_async_request(self, request):
        if not request.url.path.startswith(f"{SNAPSHOT}/"):
            return await self.server.handle_async_request(request)
        if not self.free:
            self.refused += 1
            return httpx.Response(503, headers={"retry-after": "30"}, content=b"crowded")
        self.free -= 1
        try:
            await asyncio.sleep(5)
            return await self.server.handle_async_request(request)
        finally:
            self.free += 1


def test_many_tills_that_start_at_once_all_get_their_mirror(tmp_path):
    """Case 48: told to come again they come spread, and each has a whole mirror in the end."""

    async def whole():
        async with open_shop(tmp_path) as shop:
            tills = [await shop.till(f"till{n}") for n in range(6)]
            await shop.set("fresh", 1)
            crowd = shop.net.server = _Crowded(shop.net.server, 2)
            running = [serving(till, seed=n) for n, till in enumerate(tills)]
            told = [(await one.__aenter__())[1] for one in running]
            await asyncio.sleep(300)
            assert crowd.refused
            assert all(events[-1]["mirror_as_of"] for events in told)
            for till in tills:
                reader = till.reader()
                assert reader.setting("fresh") == 1
                reader.close()
            for one in running:
                await one.__aexit__(None, None, None)
            for till in tills:
                await till.close()

    virtual.run(whole())
