"""What two dark tills took twice is found when both have spoken: coupons, and codes of cards."""

import json
from dataclasses import replace

import pytest

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.loyalty.confirmation import Confirmation
from pos_app.domain.loyalty.coupon import CouponUse
from sync.server.engine.buckets import OPERATORS
from sync.server.engine.schema import conflict
from sync.server.publishing import feed
from sync.server.settings import reference
from tests.sync.server.till import NOON

PROGRAM = {
    "schema": 1,
    "program": "p",
    "version": 1,
    "valid_from": "2020-01-01T00:00:00Z",
    "currency": {"code": "RUB", "minor_digits": 2},
    "coupons": [
        {"id": "next", "kind": "printed", "days": 30},
        {"id": "thrice", "kind": "personal", "use": "multi_use", "max_uses": 3},
    ],
    "promotions": [
        {"id": "off", "kind": "percent", "percent": "10", "coupon_needed": "next"},
    ],
}


@pytest.fixture
def tills(house):
    async def story():
        document = json.dumps(PROGRAM).encode()
        await house.write(reference.publish_program, house.services, document)
        return await house.till(), await house.till()

    return house.run(story())


async def told(house, key):
    rows = await house.read(lambda c: feed.living(c, OPERATORS, "setting"))
    return json.loads(rows[f"coupon:{key}"])["value"] if f"coupon:{key}" in rows else None


async def sold(house, till, *uses, **more):
    first = len(till.chain) + 1
    document = till.sell(coupons=uses, **more)
    await house.push(till, first)
    return document


def reduced(till):
    """A line that the coupon's promotion took 10.00 off."""
    line = till.document().lines[0]
    made = (PriceModification("off", Step.ITEM, 10_00),)
    return (replace(line, modifications=made, list_minor=line.list_minor + 10_00),)


def test_a_coupon_used_at_two_dark_tills_stands_twice_and_comes_before_a_person(house, tills):
    """Case 29: bearer paper."""

    async def story() -> None:
        one, two = tills
        await sold(house, one, CouponUse("next", "s1", at_risk=True))
        assert await told(house, "s1") == {"used": 1, "void": False}
        assert await house.rows(conflict) == []
        second = await sold(house, two, CouponUse("next", "s1", at_risk=True), lines=reduced(two))
        (line,) = await house.rows(conflict)
        assert (line.kind, line.detail, line.money) == ("coupon_overused", "s1", 10_00)
        assert (line.event, line.terminal) == (second.transaction_id, two.terminal)
        assert await told(house, "s1") == {"used": 2, "void": False}

    house.run(story())


def test_a_coupon_of_three_uses_has_three(house, tills):
    async def story() -> None:
        for till in (*tills, *tills):
            await sold(house, till, CouponUse("thrice", "s3"))
        (line,) = await house.rows(conflict)
        assert (line.kind, line.money) == ("coupon_overused", 0)

    house.run(story())


def test_a_return_restores_a_coupon_and_voids_what_the_sale_gave(house, tills):
    async def story() -> None:
        one, two = tills
        await sold(house, one, CouponUse("next", "s1"), CouponUse("next", "s2", "issued"))
        assert await told(house, "s2") == {"used": 0, "void": False}
        back = (CouponUse("next", "s1", "restored"), CouponUse("next", "s2", "void"))
        await sold(house, one, *back)
        assert await told(house, "s1") == {"used": 0, "void": False}
        assert await told(house, "s2") == {"used": 0, "void": True}
        await sold(house, two, CouponUse("next", "s1"), CouponUse("unlimited", ""))
        assert await house.rows(conflict) == []

    house.run(story())


def test_one_code_of_a_card_on_two_receipts_is_found(house, tills):
    async def story() -> None:
        one, two = tills
        given = Confirmation("dynamic", "", NOON, "0a1b2c3d:59")
        await sold(house, one, confirmation=given)
        await sold(house, one, confirmation=Confirmation("pin", "", NOON))
        assert await house.rows(conflict) == []
        await sold(house, two, confirmation=given)
        (line,) = await house.rows(conflict)
        assert (line.kind, line.detail) == ("code_replayed", "0a1b2c3d:59")

    house.run(story())


def test_a_coupon_nobody_knows_any_more_is_only_remembered(house, tills):
    async def story() -> None:
        one, two = tills
        for till in (one, two):
            await sold(house, till, CouponUse("gone", "s9"))
        assert await told(house, "s9") == {"used": 2, "void": False}
        assert await house.rows(conflict) == []

    house.run(story())


def test_a_key_that_no_table_takes_waits_for_a_person(house, tills, caplog):
    async def story() -> None:
        one, _ = tills
        await sold(house, one, CouponUse("next", "s\0"))
        given = Confirmation("dynamic", "", NOON, "x" * 300)
        await sold(house, one, confirmation=given)
        assert {line.kind for line in await house.rows(conflict)} == {"parked"}
        assert caplog.text.count("event parked") == 2

    house.run(story())
