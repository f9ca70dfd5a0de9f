"""Where tills hear only of their own store's members: groups, leaving them, snapshots of them."""

import msgspec

from sync.server.engine.refusal import Refusal
from sync.server.members.regrouping import regroup
from sync.server.settings import reference
from sync.wire.messages import PATHS, SnapshotManifest
from sync.wire.rows import MemberRow
from tests.sync.server.till import read

ANNA, BORIS = "2990000000019", "2990000000026"


async def two_stores(house):
    """A till in each, and a member at home in each."""
    await house.write(reference.add_store, house.services, "north", "North")
    here, there = await house.till("shop"), await house.till("north")
    anna = here.enrol_member(card=ANNA)
    boris = there.enrol_member(card=BORIS, store_id="north")
    await house.push(here)
    await house.push(there)
    return here, there, anna, boris


async def only_their_own(house) -> int:
    await house.write(reference.set_setting, house.services, "interest", {"members": "store"})
    return await regroup(house.server.database, house.services)


async def heard(till) -> dict[str, bool]:
    """Members by id as pages tell them: whether they are there."""
    found: dict[str, bool] = {}
    while True:
        page = await till.pull()
        found |= {row.id: not row.deleted for row in page.rows if row.kind == "member"}
        if not page.more:
            return found


def test_a_till_hears_of_its_stores_members_and_of_no_other(house) -> None:
    async def story() -> None:
        here, there, anna, boris = await two_stores(house)
        assert await heard(here) == {anna: True, boris: True}
        assert await only_their_own(house) == 2
        assert (await here.pull()).take_snapshot
        here.cursor, there.cursor = {}, {}
        assert await heard(here) == {anna: True}
        assert await heard(there) == {boris: True}
        here.sell(member=anna, earn=5)
        await house.push(here, 2)
        assert await heard(here) == {anna: True}
        assert await heard(there) == {}

    house.run(story())


def test_who_shops_in_another_store_is_heard_of_there_from_then_on(house) -> None:
    async def story() -> None:
        here, there, anna, boris = await two_stores(house)
        await only_their_own(house)
        here.cursor, there.cursor = {}, {}
        await heard(there)
        found = await there.lookup("card", ANNA)
        assert msgspec.json.decode(found.member, type=MemberRow).id == anna
        there.sell(member=anna, earn=7, store_id="north")
        await house.push(there, 2)
        assert await heard(there) == {anna: True}
        assert await heard(here) == {anna: True}
        for till in (here, there):
            till.cursor = {}
            while True:
                page = await till.pull()
                for scope, told in page.digests.items():
                    if scope.startswith("g:"):
                        assert told.count == sum(r.scope == scope for r in page.rows)
                if not page.more:
                    break

    house.run(story())


def test_back_to_everybody_every_group_is_left_with_a_tombstone(house) -> None:
    """Case 45: a scope left and come back to."""

    async def story() -> None:
        here, _there, anna, boris = await two_stores(house)
        await only_their_own(house)
        here.cursor = {}
        await heard(here)
        grouped = dict(here.cursor)
        await house.write(reference.set_setting, house.services, "interest", {"members": "all"})
        assert await regroup(house.server.database, house.services) == 2
        assert await regroup(house.server.database, house.services) == 0
        assert (await here.pull()).take_snapshot
        here.cursor = {}
        assert await heard(here) == {anna: True, boris: True}
        await only_their_own(house)
        here.cursor = grouped
        assert await heard(here) == {anna: True}

    house.run(story())


def test_each_store_has_a_snapshot_of_its_own(house, tmp_path) -> None:
    async def story() -> None:
        here, there, _anna, _boris = await two_stores(house)
        await only_their_own(house)
        names = set()
        for till, store in ((here, "shop"), (there, "north")):
            path = f"{PATHS['snapshot']}?schema=1"
            reply = await till.client.get(path, headers=till.signed(path, b"", "GET"))
            manifest = read(reply, SnapshotManifest)
            names.add(manifest.name)
            assert {s.split(":", 2)[2] for s in manifest.cursor if s.startswith("g:")} == {store}
            assert not any(s.startswith("m:") for s in manifest.cursor)
            assert manifest.rows >= 1
            till.cursor = dict(manifest.cursor)
            assert await heard(till) == {}
        assert len(names) == 2

    house.run(story())


def test_a_setting_that_means_nothing_is_refused(house) -> None:
    async def story() -> None:
        try:
            await house.write(
                reference.set_setting, house.services, "interest", {"members": "some"}
            )
        except Refusal as refusal:
            assert refusal.problem.code == "bad_setting"
        else:
            raise AssertionError("it was taken")

    house.run(story())
