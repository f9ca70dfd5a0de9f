"""Restored, copied, replaced: what becomes of a till's database, with the real server; virtual
time."""

import asyncio
import shutil
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa

from pos_app.domain.loyalty.allowance import draw
from pos_app.storage.lives import MOVED, ROLLED_BACK
from sync.client import errors
from sync.server.engine.schema import account, allowance, conflict, event, sale, terminal
from sync.server.lives import doubles
from sync.server.watch import doctor
from tests.sync.client import virtual
from tests.sync.client.shop import open_shop, serving
from tests.sync.client.till import AT, Till

HERE, THERE = "a" * 32, "b" * 32
PUSH = "/v1/push"


def play(folder, scene, machine=HERE):
    """A shop, a till on that machine that knows a member with 1000 points."""

    async def whole():
        async with open_shop(folder) as shop:
            first = await shop.till()
            await first.close()
            till = Till(folder / "till", shop.net, shop.clock, machine=machine)
            assert till.lives.begin() == ""
            # Stories take no notice of how fast a member comes back.
            await shop.set("velocity", {"receipts": 0, "stores_a_day": 0, "scans_by_operator": 0})
            member = shop.enrol_member(till, points=1000)
            await sync(till)
            await shop.settle()
            await till.allowances.obtain(member, 300)
            await sync(till)
            try:
                await scene(shop, till, member)
                await shop.settle()
                assert await sound(shop) == []
            finally:
                await till.close()

    virtual.run(whole())


async def sound(shop):
    return await shop.server.database.read(lambda c: list(doctor.examine(c)))


async def sync(till, rounds=3):
    """The courier until nothing moves any more."""
    async with serving(till) as (courier, _told):
        for _ in range(rounds):
            await courier.answer("sync", {})
            await asyncio.sleep(1)


def left(till, member):
    return sum(grant.left for grant in till.journal.allowances(member))


def redeem(shop, till, member, points):
    """A receipt that spends points of this till's grants, as the front end records it."""
    uses, rest = draw(till.journal.allowances(member), points, AT)
    assert rest == 0
    shop.sell(till, member, uses=uses)


def image(till, name):
    """The till's files as they are now, the sentinel with them."""
    till.file.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    folder = till.folder.parent / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path in till.folder.iterdir():
        if path.suffix in (".db", ".key", ".sentinel"):
            shutil.copy(path, folder / path.name)
    return folder


async def restored(till, folder, *, sentinel_too=False, machine=HERE):
    """The till's file is the image again; the machine and its sentinel are not."""
    await till.close()
    for path in (*till.folder.glob("till.db*"), *till.folder.glob("mirror-*")):
        path.unlink()
    for path in folder.iterdir():
        if sentinel_too or path.suffix != ".sentinel":
            shutil.copy(path, till.folder / path.name)
    return Till(till.folder, till.client._transport, till.clock, machine=machine)


@asynccontextmanager
async def double(till, machine):
    """The same files on another machine."""
    clone = Till(image(till, "double"), till.client._transport, till.clock, machine=machine)
    try:
        yield clone
    finally:
        await clone.close()


async def rows(shop, table, *where):
    statement = sa.select(table).where(*where)
    return await shop.server.database.read(lambda c: c.execute(statement).all())


async def kinds(shop):
    return {row.kind for row in await rows(shop, conflict, conflict.c.state == "open")}


@pytest.mark.parametrize("sold_since", [0, 3])
@pytest.mark.parametrize("sentinel_too", [False, True], ids=["file", "whole disk"])
def test_a_restored_image_goes_on_by_itself_and_nothing_is_spent_twice(
    tmp_path, sold_since, sentinel_too
):
    """Case 26: an old image is restored, with and without spends since; told by the sentinel, or,
    where the whole disk went back, by the server."""

    async def scene(shop, till, member):
        assert left(till, member) > 100
        redeem(shop, till, member, 40)
        old = image(till, "image")
        redeem(shop, till, member, 30)
        await sync(till)
        for _ in range(sold_since):
            shop.sell(till, member)
        await sync(till)
        till_again = await restored(till, old, sentinel_too=sentinel_too)
        found = till_again.lives.begin()
        assert found == ("" if sentinel_too else ROLLED_BACK)
        await sync(till_again, 6)
        await shop.settle()
        await sync(till_again)
        position = till_again.outbox.position()
        assert position.incarnation == 2
        assert position.acked == position.head
        assert not till_again.grants.frozen()
        (row,) = await rows(shop, account)
        spent = sum(r.spent for r in await rows(shop, allowance))
        assert spent == 70
        assert left(till_again, member) == 0, "nothing of what it had before"
        await till_again.allowances.obtain(member, 50)
        assert left(till_again, member) == 50, "and points may be spent here again"
        assert left(till_again, member) <= row.balance
        assert await kinds(shop) == set()
        await till_again.close()

    play(tmp_path, scene)


