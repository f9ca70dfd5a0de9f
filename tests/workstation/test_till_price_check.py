"""What does it cost: on the shelf, for who stands here, with a card, and what is promised of it."""

import copy

import pytest

from pos_app.domain.quantity import grams
from pos_app.domain.sentence import Sentence
from resources.words import Words
from tests.workstation.test_till_counters import COUNTERS
from tests.workstation.test_till_selling import label
from tests.workstation.tills import (
    APPLES_PLU,
    BREAD,
    CARDS,
    CHEESE,
    MILK,
    PROGRAM,
    SOON,
    SWEETS,
    UNKNOWN,
    VODKA,
    ean,
    goods,
    notices,
    ok,
    program_row,
    refusal,
)

LATELY = ean("460000000021")
EVENING = {
    "id": "evening",
    "name": {"ru": "Вечерняя скидка", "en": "Evening"},
    "kind": "percent",
    "percent": "10",
    "goods": {"categories": ["Молочное"]},
    "when": {"from_time": "18:00"},
}


def asked(shop, code):
    return ok(shop.till.price_check(code)).data["price"]


def words(told, language="ru"):
    voice = Words(language)
    return [
        f"{one.name} | {', '.join(voice.say(word) for word in one.words)}" for one in told.offers
    ]


def everything(shop):
    return (
        len(shop.events()),
        shop.till.station.open,
        shop.till.station.priced,
        shop.till.station.known,
        len(shop.courier.asked),
        shop.view,
    )


def with_rules(shop, *promotions, **sections):
    document = copy.deepcopy({**PROGRAM, "version": 2, **sections})
    document["promotions"] += promotions
    shop.mirrors(shop.newer(lambda ver: program_row(ver, document)))


def test_nobody_is_told_the_shelf_price_and_what_a_card_would_give(shop):
    with_rules(
        shop,
        member_discounts=[
            {"id": "club", "name": {"ru": "Клубная цена"}, "kind": "fixed", "percent": "7"}
        ],
    )
    told = asked(shop, CHEESE)
    assert (told.item.unit_price_minor, told.here.amount_minor) == (1000_00, 1000_00)
    assert told.member == ""
    assert (told.with_card.amount_minor, told.with_card.points) == (930_00, 46)
    assert "Клубная цена" in Words("ru").say(told.with_card.why[0])


def test_where_a_card_gives_nothing_nothing_is_said_of_it(shop):
    with_rules(shop, member_discounts=[], earn={})
    assert asked(shop, CHEESE).with_card is None


def test_the_member_who_is_here_is_told_what_they_pay(shop):
    shop.scan(CARDS["tanya"])
    told = asked(shop, CHEESE)
    assert told.member == "Tanya"
    assert (told.here.amount_minor, told.with_card) == (950_00, None)
    assert "Скидка уровня" in Words("ru").say(told.here.why[0])


def test_a_weighed_label_tells_the_price_of_that_weight_and_of_a_kilogram(shop):
    code = label("21", APPLES_PLU, 342)
    told = asked(shop, code)
    shop.scan(code)
    (line,) = shop.sale.lines
    assert told.here.amount_minor == told.item.unit_price_minor == line.unit_price_minor
    assert (told.label.weight, told.label.here.amount_minor) == (grams(342), line.amount_minor)
    assert asked(shop, APPLES_PLU).label is None


def test_a_weighed_label_tells_what_the_member_pays_and_what_a_card_would(shop):
    code = label("21", APPLES_PLU, 342)
    nobody = asked(shop, code).label
    shop.scan(CARDS["tanya"])
    told = asked(shop, code).label
    assert told.with_card is None
    assert told.here.amount_minor < nobody.here.amount_minor
    assert nobody.with_card.points > 0


def test_a_label_with_a_price_tells_that_price_as_it_would_be_sold(shop):
    code = label("25", APPLES_PLU, 4_500)
    told = asked(shop, code).label
    shop.scan(code)
    assert (told.weight, told.here.amount_minor) == (None, shop.sale.lines[0].amount_minor)


def test_a_label_without_a_weight_tells_the_kilogram_alone(shop):
    assert asked(shop, label("21", APPLES_PLU, 0)).label is None


def test_a_price_is_of_one_unit_alone_whatever_is_on_the_receipt(shop):
    shop.scan(SWEETS, SWEETS, CARDS["tanya"])
    ok(shop.till.redeem("max"))
    assert asked(shop, SWEETS).here.amount_minor == 95_00


def test_what_is_promised_of_it_is_told_in_words(shop):
    told = asked(shop, SWEETS)
    assert [one.rule_id for one in told.offers] == ["sweets-3-for-2"]
    assert told.offers[0].open
    assert words(told) == ["Сладости: 3 по цене 2 | 3 по цене 2"]


