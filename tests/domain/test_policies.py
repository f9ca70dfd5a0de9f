"""Each policy by example: what the default does and what the named one does instead."""

import pytest

from pos_app.domain.errors import ProgramRefused
from tests.builders import (
    a_customer,
    a_line,
    a_program,
    a_promotion,
    an_item,
    by_rule,
    priced,
    weighed,
)

HUNDRED = a_line("a", 1, 100_00)


def compound(kind: str, name: str, **fields):
    return a_promotion(kind, name, stacking="compound", **fields)


def rules(result):
    return dict(by_rule(result))


def under(promotions, *lines, customer=None, **policies):
    program = a_program(promotions=promotions, policies=policies)
    return rules(priced(program, *(lines or (HUNDRED,)), customer=customer))


TENTH = compound("percent", "tenth", percent="10")
TWENTY = compound("amount", "twenty", amount="20.00")


@pytest.mark.parametrize(
    ("order", "promotions", "expected"),
    [
        ("percent_first", [TWENTY, TENTH], {"tenth": 10_00, "twenty": 20_00}),
        ("amount_first", [TENTH, TWENTY], {"twenty": 20_00, "tenth": 8_00}),
        ("listed", [TWENTY, TENTH], {"twenty": 20_00, "tenth": 8_00}),
        ("listed", [TENTH, TWENTY], {"tenth": 10_00, "twenty": 20_00}),
        ("priority", [TENTH, {**TWENTY, "priority": 1}], {"twenty": 20_00, "tenth": 8_00}),
        ("priority_low_first", [{**TENTH, "priority": 1}, TWENTY],
         {"twenty": 20_00, "tenth": 8_00}),
        ("best_total", [TWENTY, TENTH], {"tenth": 10_00, "twenty": 20_00}),
    ],
)  # fmt: skip
def test_the_order_of_calculation_is_the_programmes(order, promotions, expected) -> None:
    assert under(promotions, order=order) == expected


def test_of_many_orders_the_best_of_three_is_taken() -> None:
    many = [compound("percent", f"p{n}", percent="10") for n in range(5)]
    found = under([TWENTY, *many], order="best_total")
    assert found == under([*many, TWENTY], order="percent_first")


def test_amounts_and_prices_of_groups_go_with_their_kind() -> None:
    """A bundle has a price; a free one is a percentage; a set has a price."""
    parts = [{"goods": {"items": ["a"]}}, {"goods": {"items": ["b"]}}]
    promotions = [
        compound("bundle", "set", price="150.00", parts=parts),
        compound("buy_n_pay_m", "pair", buy=2, pay=1, goods={"items": ["c"]}),
        compound("bundle", "two", buy=2, price="50.00", goods={"items": ["d"]}),
        compound("percent", "tenth", percent="10"),
        compound("first_then", "first", amount="1.00", further_amount="0", goods={"items": ["a"]}),
    ]
    lines = [a_line(name, 2, 100_00) for name in "cd"]
    lines += [a_line(name, 1, 100_00) for name in "ab"]
    found = under(promotions, *lines, order="amount_first", compounding="list_additive")
    assert found == {"set": 50_00, "pair": 100_00, "two": 150_00, "tenth": 60_00, "first": 1_00}


@pytest.mark.parametrize(
    ("compounding", "expected"),
    [
        ("net", {"tenth": 10_00, "fifth": 18_00}),
        ("list_additive", {"tenth": 10_00, "fifth": 20_00}),
        ("best_per_line", {"fifth": 20_00}),
    ],
)
def test_percents_work_on_what_is_left_or_on_the_list_or_the_best_one(
    compounding: str, expected
) -> None:
    fifth = compound("percent", "fifth", percent="20")
    assert under([TENTH, fifth], compounding=compounding) == expected


@pytest.mark.parametrize(
    ("compounding", "expected"),
    [
        ("parallel_in_priority", {"a": 10_00, "b": 20_00, "c": 7_00}),
        ("best_in_priority", {"b": 20_00, "c": 8_00}),
        ("compound_in_priority", {"a": 10_00, "b": 18_00}),
    ],
)
def test_promotions_of_one_priority_are_a_level(compounding: str, expected) -> None:
    promotions = [
        compound("percent", "a", percent="10", priority=2),
        compound("percent", "b", percent="20", priority=2),
        compound("percent", "c", percent="10", priority=1),
    ]
    assert under(promotions, order="priority", compounding=compounding) == expected


def test_on_the_first_level_one_that_does_not_compound_may_be_alone() -> None:
    promotions = [
        compound("percent", "a", percent="10", priority=2),
        a_promotion("percent", "alone", percent="30", priority=2),
        compound("percent", "c", percent="50", priority=1),
    ]
    policies = {"order": "priority", "compounding": "compound_in_priority"}
    assert under(promotions, **policies) == {"alone": 30_00}
    assert under([], **policies) == {}


