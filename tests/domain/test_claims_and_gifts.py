"""Rewards that a customer asks for, gifts beside the basket, coupons for the next visit."""

import pytest

from pos_app.domain.pricing.basket import Wish
from pos_app.domain.promotion.gift import GiftGiven
from tests.builders import a_customer, a_line, a_program, a_promotion, by_rule, priced

MEMBER = a_customer(points=100)
TEN_OFF = {"amount": "10.00", "scope": "transaction", "stacking": "compound", "claim": True}


def reward(name: str = "r", cost: int = 30, **fields):
    return a_promotion("amount", name, cost_points=cost, **{**TEN_OFF, **fields})


def claimed(promotions, *claims: str, most: int = 100, lines=None, **fields):
    program = a_program(promotions=promotions, **fields)
    lines = lines or (a_line("a", 2, 100_00),)
    return priced(program, *lines, customer=MEMBER, claims=claims, wish=Wish(0, most))


def test_a_reward_is_given_when_it_is_asked_for_and_paid_with_points() -> None:
    asked = claimed([reward()], "r")
    assert (asked.totals.net_minor, asked.claimed_points) == (190_00, 30)
    assert (asked.totals.points_redeemed, asked.totals.points_minor) == (30, 0)
    silent = claimed([reward()])
    assert (silent.totals.net_minor, silent.claimed_points) == (200_00, 0)


@pytest.mark.parametrize(("most", "given"), [(30, True), (29, False), (0, False), (-100, False)])
def test_a_reward_beyond_the_points_is_not_given(most: int, given: bool) -> None:
    result = claimed([reward()], "r", most=most)
    assert by_rule(result) == ({"r": 10_00} if given else {})
    assert result.claimed_points == (30 if given else 0)


@pytest.mark.parametrize("kind", [{"item": "tea"}, {"item": "tea", "units": 2}])
def test_a_debt_buys_no_gift(kind) -> None:
    gift = a_promotion("gift", "r", claim=True, cost_points=3, **kind)
    result = claimed([gift], "r", most=-5)
    assert (result.gifts, result.claimed_points, result.totals.points_redeemed) == ((), 0, 0)


def test_the_latest_claim_is_the_one_that_the_points_do_not_cover() -> None:
    both = [reward("x", 60), reward("y", 60)]
    assert by_rule(claimed(both, "x", "y")) == {"x": 10_00}
    assert by_rule(claimed(both, "y", "x")) == {"y": 10_00}


def test_a_gift_is_given_as_often_as_the_points_allow_or_its_limit() -> None:
    tea = a_promotion("gift", "r", item="tea", claim=True, cost_points=30)
    assert claimed([tea], "r").gifts == (GiftGiven("tea", 3, "r"),)
    assert claimed([tea], "r").claimed_points == 90
    twice = {**tea, "limits": {"per_receipt": 2}}
    assert claimed([twice], "r").gifts == (GiftGiven("tea", 2, "r"),)


def test_what_a_reward_costs_is_no_longer_there_to_pay_with() -> None:
    program = a_program(promotions=[reward()])
    lines = a_line("a", 2, 100_00)
    result = priced(program, lines, customer=MEMBER, claims=("r",), wish=Wish(100, 100))
    assert (result.limit.points, result.totals.points_redeemed) == (70, 100)
    assert result.totals.points_minor == 70_00


def test_the_points_of_a_reward_fall_on_the_lines_it_reduced_of_a_gift_on_all() -> None:
    lines = a_line("a", 1, 100_00), a_line("b", 1, 300_00)
    off_b = {"amount": "5.00", "goods": {"items": ["b"]}, "scope": "unit", "stacking": "exclusive"}
    result = claimed([reward(**off_b)], "r", lines=lines)
    assert [one.points_redeemed for one in result.lines] == [0, 30]
    tea = a_promotion("gift", "r", item="tea", claim=True, cost_points=100)
    assert [x.points_redeemed for x in claimed([tea], "r", lines=lines).lines] == [25, 75]


def test_a_reward_may_be_paid_with_the_points_of_the_same_receipt_where_the_programme_says_so() -> (
    None
):
    earn = {"rules": [{"id": "e", "percent": "10"}]}
    here = {"claim_points": "with_this_receipt"}
    assert claimed([reward()], "r", most=15, earn=earn).claimed_points == 0
    assert claimed([reward()], "r", most=15, earn=earn, policies=here).claimed_points == 30


def test_what_points_bought_earns_where_the_base_is_before_redemption() -> None:
    for base, points in (("paid_money", 19), ("before_redemption", 20)):
        earn = {"rules": [{"id": "e", "percent": "10"}], "base": base}
        assert claimed([reward()], "r", earn=earn).totals.points_earned == points


def gifts(count: int, policies=None, **fields):
    program = a_program(
        promotions=[a_promotion("gift", **{"item": "tea", **fields})], policies=policies or {}
    )
    result = priced(program, a_line("jam", count, 50_00), a_line("oil", 1, 10_00))
    assert result.totals.discount_minor == 0
    return [(one.item_id, one.units) for one in result.gifts]


def test_a_gift_is_given_once_or_for_every_so_many() -> None:
    assert gifts(5) == [("tea", 1)]
    assert gifts(5, units=2, goods={"items": ["jam"]}) == [("tea", 2)]
    assert gifts(5, per=2, goods={"items": ["jam"]}) == [("tea", 2)]
    assert gifts(1, per=2, goods={"items": ["jam"]}) == []
    assert gifts(5, goods={"items": ["milk"]}) == []


def test_a_gift_of_the_same_item_is_one_of_what_was_bought() -> None:
    assert gifts(4, item="", same_item=True, per=2) == [("jam", 2)]
    assert gifts(2, item="", same_item=True, goods={"items": ["jam", "oil"]}) == [
        ("jam", 1),
        ("oil", 1),
    ]


@pytest.mark.parametrize(
    ("count", "single", "largest_first"), [(1, 0, 0), (2, 1, 1), (4, 1, 2), (5, 4, 4), (12, 4, 9)]
)
def test_borders_of_gifts_count_once_or_add_up_from_the_largest(
    count: int, single: int, largest_first: int
) -> None:
    steps = [{"from": 2, "units": 1}, {"from": 5, "units": 4}]
    fields = {"steps": steps, "goods": {"items": ["jam"]}}
    assert sum(units for _, units in gifts(count, **fields)) == single
    added = gifts(count, {"gift_steps": "largest_first"}, **fields)
    assert sum(units for _, units in added) == largest_first


def test_a_border_of_nothing_gives_whoever_buys_little() -> None:
    steps = [{"from": 0, "units": 1}, {"from": 3, "units": 2}]
    assert gifts(1, steps=steps, goods={"items": ["jam"]}) == [("tea", 1)]
    largest = {"gift_steps": "largest_first"}
    assert gifts(4, largest, steps=steps, goods={"items": ["jam"]}) == [("tea", 2)]


def test_a_coupon_for_the_next_visit_is_issued_from_an_amount() -> None:
    coupons = [{"id": "next", "kind": "printed", "days": 30}]
    issue = a_promotion("coupon", coupon="next", conditions=[{"kind": "amount", "from": "100.00"}])
    program = a_program(promotions=[issue], coupons=coupons)
    assert priced(program, a_line("a", 1, 100_00)).issued == ("next",)
    assert priced(program, a_line("a", 1, 99_99)).issued == ()
