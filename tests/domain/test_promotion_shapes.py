"""Each shape of a benefit by example: which units, how much, and what it says."""

import pytest

from tests.builders import (
    a_line,
    a_program,
    a_promotion,
    an_item,
    by_rule,
    priced,
    weighed,
)

A, B, C = (("a", 100_00), ("b", 60_00), ("c", 10_00))


def lines(*rows):
    """((name, price), count) per line."""
    return [a_line(name, count, price) for (name, price), count in rows]


def one(kind: str, *rows, **fields):
    return priced(a_program(promotions=[a_promotion(kind, **fields)]), *lines(*rows))


def off(kind: str, *rows, **fields) -> int:
    return one(kind, *rows, **fields).totals.discount_minor


def texts(result) -> list[str]:
    return [m.arithmetic for line in result.lines for m in line.modifications]


def items(*names: str):
    return {"items": list(names)}


# --- buy and get ---------------------------------------------------------------------------


def buy_get(buy=1, get=1, percent="100", same=False, **fields):
    goods = items("a") if same else items("b", "c")
    return {
        "buy": {"goods": items("a"), "units": buy},
        "get": {"goods": goods, "units": get, "percent": percent},
        **fields,
    }


@pytest.mark.parametrize(
    ("rows", "fields", "expected"),
    [
        (((A, 1), (B, 1), (C, 1)), buy_get(), 60_00),
        (((A, 2), (B, 1), (C, 1)), buy_get(), 70_00),
        (((A, 2), (B, 1), (C, 1)), buy_get(repeat=False), 60_00),
        (((A, 2), (B, 3)), buy_get(max_get_units=1), 60_00),
        (((A, 1), (B, 1), (C, 3)), buy_get(get=2, percent="50"), 35_00),
        (((A, 1), (B, 1)), buy_get(buy=2), 0),
        (((A, 3),), buy_get(same=True), 100_00),
        (((A, 4),), buy_get(same=True), 200_00),
        (((A, 4),), buy_get(same=True, repeat=False), 100_00),
        (((A, 3),), buy_get(get=3, same=True), 200_00),
    ],
)
def test_who_buys_gets(rows, fields, expected) -> None:
    assert off("buy_get", *rows, **fields) == expected


@pytest.mark.parametrize(("pick", "expected"), [("best", 60_00), ("cheapest", 10_00)])
def test_the_shop_may_keep_the_choice_of_what_is_given(pick: str, expected: int) -> None:
    fields = buy_get()
    fields["get"]["pick"] = pick
    assert off("buy_get", (A, 1), (B, 1), (C, 1), **fields) == expected


def test_the_dearest_of_the_same_goods_may_be_the_one_that_is_given() -> None:
    goods = items("a", "b", "c")
    fields = {"buy": {"goods": goods, "units": 2}, "get": {"goods": goods, "pick": "dearest"}}
    assert off("buy_get", (A, 1), (B, 1), (C, 1), **fields) == 100_00


def test_a_unit_is_not_bought_and_given_at_once() -> None:
    goods = items("a", "b")
    fields = {"buy": {"goods": items("a"), "units": 2}, "get": {"goods": goods, "pick": "cheapest"}}
    assert off("buy_get", (A, 2), **fields) == 0
    assert off("buy_get", (A, 3), **fields) == 100_00
    assert off("buy_get", (A, 2), (B, 1), **fields) == 60_00


# --- sets, bundles, n-th, groups -----------------------------------------------------------


def a_set(price: str = "120.00", **fields):
    parts = [{"goods": items("a")}, {"goods": items("b", "c"), "units": 2}]
    return {"price": price, "parts": parts, **fields}


@pytest.mark.parametrize(
    ("rows", "fields", "expected"),
    [
        (((A, 1), (B, 1), (C, 1)), {}, 50_00),
        (((A, 1), (B, 2), (C, 1)), {}, 100_00),
        (((A, 2), (B, 2), (C, 2)), {}, 100_00),
        (((A, 2), (B, 2), (C, 2)), {"max_applications": 1}, 100_00),
        (((A, 2), (B, 1)), {}, 0),
        (((A, 1), (C, 2)), {}, 0),
    ],
)
def test_a_set_wants_every_part(rows, fields, expected) -> None:
    assert off("bundle", *rows, **a_set(**fields)) == expected


