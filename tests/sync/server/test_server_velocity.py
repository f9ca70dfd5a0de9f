"""Unusual use of a card comes before a manager: once a receipt, whatever arrives first."""

from datetime import timedelta

import msgspec
import pytest

from pos_app.domain.document import TransactionKind
from pos_app.domain.events import RightUsed
from pos_app.domain.loyalty.ledger import EntryKind
from pos_app.domain.loyalty.velocity import UNUSUAL
from sync.server.engine.refusal import Refusal
from sync.server.engine.schema import account, conflict
from sync.server.office.conflict_desk import Decision, resolve
from sync.server.settings import reference
from tests.sync.server.till import DAY, NOON


@pytest.fixture
def tills(house):
    async def story():
        house.velocity = None
        return [await house.till() for _ in range(3)]

    return house.run(story())


def member_of(house, tills) -> str:
    async def story():
        member = tills[0].enrol_member()
        await house.push(tills[0])
        return member

    return house.run(story())


def sell(till, member, minutes, **more):
    return till.sell(member=member, completed_at=NOON + timedelta(minutes=minutes), **more)


async def lines(house):
    """Of unusual use; a day that the clock of a till cannot have is told elsewhere."""
    found = await house.rows(conflict, conflict.c.kind.like("velocity_%"))
    return sorted((line.kind, line.event, line.detail) for line in found)


def numbers(*documents) -> str:
    return " ".join(document.receipt_number for document in documents)


def test_a_second_receipt_inside_ten_minutes_is_one_line_with_both_receipts(house, tills):
    member = member_of(house, tills)

    async def story() -> None:
        one, two, _ = tills
        first, second = sell(one, member, 0, earn=5), sell(two, member, 10, earn=7)
        sell(two, member, 21)
        await house.push(one, 2)
        await house.push(two)
        said = ("velocity_receipts", second.transaction_id, f"2: {numbers(first, second)}")
        assert await lines(house) == [said]
        (line,) = await house.rows(conflict)
        assert (line.terminal, line.member, line.points, line.money) == (two.terminal, member, 0, 0)
        assert (await house.rows(account))[0].balance == 12
        assert (await two.settlement()).conflicts == 1
        rows = await two.pull_all()
        assert not any('"conflicts"' in bytes(row.body).decode() for row in rows if row.body)

    house.run(story())


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_a_till_that_was_off_says_the_same_lines_late(house, tills, order):
    member = member_of(house, tills)

    async def story() -> None:
        sold = [sell(till, member, 4 * n) for n, till in enumerate(tills)]
        for number in order:
            await house.push(tills[number], 2 if number == 0 else 1)
        assert await lines(house) == sorted(
            [
                ("velocity_receipts", sold[1].transaction_id, f"2: {numbers(*sold[:2])}"),
                ("velocity_receipts", sold[2].transaction_id, f"3: {numbers(*sold)}"),
            ]
        )

    house.run(story())


def test_a_line_that_was_signed_off_stays_so_when_it_grows(house, tills):
    member = member_of(house, tills)

    async def story() -> None:
        one, two, three = tills
        sell(one, member, 2)
        sell(two, member, 4)
        early = sell(three, member, 0)
        await house.push(one, 2)
        await house.push(two)
        (line,) = await house.rows(conflict)
        await house.write(resolve, house.services, line.id, Decision("note", "Maria", "seen"))
        await house.push(three)
        states = {line.detail[:2]: line.state for line in await house.rows(conflict)}
        assert states == {"2:": "open", "3:": "signed_off"}
        assert all(early.receipt_number in line.detail for line in await house.rows(conflict))

    house.run(story())


def test_a_fourth_shop_of_a_day_is_a_line_but_not_a_fourth_day(house, tills):
    member = member_of(house, tills)

    async def story() -> None:
        one = tills[0]
        sold = [sell(one, member, 120 * n, store_id=f"shop-{n}") for n in range(4)]
        for n in range(4, 8):
            on = DAY + timedelta(days=n)
            sell(one, member, 1440 * n, store_id=f"shop-{n}", on=on)
        await house.push(one, 2)
        said = ("velocity_stores", sold[3].transaction_id, f"4: {numbers(*sold)}")
        assert await lines(house) == [said]

    house.run(story())


def test_one_operator_with_one_card_over_and_over_is_a_line_by_the_settings_of_the_chain(
    house, tills
):
    member = member_of(house, tills)

    async def story() -> None:
        limits = {"receipts": 0, "scans_by_operator": 2}
        await house.write(reference.set_setting, house.services, "velocity", limits)
        one, two, _ = tills
        sold = [sell(one, member, 20 * n) for n in range(3)]
        sell(two, member, 30, operator_id="other")
        await house.push(one, 2)
        await house.push(two)
        said = ("velocity_operator", sold[2].transaction_id, f"3: {numbers(*sold)}")
        assert await lines(house) == [said]

    house.run(story())


def test_a_return_and_another_member_are_not_a_second_receipt(house, tills):
    member = member_of(house, tills)

    async def story() -> None:
        one = tills[0]
        sold = sell(one, member, 0, earn=5)
        sell(one, None, 1)
        back = one.entry(member, EntryKind.REVERSE, -5, reverses=sold.entries[0].entry_id)
        sell(one, member, 2, kind=TransactionKind.RETURN, entries=(back,))
        other = one.enrol_member()
        sell(one, other, 3)
        await house.push(one, 2)
        assert await lines(house) == []

    house.run(story())


def test_the_new_goods_of_an_exchange_are_no_visit_of_their_own(house, tills):
    member = member_of(house, tills)

    async def story() -> None:
        one, two, _ = tills
        sold = sell(one, member, 0)
        back = sell(one, member, 14, kind=TransactionKind.RETURN, original_id=sold.transaction_id)
        sell(one, member, 15, exchange_of=back.transaction_id)
        later = sell(two, member, 20)
        last = sell(two, member, 24)
        await house.push(one, 2)
        await house.push(two)
        said = ("velocity_receipts", last.transaction_id, f"2: {numbers(later, last)}")
        assert await lines(house) == [said]

    house.run(story())


def test_an_exchange_in_a_fourth_shop_or_over_and_over_is_nothing_unusual(house, tills):
    member = member_of(house, tills)

    async def story() -> None:
        limits = {"receipts": 0, "scans_by_operator": 2}
        await house.write(reference.set_setting, house.services, "velocity", limits)
        one = tills[0]
        for n in range(3):
            sell(one, member, 90 * n, store_id=f"shop-{n}")
        for n in range(3):
            sell(one, member, 300 + n, store_id="shop-3", exchange_of="r")
        await house.push(one, 2)
        assert await lines(house) == []

    house.run(story())


@pytest.mark.parametrize(
    "told", [[], {"receipt": 1}, {"receipts": -1}, {"receipts": True}, {"scans_minutes": 1441}]
)
def test_limits_that_are_none_are_refused(house, told):
    async def story() -> None:
        with pytest.raises(Refusal, match="velocity"):
            await house.write(reference.set_setting, house.services, "velocity", told)
        assert await house.read(reference.settings_of, "") == {}

    house.run(story())


def test_what_a_till_noticed_itself_is_in_the_totals_of_its_day(house, tills):
    async def story() -> None:
        one = tills[0]
        document = one.sell()
        used = RightUsed(UNUSUAL, document.transaction_id, "op", "", "receipts 2", 0, 1, NOON)
        one.record(used)
        await house.push(one)
        reply = await one.settlement()
        assert msgspec.json.decode(bytes(reply.totals))["unusual"] == 1

    house.run(story())
