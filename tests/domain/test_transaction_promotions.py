"""Promotions on the whole receipt: thresholds, sets that are compared, ties."""

import pytest

from tests.builders import (
    a_line,
    a_program,
    a_promotion,
    an_item,
    by_rule,
    priced,
)
from tests.domain.test_pricing_steps import arithmetic, one, whole, whys


@pytest.mark.parametrize(
    ("price", "off", "hint"),
    [
        (2999_99, 0, "hint.threshold(missing=Money(minor=1, "),
        (3000_00, 200_00, None),
        (1500_00, 0, "hint.threshold(missing=Money(minor=150000, "),
        (1499_99, 0, None),
    ],
)
def test_a_threshold_is_reached_by_its_border_and_hints_from_half_of_it(price, off, hint) -> None:
    program = one("threshold", threshold="3000.00", amount="200.00")
    result = priced(program, a_line("a", 1, price), explain=True)
    assert result.totals.discount_minor == off
    assert [str(h).startswith(hint or "?") for h in result.hints] == ([True] if hint else [])
    if not off:
        assert whys(result)["p"].startswith("why.missing(")


def test_a_threshold_is_judged_on_the_list_amount_so_that_other_rules_cannot_close_it() -> None:
    program = a_program(
        promotions=[
            a_promotion("percent", "tenth", percent="10"),
            a_promotion("threshold", "from", threshold="100.00", amount="20.00"),
        ]
    )
    assert by_rule(priced(program, a_line("a", 1, 100_00))) == {"tenth": 10_00, "from": 20_00}


def test_an_amount_on_the_transaction_is_spread_by_largest_remainder() -> None:
    program = one("threshold", threshold="1.00", amount="1.00")
    lines = [a_line(name, 1, 10_00) for name in "abc"]
    result = priced(program, *lines)
    assert [line.net_minor for line in result.lines] == [9_66, 9_67, 9_67]


def test_a_percent_on_the_transaction_is_of_what_the_lines_still_cost() -> None:
    program = a_program(
        promotions=[
            a_promotion("amount", "ten", amount="10.00"),
            a_promotion("threshold", "tenth", threshold="1.00", percent="10"),
        ]
    )
    result = priced(program, a_line("a", 1, 100_00))
    assert arithmetic(result)[1] == "90.00 x 10 % = 9.00"


def test_one_exclusive_transaction_promotion_or_the_others_together_whichever_is_more() -> None:
    alone = whole("alone", amount="30.00")
    two = [whole(f"c{n}", amount="20.00", stacking="compound") for n in range(2)]
    line = a_line("a", 1, 100_00)
    assert by_rule(priced(a_program(promotions=[alone, *two]), line)) == {"c0": 20_00, "c1": 20_00}
    fewer = a_program(promotions=[{**alone, "amount": "40.00"}, *two])
    assert by_rule(priced(fewer, line)) == {"alone": 40_00}


def test_sets_are_compared_by_what_they_really_take_not_by_the_sum_of_their_parts() -> None:
    """Two halves are three quarters together, not everything."""
    halves = [whole(f"half{n}", percent="50", stacking="compound") for n in range(2)]
    program = a_program(promotions=[whole("alone", percent="80"), *halves])
    assert by_rule(priced(program, a_line("a", 1, 100_00))) == {"alone": 80_00}


def test_the_best_of_each_group_is_given() -> None:
    program = a_program(
        promotions=[
            whole("a1", amount="5.00", stacking="best_of", group="a"),
            whole("a2", amount="7.00", stacking="best_of", group="a"),
            whole("b1", percent="10", stacking="best_of", group="b", priority=1),
        ]
    )
    assert by_rule(priced(program, a_line("a", 1, 100_00))) == {"b1": 10_00, "a2": 7_00}


def test_a_tie_of_transaction_promotions_goes_to_priority_then_to_the_smaller_id() -> None:
    b, a = whole("b", amount="5.00"), whole("a", percent="5")
    line = a_line("x", 1, 100_00)
    assert by_rule(priced(a_program(promotions=[b, a]), line)) == {"a": 5_00}
    assert by_rule(priced(a_program(promotions=[{**b, "priority": 1}, a]), line)) == {"b": 5_00}


def test_a_smaller_saving_wins_where_a_later_percentage_spares_it() -> None:
    """The bundle saves 10.00 on goods halved later; the 9.00 on bread are worth more."""
    bread, cake = an_item("bread", 30_00), an_item("cake", 30_00)
    program = a_program(
        promotions=[
            a_promotion("bundle", "pair", buy=2, price="50.00"),
            a_promotion("percent", "bread", percent="30", goods={"items": ["bread"]}),
            whole("half", percent="50", goods={"items": ["cake"]}),
        ]
    )
    result = priced(program, a_line(bread), a_line(cake))
    assert by_rule(result) == {"bread": 9_00, "half": 15_00}


def test_a_large_tangle_of_promotions_over_uneven_lines_is_compared_one_by_one() -> None:
    promotions = [a_promotion("bundle", f"b{n}", buy=2, price=f"{50 + n}.00") for n in range(7)]
    program = a_program(
        promotions=[*promotions, whole("half", percent="50", goods={"items": ["cake"]})]
    )
    result = priced(program, a_line("bread", 1, 30_00), a_line("cake", 1, 30_00))
    assert by_rule(result) == {"b0": 10_00, "half": 12_50}
