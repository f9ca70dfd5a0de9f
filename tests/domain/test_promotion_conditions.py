"""When and where a promotion holds, and on which goods."""

from datetime import datetime

import pytest

from pos_app.domain.pricing.eligibility import failed_condition
from pos_app.domain.promotion.benefit import Reduction
from pos_app.domain.promotion.goods import Goods
from pos_app.domain.promotion.promotion import Promotion, read_promotion
from pos_app.domain.promotion.when import When
from pos_app.domain.reading import Reader
from tests.builders import (
    NOON,
    a_context,
    a_customer,
    a_line,
    a_program,
    a_promotion,
    an_item,
    priced,
)

FRIDAY = NOON


def when(**fields) -> When:
    faults = []
    promotion = read_promotion(
        Reader(a_promotion("percent", percent="1", when=fields), "", faults), 2
    )
    assert not faults
    return promotion.when


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("local", "holds"),
    [
        ("2026-02-28T23:59:59", False),
        ("2026-03-01T00:00:00", True),
        ("2026-03-08T23:59:59", True),
        ("2026-03-09T00:00:00", False),
    ],
)
def test_the_first_and_the_last_day_belong_to_the_promotion(local: str, holds: bool) -> None:
    assert when(**{"from": "2026-03-01", "until": "2026-03-08"}).open_at(at(local)) is holds


@pytest.mark.parametrize(
    ("fields", "clock", "holds"),
    [
        ({"from_time": "09:00", "until_time": "12:00"}, "08:59:59", False),
        ({"from_time": "09:00", "until_time": "12:00"}, "09:00:00", True),
        ({"from_time": "09:00", "until_time": "12:00"}, "11:59:59", True),
        ({"from_time": "09:00", "until_time": "12:00"}, "12:00:00", False),
        ({"from_time": "18:00"}, "17:59:59", False),
        ({"from_time": "18:00"}, "23:59:59", True),
        ({"until_time": "10:00"}, "00:00:00", True),
        ({"until_time": "10:00"}, "10:00:00", False),
        ({"from_time": "22:00", "until_time": "02:00"}, "21:59:59", False),
        ({"from_time": "22:00", "until_time": "02:00"}, "22:00:00", True),
        ({"from_time": "22:00", "until_time": "02:00"}, "01:59:59", True),
        ({"from_time": "22:00", "until_time": "02:00"}, "02:00:00", False),
    ],
)
def test_the_hour_that_begins_belongs_and_the_hour_that_ends_does_not(
    fields, clock: str, holds: bool
) -> None:
    assert when(**fields).open_at(at(f"2026-11-20T{clock}")) is holds


def test_hours_after_midnight_belong_to_the_day_they_began() -> None:
    friday_night = when(weekdays=[5], from_time="22:00", until_time="02:00")
    assert friday_night.open_at(at("2026-11-20T23:00:00"))
    assert friday_night.open_at(at("2026-11-21T01:00:00"))
    assert not friday_night.open_at(at("2026-11-20T01:00:00"))
    last_night = when(until="2026-11-20", from_time="22:00", until_time="02:00")
    assert last_night.open_at(at("2026-11-21T01:59:59"))
    assert not last_night.open_at(at("2026-11-21T22:00:00"))


def test_a_weekday_is_the_stores_own() -> None:
    weekend = when(weekdays=[6, 7])
    assert [weekend.open_at(at(f"2026-11-{day}T12:00")) for day in (20, 21, 22, 23)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("fields", "context", "reason"),
    [
        ({"until": "2026-11-19"}, {}, "why.ended"),
        ({"from": "2027-01-01"}, {}, "why.not_yet"),
        ({"weekdays": [1]}, {}, "why.other_day"),
        ({"from_time": "22:00", "until_time": "02:00"}, {}, "why.other_hours"),
        ({"stores": ["s2"]}, {"store_id": "s1"}, "why.other_store"),
        ({"stores": ["s1"]}, {"store_id": "s1"}, None),
        ({"channels": ["online"]}, {}, "why.other_channel"),
        ({"channels": ["shop"]}, {}, None),
        ({"members_only": True}, {}, "why.members_only"),
        ({"tiers": ["gold"]}, {}, "why.members_only"),
        ({"segments": ["vip"]}, {}, "why.members_only"),
        ({"birthday": True}, {}, "why.members_only"),
        ({}, {}, None),
        ({"members_only": True}, {"customer": a_customer()}, None),
        ({"tiers": ["gold"]}, {"customer": a_customer(tier_id="base")}, "why.other_tier"),
        ({"tiers": ["gold"]}, {"customer": a_customer(tier_id="gold")}, None),
        ({"segments": ["vip"]}, {"customer": a_customer()}, "why.other_segment"),
        ({"segments": ["vip"]}, {"customer": a_customer(segments=frozenset({"vip"}))}, None),
        ({"birthday": True}, {"customer": a_customer()}, "why.no_birthday"),
        ({"birthday": True}, {"customer": a_customer(birthday=True)}, None),
    ],
)
def test_the_first_condition_that_fails_is_named(fields, context, reason: str | None) -> None:
    failed = failed_condition(when(**fields), a_context(**context))
    assert (failed.key if failed else None) == reason


TEA = an_item("tea", 300_00, categories=("Drinks", "Tea"), brand="Leaf")


@pytest.mark.parametrize(
    ("goods", "holds"),
    [
        (Goods(), True),
        (Goods(items=frozenset({"tea"})), True),
        (Goods(items=frozenset({"milk"})), False),
        (Goods(categories=frozenset({"Drinks"})), True),
        (Goods(items=frozenset({"milk"}), categories=frozenset({"Tea"})), True),
        (Goods(brands=frozenset({"Leaf"})), True),
        (Goods(brands=frozenset({"Other"}), items=frozenset({"tea"})), False),
        (Goods(not_items=frozenset({"tea"})), False),
        (Goods(categories=frozenset({"Drinks"}), not_categories=frozenset({"Tea"})), False),
        (Goods(price_min_minor=300_00, price_max_minor=300_00), True),
        (Goods(price_min_minor=300_01), False),
        (Goods(price_max_minor=299_99), False),
    ],
)
def test_goods_are_named_by_item_category_brand_and_list_price(goods: Goods, holds: bool) -> None:
    assert goods.holds(TEA, 300_00) is holds


def test_an_index_finds_promotions_by_item_by_category_and_those_for_all() -> None:
    program = a_program(
        promotions=[
            a_promotion("percent", "by-item", percent="1", goods={"items": ["tea"]}),
            a_promotion("percent", "by-category", percent="2", goods={"categories": ["Tea"]}),
            a_promotion("percent", "for-all", percent="3", goods={"brands": ["Leaf"]}),
            a_promotion("percent", "other", percent="50", goods={"categories": ["Dairy"]}),
        ]
    )
    result = priced(program, a_line(TEA), explain=True)
    whys = {one.rule_id: (one.applied, one.why[0].key) for one in result.trace}
    assert whys == {
        "for-all": (True, "why.applied"),
        "by-item": (False, "why.beaten_by"),
        "by-category": (False, "why.beaten_by"),
        "other": (False, "why.no_goods"),
    }


def test_a_promotion_built_by_hand_has_the_same_defaults_as_a_document() -> None:
    promotion = Promotion("p", {}, (Reduction("percent", 1),))
    assert promotion.when == when()
    assert promotion.name("en") == "p"
