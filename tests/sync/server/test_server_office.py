"""A store's conflicts at its till: listed with what they cost, signed once, by who may."""

import pytest

from pos_app.domain.rights import DEFAULT_ROLES, Operator
from sync.server.engine.schema import account
from sync.server.settings import reference
from tests.sync.server.test_server_placing import anna_at
from tests.sync.server.till import Refused


async def olga(house, role="manager", name="olga") -> None:
    one = Operator(name, name.title(), role, "hash", DEFAULT_ROLES[role])
    await house.write(reference.set_operator, house.services, one)


async def in_debt(house):
    await olga(house)
    till = await house.till()
    anna = await anna_at(house, till, 20)
    till.sell(member=anna, redeem=50, unsecured=50)
    await house.push(till, 3)
    return till, anna


def test_a_till_sees_the_conflicts_of_its_store_with_their_money(house) -> None:
    async def story() -> None:
        till, anna = await in_debt(house)
        beside = await house.till()
        await house.write(reference.add_store, house.services, "second", "Second")
        elsewhere = await house.till("second")
        told = await beside.conflicts()
        (line,) = told.lines
        assert (told.open, told.points, told.money) == (1, 30, 30_00)
        assert (line.kind, line.member, line.points, line.money) == ("overdraft", anna, 30, 30_00)
        assert (line.terminal, line.receipt, line.state) == (till.terminal, "R-1-3", "open")
        other = await elsewhere.conflicts()
        assert (other.lines, other.open) == ((), 0)
        with pytest.raises(Refused) as refused:
            await elsewhere.sign_off(line.id, "note")
        assert refused.value.problem.code == "unknown_conflict"

    house.run(story())


def test_a_manager_signs_once_and_the_lost_reply_changes_nothing(house) -> None:
    async def story() -> None:
        till, _anna = await in_debt(house)
        (line,) = (await till.conflicts()).lines
        first = await till.sign_off(line.id, "absorb", "olga", "a good customer")
        assert first.forgiven == 30
        assert (first.line.state, first.line.action) == ("signed_off", "absorb")
        assert (first.line.by, first.line.reason) == ("Olga (olga)", "a good customer")
        again = await till.sign_off(line.id, "absorb", "olga", "a good customer")
        assert (again.forgiven, again.line) == (0, first.line)
        (row,) = await house.rows(account)
        assert row.balance == 0
        with pytest.raises(Refused) as refused:
            await till.sign_off(line.id, "collect", "olga", "a good customer")
        assert (refused.value.status, refused.value.problem.code) == (409, "signed_off")
        told = await till.conflicts(signed=True)
        assert (told.open, told.money) == (0, 0)
        assert told.lines == (first.line,)
        assert (await till.conflicts()).lines == ()

    house.run(story())


@pytest.mark.parametrize(
    ("action", "by", "why", "code"),
    [
        ("note", "ivan", "seen", "no_right"),
        ("note", "nobody", "seen", "no_right"),
        ("note", "", "seen", "no_right"),
        ("forget", "olga", "seen", "no_decision"),
        ("note", "olga", "  ", "no_reason"),
        ("note", "olga", "x" * 400, "no_reason"),
        ("note", "o" * 200, "seen", "no_identifier"),
    ],
)
def test_no_word_counts_without_a_right_and_a_reason(house, action, by, why, code) -> None:
    async def story() -> None:
        till, _anna = await in_debt(house)
        await olga(house, "cashier", "ivan")
        (line,) = (await till.conflicts()).lines
        with pytest.raises(Refused) as refused:
            await till.sign_off(line.id, action, by, why)
        assert (refused.value.status, refused.value.problem.code) == (422, code)
        assert (await till.conflicts()).open == 1

    house.run(story())


def test_another_epoch_or_terminal_or_protocol_is_told(house) -> None:
    async def story() -> None:
        till, _anna = await in_debt(house)
        (line,) = (await till.conflicts()).lines
        epoch, till.epoch = till.epoch, "another"
        with pytest.raises(Refused) as refused:
            await till.sign_off(line.id, "note")
        assert refused.value.status == 412
        assert refused.value.problem.epoch == epoch
        from sync.wire.office import ConflictsRequest

        with pytest.raises(Refused) as refused:
            await till.ask("conflicts", ConflictsRequest(1, "somebody"))
        assert refused.value.status == 401
        with pytest.raises(Refused) as refused:
            await till.ask("conflicts", ConflictsRequest(99, till.terminal))
        assert refused.value.status == 426

    house.run(story())


def test_who_asks_for_many_strangers_histories_waits(house) -> None:
    async def story() -> None:
        till = await house.till()
        codes = []
        for n in range(80):
            try:
                await till.history(f"stranger-{n}")
            except Refused as refused:
                codes.append(refused.problem.code)
        assert set(codes) == {"too_many_misses"}

    house.run(story())
