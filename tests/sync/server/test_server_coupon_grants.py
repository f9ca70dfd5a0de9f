"""Coupons as owners of allowances: who may use one, and when it is forgotten."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from pos_app.domain.events import AllowanceReturned
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.confirmation import Confirmation
from pos_app.domain.loyalty.coupon import CouponUse
from sync.server.engine.buckets import OPERATORS
from sync.server.engine.schema import allowance, bearer, conflict, gift_card_entry, shown
from sync.server.publishing import feed
from sync.server.upkeep.bearer_jobs import tend_bearers
from tests.sync.server.posted import healthy
from tests.sync.server.test_server_bearers import CARD, move, sold, state, tills
from tests.sync.server.till import NOON, Refused

__all__ = ["tills"]


async def told(house, key):
    rows = await house.read(lambda c: feed.living(c, OPERATORS, "setting"))
    return json.loads(rows[f"coupon:{key}"])["value"] if f"coupon:{key}" in rows else None


def test_a_coupon_of_one_use_is_granted_to_one_till(house, tills):
    async def story() -> None:
        one, two = tills
        owner = "coupon:next/s1"
        assert (await one.allowance("g1", owner, 1)).granted == 1
        assert (await two.allowance("g2", owner, 1)).granted == 0
        one.record(AllowanceReturned(owner, (AllowanceUse("g1", 1),), NOON))
        await house.push(one)
        assert (await two.allowance("g3", owner, 1)).granted == 1
        two.sell(coupons=(CouponUse("next", "next/s1"),), uses=(AllowanceUse("g3", 1, owner),))
        await house.push(two)
        assert await state(house, owner) == (0, 0)
        assert (await one.allowance("g4", owner, 1)).granted == 0
        assert await told(house, "next/s1") == {"used": 1, "void": False}
        assert await house.rows(conflict) == []
        await healthy(house)

    house.run(story())


def test_a_coupon_of_three_uses_gives_three_tills_one_each(house, tills):
    async def story() -> None:
        one, two = tills
        owner = "coupon:thrice/s3"
        granted = [
            (await till.allowance(f"g{n}", owner, 1)).granted
            for n, till in enumerate((one, two, one, two))
        ]
        assert granted == [1, 1, 1, 0]
        assert await state(house, owner) == (3, 3)

    house.run(story())


def test_what_the_programme_does_not_limit_or_know_has_no_grant(house, tills):
    async def story() -> None:
        for owner in ("coupon:free/FREE", "coupon:gone/X", "coupon:"):
            with pytest.raises(Refused) as refused:
                await tills[0].allowance(f"g-{owner}", owner, 1)
            assert refused.value.status == 404

    house.run(story())


def test_a_returned_coupon_may_be_granted_again_and_a_void_one_not(house, tills):
    async def story() -> None:
        one, two = tills
        one.sell(coupons=(CouponUse("next", "next/s1"),))
        one.sell(coupons=(CouponUse("next", "next/s1", "restored"),))
        one.sell(coupons=(CouponUse("next", "next/s2", "void"),))
        await house.push(one)
        assert (await two.allowance("g1", "coupon:next/s1", 1)).granted == 1
        assert (await two.allowance("g2", "coupon:next/s2", 1)).granted == 0

    house.run(story())


def test_what_ended_long_ago_is_forgotten_with_all_that_was_told(house, tills):
    async def story() -> None:
        one, _two = tills
        code = Confirmation("dynamic", "m", NOON, "cardkey:59843520")
        one.sell(coupons=(CouponUse("leaf", "leaf/LEAF"),))
        one.sell(coupons=(CouponUse("next", "next/s1"),), confirmation=code)
        await one.allowance("g1", "coupon:next/s2", 1)
        await house.push(one)
        assert len(await house.rows(shown)) == 3
        house.clock.at = NOON + timedelta(days=100)
        await tend_bearers(house.server.database, house.services)
        assert {row.key for row in await house.rows(shown)} == {
            "coupon:leaf/LEAF",
            "coupon:next/s1",
        }
        house.clock.at = NOON + timedelta(days=125)
        assert await tend_bearers(house.server.database, house.services) == 1
        assert await told(house, "next/s1") is None
        assert await told(house, "leaf/LEAF") is not None
        house.clock.at = NOON + timedelta(days=140)
        assert await tend_bearers(house.server.database, house.services) == 1
        assert await house.rows(shown) == []
        assert [row.owner for row in await house.rows(bearer)] == ["coupon:next/s2"]
        await healthy(house)

    house.run(story())


def test_grants_of_a_replaced_database_come_back_for_cards_and_coupons_too(house, tills):
    async def story() -> None:
        one, two = tills
        await sold(house, one)
        await one.allowance("g1", CARD, 10**12)
        await one.allowance("g2", "coupon:next/s1", 1)
        one.incarnation = 2
        one.chain = []
        await house.push(one)
        await house.server.poster.drain()
        left = [(g.owner if hasattr(g, "owner") else g.member) for g in await house.rows(allowance)
                if g.granted > g.spent + g.returned]  # fmt: skip
        assert left == []
        assert (await two.allowance("g3", CARD, 10**12)).granted == 1000_00
        assert (await two.allowance("g4", "coupon:next/s1", 1)).granted == 1
        await healthy(house)

    house.run(story())


def test_an_entry_marked_at_risk_travels_and_is_kept(house, tills):
    async def story() -> None:
        one, _two = tills
        await sold(house, one)
        risky = replace(move(CARD, "redeem", -10_00, "r"), unsecured_minor=10_00)
        one.sell(gift_cards=(risky,))
        await house.push(one, 2)
        (kept,) = [e for e in await house.rows(gift_card_entry) if e.amount == -10_00]
        assert json.loads(kept.entry)["unsecured"] == 10_00

    house.run(story())
