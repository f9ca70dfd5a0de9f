"""Restored, copied, replaced: what becomes of a till's database, with the real server; virtual
time."""

import asyncio
import shutil
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa

from pos_app.domain.loyalty.allowance import draw
from pos_app.storage.lives import ROLLED_BACK
from sync.server import doctor
from sync.server.schema import account, allowance, conflict
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
