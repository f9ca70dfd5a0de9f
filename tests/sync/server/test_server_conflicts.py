"""The conflict list: every line has its points and its money, and is signed off once, by a name."""

import pytest

from sync.server.books.conflicts import TOLD_MOST, Conflict, record
from sync.server.engine.refusal import Refusal
from sync.server.engine.schema import account, conflict, ledger
from sync.server.office import conflict_desk
from sync.server.office.conflict_desk import Decision
from sync.server.settings import reference
from sync.server.watch.doctor import examine
from tests.sync.server.test_server_placing import anna_at


async def in_debt(house):
    till = await house.till()
    anna = await anna_at(house, till, 20)
    till.sell(member=anna, redeem=50, unsecured=50)
    await house.push(till, 3)
    return till, anna


async def lines(house, store="", open_only=True):
    return await house.read(
        lambda c: conflict_desk.lines(c, store, open_only=open_only)
    )  # fmt: skip


async def decide(house, line, *decision) -> int:
    return await house.write(
        conflict_desk.resolve, house.services, line.id, Decision(*decision)
    )  # fmt: skip


def test_the_shop_absorbs_a_debt_by_an_entry_of_the_ledger(house) -> None:
    async def story() -> None:
        _till, anna = await in_debt(house)
        (line,) = await lines(house)
        assert (line.kind, line.points, line.money_minor) == ("overdraft", 30, 30_00)
        assert (line.store, line.member) == ("shop", anna)
        assert await decide(house, line, "absorb", "Olga", "a good customer") == 30
        (row,) = await house.rows(account)
        assert row.balance == 0
        newest = (await house.rows(ledger))[-1]
        entries = [row.entry for row in await house.rows(ledger)]
        assert any('"operator":"Olga"' in entry for entry in entries), newest
        (row,) = await house.rows(conflict)
        assert (row.state, row.action, row.resolved_by, row.reason) == (
            "signed_off", "absorb", "Olga", "a good customer",
        )  # fmt: skip
        assert await lines(house) == []
        assert len(await lines(house, open_only=False)) == 1
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_what_was_earned_since_then_is_not_forgiven_as_well(house) -> None:
    async def story() -> None:
        till, anna = await in_debt(house)
        till.sell(member=anna, earn=25)
        await house.push(till, 4)
        (line,) = await lines(house)
        assert await decide(house, line, "absorb", "Olga", "") == 5
        (row,) = await house.rows(account)
        assert row.balance == 0

    house.run(story())


def test_collected_and_noted_lines_leave_the_debt_to_the_next_earnings(house) -> None:
    async def story() -> None:
        till, anna = await in_debt(house)
        (line,) = await lines(house)
        assert await decide(house, line, "collect", "Olga", "he knows") == 0
        (row,) = await house.rows(account)
        assert row.balance == -30
        till.sell(member=anna, earn=40)
        await house.push(till, 4)
        (row,) = await house.rows(account)
        assert row.balance == 10

    house.run(story())


def test_a_line_is_signed_off_once_by_somebody_with_a_name(house) -> None:
    async def story() -> None:
        await in_debt(house)
        (line,) = await lines(house)
        for decision, status in (
            (("absorb", " ", ""), 422),
            (("forget", "Olga", ""), 422),
        ):
            with pytest.raises(Refusal) as refused:
                await decide(house, line, *decision)
            assert refused.value.status == status
        await decide(house, line, "note", "Olga", "")
        with pytest.raises(Refusal) as refused:
            await decide(house, line, "absorb", "Ivan", "")
        assert refused.value.status == 409
        with pytest.raises(Refusal) as refused:
            await house.write(
                conflict_desk.resolve, house.services, "no", Decision("note", "Olga")
            )  # fmt: skip
        assert refused.value.status == 404

    house.run(story())


def test_a_store_sees_its_own_lines_and_their_sums(house) -> None:
    async def story() -> None:
        await in_debt(house)
        await house.write(reference.add_store, house.services, "far", "Far")
        assert await lines(house, "far") == []
        found = await lines(house, "shop")
        assert conflict_desk.sums(found) == {"overdraft": (1, 30, 30_00)}

    house.run(story())


def test_the_settlement_of_the_till_tells_its_open_lines_with_their_money(house) -> None:
    async def story() -> None:
        till, _anna = await in_debt(house)
        told = await till.settlement()
        assert (told.conflicts, told.conflict_points, told.conflict_money) == (1, 30, 30_00)
        (line,) = await lines(house)
        await decide(house, line, "collect", "Olga", "")
        told = await till.settlement()
        assert (told.conflicts, told.conflict_points, told.conflict_money) == (0, 0, 0)

    house.run(story())


def test_absurd_amounts_of_many_lines_still_have_a_sum(house) -> None:
    """Fuzzing: a settlement answered 503, since its sum was beyond 64 bits."""

    async def story() -> None:
        till = await house.till()
        absurd = [
            Conflict("parked", f"e{n}", till.terminal, points=sign * (2**63 - 1), money_minor=2**62)
            for n, sign in enumerate((1, 1, -1))
        ]
        await house.write(record, 0, absurd, 1)
        told = await till.settlement()
        assert (told.conflicts, told.conflict_points) == (3, TOLD_MOST)
        assert told.conflict_money == 3 * TOLD_MOST

    house.run(story())
