"""Grants come back when their time is over: by proof that nothing is unsent, or by a person."""

from datetime import timedelta

import pytest

from pos_app.domain.events import AllowanceReturned
from pos_app.domain.loyalty.allowance import AllowanceUse
from sync.server.engine.schema import account, allowance, conflict, reclaim, terminal
from sync.server.rights import leases
from sync.server.rights.placing import policy_in_force
from sync.server.upkeep.tending import take_back
from sync.server.watch.doctor import examine
from tests.sync.server.test_server_allowances import grants
from tests.sync.server.test_server_placing import anna_at
from tests.sync.server.till import NOON, Refused

LEASE = timedelta(hours=24)
OVER = NOON + timedelta(hours=29)


async def asked(house):
    """A till holds 100 identified points of Anna, and nothing placed."""
    till, other = await house.till(), await house.till()
    anna = await anna_at(house, till)
    (placed,) = (await grants(till)).values()
    use = AllowanceUse(placed.grant, 100)
    till.record(AllowanceReturned(anna, (use,), NOON))
    await house.push(till, 3)
    assert (await other.allowance("ask-1", anna, 100)).granted == 100
    await house.post()
    return other, anna


async def back(house) -> int:
    await take_back(house.server.database, house.services)
    await house.post()
    (row,) = await house.rows(account)
    return row.reserved


def test_an_expired_grant_comes_back_once_the_till_has_nothing_unsent(house) -> None:
    async def story() -> None:
        till, _anna = await asked(house)
        house.clock.at = OVER
        assert await back(house) == 100, "the till has said nothing since"
        await till.pull(clear_at=OVER.isoformat())
        assert await back(house) == 0
        assert (await grants(till))["ask-1"].returned == 100
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_a_word_that_is_older_than_the_lease_and_its_margin_proves_nothing(house) -> None:
    """A pull that was hours on its way tells the server's own time of then."""

    async def story() -> None:
        till, _anna = await asked(house)
        house.clock.at = OVER + timedelta(days=1)
        await till.pull(clear_at=(NOON + LEASE).isoformat())
        assert await back(house) == 100
        house.clock.at += timedelta(minutes=11)
        await till.pull(clear_at="not an instant")
        assert await back(house) == 100
        house.clock.at += timedelta(minutes=11)
        await till.pull(clear_at=OVER.isoformat())
        assert await back(house) == 0

    house.run(story())


def test_what_is_pushed_and_not_posted_yet_is_waited_for(house) -> None:
    async def story() -> None:
        till, anna = await asked(house)
        house.clock.at = OVER
        till.sell(member=anna, redeem=60, uses=(AllowanceUse("ask-1", 60),))
        await till.push()
        await till.pull(clear_at=OVER.isoformat())
        await take_back(house.server.database, house.services)
        (row,) = await house.rows(allowance, allowance.c.grant_id == "ask-1")
        assert (row.spent, row.returned) == (0, 0)
        await house.post()
        house.clock.at += timedelta(minutes=11)
        await till.pull(clear_at=house.clock.at.isoformat())
        assert await back(house) == 0
        (row,) = await house.rows(allowance, allowance.c.grant_id == "ask-1")
        assert (row.spent, row.returned) == (60, 40)
        assert await house.rows(conflict) == []

    house.run(story())


def test_a_grant_that_a_crashed_till_left_open_is_returned_twice_and_counted_once(house) -> None:
    """The till's own return after a restart meets the server's: nothing is doubled."""

    async def story() -> None:
        till, anna = await asked(house)
        house.clock.at = OVER
        await till.pull(clear_at=OVER.isoformat())
        assert await back(house) == 0
        till.record(AllowanceReturned(anna, (AllowanceUse("ask-1", 100),), NOON))
        await house.push(till)
        (row,) = await house.rows(allowance, allowance.c.grant_id == "ask-1")
        assert (row.granted, row.spent, row.returned) == (100, 0, 100)
        assert await house.rows(conflict) == []
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


async def given_up(house, till):
    return await house.write(
        leases.ask_reclaim, house.services, till.terminal, "Olga", "burnt down"
    )


