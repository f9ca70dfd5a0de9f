"""The courier and its mirror: first, spoilt, too old, damaged behind its back."""

import asyncio

from tests.sync.client.shop import serving
from tests.sync.client.test_sync_with_the_server import play

SNAPSHOT = "/v1/snapshot"


def test_a_mirror_that_breaks_under_the_courier_is_replaced_and_the_till_goes_on(tmp_path):
    async def scene(shop, till):
        async with serving(till) as (courier, told):
            await asyncio.sleep(60)
            first = till.outbox.mirror_generation()
            path = tmp_path / "till" / f"mirror-{first}.db"
            courier._mirror._connection.execute("DROP TABLE row")
            path.with_name(path.name + "-wal").write_bytes(b"")
            path.write_bytes(bytes(path.stat().st_size))
            await shop.set("fresh", 1)
            await asyncio.sleep(600)
            assert till.outbox.mirror_generation() > first
            reader = till.reader()
            assert reader.setting("fresh") == 1
            reader.close()
            assert told[-1]["trouble"] is None

    play(tmp_path, scene)


def test_the_first_mirror_is_the_servers_snapshot_and_what_came_after_it(tmp_path):
    async def scene(shop, till):
        other = await shop.till("other")
        for n in range(300):
            shop.enrol_member(other, card=f"29{n:010d}")
        await other.push.run()
        await shop.settle()
        shop.net.plan(SNAPSHOT, "lose_reply")
        async with serving(till) as (_courier, told):
            await asyncio.sleep(30)
            late = shop.enrol_member(other, card="290000000999")
            await other.push.run()
            await asyncio.sleep(30)
            assert till.outbox.mirror_generation() == 1
            assert any(path.startswith(SNAPSHOT + "/") for path in shop.net.asked)
            reader = till.reader()
            assert reader.member_by_key("card", "290000000299") is not None
            assert reader.member_by_key("card", "290000000999").member_id == late
            assert reader.setting("taxes") == {"standard": 220_000}
            reader.close()
            assert told[-1]["trouble"] is None
        await other.close()

    play(tmp_path, scene)


def test_the_till_sells_while_its_mirror_comes(tmp_path):
    """Case 27: and sells."""

    async def scene(shop, till):
        shop.net.plan(SNAPSHOT, "hold")
        async with serving(till) as (courier, told):
            await asyncio.sleep(5)
            till.tell(7)
            courier.nudge()
            await asyncio.sleep(5)
            assert len(await shop.events()) == 7
            assert told[-1]["mirror_as_of"] is None
            shop.net.release.set()
            await asyncio.sleep(60)
            assert told[-1]["mirror_as_of"] is not None

    play(tmp_path, scene)


def test_something_on_the_way_that_spoils_files_leaves_the_feed(tmp_path):
    async def scene(shop, till):
        shop.net.plan(SNAPSHOT, *["portal"] * 3)
        async with serving(till) as (_courier, _told):
            await asyncio.sleep(60)
            assert not any(path.startswith(SNAPSHOT + "/") for path in shop.net.asked)
            reader = till.reader()
            assert reader.setting("taxes") == {"standard": 220_000}
            reader.close()

    play(tmp_path, scene)


def test_a_till_with_a_long_past_gets_a_new_mirror_that_adds_up(tmp_path):
    async def scene(shop, till):
        till.tell(1500)
        await till.push.run()
        await shop.settle()
        async with serving(till) as (courier, told):
            await asyncio.sleep(60)
            till.tell()
            await courier.answer("sync", {})
            await asyncio.sleep(60)
            assert {event["trouble"] for event in told} == {None}

    play(tmp_path, scene)


def test_rows_that_vanished_behind_the_couriers_back_are_found_and_fetched_alone(tmp_path):
    """Case 47: by counting again."""

    async def scene(shop, till):
        for n in range(20):
            await shop.set(f"setting-{n}", n)
        async with serving(till) as (courier, told):
            await asyncio.sleep(60)
            generation = till.outbox.mirror_generation()
            courier._mirror._connection.execute("DELETE FROM row WHERE n % 3 = 0")
            reader = till.reader()
            assert None in [reader.setting(f"setting-{n}") for n in range(20)]
            await asyncio.sleep(600)
            assert [reader.setting(f"setting-{n}") for n in range(20)] == list(range(20))
            assert till.outbox.mirror_generation() == generation
            reader.close()
            assert {event["trouble"] for event in told} == {None}

    play(tmp_path, scene)