def test_a_set_of_one_part_is_left_to_the_shop_as_well() -> None:
    fields = {"price": "80.00", "parts": [{"goods": items("a"), "units": 1}]}
    for choice in ("best_for_customer", "best_for_shop", "listed_first"):
        program = a_program(
            promotions=[a_promotion("bundle", **fields)], policies={"unit_choice": choice}
        )
        assert priced(program, *lines((A, 2))).totals.discount_minor == 40_00


@pytest.mark.parametrize(("pick", "expected"), [("best", 60_00), ("cheapest", 0)])
def test_a_bundle_of_the_cheapest_is_the_shops_choice(pick: str, expected: int) -> None:
    fields = {"buy": 2, "price": "100.00", "pick": pick, "max_applications": 1}
    assert off("bundle", (A, 1), (B, 1), (C, 2), **fields) == expected


@pytest.mark.parametrize(
    ("rows", "fields", "expected"),
    [
        (((A, 2),), {}, 99_00),
        (((A, 3), (B, 2)), {}, 99_00 + 59_00),
        (((A, 3), (B, 2)), {"max_applications": 1}, 99_00),
        (((A, 3), (B, 1)), {"pairing": "shop"}, 99_00 + 59_00),
        (((A, 2), (C, 2)), {"pairing": "shop"}, 9_00 + 9_00),
        (((A, 2), (C, 2)), {"pairing": "shop", "max_applications": 1}, 9_00),
    ],
)
def test_every_second_costs_little(rows, fields, expected) -> None:
    assert off("nth_price", *rows, every=2, price="1.00", **fields) == expected


def test_only_full_groups_get_a_percent_or_an_amount() -> None:
    assert off("percent", (A, 5), percent="10", group_size=2) == 40_00
    assert off("amount", (A, 5), amount="7.00", group_size=3) == 21_00
    assert off("amount", (C, 3), amount="17.00", group_size=3) == 30_00
    assert off("percent", (A, 1), percent="10", group_size=2) == 0


def test_where_the_shop_pairs_all_of_a_group_are_the_cheapest() -> None:
    program = a_program(
        promotions=[a_promotion("percent", percent="10", group_size=2)],
        policies={"unit_choice": "best_for_shop"},
    )
    assert priced(program, *lines((A, 1), (B, 1), (C, 1))).totals.discount_minor == 7_00


def test_the_free_units_are_the_cheapest_of_all_where_the_shop_pairs() -> None:
    rows = (A, 2), (C, 4)
    three = {"buy": 3, "pay": 2}
    assert off("buy_n_pay_m", *rows, pairing="customer", **three) == 20_00
    assert off("buy_n_pay_m", (A, 4), (C, 2), pairing="customer", **three) == 100_00 + 10_00
    assert off("buy_n_pay_m", (A, 4), (C, 2), pairing="shop", **three) == 20_00
    same = {"buy": {"goods": {}, "units": 1}, "get": {"goods": {}}, "pairing": "shop"}
    assert off("buy_get", (A, 4), (C, 2), max_get_units=1, **same) == 10_00


def test_what_is_given_for_nothing_is_shared_by_its_group_unless_the_promotion_says_otherwise() -> (
    None
):
    for spread, nets in ((True, [62_50, 37_50]), (False, [100_00, 0])):
        result = one("buy_n_pay_m", (A, 1), (B, 1), buy=2, pay=1, spread=spread)
        assert [line.net_minor for line in result.lines] == nets


def test_the_cheapest_units_are_free() -> None:
    assert off("cheapest_free", (A, 1), (B, 1), (C, 1)) == 10_00
    assert off("cheapest_free", (A, 1), (B, 1), (C, 1), units=2) == 70_00


