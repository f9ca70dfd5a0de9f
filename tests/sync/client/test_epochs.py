"""A server that went back in time: tills send again, tell what they hold, and nothing is granted
before; with the real server, in virtual time."""

import asyncio

from sync.client import errors
from sync.server.engine.keys import new_epoch
from sync.server.engine.schema import account, allowance, conflict, sale
from sync.server.lives import epochs
from tests.sync.client import virtual
from tests.sync.client.shop import open_shop, serving
from tests.sync.client.test_lives_of_tills import kinds, redeem, rows, sound, sync

QUIET = {"receipts": 0, "stores_a_day": 0, "scans_by_operator": 0}
RECONCILE, PUSH, GRANT = "/v1/reconcile", "/v1/push", "/v1/allowance"


def play(folder, scene):
    """A shop with two tills; the first knows a member with 1000 points."""

    async def whole():
        async with open_shop(folder) as shop:
            await shop.set("velocity", QUIET)
            one, two = await shop.till("one"), await shop.till("two")
            member = shop.enrol_member(one, points=1000)
            await sync(one)
            await shop.settle()
            await sync(one)
            await sync(two)
            try:
                await scene(shop, one, two, member)
                await shop.settle()
                assert await sound(shop) == []
            finally:
                await one.close()
                await two.close()

    virtual.run(whole())


async def put_back(shop):
    """The server's disk as it was at the backup, in a new epoch as `restore` begins one."""
    await shop.restore(another_epoch=False)
    await shop.write(new_epoch)


def test_a_grant_that_the_server_lost_is_known_again_before_its_spends_arrive(tmp_path, caplog):
    """Case 19: the server's image of k commits back; re-sent, told again, barrier."""

    async def scene(shop, one, two, member):
        await shop.backup()
        await one.allowances.obtain(member, 300)
        redeem(shop, one, member, 120)
        await sync(one)
        await shop.settle()
        await put_back(shop)
        assert await rows(shop, allowance, allowance.c.kind == "identified") == []
        await sync(one)
        (grant,) = await rows(shop, allowance, allowance.c.kind == "identified")
        assert (grant.granted, grant.spent) == (300, 120)
        assert len(await rows(shop, sale, sale.c.member == member)) == 2
        assert await kinds(shop) == {"grants_renewed"}
        asked = [path for path in shop.net.asked if path in (RECONCILE, PUSH)]
        assert RECONCILE in asked

    play(tmp_path, scene)


def test_nothing_new_is_granted_until_every_till_was_heard(tmp_path, caplog):
    """Case 19: the grant barrier; sales and earnings flow meanwhile."""

    async def scene(shop, one, two, member):
        await shop.backup()
        await two.allowances.obtain(member, 300)
        redeem(shop, two, member, 250)
        await put_back(shop)
        await sync(one)
        asked = await one.allowances.obtain(member, 600)
        assert asked.granted == 0, "the other till may hold what the server forgot"
        shop.sell(one, member)
        await sync(one)
        await shop.settle()
        assert len(await rows(shop, sale, sale.c.member == member)) == 2
        waiting = await shop.server.database.read(epochs.waiting)
        assert [row.name for row in waiting] == ["two"]
        await sync(two)
        assert await shop.server.database.read(epochs.waiting) == []
        await shop.settle()
        (row,) = await rows(shop, account)
        assert row.balance == 1000 + 20 + 20 - 250
        asked = await one.allowances.obtain(member, 900)
        assert 0 < asked.granted <= row.balance
        assert "overdraft" not in await kinds(shop)

    play(tmp_path, scene)


def test_a_till_that_says_nothing_holds_the_others_up_for_a_lease_and_no_longer(tmp_path, caplog):
    """Cases 19 and 35: the barrier ends with the lease of whoever is silent."""

    async def scene(shop, one, two, member):
        await shop.backup()
        await put_back(shop)
        await shop.server.run_jobs()
        await sync(one)
        assert (await one.allowances.obtain(member, 10)).granted == 0
        await asyncio.sleep(80 * 3600)
        assert await shop.server.database.read(epochs.waiting) != []
        await asyncio.sleep(4 * 3600)
        await shop.server.run_jobs()
        assert (await one.allowances.obtain(member, 10)).granted == 10
        lines = await rows(shop, conflict, conflict.c.kind == "not_reconciled")
        assert len(lines) == 1

    play(tmp_path, scene)


def test_a_till_that_is_heard_after_the_barrier_fell_spends_nothing_of_what_it_held(
    tmp_path, caplog
):
    """Found by seed 10325: hearing from the server renews the lease of a grant it does not know."""

    async def scene(shop, one, two, member):
        await shop.backup()
        assert (await two.allowances.obtain(member, 300)).granted == 300
        await sync(two)
        assert sum(g.granted for g in two.outbox.held_grants("", 10)) == 300
        await put_back(shop)
        await sync(one)
        await asyncio.sleep(84 * 3600)
        await shop.server.run_jobs()
        await asyncio.sleep(1)
        await sync(two)
        await sync(two)
        assert sum(g.granted for g in two.outbox.held_grants("", 10)) == 0
        assert await rows(shop, allowance, allowance.c.kind == "identified") == []

    play(tmp_path, scene)