def test_groups_of_a_level_take_their_units_in_turn() -> None:
    pair = compound("buy_n_pay_m", "pair", buy=2, pay=1, goods={"items": ["a"]}, priority=2)
    lines = a_line("a", 2, 100_00), a_line("b", 1, 50_00)
    for way in ("parallel_in_priority", "best_in_priority"):
        policies = {"order": "priority", "compounding": way}
        assert under([pair], *lines, **policies) == {"pair": 100_00}
    best = {"compounding": "best_per_line"}
    assert under([pair, TENTH], *lines, **best) == {"pair": 90_00, "tenth": 25_00}


def test_a_sum_of_percents_is_rounded_once() -> None:
    three = [compound("percent", f"p{n}", percent="10") for n in range(3)]
    lines = (a_line("a", 1, 5),)
    assert sum(under(three, *lines, compounding="list_additive").values()) == 3
    once = {"compounding": "list_additive", "rounding": "half_up_sum"}
    assert (
        sum(under([*three, compound("amount", "one", amount="0.01")], *lines, **once).values()) == 3
    )
    assert under([TWENTY], **once) == {"twenty": 20_00}


@pytest.mark.parametrize(
    ("rounding", "price", "off"),
    [
        ("half_up", 1_05, 11),
        ("price_half_up", 1_05, 10),
        ("floor", 1_09, 10),
        ("half_up", 1_09, 11),
    ],
)
def test_a_reduction_is_rounded_as_the_programme_names_it(rounding, price, off) -> None:
    line = a_line("a", 1, price)
    assert under([TENTH], line, rounding=rounding) == {"tenth": off}
    whole = compound("percent", "whole", percent="10", scope="transaction")
    assert under([whole], line, rounding=rounding) == {"whole": off}


@pytest.mark.parametrize(
    ("allocation", "nets"),
    [
        ("largest_remainder", [90_00, 18_00, 27_00]),
        ("equal_per_unit", [97_00, 14_00, 24_00]),
        ("largest_line", [85_00, 20_00, 30_00]),
    ],
)
def test_an_amount_on_the_whole_falls_on_lines_as_named(allocation, nets) -> None:
    whole = compound("amount", "whole", amount="15.00", scope="transaction")
    program = a_program(promotions=[whole], policies={"allocation": allocation})
    lines = a_line("a", 1, 100_00), a_line("b", 2, 10_00), a_line("c", 2, 15_00)
    assert [line.net_minor for line in priced(program, *lines).lines] == nets


@pytest.mark.parametrize(
    ("choice", "off"),
    [("best_for_customer", 100_00), ("best_for_shop", 10_00), ("listed_first", 50_00)],
)
def test_which_of_several_units_is_reduced(choice: str, off: int) -> None:
    lines = a_line("b", 1, 50_00), a_line("a", 1, 100_00), a_line("c", 1, 10_00)
    free = a_promotion("percent", "free", percent="100", max_units=1)
    assert under([free], *lines, unit_choice=choice) == {"free": off}
    assert under([{**free, "stacking": "compound"}], *lines, unit_choice=choice) == {"free": off}


@pytest.mark.parametrize(
    ("choice", "off"),
    [("best_for_customer", 110_00), ("best_for_shop", 20_00), ("listed_first", 200_00)],
)
def test_which_units_make_a_group(choice: str, off: int) -> None:
    lines = (
        a_line("c", 1, 10_00),
        a_line("a", 1, 100_00),
        a_line("d", 1, 10_00),
        a_line("b", 1, 100_00),
    )
    pair = a_promotion("buy_n_pay_m", "pair", buy=2, pay=1)
    assert under([pair], *lines, unit_choice=choice) == {"pair": off}
    once = {**pair, "max_applications": 1}
    assert under([once], *lines, unit_choice="listed_first") == {"pair": 100_00}


def test_the_shop_fills_sets_with_the_cheapest() -> None:
    parts = [{"goods": {"items": ["a"]}}, {"goods": {"items": ["b", "c"]}, "units": 2}]
    lines = a_line("a", 2, 100_00), a_line("b", 2, 50_00), a_line("c", 2, 20_00)
    a_set = a_promotion("bundle", "set", price="110.00", parts=parts, max_applications=1)
    assert under([a_set], *lines) == {"set": 90_00}
    assert under([a_set], *lines, unit_choice="best_for_shop") == {"set": 30_00}
    short = a_line("a", 1, 100_00), a_line("b", 1, 50_00)
    assert under([a_set], *short, unit_choice="best_for_shop") == {}