def test_a_copy_on_another_machine_waits_and_the_original_goes_on(tmp_path):
    """Case 26: an image cloned onto two machines; the one that woke up elsewhere sends nothing."""

    async def scene(shop, till, member):
        async with double(till, THERE) as copy:
            assert copy.lives.begin() == MOVED
            shop.sell(copy, member)
            before = shop.net.count(PUSH)
            async with serving(copy) as (_courier, told):
                await asyncio.sleep(600)
                assert told[-1]["trouble"] == "moved"
                assert told[-1]["online"] is True, "it hears prices and says what is wrong"
                assert told[-1]["unsent"] == 1
            assert shop.net.count(PUSH) == before
            assert left(copy, member) == 0
            shop.sell(till, member)
            await sync(till)
            assert till.outbox.position().incarnation == 1
            assert left(till, member) > 0

    play(tmp_path, scene)


def test_a_person_lets_a_copy_take_over_and_the_original_does_not_steal_the_place_back(
    tmp_path, caplog
):
    """Case 26: 410; the fenced machine keeps selling, spends nothing, and its receipts reach a
    person at head office."""

    async def scene(shop, till, member):
        async with double(till, THERE) as copy:
            copy.lives.begin()
            async with serving(copy) as (courier, told):
                with pytest.raises(errors.Moved):
                    await courier.answer("sync", {})
                assert await courier.answer("take_over", {}) == {"incarnation": 2}
                await asyncio.sleep(120)
                assert told[-1]["trouble"] is None
            assert not copy.grants.frozen()
            assert left(copy, member) == 0, "what the original may still spend is not given twice"
            redeem(shop, till, member, 60)
            for _ in range(3):
                shop.sell(till, member)
            async with serving(till) as (courier, told):
                await asyncio.sleep(600)
                assert told[-1]["trouble"] == "fenced"
                assert told[-1]["fenced_by"] == 2
                assert told[-1]["unsent"] == 4
                shop.sell(till, member)
                courier.nudge()
                await asyncio.sleep(120)
            assert till.outbox.position().incarnation == 1
            assert till.grants.frozen()
            assert {"machine_changed", "fenced"} <= await kinds(shop)
            late = await shop.server.database.read(doubles.late_batches)
            assert {(row.incarnation, row.last_seq) for row in late} >= {(1, 7)}
            (row,) = await rows(shop, terminal)
            assert (row.incarnation, row.voided) == (2, 1)
            fresh = await shop.write(
                lambda c: doubles.accept_late(c, shop.services, till.outbox.identity().terminal_id)
            )
            assert fresh == 5
            await shop.settle()
            assert len(await rows(shop, sale, sale.c.member == member)) == 6
            spent = [row.spent for row in await rows(shop, allowance)]
            assert sum(spent) == 60, "spent of a grant that was not voided: no overdraft"
            assert "overdraft" not in await kinds(shop)

    play(tmp_path, scene)


def test_grants_of_a_former_machine_come_back_when_its_lease_is_over_or_a_person_says_so(
    tmp_path, caplog
):
    """Cases 26 and 35: a machine that was replaced may still spend; then it cannot any more."""

    async def scene(shop, till, member):
        async with double(till, THERE) as copy:
            copy.lives.begin()
            copy.lives.take_over()
            await sync(copy)
            reserved = (await rows(shop, account))[0].reserved
            assert reserved >= 300
            own = till.outbox.identity().terminal_id
            assert await shop.write(lambda c: doubles.former_exposure(c, own)) == reserved
            await shop.server.run_jobs()
            await shop.settle()
            assert (await rows(shop, account))[0].reserved == reserved
            await asyncio.sleep(84 * 3600)
            await shop.server.run_jobs()
            await shop.settle()
            assert (await rows(shop, account))[0].reserved == 0
            (row,) = await rows(shop, terminal)
            assert row.voided == 2

    play(tmp_path, scene)


def test_a_person_who_says_that_the_old_machine_is_gone_need_not_wait(tmp_path, caplog):
    """Case 26: the old machine is a heap of scrap."""

    async def scene(shop, till, member):
        async with double(till, THERE) as copy:
            copy.lives.begin()
            copy.lives.take_over()
            await sync(copy)
            own = till.outbox.identity().terminal_id
            assert await shop.write(lambda c: doubles.machine_is_gone(c, own)) >= 300
            await shop.settle()
            assert (await rows(shop, account))[0].reserved == 0
            await sync(copy)
            await copy.allowances.obtain(member, 100)
            assert left(copy, member) == 100

    play(tmp_path, scene)


