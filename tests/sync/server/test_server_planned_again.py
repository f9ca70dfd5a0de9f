"""A merge, an enrolment or a receipt that a death left half told is taken up again when its member
is another by now, or beside its twin: nothing is carried, counted or spent a second time."""

from collections import Counter
from dataclasses import replace

import pytest

from pos_app.domain.events import TransactionCompleted
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.ledger import EntryKind
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import conflict, event
from sync.server.poster.posting import Poster
from tests.sync.server.posted import healthy
from tests.sync.server.test_server_manual import merged
from tests.sync.server.test_server_money_cases import in_bucket_of
from tests.sync.server.test_server_moved_meanwhile import (
    ANNAS,
    ANYAS,
    FRIENDS,
    Died,
    balances,
    become_one,
    dies_before_the_end_of_the_batch,
    people,
)
from tests.sync.server.test_server_tallies import shown
from tests.sync.server.till import DAY

PHONE = b"p" * 32


async def third(house, till) -> str:
    """One more member, known and without a point."""
    found = till.enrol_member(card=FRIENDS)
    await house.push(till, len(till.chain))
    return found


def test_a_chain_of_two_merges_that_died_before_its_end_carries_every_point_once(
    house, monkeypatch
) -> None:
    async def story() -> None:
        till = await house.till()
        anna, anya = await people(house, till)
        clara = await third(house, till)
        first = len(till.chain) + 1
        till.record(merged(anna, anya))
        till.record(merged(clara, anna))
        await till.push(first)
        await dies_before_the_end_of_the_batch(house, monkeypatch)
        await house.post()
        assert (await balances(house))[clara] == 50
        assert (await shown(till, clara)).lifetime_spend == 200_00
        await healthy(house)

    house.run(story())


def test_a_merge_that_died_is_not_carried_on_to_whom_its_member_became_meanwhile(
    house, monkeypatch
) -> None:
    async def story() -> None:
        till, other = await house.till(), await house.till()
        anna, anya = await people(house, till)
        clara = await third(house, till)
        till.record(merged(anna, anya))
        await till.push(len(till.chain))
        await dies_before_the_end_of_the_batch(house, monkeypatch)
        await become_one(house, other, clara, anna)
        assert (await balances(house))[clara] == 50
        await healthy(house)

    house.run(story())


def test_an_enrolment_that_joined_and_died_is_not_carried_on_to_whom_its_member_became(
    house, monkeypatch
) -> None:
    """The new id has points of a sale that came before its enrolment."""

    async def story() -> None:
        till, other = await house.till(), await house.till()
        anna = till.enrol_member(card=ANNAS, phone=PHONE)
        clara = till.enrol_member(card=FRIENDS)
        till.sell(member=anna, earn=20)
        await house.push(till)
        first = len(till.chain) + 1
        new = till.ids.new_id()
        till.sell(member=new, earn=7)
        till.enrol_member(member=new, card=ANYAS, phone=PHONE)
        await till.push(first)
        await dies_before_the_end_of_the_batch(house, monkeypatch)
        assert (await balances(house))[anna] == 27
        await become_one(house, other, clara, anna)
        assert sum((await balances(house)).values()) == 27
        assert (await shown(till, clara)).lifetime_spend == 200_00
        kinds = {row.kind for row in await house.rows(conflict)}
        assert kinds == {"clock_skew", "unknown_member"}, "the phone is taken by nobody else"
        await healthy(house)

    house.run(story())


def test_a_merge_that_died_knows_whom_it_emptied_of_two_that_live_in_one_bucket(
    house, monkeypatch
) -> None:
    async def story() -> None:
        till = await house.till()
        anna, anya = await people(house, till)
        beside = till.enrol_member(member=in_bucket_of(anna, same=True), card="2990000000040")
        clara = till.enrol_member(card=FRIENDS)
        till.record(merged(anna, anya))
        till.record(merged(beside, anna))
        await house.push(till, len(till.chain) - 3)
        till.record(merged(clara, anya))
        await till.push(len(till.chain))
        await dies_before_the_end_of_the_batch(house, monkeypatch)
        await house.post()
        assert (await balances(house))[clara] == 50
        assert {row.outcome for row in await house.rows(event)} == {"posted"}
        await healthy(house)

    house.run(story())


async def dies_after_the_first_bucket(house, monkeypatch) -> None:
    real = Poster._apply

    async def gone(self, *arguments):
        await real(self, *arguments)
        raise Died

    monkeypatch.setattr("sync.server.poster.applying.PARTS_A_TRANSACTION", 1)
    with monkeypatch.context() as patch:
        patch.setattr(Poster, "_apply", gone)
        with pytest.raises(Died):
            await house.post()
    monkeypatch.setattr("sync.server.poster.applying.PARTS_A_TRANSACTION", 200)


def test_a_twin_beside_a_receipt_of_which_a_death_has_left_one_bucket_is_no_second_sale(
    house, monkeypatch
) -> None:
    """The friend's bucket is written, the buyer's is not; then both come in one transaction."""

    async def story() -> None:
        till = await house.till()
        friend, buyer = sorted(await people(house, till), key=bucket_of)
        first = len(till.chain) + 1
        document = till.document(member=buyer, earn=3)
        gift = till.entry(friend, EntryKind.TRANSFER, 5, available_on=DAY)
        document = replace(document, entries=(*document.entries, gift))
        till.record(TransactionCompleted(document), document.transaction_id)
        await till.push(first)
        await dies_after_the_first_bucket(house, monkeypatch)
        till.record(TransactionCompleted(document))
        await house.push(till, first + 1)
        assert (await shown(till, buyer)).spend_by_month == {"2026-11": 200_00}
        await healthy(house)

    house.run(story())


def test_a_twin_of_nobodys_receipt_that_a_death_cut_short_spends_its_coupon_once(
    house, monkeypatch
) -> None:
    """It has no row before the batch's end: what its coupon's bucket holds is all there is."""

    async def story() -> None:
        till = await house.till()
        await people(house, till)
        first = len(till.chain) + 1
        uses = (AllowanceUse("grant-of-a-coupon", 50, owner="coupon:leaf/77"),)
        sold = till.sell(uses=uses)
        await till.push(first)
        await dies_before_the_end_of_the_batch(house, monkeypatch)
        till.record(TransactionCompleted(sold))
        await house.push(till, first + 1)
        kinds = Counter(row.kind for row in await house.rows(conflict))
        assert kinds == {"document_twice": 1, "unknown_grant": 1}
        await healthy(house)

    house.run(story())
