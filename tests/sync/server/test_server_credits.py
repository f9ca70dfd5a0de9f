"""A receipt of nobody credited to a member afterwards: once, whoever says it, and reversed."""

from fractions import Fraction

import pytest

from pos_app.domain.document import TransactionKind
from pos_app.domain.events import CreditedLine, ReceiptCredited
from pos_app.domain.loyalty.ledger import Cause, EntryKind
from sync.server.engine.schema import conflict, ledger, sale
from sync.server.poster.crediting import credit_receipts
from sync.server.poster.planning import Fact
from sync.server.watch.doctor import examine
from tests.sync.server.test_server_manual import balances, merged
from tests.sync.server.test_server_tallies import shown
from tests.sync.server.till import DAY, NOON

ANNAS, BORIS = "2990000000019", "2990000000026"


def credited(till, who, sold, points, entry_id="", **more):
    cause = Cause("transaction", sold.transaction_id, "olga", "forgotten_card")
    entry = till.entry(who, EntryKind.EARN, points, cause, entry_id=entry_id, available_on=DAY)
    lines = (CreditedLine(1, points, Fraction(1, 100), points * 100),)
    known = (sold.transaction_id, sold.receipt_number)
    return ReceiptCredited(*known, more.get("entry", entry), lines, "shop", NOON)


async def told(house):
    return [row.kind for row in await house.rows(conflict)]


def test_a_credit_is_an_earning_and_no_turnover(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card=ANNAS)
        sold = till.sell()
        till.record(credited(till, anna, sold, 100))
        await house.push(till)
        row = await shown(till, anna)
        assert [(lot.points, lot.available_on) for lot in row.lots] == [(100, DAY.isoformat())]
        assert row.posted == {till.terminal: 3}
        assert (row.spend_by_month, row.lifetime_spend) == ({}, 0)
        assert [r.member for r in await house.rows(sale)] == [""]
        (line,) = [row for row in await house.rows(ledger) if row.kind == "earn"]
        assert '"reason":"forgotten_card"' in line.entry
        assert await told(house) == []
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_two_tills_credit_one_receipt_and_one_of_them_comes_to_nothing(house) -> None:
    async def story() -> None:
        one, two = await house.till(), await house.till()
        anna, boris = one.enrol_member(card=ANNAS), one.enrol_member(card=BORIS)
        sold = one.sell()
        one.record(credited(one, anna, sold, 100))
        await house.push(one)
        two.record(credited(two, boris, sold, 100))
        two.record(credited(two, anna, sold, 100))
        await house.push(two)
        assert await balances(house) == {anna: 100, boris: 0}
        assert await told(house) == ["credited_twice", "credited_twice"]
        outcomes = [r for r in await two.pull_all() if r.kind == "outcome"]
        assert all(b"credited_twice" in bytes(one.body) for one in outcomes)
        # The first one said again, in another life of its till's database or not, changes nothing.
        await one.push(1)
        await house.post()
        assert await balances(house) == {anna: 100, boris: 0}
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_a_receipt_that_came_as_a_members_is_credited_to_nobody(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna, boris = till.enrol_member(card=ANNAS), till.enrol_member(card=BORIS)
        sold = till.sell(member=anna, earn=10)
        till.record(credited(till, boris, sold, 100))
        await house.push(till)
        assert await balances(house) == {anna: 10, boris: 0}
        assert await told(house) == ["credited_twice"]

    house.run(story())


def test_a_return_reverses_its_share_and_the_row_says_that_it_has(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card=ANNAS)
        sold = till.sell()
        envelope = credited(till, anna, sold, 100)
        till.record(envelope)
        cause = Cause("transaction", "back", "op")
        lot = envelope.entry.entry_id
        back = till.entry(anna, EntryKind.REVERSE, -40, cause, reverses=lot, lot_id=lot)
        till.sell(
            net=40_00, kind=TransactionKind.RETURN, original_id=sold.transaction_id, entries=(back,)
        )
        await house.push(till)
        row = await shown(till, anna)
        assert [lot.points for lot in row.lots] == [60]
        assert row.posted == {till.terminal: 4}, "a till would count the return twice"
        assert row.lifetime_spend == 0
        assert await told(house) == []
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_a_credit_of_a_member_who_became_another_reaches_the_one_that_stayed(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna, gone = till.enrol_member(card=ANNAS), till.enrol_member(card=BORIS)
        till.record(merged(anna, gone))
        sold = till.sell()
        till.record(credited(till, gone, sold, 7))
        await house.push(till)
        assert await balances(house) == {anna: 7, gone: 0}
        assert await told(house) == []

    house.run(story())


def test_a_credit_of_nobody_or_of_nonsense_waits_for_a_person(house, caplog) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card=ANNAS)
        sold = till.sell()
        till.record(credited(till, "nobody", till.sell(), 10))
        till.record(credited(till, anna, sold, 0))
        redeemed = till.entry(anna, EntryKind.REDEEM, -5, Cause("transaction", sold.transaction_id))
        till.record(credited(till, anna, sold, 5, entry=redeemed))
        other = till.entry(anna, EntryKind.EARN, 5, Cause("transaction", "another"))
        till.record(credited(till, anna, sold, 5, entry=other))
        await house.push(till)
        assert sorted(await told(house)) == ["parked"] * 3 + ["unknown_member"]
        assert caplog.text.count("event parked") == 3
        assert await balances(house) == {anna: 0}

    house.run(story())


def test_a_credit_cut_between_its_halves_is_finished_by_the_next_try(house, monkeypatch) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card=ANNAS)
        sold = till.sell()
        till.record(credited(till, anna, sold, 20))
        await till.push(1)

        def cut(*_anything):
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr("sync.server.poster.crediting.credited_part", cut)
            with pytest.raises(RuntimeError):
                await house.post()
        assert await balances(house) == {anna: 0}
        await house.post()
        assert await balances(house) == {anna: 20}
        assert await told(house) == []

    house.run(story())


def test_a_credit_is_a_credit(house) -> None:
    async def story() -> None:
        with pytest.raises(TypeError, match="a credit"):
            await credit_receipts(house.server.database, house.services, "t", Fact(1, "e", "x"))

    house.run(story())