def test_a_declaration_that_is_cut_is_told_again_and_counts_once(tmp_path, caplog):
    """Cases 7 and 19: the reply is lost, the request doubled."""

    async def scene(shop, one, two, member):
        await shop.backup()
        await one.allowances.obtain(member, 300)
        await put_back(shop)
        shop.sell(one, member)
        shop.net.plan(RECONCILE, "lose_reply", "portal", "double")
        for _ in range(5):
            try:
                await one.push.run()
            except errors.Trouble:
                continue
        await sync(one)
        (grant,) = await rows(shop, allowance, allowance.c.kind == "identified")
        assert grant.granted == 300
        (row,) = await rows(shop, account)
        assert row.reserved >= 300

    play(tmp_path, scene)


def test_every_request_that_changes_something_names_the_epoch(tmp_path, caplog):
    """Case 8: a late copy of an old request reaches the server after the fail-over."""

    async def scene(shop, one, two, member):
        await shop.backup()
        shop.sell(one, member)
        await one.push.run()
        await one.allowances.obtain(member, 40)
        old = [(path, body) for path, body in shop.net.bodies if path in (PUSH, GRANT)][-2:]
        await put_back(shop)
        before = await rows(shop, sale), await rows(shop, allowance)
        import httpx

        for path, body in old:
            request = one.connection._signed("POST", path, body, {})
            client = httpx.AsyncClient(transport=shop.net.server, base_url="http://server.test")
            response = await client.send(request)
            assert response.status_code == 412
            await client.aclose()
        await shop.settle()
        assert (await rows(shop, sale), await rows(shop, allowance)) == before

    play(tmp_path, scene)


def test_a_till_on_its_second_life_is_told_again_to_a_server_that_knew_only_the_first(
    tmp_path, caplog
):
    """Cases 19 and 26 together: both went back in time."""

    async def scene(shop, one, two, member):
        await one.allowances.obtain(member, 200)
        await shop.backup()
        one.outbox.new_incarnation()
        redeem_later = 3
        for _ in range(redeem_later):
            shop.sell(one, member)
        await sync(one, 5)
        assert not one.grants.frozen()
        await put_back(shop)
        await sync(one, 6)
        await sync(two)
        await shop.settle()
        assert len(await rows(shop, sale, sale.c.member == member)) == 1 + redeem_later
        (row,) = await rows(shop, account)
        stale = await rows(
            shop, allowance, allowance.c.incarnation == 1, allowance.c.kind == "identified"
        )
        assert all(r.granted == r.spent + r.returned for r in stale), "voided again"
        assert (await one.allowances.obtain(member, 30)).granted == 30
        assert row.balance == 1000 + 20 * redeem_later

    play(tmp_path, scene)


def test_a_server_that_lost_more_than_its_backups_promised_gets_what_is_kept_and_hears_the_rest(
    tmp_path, caplog
):
    """Case 19: the backup that was restored is older than the one that tills were told of."""

    async def scene(shop, one, two, member):
        await shop.backup()
        for _ in range(6):
            shop.sell(one, member)
        await sync(one)
        head = one.outbox.position().head
        one.outbox.ack(head, head)
        one.file.driver.execute("UPDATE event SET at_us = 1 WHERE place & 0xffff < ?", (head - 2,))
        from datetime import timedelta

        assert one.outbox.retention(shop.clock.now_utc() + timedelta(days=1)) > 0
        await put_back(shop)
        await sync(one, 5)
        assert one.outbox.position().incarnation == 2
        assert one.outbox.position().acked == one.outbox.position().head
        lines = await rows(shop, conflict, conflict.c.kind == "events_lost")
        assert [line.detail for line in lines] == [f"1:3-{head - 3}"]
        assert one.outbox.lost() == ""

    play(tmp_path, scene)


def test_a_till_with_nothing_to_send_is_heard_by_itself_in_the_new_epoch(tmp_path, caplog):
    """Case 19: nobody sells, nobody asks; the long poll brings the epoch."""

    async def scene(shop, one, two, member):
        await shop.backup()
        async with serving(one) as (_first, told), serving(two, seed=2):
            await asyncio.sleep(60)
            await put_back(shop)
            await asyncio.sleep(300)
            assert await shop.server.database.read(epochs.waiting) == []
            assert told[-1]["trouble"] is None

    play(tmp_path, scene)


def test_without_a_restore_nobody_is_waited_for(tmp_path):
    async def scene(shop, one, two, member):
        assert not await shop.server.database.read(lambda c: list(epochs.waiting(c)))
        assert (await two.allowances.obtain(member, 10)).granted == 10
        assert shop.net.count(RECONCILE) == 0

    play(tmp_path, scene)
