"""The courier as the front end meets it, with the real server; time is virtual."""

import asyncio

import pytest

from sync.client import errors
from tests.sync.client.shop import serving
from tests.sync.client.test_sync_with_the_server import PULL, PUSH, play


def test_what_was_sold_offline_is_on_the_server_soon_after_the_link_is_back(tmp_path):
    async def scene(shop, till):
        shop.net.away = True
        async with serving(till) as (courier, told):
            till.tell(30)
            courier.nudge()
            await asyncio.sleep(3600)
            assert told[-1]["online"] is False
            assert len(await shop.events()) == 0
            shop.net.away = False
            await asyncio.sleep(120)
            assert len(await shop.events()) == 30
            assert told[-1]["online"] is True
            assert told[-1]["unsent"] == 0
            assert told[-1]["since"] > "2026-11-22T10:00"

    play(tmp_path, scene)


def test_sync_runs_now_and_says_what_it_did(tmp_path):
    async def scene(shop, till):
        async with serving(till) as (courier, _told):
            await asyncio.sleep(60)
            await shop.set("fresh", 1)
            till.tell(3)
            answer = await courier.answer("sync", {"wait": True})
            assert answer["sent"] == 3
            assert answer["unsent"] == 0
            assert answer["online"] is True
            assert answer["mirror_as_of"].startswith("2026-11-22")
            reader = till.reader()
            assert reader.setting("fresh") == 1
            reader.close()

    play(tmp_path, scene)


def test_a_change_at_head_office_reaches_the_till_by_long_poll_at_once(tmp_path):
    async def scene(shop, till):
        async with serving(till) as (_courier, told):
            await asyncio.sleep(60)
            before = shop.net.count(PULL)
            began = shop.clock.monotonic_ms()
            await shop.set("fresh", 1)
            while not told[-1]["pulled"]:
                await asyncio.sleep(0.01)
            assert shop.clock.monotonic_ms() - began < 200
            assert shop.net.count(PULL) <= before + 2

    play(tmp_path, scene)


def test_an_idle_till_costs_a_request_every_long_poll_and_no_more(tmp_path):
    async def scene(shop, till):
        async with serving(till) as (_courier, told):
            await asyncio.sleep(60)
            before, heard = len(shop.net.asked), len(told)
            await asyncio.sleep(600)
            assert len(shop.net.asked) - before <= 600 / 25 + 2
            # Each tells how fresh the mirror is, and nothing else.
            assert len(told) - heard <= 600 / 25 + 2
            assert {event["unsent"] for event in told[heard:]} == {0}

    play(tmp_path, scene)


def test_a_proxy_that_does_not_wait_is_not_asked_in_a_storm(tmp_path):
    async def scene(shop, till):
        async with serving(till) as (_courier, _told):
            await asyncio.sleep(60)

            shop.net.server = _Impatient(shop.net.server)
            before = shop.net.count(PULL)
            await asyncio.sleep(600)
            assert shop.net.count(PULL) - before < 600 / 2.5 + 20

    play(tmp_path, scene)


class _Impatient:
    """A proxy that cuts the waiting short: it asks the server with no time to wait."""

    def __init__(self, server) -> None:
        self.server = server

    async def handle_async_request(self, request):
        waiting = asyncio.ensure_future(self.server.handle_async_request(request))
        done, _ = await asyncio.wait({waiting}, timeout=1)
        if done:
            return waiting.result()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        import httpx

        from sync.wire.codec import canonical, unpack
        from sync.wire.messages import PullReply, PullRequest

        asked = unpack(PullRequest, request.content)
        page = PullReply(asked.epoch, (), {}, False, 0, 0, "2026-11-22T09:00:00+00:00")
        return httpx.Response(200, stream=httpx.ByteStream(canonical(page)))


def test_a_nudge_during_a_running_push_makes_one_more_push(tmp_path):
    async def scene(shop, till):
        async with serving(till) as (courier, _told):
            await asyncio.sleep(60)
            before = shop.net.count(PUSH)
            shop.net.plan(PUSH, "hold")
            till.tell()
            courier.nudge()
            await asyncio.sleep(1)
            for _ in range(20):
                till.tell()
                courier.nudge()
            await asyncio.sleep(1)
            assert shop.net.count(PUSH) == before + 1
            shop.net.release.set()
            await asyncio.sleep(5)
            assert shop.net.count(PUSH) == before + 2
            assert len(await shop.events()) == 21

    play(tmp_path, scene)


