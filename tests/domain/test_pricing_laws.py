"""Laws that hold for every basket under every programme."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.domain.document import Step
from pos_app.domain.pricing.basket import NO_EARNING, NO_REDUCTION, BasketLine
from pos_app.domain.pricing.engine import Engine
from pos_app.domain.pricing.result import Priced
from tests.builders import a_context, a_customer, a_line, a_program, numbered
from tests.domain.random_shop import CUSTOMER, GOODWILL, ITEMS, LINES, PROGRAM, WISH

BASKETS = settings(max_examples=100)


@BASKETS
@given(LINES, PROGRAM, CUSTOMER, WISH, GOODWILL)
def test_lines_sum_to_totals_at_every_step(lines, parts, customer, wish, goodwill) -> None:
    program = a_program(**parts)
    basket = [replace(lines[0], goodwill=goodwill), *lines[1:]]
    basket = list(numbered(*basket))
    context = a_context(customer=customer, wish=wish, goodwill=goodwill, explain=True)
    result = Engine(program).price(basket, context)
    totals = result.totals
    assert [one.line for one in result.lines] == [one.line for one in basket]
    for line, one in zip(basket, result.lines, strict=True):
        assert one.list_minor == line.list_minor
        assert one.net_minor == one.list_minor - sum(m.amount_minor for m in one.modifications)
        assert one.payable_minor == one.net_minor - one.points_minor
        assert all(m.amount_minor > 0 for m in one.modifications)
        steps = [list(Step).index(m.step) for m in one.modifications]
        assert steps == sorted(steps)
        _keeps_the_law(line, one)
    assert totals.list_minor == sum(one.list_minor for one in result.lines)
    assert totals.net_minor == sum(one.net_minor for one in result.lines)
    assert totals.discount_minor == totals.list_minor - totals.net_minor
    assert totals.points_minor == totals.points_redeemed * program.redeem.point_value_minor
    assert totals.points_redeemed == sum(one.points_redeemed for one in result.lines)
    assert totals.due_minor == totals.payable_minor == totals.net_minor - totals.points_minor
    assert totals.points_earned == sum(one.points_earned for one in result.lines)
    _explains(result)


def _keeps_the_law(line: BasketLine, one: Any) -> None:
    """No line below its floor, whoever reduces it; nothing at all on tobacco and gift cards."""
    assert one.net_minor >= line.floor_minor
    assert one.payable_minor >= min(line.floor_minor, one.net_minor)
    assert one.points_redeemed >= 0
    assert one.points_earned >= 0
    if line.item.regulated in NO_REDUCTION:
        assert one.payable_minor == one.list_minor
    if line.item.regulated in NO_EARNING:
        assert one.points_earned == 0
    if not line.item.points_allowed:
        assert one.points_minor == 0


def _explains(result: Priced) -> None:
    """Every kopeck taken is in the explanation, and in it only once."""
    said = sum(one.amount_minor for one in result.trace)
    assert said == result.totals.discount_minor
    assert all(one.why for one in result.trace)


@BASKETS
@given(LINES, PROGRAM, CUSTOMER, WISH)
def test_points_are_never_more_than_the_limit_and_the_limit_is_payable(
    lines, parts, customer, wish
) -> None:
    engine = Engine(a_program(**parts))
    basket = numbered(*lines)
    result = engine.price(basket, a_context(customer=customer, wish=wish))
    step = engine.program.redeem.step
    assert result.totals.points_redeemed <= max(min(wish.points, result.limit.points), 0)
    assert result.totals.points_redeemed % step == 0
    assert result.limit.why is not None
    most = replace(wish, points=result.limit.points)
    full = engine.price(basket, a_context(customer=customer, wish=most))
    assert full.limit == result.limit
    assert full.totals.points_redeemed == result.limit.points


@BASKETS
@given(LINES, PROGRAM, CUSTOMER)
def test_nobody_pays_more_than_without_a_promotion(lines, parts, customer) -> None:
    basket = numbered(*lines)
    context = a_context(customer=customer)
    whole = Engine(a_program(**parts)).price(basket, context)
    for kind in ("promotions", "member_discounts"):
        for index in range(len(parts[kind])):
            fewer = {**parts, kind: parts[kind][:index] + parts[kind][index + 1 :]}
            without = Engine(a_program(**fewer)).price(basket, context)
            assert whole.totals.net_minor <= without.totals.net_minor


@BASKETS
@given(LINES, PROGRAM, CUSTOMER, WISH, st.randoms(use_true_random=False))
def test_the_order_of_scanning_changes_no_total(lines, parts, customer, wish, random) -> None:
    engine = Engine(a_program(**parts))
    context = a_context(customer=customer, wish=wish)
    shuffled = list(lines)
    random.shuffle(shuffled)
    one = engine.price(numbered(*lines), context)
    other = engine.price(numbered(*shuffled), context)
    assert one.totals == other.totals
    assert one.limit == other.limit


@BASKETS
@given(LINES, PROGRAM, CUSTOMER, WISH)
def test_the_same_basket_has_the_same_answer_twice(lines, parts, customer, wish) -> None:
    basket, context = numbered(*lines), a_context(customer=customer, wish=wish)
    engine = Engine(a_program(**parts))
    first = engine.price(basket, context)
    assert engine.price(basket, context) == first
    assert Engine(a_program(**parts)).price(basket, context) == first


@BASKETS
@given(LINES, PROGRAM)
def test_a_member_never_pays_more_than_a_stranger(lines, parts) -> None:
    engine, basket = Engine(a_program(**parts)), numbered(*lines)
    stranger = engine.price(basket, a_context())
    member = engine.price(basket, a_context(customer=a_customer()))
    assert member.totals.net_minor <= stranger.totals.net_minor
    assert stranger.totals.points_earned == 0


UNEVEN = st.tuples(
    st.fixed_dictionaries(
        {
            "kind": st.just("bundle"),
            "buy": st.integers(2, 3),
            "price": st.sampled_from(["0.50", "5.00", "40.00"]),
            "goods": st.sampled_from([{}, {"items": ["jam", "bun"]}, {"items": ["bun", "tea"]}]),
        }
    ),
    st.sampled_from(["20", "40", "60"]),
    st.sampled_from(["jam", "bun", "tea"]),
    st.sampled_from(["50", "90"]),
    st.sampled_from(["jam", "bun", "tea"]),
)


@BASKETS
@given(
    st.lists(st.tuples(st.sampled_from([0, 1, 2]), st.integers(1, 3)), min_size=2, max_size=3),
    UNEVEN,
)
def test_nobody_pays_more_where_a_later_percentage_spares_a_part_of_the_goods(rows, parts) -> None:
    group, percent, item, later, spared = parts
    rules = [
        {"id": "group", **group},
        {"id": "group-too", **group, "buy": 2},
        {"id": "simple", "kind": "percent", "percent": percent, "goods": {"items": [item]}},
        {
            "id": "later",
            "kind": "threshold",
            "threshold": "0.01",
            "percent": later,
            "goods": {"not_items": [spared]},
        },
    ]
    basket = numbered(*(a_line(ITEMS[number], count) for number, count in rows))
    whole = Engine(a_program(promotions=rules)).price(basket, a_context())
    for index in range(len(rules)):
        fewer = rules[:index] + rules[index + 1 :]
        without = Engine(a_program(promotions=fewer)).price(basket, a_context())
        assert whole.totals.net_minor <= without.totals.net_minor
