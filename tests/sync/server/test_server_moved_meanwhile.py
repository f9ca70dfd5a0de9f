"""The server dies with an event applied and not yet marked, and its member becomes another before
it is taken up again: whatever the event did stands once, where it was done.

The poster takes first what came first, by the clock: with the clock set back the merge is taken
before what the death left.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pos_app.domain.document import TransactionKind
from pos_app.domain.events import (
    AllowanceReturned,
    CategoriesChosen,
    TransactionCompleted,
)
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.ledger import EntryKind
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import account, allowance, conflict, event, ledger, sale
from sync.server.poster import posting
from sync.server.settings.reference import set_setting
from tests.sync.server.posted import healthy
from tests.sync.server.test_server_credits import credited
from tests.sync.server.test_server_manual import adjusted, merged
from tests.sync.server.test_server_tallies import shown
from tests.sync.server.till import DAY, NOON

ANNAS, ANYAS, FRIENDS = "2990000000019", "2990000000026", "2990000000033"


class Died(Exception):
    """The process is gone: nobody catches it."""


async def dies_before_the_end_of_the_batch(house, monkeypatch) -> None:
    def gone(*_anything):
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(posting, "finish_all", gone)
        with pytest.raises(Died):
            await house.post()


async def become_one(house, till, kept: str, gone: str) -> None:
    """Told by another till, and taken first."""
    house.clock.at -= timedelta(hours=1)
    till.record(merged(kept, gone))
    await till.push(len(till.chain))
    await house.post()
    house.clock.at += timedelta(hours=1)


async def people(house, till) -> tuple[str, str]:
    """Who stays with 20 points, and who goes with 30; of two buckets."""
    await house.write(set_setting, house.services, "allowance.placement", {"share_ppm": 0})
    anna, anya = till.enrol_member(card=ANNAS), till.enrol_member(card=ANYAS)
    assert bucket_of(anna) != bucket_of(anya)
    till.sell(member=anna, earn=20)
    till.sell(member=anya, earn=30)
    await house.push(till)
    return anna, anya


async def balances(house) -> dict[str, int]:
    return {row.member: row.balance for row in await house.rows(account)}


async def stands_once(house) -> None:
    """No line and no receipt in two buckets, every event ended, the books right."""
    for table in (ledger, sale):
        ids = Counter(row.id for row in await house.rows(table))
        assert [one for one, times in ids.items() if times > 1] == []
    assert {row.outcome for row in await house.rows(event)} <= {"posted", "parked"}
    await healthy(house)


def story_of(house, monkeypatch, told) -> dict[str, int]:
    """`told(till, anna, anya)` records events; after them the death and the merge. The turnover
    of who is left, by month."""

    async def story() -> None:
        till, other = await house.till(), await house.till()
        anna, anya = await people(house, till)
        first = len(till.chain) + 1
        told(till, anna, anya)
        await till.push(first)
        await dies_before_the_end_of_the_batch(house, monkeypatch)
        await become_one(house, other, anna, anya)
        await stands_once(house)
        return (await shown(till, anna)).spend_by_month

    return house.run(story())


def test_a_sale_stands_once_though_its_member_became_another_before_it_was_marked(
    house, monkeypatch
) -> None:
    def told(till, _anna, anya) -> None:
        till.sell(member=anya, earn=7)
        till.sell(member=anya, redeem=10)

    assert story_of(house, monkeypatch, told) == {"2026-11": 4 * 100_00}
    assert sorted(house.run(balances(house)).values()) == [0, 20 + 30 + 7 - 10]


def test_a_gift_to_a_friend_stands_once_whether_friend_or_giver_became_another(
    house, monkeypatch
) -> None:
    def told(till, anna, anya) -> None:
        for buyer, friend in ((anna, anya), (anya, anna), (anya, "nobody-yet")):
            document = till.document(member=buyer, earn=3)
            gift = till.entry(friend, EntryKind.TRANSFER, 5, available_on=DAY)
            told = replace(document, entries=(*document.entries, gift))
            till.record(TransactionCompleted(told), told.transaction_id)

    story_of(house, monkeypatch, told)
    assert sorted(house.run(balances(house)).values()) == [0, 5, 20 + 30 + 9 + 10]


def test_a_receipt_with_a_code_alone_stands_once_though_its_owner_became_another(
    house, monkeypatch
) -> None:
    def told(till, _anna, _anya) -> None:
        guest = till.document(member=ANYAS, earn=6)
        guest = replace(guest, member_id=None, member_code=ANYAS)
        till.record(TransactionCompleted(guest), guest.transaction_id)

    story_of(house, monkeypatch, told)
    assert sorted(house.run(balances(house)).values()) == [0, 56]


def test_points_by_hand_and_a_chosen_month_stand_once_though_the_member_became_another(
    house, monkeypatch
) -> None:
    def told(till, _anna, anya) -> None:
        till.record(adjusted(till, anya, 11))
        till.record(CategoriesChosen(anya, "2026-12", ("tea",), "shop", "op", NOON, DAY))

    story_of(house, monkeypatch, told)
    assert sorted(house.run(balances(house)).values()) == [0, 61]


def test_a_grant_given_back_is_given_back_once_though_its_member_became_another(
    house, monkeypatch
) -> None:
    async def story() -> None:
        till, other = await house.till(), await house.till()
        anna, anya = await people(house, till)
        assert (await till.allowance("grant-1", anya, 30)).granted == 30
        first = len(till.chain) + 1
        till.record(AllowanceReturned(anya, (AllowanceUse("grant-1", 10),), NOON))
        till.sell(member=anya, redeem=4, uses=(AllowanceUse("grant-1", 4),))
        await till.push(first)
        await dies_before_the_end_of_the_batch(house, monkeypatch)
        await become_one(house, other, anna, anya)
        (grant,) = await house.rows(allowance)
        assert (grant.member, grant.granted, grant.spent, grant.returned) == (anna, 30, 4, 10)
        assert [row.kind for row in await house.rows(conflict)] == ["clock_skew"]
        await stands_once(house)

    house.run(story())


def test_a_credited_receipt_is_credited_once_though_its_member_became_another(
    house, monkeypatch
) -> None:
    async def story() -> None:
        till, other = await house.till(), await house.till()
        anna, anya = await people(house, till)
        first = len(till.chain) + 1
        sold = till.sell()
        await house.push(till, first)
        till.record(credited(till, anya, sold, 100))
        await till.push(first + 1)
        await dies_before_the_end_of_the_batch(house, monkeypatch)
        await become_one(house, other, anna, anya)
        assert await balances(house) == {anna: 150, anya: 0}
        await stands_once(house)

    house.run(story())


def test_a_receipt_told_under_another_name_after_its_member_became_another_counts_once(
    house,
) -> None:
    async def story() -> None:
        till, other = await house.till(), await house.till()
        anna, anya = await people(house, till)
        guest = replace(till.document(member=ANYAS, earn=6), member_id=None, member_code=ANYAS)
        first = len(till.chain) + 1
        sold = till.sell(member=anya, earn=7)
        till.record(TransactionCompleted(guest))
        await house.push(till, first)
        await become_one(house, other, anna, anya)
        till.record(TransactionCompleted(sold))
        till.record(TransactionCompleted(guest))
        await house.push(till, first + 2)
        assert await balances(house) == {anna: 63, anya: 0}
        kinds = [row.kind for row in await house.rows(conflict)]
        assert kinds.count("document_twice") == 2
        await stands_once(house)

    house.run(story())


def test_a_receipt_of_an_unknown_code_is_no_second_one_when_the_code_has_found_its_owner(
    house,
) -> None:
    async def story() -> None:
        till = await house.till()
        guest = replace(till.document(member=FRIENDS, earn=6), member_id=None, member_code=FRIENDS)
        till.record(TransactionCompleted(guest), guest.transaction_id)
        till.enrol_member(card=FRIENDS)
        await house.push(till)
        till.record(TransactionCompleted(guest))
        await house.push(till, 3)
        assert sum((await balances(house)).values()) == 0
        kinds = [row.kind for row in await house.rows(conflict)]
        assert sorted(kinds) == ["document_twice", "unknown_code"]
        await stands_once(house)

    house.run(story())


def test_a_return_takes_turnover_from_the_month_of_its_sale_though_the_member_became_another(
    house,
) -> None:
    async def story() -> None:
        till = await house.till()
        anna, anya = await people(house, till)
        first = len(till.chain) + 1
        sold = till.sell(member=anya, on=date(2026, 9, 15), net=500_00)
        till.record(merged(anna, anya))
        back = till.document(member=anna, net=500_00)
        back = replace(back, kind=TransactionKind.RETURN, original_id=sold.transaction_id)
        till.record(TransactionCompleted(back), back.transaction_id)
        await house.push(till, first)
        assert (await shown(till, anna)).spend_by_month == {"2026-11": 200_00, "2026-09": 0}
        await stands_once(house)

    house.run(story())


def test_a_new_member_stands_once_though_they_became_another_before_it_was_marked(
    house, monkeypatch
) -> None:
    async def story() -> None:
        till, other = await house.till(), await house.till()
        anna, _anya = await people(house, till)
        first = len(till.chain) + 1
        new = till.enrol_member(card=FRIENDS)
        till.sell(member=new, earn=9)
        await till.push(first)
        await dies_before_the_end_of_the_batch(house, monkeypatch)
        assert (await balances(house))[new] == 9
        await become_one(house, other, anna, new)
        assert (await balances(house))[anna] == 29
        assert [row.kind for row in await house.rows(conflict)] == ["clock_skew"]
        await stands_once(house)

    house.run(story())


def test_a_receipt_told_under_another_name_spends_no_coupon_grant_a_second_time_in_any_bucket(
    house, monkeypatch
) -> None:
    """Each bucket in a transaction of its own, as it is in a long batch."""

    async def story() -> None:
        till = await house.till()
        anna, _anya = await people(house, till)
        first = len(till.chain) + 1
        uses = (AllowanceUse("grant-of-a-coupon", 50, owner="coupon:leaf/77"),)
        sold = till.sell(member=anna, uses=uses)
        await house.push(till, first)
        before = [row.kind for row in await house.rows(conflict)]
        till.record(TransactionCompleted(sold))
        await house.push(till, first + 1)
        after = [row.kind for row in await house.rows(conflict)]
        assert Counter(after) - Counter(before) == Counter(["document_twice"])
        await stands_once(house)

    monkeypatch.setattr("sync.server.poster.applying.PARTS_A_TRANSACTION", 1)
    house.run(story())