def test_the_link_is_taken_away_and_given_back(tmp_path):
    async def scene(shop, till):
        async with serving(till) as (courier, told):
            await asyncio.sleep(60)
            assert await courier.answer("link", {"online": False}) == {"online": False}
            await asyncio.sleep(1)
            assert told[-1]["online"] is False
            asked = len(shop.net.asked)
            till.tell()
            courier.nudge()
            with pytest.raises(errors.Lost):
                await courier.answer("identify", {"kind": "card", "key": "1"})
            await asyncio.sleep(600)
            assert len(shop.net.asked) == asked
            await courier.answer("link", {"online": True})
            await asyncio.sleep(2)
            assert told[-1]["online"] is True
            assert len(await shop.events()) == 1

    play(tmp_path, scene)


def test_nobody_is_identified_by_a_number_that_nobody_has(tmp_path):
    async def scene(_shop, till):
        async with serving(till) as (courier, _told):
            answer = await courier.answer(
                "identify", {"kind": "card", "key": "0", "want_points": 5}
            )
            assert answer == {"member": None, "allowance": None}

    play(tmp_path, scene)


def test_identification_without_points_asks_for_no_grant(tmp_path):
    async def scene(shop, till):
        member = shop.enrol_member(till, points=500, card="2900000012345")
        await till.push.run()
        await shop.settle()
        async with serving(till) as (courier, _told):
            answer = await courier.answer("identify", {"kind": "id", "key": member})
            assert answer["member"]["display_name"] == "Member 1"
            assert answer["allowance"] is None
            assert shop.net.count("/v1/allowance") == 0

    play(tmp_path, scene)


def test_settlement_brings_the_servers_totals_of_the_day(tmp_path):
    async def scene(shop, till):
        shop.sell(till)
        async with serving(till) as (courier, _told):
            await courier.answer("sync", {})
            await shop.settle()
            answer = await courier.answer("settlement", {"business_on": "2026-11-20"})
            assert answer["totals"]["receipts"] == 1
            assert answer["head"] == answer["posted_seq"] == 1
            assert answer["unsent"] == 0

    play(tmp_path, scene)


def test_a_planned_grant_that_was_never_answered_is_asked_again_after_the_next_push(tmp_path):
    async def scene(shop, till):
        member = shop.enrol_member(till, points=500)
        await till.push.run()
        await shop.settle()
        shop.net.plan("/v1/allowance", "lose_reply")
        async with serving(till) as (courier, _told):
            await asyncio.sleep(30)
            with pytest.raises(errors.Lost):
                await courier.answer("identify", {"kind": "id", "key": member, "want_points": 40})
            till.tell()
            courier.nudge()
            await asyncio.sleep(60)
            assert till.grants.planned_grants() == []
            held = [a for a in till.journal.allowances(member) if a.kind == "identified"]
            assert [a.granted for a in held] == [40]

    play(tmp_path, scene)


def test_a_new_epoch_means_a_new_generation_and_everything_unsafe_is_sent_again(tmp_path, caplog):
    async def scene(shop, till):
        async with serving(till) as (courier, told):
            till.tell(4)
            await courier.answer("sync", {})
            await asyncio.sleep(60)
            first = till.outbox.mirror_generation()
            await courier.answer("link", {"online": False})
            await shop.backup()
            await courier.answer("link", {"online": True})
            await shop.set("lost", 1)
            till.tell(6)
            await courier.answer("sync", {})
            await courier.answer("link", {"online": False})
            await asyncio.sleep(1)
            await shop.restore()
            await shop.set("kept", 2)
            await courier.answer("link", {"online": True})
            await asyncio.sleep(300)
            assert len(await shop.events()) == 10
            assert till.outbox.mirror_generation() > first
            reader = till.reader()
            assert reader.setting("lost") is None
            assert reader.setting("kept") == 2
            reader.close()
            assert told[-1]["unsent"] == 0
            assert told[-1]["trouble"] is None

    play(tmp_path, scene)