# --- reductions ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pick", "expected"), [("best", 30_00), ("dearest", 30_00), ("cheapest", 7_00)]
)
def test_a_limited_reduction_takes_the_named_units(pick: str, expected: int) -> None:
    rows = (A, 3), (B, 1), (C, 1)
    fields = {"percent": "10", "max_units": 3 if pick != "cheapest" else 2, "pick": pick}
    assert off("percent", *rows, **fields) == expected
    assert off("percent", *rows, stacking="compound", **fields) == expected


def test_at_most_so_many_units_of_each_line_are_reduced() -> None:
    for stacking in ("exclusive", "compound"):
        fields = {"amount": "5.00", "max_units_per_line": 2, "stacking": stacking}
        assert off("amount", (A, 3), (B, 1), **fields) == 15_00


@pytest.mark.parametrize(
    ("count", "fields", "expected"),
    [
        (1, {}, 0),
        (2, {}, 20_00),
        (4, {}, 40_00),
        (5, {}, 100_00),
        (4, {"percent": "1"}, 40_00),
        (1, {"percent": "1"}, 1_00),
    ],
)
def test_the_value_goes_by_the_highest_step_that_is_reached(count, fields, expected) -> None:
    by_amount = [{"from": "200.00", "percent": "10"}, {"from": "500.00", "percent": "20"}]
    by_units = [{"from": 2, "percent": "10"}, {"from": 5, "percent": "20"}]
    assert off("percent", (A, count), steps=by_amount, **fields) == expected
    units = off("percent", (A, count), steps=by_units, steps_by="units", **fields)
    assert units == expected


def test_steps_may_go_by_the_whole_receipt() -> None:
    steps = [{"from": "150.00", "amount": "5.00"}]
    goods = items("a")
    assert off("amount", (A, 1), (B, 1), steps=steps, goods=goods) == 0
    assert off("amount", (A, 1), (B, 1), steps=steps, steps_of="receipt", goods=goods) == 5_00


def test_a_percent_of_the_list_amount_does_not_see_what_others_took() -> None:
    program = a_program(
        promotions=[
            a_promotion("amount", "first", amount="20.00"),
            a_promotion("percent", "list", percent="10", base="list", stacking="compound"),
            a_promotion("percent", "part", percent="10", base="list", stacking="compound",
                        max_units=1),
        ]
    )  # fmt: skip
    result = priced(program, *lines((A, 2)))
    assert by_rule(result) == {"first": 40_00, "list": 20_00, "part": 10_00}
    assert texts(result)[1:] == ["2 x 100.00 x 10 % = 20.00", "100.00 x 10 % = 10.00"]


def test_the_first_unit_and_each_further_one_have_amounts_of_their_own() -> None:
    fields = {"amount": "10.00", "further_amount": "3.00", "stacking": "compound"}
    assert off("first_then", (A, 1), **fields) == 10_00
    assert off("first_then", (A, 4), (B, 1), **fields) == 29_00
    assert off("first_then", (A, 4), max_units=2, **fields) == 13_00
    assert off("first_then", (A, 4), **{**fields, "further_amount": "0"}) == 10_00


def test_the_first_unit_counts_where_a_line_has_units_at_two_prices() -> None:
    program = a_program(
        promotions=[
            a_promotion("amount", "odd", amount="0.01", scope="line", stacking="compound",
                        priority=1),
            a_promotion("first_then", "f", amount="10.00", further_amount="3.00",
                        stacking="compound"),
        ],
        policies={"order": "priority"},
    )  # fmt: skip
    assert by_rule(priced(program, *lines((A, 3)))) == {"odd": 1, "f": 16_00}


def test_the_first_unit_and_the_further_ones_compete_with_other_promotions() -> None:
    fields = {"amount": "10.00", "further_amount": "3.00"}
    assert off("first_then", (A, 3), **fields) == 16_00
    assert off("first_then", (A, 3), **{**fields, "amount": "0", "max_units": 2}) == 3_00
    rules = [a_promotion("first_then", "f", **fields), a_promotion("percent", "p", percent="5")]
    assert by_rule(priced(a_program(promotions=rules), *lines((A, 3)))) == {"f": 10_00, "p": 10_00}


