"""Points in the price of a receipt: the limit that binds, and what is earned."""

from functools import partial

import pytest

from pos_app.domain.pricing.basket import Wish
from pos_app.domain.pricing.by_goods import ByGoods
from pos_app.domain.pricing.redemption import Paying, eligible, spend
from pos_app.domain.pricing.result import Priced
from pos_app.domain.pricing.worksheet import Worksheet
from tests.builders import (
    a_context,
    a_customer,
    a_line,
    a_program,
    a_promotion,
    an_item,
    priced,
)


def limited(redeem: dict, *lines, most: int = 10_000, points: int = 10_000, **context) -> Priced:
    return priced(
        a_program(redeem=redeem), *lines, customer=a_customer(), wish=Wish(points, most), **context
    )


@pytest.mark.parametrize(
    ("redeem", "most", "points", "why"),
    [
        ({"max_share": "30"}, 10_000, 300, "limit.share"),
        ({}, 10_000, 1000, "limit.share"),
        ({"min_left_per_line": "0.01"}, 10_000, 999, "limit.lines"),
        ({"max_share_of_line": "50"}, 10_000, 500, "limit.lines"),
        ({}, 70, 70, "limit.balance"),
        ({"step": 50}, 70, 50, "limit.balance"),
        ({"min_receipt": "1000.00"}, 70, 70, "limit.balance"),
        ({"min_receipt": "1000.01"}, 70, 0, "limit.min_receipt"),
        ({"goods": {"not_items": ["a"]}}, 70, 0, "limit.share"),
        ({"point_value": "0.10", "max_share": "30"}, 10_000, 3000, "limit.share"),
        ({"point_value": "3.00"}, 10_000, 333, "limit.share"),
        ({}, -5, 0, "limit.balance"),
    ],
)
def test_the_limit_of_points_names_the_one_reason_that_binds(redeem, most, points, why) -> None:
    result = limited(redeem, a_line("a", 1, 1000_00), most=most)
    assert result.limit.points == points
    assert result.limit.why is not None
    assert result.limit.why.key == why
    assert result.totals.points_redeemed == points


def test_an_allowance_that_binds_is_named() -> None:
    wish = Wish(100, 40, "allowance")
    result = priced(a_program(), a_line("a", 1, 1000_00), customer=a_customer(), wish=wish)
    assert str(result.limit.why) == "limit.allowance(points=Points(value=40))"


def test_points_pay_down_to_one_kopeck_a_line_where_that_must_be_left() -> None:
    redeem = {"point_value": "0.01", "min_left_per_line": "0.01"}
    result = limited(redeem, a_line("a", 1, 5_00), a_line("b", 3, 1), a_line("c", 1, 1))
    assert [line.payable_minor for line in result.lines] == [1, 1, 1]


def test_excluded_goods_are_not_paid_with_points_and_do_not_widen_the_share() -> None:
    beer = an_item("beer", 500_00, points_allowed=False)
    result = limited({"max_share": "30"}, a_line("a", 1, 100_00), a_line(beer))
    assert result.limit.points == 30
    assert [line.points_redeemed for line in result.lines] == [30, 0]


def test_a_wish_is_cut_to_the_step_and_a_negative_one_to_nothing() -> None:
    redeem = {"step": 10}
    assert limited(redeem, a_line("a", 1, 100_00), points=37).totals.points_redeemed == 30
    assert limited(redeem, a_line("a", 1, 100_00), points=-7).totals.points_redeemed == 0


def test_points_fall_on_lines_by_value_and_follow_the_money() -> None:
    result = limited({}, a_line("a", 1, 30_00), a_line("b", 1, 10_00), points=10)
    assert [(x.points_minor, x.points_redeemed) for x in result.lines] == [(7_50, 8), (2_50, 2)]


def test_more_points_than_the_limit_are_a_broken_contract() -> None:
    rows, redeem = Worksheet.of([a_line("a", 1, 10_00)]).rows, a_program().redeem
    paying = Paying.of(redeem, rows, a_context(), ByGoods(partial(eligible, redeem)))
    with pytest.raises(ValueError, match="limit"):
        spend(paying, 11)


# --- points earned -------------------------------------------------------------------------


def earning(*rules: dict, **fields):
    return a_program(
        tiers={"list": [{"id": "base"}, {"id": "gold", "from": "1.00"}]},
        earn={"rules": [{"id": f"e{n}", **rule} for n, rule in enumerate(rules)], **fields},
    )


def test_points_are_rounded_down_once_a_receipt() -> None:
    program = earning({"percent": "5"})
    lines = [a_line(name, 1, 10_00) for name in "abc"]
    result = priced(program, *lines, customer=a_customer())
    assert result.totals.points_earned == 1
    assert priced(program, a_line("a", 1, 19_99), customer=a_customer()).totals.points_earned == 0
    assert priced(program, a_line("a", 1, 20_00), customer=a_customer()).totals.points_earned == 1


def test_a_line_earns_by_the_open_rule_that_gives_it_most() -> None:
    program = earning(
        {"percent": "1"},
        {"percent": "10", "goods": {"items": ["fruit"]}},
        {"percent": "50", "when": {"weekdays": [1]}},
        {"points": 3, "per": "100.00", "goods": {"items": ["tea"]}},
    )
    lines = [a_line(name, 1, 1000_00) for name in ("fruit", "tea", "milk")]
    result = priced(program, *lines, customer=a_customer())
    assert [line.points_earned for line in result.lines] == [100, 30, 10]


def test_a_tier_has_its_own_rate() -> None:
    program = earning({"percent": "5", "by_tier": {"gold": {"percent": "10"}}})
    line = a_line("a", 1, 1000_00)
    for tier, points in (("base", 50), ("gold", 100)):
        result = priced(program, line, customer=a_customer(tier_id=tier))
        assert result.totals.points_earned == points


@pytest.mark.parametrize(
    ("base", "points"), [("paid_money", 90), ("before_redemption", 100), ("none_if_redeemed", 0)]
)
def test_what_points_paid_earns_as_the_program_says(base: str, points: int) -> None:
    program = earning({"percent": "10"}, base=base)
    result = priced(program, a_line("a", 1, 1000_00), customer=a_customer(), wish=Wish(100, 100))
    assert result.totals.points_earned == points
    unspent = priced(program, a_line("a", 1, 1000_00), customer=a_customer())
    assert unspent.totals.points_earned == 100


def test_discounts_lower_what_is_earned_and_excluded_items_earn_nothing() -> None:
    program = a_program(
        promotions=[a_promotion("percent", percent="50")],
        earn={"rules": [{"id": "e", "percent": "10"}]},
    )
    plain = an_item("nothing", 100_00, earns=False)
    result = priced(program, a_line("a", 1, 100_00), a_line(plain), customer=a_customer())
    assert [line.points_earned for line in result.lines] == [5, 0]


def test_strangers_and_blocked_members_earn_nothing() -> None:
    program = earning({"percent": "10"})
    line = a_line("a", 1, 100_00)
    assert priced(program, line).totals.points_earned == 0
    assert priced(program, line, customer=a_customer(earns=False)).totals.points_earned == 0
