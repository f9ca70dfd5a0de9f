"""A scan while a code is asked for: that code, or what says itself that it is something else."""

from dataclasses import replace

import pytest

from pos_app.domain.identification.label_rules import CardRange
from tests.workstation.test_till_coupons import printed
from tests.workstation.tills import CARDS, GIFT, MILK, UNKNOWN

GIFT_CARD, COUPON = "K1G:WINTER-0001-7731", "K1C:AUTUMN-7"
MISREAD = MILK[:-1] + "0"


def is_code(shop, asked, text):
    before = shop.sale
    answer = shop.till.is_code(asked, text.encode())
    assert answer.ok
    assert shop.sale == before
    return answer.data["is_code"]


@pytest.mark.parametrize("asked", ["gift_card", "coupon"])
@pytest.mark.parametrize("text", ["WINTER-0001-7731", "AUTUMN-7", "]C0AUTUMN-7", "1234567"])
def test_what_only_looks_like_words_or_a_number_is_the_code_that_is_asked_for(shop, asked, text):
    assert is_code(shop, asked, text)


def test_a_labels_prefix_says_which_of_the_two_it_is(shop):
    assert is_code(shop, "gift_card", GIFT_CARD)
    assert is_code(shop, "coupon", COUPON)
    assert is_code(shop, "coupon", printed(shop))
    assert not is_code(shop, "gift_card", COUPON)
    assert not is_code(shop, "coupon", GIFT_CARD)


@pytest.mark.parametrize("asked", ["gift_card", "coupon"])
@pytest.mark.parametrize(
    "text",
    [MILK, UNKNOWN, GIFT, MISREAD, CARDS["anna"], "https://shop.example/x", "4111111111111111"],
)
def test_goods_known_or_not_a_members_card_a_link_and_a_bank_card_are_no_code(shop, asked, text):
    assert not is_code(shop, asked, text)


def test_a_number_in_a_range_of_cards_that_the_shop_has_set_is_a_members_card(shop):
    assert is_code(shop, "gift_card", "55001234567")
    station = shop.till.station
    found = station.gear.identifier
    rules = replace(found.rules, cards=(CardRange("5500", 11, 11),))
    station.gear = replace(station.gear, identifier=replace(found, rules=rules))
    assert not is_code(shop, "gift_card", "55001234567")