def test_grants_of_a_restored_till_thaw_when_the_server_knows_the_new_incarnation(tmp_path):
    async def scene(shop, till):
        till.tell(2)
        await till.push.run()
        till.outbox.new_incarnation()
        assert till.grants.frozen()
        async with serving(till) as (_courier, _told):
            await asyncio.sleep(120)
            assert not till.grants.frozen()
            assert till.outbox.position().incarnation == 2
            assert till.outbox.position().acked == till.outbox.position().head

    play(tmp_path, scene)


def test_a_fenced_till_shows_it_and_keeps_its_events(tmp_path, caplog):
    async def scene(shop, till):
        till.tell(2)
        await till.push.run()
        import shutil

        from tests.sync.client.till import Till

        (tmp_path / "clone").mkdir()
        till.file.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for name in ("till.db", "till.key"):
            shutil.copy(tmp_path / "till" / name, tmp_path / "clone" / name)
        clone = Till(tmp_path / "clone", shop.net, shop.clock)
        clone.outbox.new_incarnation()
        clone.tell()
        await clone.push.run()
        await clone.close()
        till.tell()
        async with serving(till) as (_courier, told):
            await asyncio.sleep(5)
            assert told[-1]["trouble"] == "fenced"
            assert told[-1]["fenced_by"] == 2
            assert told[-1]["unsent"] >= 1
            assert told[-1]["online"] is True

    play(tmp_path, scene)


def test_two_machines_with_one_database_are_told_by_the_fork(tmp_path, caplog):
    """Case 26: a clone."""

    async def scene(shop, till):
        till.tell(2)
        await till.push.run()
        import shutil

        from tests.sync.client.till import Till

        (tmp_path / "clone").mkdir()
        till.file.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for name in ("till.db", "till.key"):
            shutil.copy(tmp_path / "till" / name, tmp_path / "clone" / name)
        clone = Till(tmp_path / "clone", shop.net, shop.clock)
        clone.tell(1, "4600000000002")
        await clone.push.run()
        await clone.close()
        till.tell()
        with pytest.raises(errors.Forked):
            await till.push.run()
        assert till.outbox.position().acked == 2

    play(tmp_path, scene)


def test_a_parked_event_is_counted_and_blocks_nobody(tmp_path, caplog):
    """Case 14: seen from the till."""

    async def scene(shop, till):
        from pos_app.domain.events import CashMoved
        from pos_app.workstation.ports import Facts
        from tests.sync.client.till import AT

        poison = CashMoved("loan", 10**17, "x", 1, AT.date(), "op1", AT)
        async with serving(till) as (courier, told):
            await asyncio.sleep(60)
            till.journal.record(Facts(events=((till.ids.new_id(), poison),)))
            till.tell(3)
            await courier.answer("sync", {})
            await shop.settle()
            answer = await courier.answer("sync", {})
            assert answer["unsent"] == 0
            assert till.outbox.position().acked == 4
            await asyncio.sleep(60)
            assert sum(event["parked"] for event in told) == 1

    play(tmp_path, scene)


def test_a_till_that_is_not_enrolled_asks_nobody_and_answers_its_front_end(tmp_path):
    async def scene(shop, _till):
        from tests.sync.client.till import Till

        (tmp_path / "new").mkdir()
        new = Till(tmp_path / "new", shop.net, shop.clock)
        new.tell()
        before = len(shop.net.asked)
        async with serving(new) as (courier, told):
            with pytest.raises(errors.NotEnrolled):
                await courier.answer("sync", {})
            await asyncio.sleep(600)
            assert len(shop.net.asked) == before
            assert told[-1]["online"] is False
        await new.close()

    play(tmp_path, scene)


def test_a_revoked_till_says_so_and_keeps_selling(tmp_path):
    """Cases 11 and 52: 401."""

    async def scene(shop, till):
        from sync.server.settings.reference import revoke_terminal

        async with serving(till) as (courier, told):
            await asyncio.sleep(60)
            await shop.write(lambda c: revoke_terminal(c, till.outbox.identity().terminal_id))
            till.tell()
            courier.nudge()
            await asyncio.sleep(60)
            assert told[-1]["trouble"] == "not_admitted"
            assert told[-1]["unsent"] == 1

    play(tmp_path, scene)
