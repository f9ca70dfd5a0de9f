"""Two accounts become one in one transaction: the server's death, poison and clock meet no half."""

from datetime import timedelta

import pytest

from pos_app.domain.loyalty.allowance import AllowanceUse
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import account, allowance, conflict, effect, event, member
from sync.server.lives.epochs import renew
from sync.server.poster import carrying, posting
from sync.server.settings.reference import set_setting
from sync.wire.messages import HeldGrant
from tests.sync.server.posted import healthy
from tests.sync.server.test_server_manual import merged

ANNAS, ANYAS = "2990000000019", "2990000000026"


class Died(Exception):
    """The process is gone: nobody catches it."""


async def balances(house) -> dict[str, int]:
    return {row.member: row.balance for row in await house.rows(account)}


async def dies_half_way(house, monkeypatch) -> None:
    """When the one account is emptied and the other has taken nothing up."""

    def gone(*_anything, **_more):
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(carrying, "post_many", gone)
        with pytest.raises(Died):
            await house.post()


async def two_people(house, till) -> tuple[str, str]:
    """Who stays with 20 points, and who goes with 30, promised to nobody yet."""
    await house.write(set_setting, house.services, "allowance.placement", {"share_ppm": 0})
    anna, anya = till.enrol_member(card=ANNAS), till.enrol_member(card=ANYAS)
    till.sell(member=anna, earn=20)
    till.sell(member=anya, earn=30)
    await house.push(till)
    return anna, anya


def test_a_server_that_dies_in_a_merge_leaves_both_accounts_as_they_were(
    house, monkeypatch
) -> None:
    async def story() -> None:
        till = await house.till()
        anna, anya = await two_people(house, till)
        till.record(merged(anna, anya))
        await till.push(len(till.chain))
        await dies_half_way(house, monkeypatch)
        assert await balances(house) == {anna: 20, anya: 30}
        assert "carried_out" not in {row.name for row in await house.rows(effect)}
        found = await till.lookup("card", ANYAS)
        assert anya.encode() in bytes(found.member)
        await house.post()
        assert await balances(house) == {anna: 50, anya: 0}
        found = await till.lookup("card", ANYAS)
        assert anna.encode() in bytes(found.member)
        await healthy(house)

    house.run(story())


def test_a_merge_that_is_written_and_not_yet_marked_is_not_applied_twice(
    house, monkeypatch
) -> None:
    def gone(*_anything):
        raise Died

    async def story() -> None:
        till = await house.till()
        anna, anya = await two_people(house, till)
        till.record(merged(anna, anya))
        await till.push(len(till.chain))
        with monkeypatch.context() as patch:
            patch.setattr(posting, "finish_all", gone)
            with pytest.raises(Died):
                await house.post()
        assert await balances(house) == {anna: 50, anya: 0}
        await house.post()
        assert await balances(house) == {anna: 50, anya: 0}
        await healthy(house)

    house.run(story())


def test_a_sale_on_a_grant_of_a_merge_that_died_is_honoured_though_the_clock_went_back(
    house, monkeypatch
) -> None:
    """The poster takes first what came first, by the clock: what came last may be taken first."""

    async def story() -> None:
        till, other = await house.till(), await house.till()
        anna, anya = await two_people(house, till)
        assert (await other.allowance("grant-1", anya, 30)).granted == 30
        till.record(merged(anna, anya))
        await till.push(len(till.chain))
        await dies_half_way(house, monkeypatch)
        house.clock.at -= timedelta(hours=1)
        other.sell(member=anya, redeem=25, uses=(AllowanceUse("grant-1", 25),))
        await house.push(other)
        assert [row.kind for row in await house.rows(conflict)] == ["clock_skew"]
        assert await balances(house) == {anna: 25, anya: 0}
        (grant,) = await house.rows(allowance)
        assert (grant.member, grant.granted, grant.spent) == (anna, 30, 25)
        await healthy(house)

    house.run(story())


def test_a_grant_asked_for_again_after_a_death_in_the_merge_is_the_one_that_was_told(
    house, monkeypatch
) -> None:
    async def story() -> None:
        till = await house.till()
        anna, anya = await two_people(house, till)
        assert (await till.allowance("grant-1", anya, 30)).granted == 30
        till.record(merged(anna, anya))
        await till.push(len(till.chain))
        await dies_half_way(house, monkeypatch)
        assert (await till.allowance("grant-1", anya, 70)).granted == 30
        await house.post()
        assert (await till.allowance("grant-1", anya, 70)).granted == 30
        (grant,) = await house.rows(allowance)
        assert (grant.member, grant.granted) == (anna, 30)
        await healthy(house)

    house.run(story())


def test_a_member_without_a_point_goes_too_and_what_was_promised_of_nothing_with_them(
    house,
) -> None:
    """Seed 1001: a fail-over lost the points, the till declared its grant, then the two became one;
    the row of the one who went stayed, with points reserved that no grant was for."""

    async def story() -> None:
        till = await house.till()
        anna, anya = till.enrol_member(card=ANNAS), till.enrol_member(card=ANYAS)
        await house.push(till)
        lost = HeldGrant("grant-1", anya, 3, incarnation=1)
        await house.write(renew, house.services, bucket_of(anya), till.terminal, [lost])
        till.record(merged(anna, anya))
        await house.push(till, len(till.chain))
        assert {row.id for row in await house.rows(member)} == {anna}
        reserved = {row.member: row.reserved for row in await house.rows(account)}
        assert reserved == {anna: 3, anya: 0}
        (grant,) = await house.rows(allowance)
        assert (grant.member, grant.granted) == (anna, 3)
        assert [row.kind for row in await house.rows(conflict)] == ["grants_renewed"]
        await healthy(house)

    house.run(story())


def test_a_merge_that_is_poison_is_parked_whole_and_nobody_has_lost_a_point(
    house, monkeypatch, caplog
) -> None:
    def poison(*_anything, **_more):
        raise OverflowError("too much")

    async def story() -> None:
        till = await house.till()
        anna, anya = await two_people(house, till)
        till.record(merged(anna, anya))
        till.sell(member=anya, earn=1)
        await till.push(len(till.chain) - 1)
        with monkeypatch.context() as patch:
            patch.setattr("sync.server.poster.effects.carry_in", poison)
            await house.post()
        assert "event parked" in caplog.text
        caplog.clear()
        outcomes = [row.outcome for row in await house.rows(event)]
        assert outcomes.count("parked") == 1
        assert await balances(house) == {anna: 20, anya: 31}
        assert {row.id for row in await house.rows(member)} == {anna, anya}
        await healthy(house)

    house.run(story())


def test_a_server_that_dies_when_an_enrolment_finds_the_member_there_moves_no_points(
    house, monkeypatch
) -> None:
    async def story() -> None:
        one, other = await house.till(), await house.till()
        anna = one.enrol_member(phone=b"p" * 16)
        await house.push(one)
        other.sell(member="twin", earn=30)
        await house.push(other)
        other.enrol_member(member="twin", phone=b"p" * 16)
        await other.push(2)
        await dies_half_way(house, monkeypatch)
        assert (await balances(house))["twin"] == 30
        await house.post()
        assert await balances(house) == {anna: 30, "twin": 0}
        await healthy(house)

    house.run(story())