@pytest.mark.parametrize("machine", [HERE, ""], ids=["same name", "no name"])
def test_two_machines_that_cannot_be_told_apart_do_not_fight_for_ever(tmp_path, caplog, machine):
    """Case 26: two tills of one identity fork the chain (422); one goes on, the other asks."""

    async def scene(shop, till, member):
        async with double(till, machine) as twin:
            assert twin.lives.begin() == ""
            async with serving(till) as (one, told), serving(twin, seed=2) as (two, heard):
                for _ in range(12):
                    shop.sell(till, member)
                    shop.sell(twin, member)
                    one.nudge()
                    two.nudge()
                    await asyncio.sleep(20)
                (row,) = await rows(shop, terminal)
                assert row.incarnation <= 3, "at most once each"
                troubles = sorted(str(t[-1]["trouble"]) for t in (told, heard))
                assert troubles in (["None", "fenced"], ["None", "fork"])
            loser = till if till.outbox.position().head != till.outbox.position().acked else twin
            assert loser.grants.frozen()

    play(tmp_path, scene, machine)


def test_the_one_who_lost_the_place_takes_it_by_hand_and_every_receipt_arrives(tmp_path, caplog):
    """Cases 26 and 35: whoever goes on, no sale of either machine is lost or doubled."""

    async def scene(shop, till, member):
        async with double(till, THERE) as copy:
            copy.lives.begin()
            copy.lives.take_over()
            shop.sell(copy, member)
            await sync(copy)
            shop.sell(till, member)
            async with serving(till) as (courier, _told):
                with pytest.raises(errors.Fenced):
                    await courier.answer("sync", {})
                assert await courier.answer("take_over", {}) == {"incarnation": 3}
                await courier.answer("sync", {})
            shop.sell(copy, member)
            async with serving(copy) as (courier, told):
                await asyncio.sleep(600)
                assert told[-1]["trouble"] == "fenced"
            own = till.outbox.identity().terminal_id
            await shop.write(lambda c: doubles.accept_late(c, shop.services, own))
            await shop.settle()
            assert len(await rows(shop, sale, sale.c.member == member)) == 4
            events = await rows(shop, event, event.c.outcome == "exists")
            assert events, "what came twice was known by its id"

    play(tmp_path, scene)


def test_a_changed_body_is_shown_and_not_washed_by_a_new_chain(tmp_path, caplog):
    """Case 49: an unsent event is edited: its hash does not fit, the server refuses it."""

    async def scene(shop, till, member):
        shop.sell(till, member)
        (last,) = till.outbox.batch(till.outbox.position().head - 1, 1, 1 << 20)
        edited = last.body.replace(b'"earned":', b'"earned":9')
        assert edited != last.body
        till.file.driver.execute("UPDATE event SET body = ? WHERE id = ?", (edited, last.id))
        async with serving(till) as (_courier, told):
            await asyncio.sleep(600)
            assert told[-1]["trouble"] == "tampered"
            assert told[-1]["unsent"] == 1
        assert till.outbox.position().incarnation == 1
        assert "tampered" in await kinds(shop)

    play(tmp_path, scene)


def test_a_deleted_tail_is_noticed_and_what_the_server_has_is_not_sent_twice(tmp_path, caplog):
    """Case 50: the tail of the outbox is deleted; the server knows how far the till was."""

    async def scene(shop, till, member):
        for _ in range(3):
            shop.sell(till, member)
        await sync(till)
        head = till.outbox.position().head
        ((newest,),) = till.file.driver.execute("SELECT max(place) FROM event").fetchall()
        for table in ("event", "document_key", "member_event", "local_member"):
            till.file.driver.execute(f"DELETE FROM {table} WHERE place > ?", (newest - 2,))
        previous = till.outbox.batch(head - 3, 1, 1 << 20)[0].hash
        till.file.driver.execute(
            "UPDATE chain SET head = head - 2, acked = acked - 2, head_hash = ?", (previous,)
        )
        await sync(till)
        assert till.outbox.position().incarnation == 2
        assert len(await rows(shop, sale, sale.c.member == member)) == 4
        shop.sell(till, member)
        await sync(till)
        await shop.settle()
        assert len(await rows(shop, sale, sale.c.member == member)) == 5

    play(tmp_path, scene)