def test_an_hour_that_has_not_come_is_told_and_not_counted(shop):
    with_rules(shop, EVENING)  # it is three in the afternoon
    told = asked(shop, CHEESE)
    (one,) = [one for one in told.offers if one.rule_id == "evening"]
    assert not one.open
    assert told.here.amount_minor == 1000_00
    assert "с 18:00" in words(told)[-1]
    shop.clock.move(hours=4)
    told = asked(shop, CHEESE)
    assert [one.open for one in told.offers if one.rule_id == "evening"] == [True]
    assert told.here.amount_minor == 900_00


def test_what_has_ended_is_elsewhere_or_for_other_members_is_not_promised(shop):
    def a_rule(name, **when):
        return {**EVENING, "id": name, "when": when}

    with_rules(
        shop,
        a_rule("ended", until="2026-11-01"),
        a_rule("elsewhere", stores=["s9"]),
        a_rule("silver", tiers=["silver"]),
        {**EVENING, "id": "all-gone", "limits": {"used_up": True}},
    )
    seen = {one.rule_id for one in asked(shop, CHEESE).offers}
    assert seen == {"next-off", "silver"}
    shop.scan(CARDS["anna"])
    assert {one.rule_id for one in asked(shop, CHEESE).offers} == {"next-off"}


def test_somebodys_own_offer_is_told_to_them_alone(shop):
    shop.mirrors(program_row(14, COUNTERS))
    assert "bread-for-anna" not in {one.rule_id for one in asked(shop, BREAD).offers}
    shop.scan(CARDS["tanya"])
    assert "bread-for-anna" not in {one.rule_id for one in asked(shop, BREAD).offers}
    ok(shop.till.member("card", CARDS["anna"]))
    (own,) = [one for one in asked(shop, BREAD).offers if one.rule_id == "bread-for-anna"]
    assert own.open
    assert asked(shop, BREAD).here.amount_minor == 22_50


def test_a_coupon_is_named_and_counts_only_on_the_receipt(shop):
    told = asked(shop, BREAD)
    assert "по купону «Осенний»" in words(told)[0]
    assert not told.offers[0].open
    ok(shop.till.coupon("AUTUMN-7"))
    told = asked(shop, BREAD)
    assert told.offers[0].open
    assert told.here.amount_minor == 45_00


def test_a_price_that_changed_lately_has_the_lowest_of_the_thirty_days_before_it(shop):
    prices = (
        {"since_on": "2026-01-01", "price": 50_00},
        {"since_on": "2026-10-01", "price": 80_00},
        {"since_on": "2026-10-20", "price": 95_00},
        {"since_on": "2026-11-15", "price": 70_00},
    )
    shop.mirrors(shop.newer(lambda ver: goods(ver, LATELY, "Чай", 0, "Чай", prices=prices)))
    assert asked(shop, LATELY).lowest_before_minor == 80_00
    assert asked(shop, CHEESE).lowest_before_minor is None


def test_goods_that_take_no_discount_say_so(shop):
    with_rules(shop, {**EVENING, "id": "all", "goods": {}, "when": {}})
    told = asked(shop, VODKA)
    assert told.here.amount_minor == 450_00
    shop.mirrors(
        shop.newer(lambda ver: goods(ver, LATELY, "Чай", 70_00, "Чай", discountable=False))
    )
    told = asked(shop, LATELY)
    assert told.offers == ()
    assert [one.key for one in told.notes] == ["note.excluded"]


@pytest.mark.parametrize("code", [CHEESE, SWEETS, "101", UNKNOWN, SOON])
def test_a_question_about_a_price_changes_nothing_and_asks_nobody(shop, code):
    shop.scan(MILK, CARDS["tanya"])
    before = everything(shop)
    shop.till.price_check(code)
    assert everything(shop) == before


def test_without_a_session_or_a_link_the_price_is_told_all_the_same(bench):
    told = asked(bench, CHEESE)
    assert told.here.amount_minor == 1000_00
    assert bench.till.station.open is None


def test_what_has_no_price_yet_says_so(shop):
    assert refusal(shop.till.price_check(SOON)) == "no_price"
    assert refusal(shop.till.price_check(UNKNOWN)) == "unknown_code"


def test_a_choice_from_a_list_is_asked_about_by_its_id(shop):
    found = shop.till.find_items("яблоки").data["items"][0]
    told = asked(shop, found.item_id)
    assert (told.item.unit, told.here.amount_minor) == ("g", 120_00)
    assert isinstance(told.item.name, str) and not isinstance(told.item.name, Sentence)
    assert notices(shop.till.price_check(found.item_id)) == ["price"]


def test_a_gift_is_promised_by_its_name_and_one_that_is_not_sold_here_as_unknown(shop):
    gift = {"kind": "gift", "units": 1, "goods": {"categories": ["Молочное"]}}
    bread = {**gift, "id": "a", "name": {"ru": "Хлеб к молоку"}, "item": "item2"}
    kettle = {**gift, "id": "b", "name": {"ru": "Чайник"}, "item": "kettle-17"}
    with_rules(shop, bread, kettle)
    told = dict(one.split(" | ") for one in words(asked(shop, MILK)))
    assert "Хлеб ржаной" in told["Хлеб к молоку"]
    assert "неизвестный товар kettle-17" in told["Чайник"]
