"""Where points lie, on real tables: at the till used last, asked back when wanted elsewhere."""

import asyncio

from pos_app.domain.events import AllowanceReturned
from pos_app.domain.loyalty.allowance import AllowanceUse
from sync.server.engine.schema import account, conflict
from sync.server.settings import reference
from sync.server.upkeep.tending import tend_allowances
from sync.server.watch.doctor import examine
from tests.sync.server.test_server_allowances import grants
from tests.sync.server.till import DAY, NOON


async def anna_at(house, till, points=100, **more):
    anna = till.enrol_member(card="2990000000019", **more)
    till.sell(member=anna, earn=points)
    await house.push(till)
    return anna


async def policy(house, **values) -> None:
    await house.write(reference.set_setting, house.services, "allowance.placement", values)


async def answer_recalls(house, till) -> int:
    """What the real till does: return what the server asks back, after all it has spent."""
    given = 0
    while not given:
        await house.post()
        for row in (await grants(till)).values():
            left = row.granted - row.spent - row.returned
            if row.kind == "recalled" and left > 0:
                till.record(AllowanceReturned(row.member, (AllowanceUse(row.grant, left),), NOON))
                await house.push(till, len(till.chain))
                given += left
        await asyncio.sleep(0)
    return given


def test_all_points_lie_at_the_till_that_the_member_used_last(house) -> None:
    async def story() -> None:
        first, second = await house.till(), await house.till()
        anna = await anna_at(house, first)
        assert [g.granted for g in (await grants(first)).values()] == [100]
        second.sell(member=anna, earn=40)
        await house.push(second)
        assert [g.granted for g in (await grants(second)).values()] == [40]

    house.run(story())


def test_points_are_spread_evenly_where_the_owner_wants_it_so(house) -> None:
    async def story() -> None:
        first, second = await house.till(), await house.till()
        await policy(house, spread="even")
        await anna_at(house, first)
        held = [[g.granted for g in (await grants(t)).values()] for t in (first, second)]
        assert held == [[50], [50]]

    house.run(story())


def test_a_large_balance_serves_the_second_store_as_well(house) -> None:
    async def story() -> None:
        await house.write(reference.add_store, house.services, "far", "Far")
        here, far = await house.till(), await house.till("far")
        anna = await anna_at(house, here, 1000)
        far.sell(member=anna, store_id="far", net=100_00)
        await house.push(far)
        held = [[g.granted for g in (await grants(t)).values()] for t in (here, far)]
        assert held == [[150], [150]], "a receipt of 100.00 and half as much again"
        (row,) = await house.rows(account)
        assert row.reserved == 300
        assert (await far.allowance("ask-1", anna, 850)).granted == 700, "the rest is for who asks"

    house.run(story())


def test_what_lies_elsewhere_comes_while_the_member_waits(house) -> None:
    """Part 2 of the policy: identified on-line, tills that are there give back."""

    async def story() -> None:
        first, second = await house.till(), await house.till()
        anna = await anna_at(house, first)
        await grants(first)
        house.server.patience_s = 30.0
        asked = second.allowance("ask-1", anna, 100)
        reply, back = await asyncio.gather(asked, answer_recalls(house, first))
        assert (reply.granted, back) == (100, 100)
        (row,) = await house.rows(account)
        assert (row.balance, row.reserved) == (100, 100)
        assert await house.read(lambda c: list(examine(c))) == []
        assert await house.rows(conflict) == []

    house.run(story())


def test_nobody_waits_for_a_till_that_is_dark_or_for_points_that_nobody_has(house) -> None:
    async def story() -> None:
        first, second = await house.till(), await house.till()
        anna = await anna_at(house, first)
        assert (await second.allowance("ask-1", anna, 100)).granted == 0, "it never spoke"
        await grants(first)
        house.server.patience_s = 30.0
        back = asyncio.gather(second.allowance("ask-3", anna, 500), answer_recalls(house, first))
        reply, _back = await back
        assert reply.granted == 100, "the balance is all there is"
        again = await first.allowance("ask-4", anna, 500)
        assert again.granted == 0, "an identified grant is not asked back"

    house.run(story())


def test_an_owner_who_wants_no_recall_has_none(house) -> None:
    async def story() -> None:
        first, second = await house.till(), await house.till()
        await policy(house, recall=False)
        anna = await anna_at(house, first)
        await grants(first)
        assert (await second.allowance("ask-1", anna, 100)).granted == 0
        await house.post()
        assert {g.kind for g in (await grants(first)).values()} <= {"placed"}

    house.run(story())


def test_what_was_asked_for_and_not_spent_is_placed_again(house) -> None:
    async def story() -> None:
        first, second = await house.till(), await house.till()
        anna = await anna_at(house, first)
        await grants(first)
        house.server.patience_s = 30.0
        reply, _ = await asyncio.gather(
            second.allowance("ask-1", anna, 100), answer_recalls(house, first)
        )
        use = AllowanceUse("ask-1", reply.granted)
        second.record(AllowanceReturned(anna, (use,), NOON))
        await house.push(second)
        (row,) = await house.rows(account)
        assert (row.balance, row.reserved) == (100, 100)
        assert sum(g.granted - g.returned for g in (await grants(first)).values()) == 100

    house.run(story())


def test_once_a_day_points_leave_a_store_that_is_not_visited_any_more(house) -> None:
    async def story() -> None:
        await house.write(reference.add_store, house.services, "far", "Far")
        await policy(house, stores=1)
        here, far = await house.till(), await house.till("far")
        anna = await anna_at(house, here)
        for _visit in range(6):
            far.sell(member=anna, store_id="far")
        await house.push(far)
        for hour in range(24):
            house.clock.at = NOON.replace(hour=hour)
            await tend_allowances(house.server.database, house.services)
        await answer_recalls(house, here)
        for hour in range(24):
            house.clock.at = NOON.replace(hour=hour)
            await tend_allowances(house.server.database, house.services)
        await house.post()
        assert [g.granted for g in (await grants(far)).values()] == [100]
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_a_till_that_was_silent_longer_than_a_lease_gets_nothing_more(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = await anna_at(house, till)
        house.clock.at = NOON.replace(month=12)
        till.sell(member=anna, earn=50, on=DAY)
        await house.push(till, 3)
        assert [g.granted for g in (await grants(till)).values()] == [100]
        till.sell(member=anna, earn=50, on=DAY)
        await house.push(till, 4)
        assert [g.granted for g in (await grants(till)).values()] == [150], "now it was heard"

    house.run(story())