def test_the_total_goes_down_to_a_multiple() -> None:
    assert off("round_down", (A, 1), (C, 1), to="50.00") == 10_00
    assert off("round_down", (A, 1), to="50.00") == 0
    bound = a_line(an_item("vodka", 449_00, floor_minor=448_00))
    program = a_program(promotions=[a_promotion("round_down", to="100.00")])
    assert priced(program, bound).totals.net_minor == 448_00


def test_a_percent_on_the_transaction_names_its_cap_by_its_amount() -> None:
    result = one("percent", (A, 1), percent="50", scope="transaction", cap="20.00")
    assert texts(result) == ["100.00 x 50 % = 20.00"]


def test_weighed_goods_take_amounts_and_prices_by_weight() -> None:
    apple = weighed("apple", 500, 100_00)
    for kind, fields, expected in (
        ("amount", {"amount": "7.00"}, 7_00),
        ("fixed_price", {"price": "80.00"}, 10_00),
        ("first_then", {"amount": "9.00", "further_amount": "1.00"}, 9_00),
    ):
        program = a_program(promotions=[a_promotion(kind, **fields)])
        assert priced(program, apple).totals.discount_minor == expected


# --- stages --------------------------------------------------------------------------------


def test_a_shelf_price_is_given_before_everything_and_always() -> None:
    program = a_program(
        promotions=[
            a_promotion("amount", "shelf", amount="20.00", stage="price"),
            a_promotion("percent", "tenth", percent="10"),
        ]
    )
    assert by_rule(priced(program, *lines((A, 1)))) == {"shelf": 20_00, "tenth": 8_00}


@pytest.mark.parametrize(("price", "expected"), [("15.00", "shelf"), ("40.00", "card")])
def test_the_lower_of_shelf_price_and_promotion_counts(price: str, expected: str) -> None:
    program = a_program(
        promotions=[
            a_promotion("amount", "shelf", amount="20.00", stage="price"),
            a_promotion("amount", "card", amount=price, not_with_price_stage=True,
                        stacking="compound"),
        ]
    )  # fmt: skip
    assert list(by_rule(priced(program, *lines((A, 1))))) == [expected]


def test_goods_that_an_earlier_stage_touched_may_be_left_alone() -> None:
    program = a_program(
        promotions=[
            a_promotion("amount", "shelf", amount="1.00", stage="price", goods=items("a")),
            a_promotion("percent", "rest", percent="10", stacking="compound",
                        goods={"not_promoted": True}),
        ]
    )  # fmt: skip
    assert by_rule(priced(program, *lines((A, 1), (B, 1)))) == {"shelf": 1_00, "rest": 6_00}


def test_a_sole_promotion_is_alone_on_the_receipt_where_that_is_better() -> None:
    promotions = [
        a_promotion("percent", "tenth", percent="10"),
        a_promotion("percent", "sole", percent="30", stacking="sole", goods=items("a")),
    ]
    program = a_program(promotions=promotions)
    assert by_rule(priced(program, *lines((A, 1), (B, 1)))) == {"sole": 30_00}
    assert by_rule(priced(program, *lines((C, 1), (B, 1)))) == {"tenth": 7_00}


def test_a_promotion_of_several_benefits_gives_them_all() -> None:
    benefits = [
        {"kind": "percent", "percent": "10", "goods": items("a")},
        {"kind": "amount", "amount": "5.00", "scope": "transaction"},
        {"kind": "gift", "item": "tea"},
    ]
    rule = {"id": "p", "name": {"en": "p"}, "benefits": benefits, "stacking": "compound"}
    result = priced(a_program(promotions=[rule]), *lines((A, 1), (B, 1)))
    assert by_rule(result) == {"p": 15_00}
    assert [gift.item_id for gift in result.gifts] == ["tea"]


def test_one_that_goes_before_the_best_may_cost_the_customer_more() -> None:
    rival = a_promotion("percent", "rival", percent="50")
    early = a_promotion("percent", "early", percent="10", preempt=True)
    result = priced(a_program(promotions=[rival, early]), *lines((A, 1)))
    assert by_rule(result) == {"early": 10_00}