def test_a_dead_till_is_given_up_by_a_person_and_voided_after_the_lease(house) -> None:
    """Case 35: what it may have spent is shown first; nothing is voided before its lease ends."""

    async def story() -> None:
        till = await house.till()
        await anna_at(house, till)
        await grants(till)
        shown = await house.read(leases.exposure, house.services, till.terminal)
        assert (shown.grants, shown.points, shown.money_minor) == (1, 100, 100_00)
        hours = (await house.read(policy_in_force)).lease_hours
        assert shown.due_at > NOON + timedelta(hours=hours)
        await given_up(house, till)
        house.clock.at = shown.due_at - timedelta(seconds=1)
        assert await back(house) == 100
        house.clock.at = shown.due_at
        assert await back(house) == 0
        (line,) = await house.rows(conflict)
        assert (line.kind, line.points, line.money) == ("reclaimed", 100, 100_00)
        assert "Olga" in line.detail
        assert "burnt down" in line.detail
        assert await back(house) == 0
        assert len(await house.rows(conflict)) == 1
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_a_dead_till_that_comes_back_is_believed_and_the_debt_has_a_price(house) -> None:
    """Case 35: its events are facts; the account goes below zero, one line with the money says so.

    The month-dark till is the same story: what it did is posted to its days.
    """

    async def story() -> None:
        till = await house.till()
        anna = await anna_at(house, till)
        (grant,) = (await grants(till)).values()
        till.sell(member=anna, redeem=70, uses=(AllowanceUse(grant.grant, 70),))
        shown = await given_up(house, till)
        house.clock.at = shown.due_at
        assert await back(house) == 0
        other = await house.till()
        await house.post()
        (placed,) = (await grants(other)).values()
        other.sell(member=anna, redeem=100, uses=(AllowanceUse(placed.grant, 100),))
        await house.push(other)
        house.clock.at += timedelta(days=30)
        await house.push(till, 3)
        (row,) = await house.rows(account)
        assert (row.balance, row.reserved) == (-70, 0)
        found = {line.kind: line for line in await house.rows(conflict)}
        assert set(found) == {"reclaimed", "overdraft", "allowance_overspent"}
        assert (found["overdraft"].points, found["overdraft"].money) == (70, 70_00)
        assert (found["allowance_overspent"].points, found["allowance_overspent"].money) == (
            70,
            70_00,
        )
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_a_till_that_was_given_up_gets_no_grants_until_all_it_kept_is_posted(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = await anna_at(house, till)
        await grants(till)
        shown = await given_up(house, till)
        with pytest.raises(Refused) as refused:
            await till.allowance("ask-1", "nobody", 10)
        assert refused.value.status == 404
        house.clock.at = shown.due_at
        assert await back(house) == 0
        assert (await till.allowance("ask-2", anna, 10)).granted == 0
        till.sell(member=anna, earn=5)
        await house.push(till, 3)
        (row,) = await house.rows(account)
        assert (row.balance, row.reserved) == (105, 0)
        house.clock.at += timedelta(minutes=30)
        await till.pull(clear_at=house.clock.at.isoformat())
        assert (await house.rows(terminal))[0].state == "active"
        assert (await till.allowance("ask-3", anna, 10)).granted == 10

    house.run(story())


def test_a_till_that_speaks_before_its_grants_are_void_keeps_them(house) -> None:
    async def story() -> None:
        till = await house.till()
        await anna_at(house, till)
        await given_up(house, till)
        assert (await house.rows(terminal))[0].state == "fenced"
        await till.pull()
        assert (await house.rows(terminal))[0].state == "active"
        assert await house.rows(reclaim) == []
        house.clock.at = NOON + timedelta(days=30)
        assert await back(house) == 100

    house.run(story())


def test_who_is_no_terminal_is_not_given_up(house) -> None:
    from sync.server.engine.refusal import Refusal

    async def story() -> None:
        with pytest.raises(Refusal) as refused:
            await house.read(leases.exposure, house.services, "nobody")
        assert refused.value.status == 404

    house.run(story())


def test_presence_forgets_who_was_heard_first(house) -> None:
    presence = leases.Presence(house.clock)
    assert presence.heard("a")
    assert not presence.heard("a")
    presence.forget("a")
    assert presence.heard("a")
    assert presence.answering() == {"a"}
    house.clock.at += timedelta(seconds=61)
    assert presence.answering() == frozenset()
    house.clock.at += timedelta(minutes=10)
    assert presence.heard("a")