def test_all_in_order_gives_everything_one_after_another() -> None:
    one, two = (a_promotion("percent", name, percent=p) for name, p in (("x", "10"), ("y", "20")))
    assert under([one, two], selection="all_in_order", order="listed") == {"x": 10_00}
    later = {**two, "stacking": "compound"}
    found = under([one, later], selection="all_in_order", order="listed")
    assert found == {"x": 10_00, "y": 18_00}


def test_of_sole_promotions_the_first_by_priority_is_given_whatever_others_save() -> None:
    sole = [a_promotion("percent", n, percent=p, stacking="sole", priority=q)
            for n, p, q in (("low", "50", 1), ("high", "10", 2))]  # fmt: skip
    shelf = a_promotion("amount", "shelf", amount="1.00", stage="price")
    by_priority = {"selection": "exclusive_by_priority"}
    assert under([*sole, shelf, TENTH], **by_priority) == {"shelf": 1_00, "high": 9_90}
    assert under([shelf, TENTH], **by_priority) == {"shelf": 1_00, "tenth": 9_90}
    alone = a_promotion(
        "amount", "alone", amount="1.00", stage="price", stacking="sole", priority=3
    )
    assert under([*sole, shelf, alone], **by_priority) == {"alone": 1_00}


def test_only_one_percent_of_the_order_where_the_programme_says_so() -> None:
    promotions = [
        compound("percent", "ten", percent="10", scope="transaction"),
        compound("percent", "five", percent="5", scope="transaction"),
        compound("amount", "one", amount="1.00", scope="transaction"),
    ]
    assert under(promotions, selection="one_order_percent") == {"ten": 10_00, "one": 1_00}


@pytest.mark.parametrize(
    ("base", "given"),
    [("list", True), ("net_after_line_promotions", False), ("net_after_earlier_promotions", False)],
)
def test_a_border_is_compared_with_the_declared_base(base: str, given: bool) -> None:
    """20.00 off by the shelf; the border is 90.00."""
    shelf = a_promotion("amount", "shelf", amount="20.00", stage="price")
    border = [{"kind": "amount", "from": "90.00"}]
    whole = compound("amount", "whole", amount="5.00", scope="transaction", conditions=border)
    expected = {"shelf": 20_00, "whole": 5_00} if given else {"shelf": 20_00}
    assert under([shelf, whole], condition_base=base) == expected
    own = {**whole, "conditions": [{**border[0], "base": base}]}
    assert under([shelf, own]) == expected


def test_a_border_after_lines_does_not_see_what_came_on_the_whole() -> None:
    """After 10 % on the whole 90.00 are left: the border of 95.00 is judged before or after it."""
    border = {"kind": "amount", "from": "95.00"}
    promotions = [
        compound("percent", "first", percent="10", scope="transaction", priority=2),
        compound("amount", "later", amount="5.00", scope="transaction", conditions=[border]),
    ]
    after_lines = under(promotions, condition_base="net_after_line_promotions", order="listed")
    assert after_lines == {"first": 10_00, "later": 5_00}
    earlier = under(promotions, condition_base="net_after_earlier_promotions", order="listed")
    assert earlier == {"first": 10_00}


def test_leaving_one_out_may_open_a_better_one() -> None:
    """10.00 off closes the border of 95.00 that 30.00 wait for."""
    border = [{"kind": "amount", "from": "95.00", "base": "net_after_line_promotions"}]
    promotions = [
        a_promotion("amount", "small", amount="10.00"),
        compound("amount", "large", amount="30.00", scope="transaction", conditions=border),
    ]
    assert under(promotions) == {"large": 30_00}


def test_levels_go_by_priority_and_a_sum_rounds_percents() -> None:
    for policies, words in (
        ({"compounding": "best_in_priority"}, "by priority"),
        ({"rounding": "half_up_sum"}, "rounds a sum"),
    ):
        with pytest.raises(ProgramRefused, match=words):
            a_program(policies=policies)


def test_weighed_goods_and_floors_keep_their_law_under_every_order() -> None:
    vodka = a_line(an_item("vodka", 449_00, floor_minor=409_00), 2)
    apple = weighed("apple", 342, 349_00)
    for order in ("percent_first", "amount_first", "listed", "best_total", "priority"):
        for way in ("net", "list_additive", "best_per_line"):
            program = a_program(
                promotions=[compound("percent", "half", percent="50"), TWENTY],
                policies={"order": order, "compounding": way},
            )
            result = priced(program, vodka, apple, customer=a_customer())
            assert result.lines[0].net_minor == 818_00
            assert result.lines[1].net_minor < 119_36
