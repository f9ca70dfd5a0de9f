"""Caps of promotions that compete for units, amounts off a line, and what an engine remembers."""

import pytest

from pos_app.domain.pricing.engine import Engine
from tests.builders import (
    a_context,
    a_customer,
    a_line,
    a_program,
    a_promotion,
    an_item,
    by_rule,
    numbered,
    priced,
)


@pytest.mark.parametrize("stacking", ["exclusive", "compound"])
@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("percent", {"percent": "50"}),
        ("percent", {"percent": "50", "scope": "unit"}),
        ("amount", {"amount": "30.00"}),
        ("amount", {"amount": "30.00", "scope": "line"}),
        ("fixed_price", {"price": "60.00"}),
        ("percent", {"percent": "50", "max_units": 2}),
        ("percent", {"percent": "50", "max_units": 2, "pick": "cheapest"}),
        ("percent", {"percent": "50", "max_units_per_line": 1}),
    ],
)
def test_no_promotion_gives_more_than_its_cap(stacking, kind, fields) -> None:
    capped = a_promotion(kind, cap="17.00", stacking=stacking, **fields)
    lines = a_line("a", 2, 100_00), a_line("b", 3, 99_00), a_line("c", 1, 98_00)
    assert by_rule(priced(a_program(promotions=[capped]), *lines)) == {"p": 17_00}


def test_a_cap_says_what_it_cut() -> None:
    program = a_program(promotions=[a_promotion("percent", percent="50", cap="10.00")])
    result = priced(program, a_line("a", 1, 100_00))
    assert [m.arithmetic for m in result.lines[0].modifications] == [
        "100.00 x 50 % = 50.00, <= 10.00"
    ]


def test_a_cap_that_is_not_reached_is_no_cap() -> None:
    program = a_program(promotions=[a_promotion("percent", percent="50", cap="201.00")])
    result = priced(program, a_line("a", 4, 100_00))
    assert (by_rule(result), result.nodes) == ({"p": 200_00}, 0)


def test_what_is_beyond_a_cap_takes_another_promotion() -> None:
    """Half of the first unit fills the cap; the other three are worth 5 % elsewhere."""
    program = a_program(
        promotions=[
            a_promotion("percent", "half", percent="50", cap="50.00"),
            a_promotion("percent", "small", percent="5"),
        ]
    )
    assert by_rule(priced(program, a_line("a", 4, 100_00))) == {"half": 50_00, "small": 15_00}


def test_a_cap_that_leaves_too_little_is_not_worth_its_units() -> None:
    program = a_program(
        promotions=[
            a_promotion("percent", "half", percent="50", cap="1.00"),
            a_promotion("percent", "small", percent="5"),
        ]
    )
    assert by_rule(priced(program, a_line("a", 4, 100_00))) == {"small": 20_00}


def test_an_amount_off_a_line_is_weighed_once_and_not_by_the_unit() -> None:
    program = a_program(
        promotions=[
            a_promotion("amount", "five", amount="5.00", scope="line"),
            a_promotion("percent", "small", percent="4"),
        ]
    )
    assert by_rule(priced(program, a_line("a", 1, 100_00))) == {"five": 5_00}
    assert by_rule(priced(program, a_line("a", 3, 100_00))) == {"small": 12_00}


def test_steps_of_the_whole_receipt_are_not_remembered_from_another_receipt() -> None:
    steps = [{"from": "100.00", "percent": "10"}]
    program = a_program(
        promotions=[a_promotion("percent", steps=steps, steps_of="receipt", goods={"items": ["a"]})]
    )
    engine = Engine(program)
    both = numbered(a_line("a", 1, 50_00), a_line("b", 1, 60_00))
    assert by_rule(engine.price(both, a_context())) == {"p": 5_00}
    assert by_rule(engine.price(both[:1], a_context())) == {}


def test_goods_that_changed_their_category_are_not_remembered_as_they_were() -> None:
    discount = {"id": "card", "kind": "fixed", "percent": "10", "goods": {"categories": ["tea"]}}
    engine = Engine(a_program(member_discounts=[discount]))
    tea, other = (an_item("x", 100_00, categories=(name,)) for name in ("tea", "coffee"))
    context = a_context(customer=a_customer())
    assert by_rule(engine.price(numbered(a_line(tea)), context)) == {"card": 10_00}
    assert by_rule(engine.price(numbered(a_line(other)), context)) == {}


def test_of_equal_prices_the_one_with_the_lower_floor_is_the_free_one() -> None:
    program = a_program(promotions=[a_promotion("buy_n_pay_m", buy=2, pay=1)])
    bound = a_line(an_item("a", 10_00, floor_minor=8_00))
    free = a_line(an_item("b", 10_00))
    for lines in ((bound, free), (free, bound)):
        assert priced(program, *lines).totals.net_minor == 10_00


def test_a_set_is_weighed_with_the_legal_minimum_of_its_parts() -> None:
    """A set of a and b for 1.00 would save 19.00; a has no room, so b and c for 8.00 are better."""

    def a_set(name: str, price: str, items: str):
        parts = [{"goods": {"items": [item]}} for item in items]
        return a_promotion("bundle", name, price=price, parts=parts)

    program = a_program(promotions=[a_set("ab", "1.00", "ab"), a_set("bc", "8.00", "bc")])
    bound = an_item("a", 10_00, floor_minor=10_00)
    result = priced(program, a_line(bound), a_line("b", 1, 10_00), a_line("c", 1, 10_00))
    assert by_rule(result) == {"bc": 12_00}


@pytest.mark.parametrize(
    ("kind", "fields", "saved"),
    [
        ("percent", {"percent": "5", "max_units": 1, "pick": "dearest"}, 55_00),
        ("buy_n_pay_m", {"buy": 2, "pay": 1, "pairing": "shop"}, 55_00),
        ("bundle", {"buy": 2, "price": "100.00", "pick": "cheapest"}, 55_00),
        ("buy_get", {"buy": {"goods": {"items": ["a"]}},
                     "get": {"goods": {"items": ["b"]}, "pick": "cheapest"}}, 55_00),
        ("cheapest_free", {}, 60_00),
    ],
)  # fmt: skip
def test_a_promotion_that_names_its_units_stands_in_nobodys_way(kind, fields, saved) -> None:
    """Half of everything is 55.00; what is worth less is not given, however it chooses units."""
    half = a_promotion("percent", "half", percent="50")
    program = a_program(promotions=[half, a_promotion(kind, "named", **fields)])
    result = priced(program, a_line("a", 1, 100_00), a_line("b", 1, 10_00))
    assert result.totals.discount_minor == saved
