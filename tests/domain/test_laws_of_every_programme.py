"""Laws that hold for every basket under programmes of every shape, stage and stacking."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_app.domain.document import Step
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.engine import Engine
from pos_app.domain.pricing.result import Priced
from tests.builders import NOON, a_context, a_program, numbered
from tests.domain.random_shop import (
    ANY_POLICY_PROGRAMME,
    EVERY_PROGRAMME,
    GIFT_PROMOTIONS,
    GOODWILL,
    LINES,
    WHATEVER_PROGRAMME,
    WIDE_CONTEXT,
    identified,
)

BASKETS = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
AMOUNTS = ("list_minor", "net_minor", "points_minor", "payable_minor")


def priced_by(parts: dict[str, Any], lines: Sequence[BasketLine], **context: Any) -> Priced:
    return Engine(a_program(**parts)).price(numbered(*lines), a_context(**context))


def amounts_of(result: Priced) -> tuple[object, ...]:
    """Every number that a receipt shows; not how the search found it."""
    return result.lines, result.totals, result.limit, result.gifts, result.issued


@BASKETS
@given(LINES, WHATEVER_PROGRAMME, WIDE_CONTEXT, GOODWILL)
def test_lines_sum_to_the_total_at_every_named_amount(lines, parts, wide, goodwill) -> None:
    result = priced_by(parts, lines, goodwill=goodwill, **wide)
    found = result.amounts
    for name in AMOUNTS:
        assert sum(getattr(one, name) for one in result.lines) == getattr(result.totals, name)
    for upto, amount in (
        ({Step.CORRECTION, Step.ITEM}, found.promotional_minor),
        ({Step.CORRECTION, Step.ITEM, Step.MEMBER}, found.member_minor),
        (set(Step) - {Step.GOODWILL}, found.net_minor),
        (set(Step), found.after_goodwill_minor),
    ):
        by_line = [
            one.list_minor - sum(m.amount_minor for m in one.modifications if m.step in upto)
            for one in result.lines
        ]
        assert sum(by_line) == amount
    assert found.after_goodwill_minor == result.totals.net_minor
    assert found.payable_minor == result.totals.payable_minor


@BASKETS
@given(LINES, WHATEVER_PROGRAMME, WIDE_CONTEXT, GOODWILL)
def test_no_amount_rises_from_step_to_step(lines, parts, wide, goodwill) -> None:
    found = priced_by(parts, lines, goodwill=goodwill, **wide).amounts
    steps = (
        found.list_minor,
        found.promotional_minor,
        found.member_minor,
        found.net_minor,
        found.after_goodwill_minor,
        found.payable_minor,
        0,
    )
    assert list(steps) == sorted(steps, reverse=True)


@BASKETS
@given(LINES, ANY_POLICY_PROGRAMME, WIDE_CONTEXT, GOODWILL)
def test_what_was_taken_off_a_line_is_its_list_amount_less_its_net(
    lines, parts, wide, goodwill
) -> None:
    for one in priced_by(parts, lines, goodwill=goodwill, **wide).lines:
        assert sum(m.amount_minor for m in one.modifications) == one.list_minor - one.net_minor
        assert all(m.amount_minor > 0 for m in one.modifications)


@BASKETS
@given(LINES, ANY_POLICY_PROGRAMME, WIDE_CONTEXT, GOODWILL)
def test_no_unit_of_a_line_falls_below_its_floor(lines, parts, wide, goodwill) -> None:
    result = priced_by(parts, lines, goodwill=goodwill, **wide)
    for line, one in zip(numbered(*lines), result.lines, strict=True):
        assert one.net_minor >= line.floor_minor
        assert one.payable_minor >= min(line.floor_minor, one.net_minor)
        split = one.parts(line.count)
        assert sum(units for units, _, _ in split) == line.count
        assert sum(amount for _, _, amount in split) == one.payable_minor
        assert all(units * price == amount for units, price, amount in split)
        assert all(price >= line.floor_unit_minor for _, price, _ in split)
        assert line.reducible or one.net_minor == one.list_minor


@BASKETS
@given(LINES, ANY_POLICY_PROGRAMME, WIDE_CONTEXT)
def test_no_promotion_touches_more_units_than_a_line_has(lines, parts, wide) -> None:
    """Units of promotions that compete are disjoint; each other one has at most all of them."""
    result = priced_by(parts, lines, **wide)
    for line, one in zip(numbered(*lines), result.lines, strict=True):
        assert all(0 < m.units <= line.count for m in one.modifications)


@BASKETS
@given(LINES, EVERY_PROGRAMME, WIDE_CONTEXT)
def test_nobody_pays_more_with_a_promotion_than_without_it(lines, parts, wide) -> None:
    """With the default policies. Not promised by `preempt`, by conditions on net amounts, by
    `not_with_price_stage` and `not_promoted`, and by other policies: a programme that names them
    says that one promotion stands in the way of another. Nor by a reward that costs points: the
    customer spends them in the order of asking."""
    whole = priced_by(parts, lines, **wide)
    for index, promotion in enumerate(parts["promotions"]):
        if promotion.get("cost_points"):
            continue
        rest = parts["promotions"][:index] + parts["promotions"][index + 1 :]
        without = priced_by({**parts, "promotions": rest}, lines, **wide)
        assert whole.totals.net_minor <= without.totals.net_minor + whole.gap_minor


@BASKETS
@given(LINES, EVERY_PROGRAMME, WIDE_CONTEXT, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_no_number_but_among_identical_lines(
    lines, parts, wide, random
) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)
    one, other = priced_by(parts, lines, **wide), priced_by(parts, shuffled, **wide)
    assert replace(one.totals) == other.totals
    assert (one.limit, one.claimed_points, one.notes) == (
        other.limit,
        other.claimed_points,
        other.notes,
    )
    assert sorted(one.gifts, key=str) == sorted(other.gifts, key=str)
    assert _by_goods(lines, one) == _by_goods(shuffled, other)


def _by_goods(lines: Sequence[BasketLine], result: Priced) -> list[tuple[object, ...]]:
    return sorted(
        (
            line.item.item_id,
            line.quantity.value,
            one.net_minor,
            one.points_minor,
            one.points_earned,
            sorted((m.rule_id, m.amount_minor) for m in one.modifications),
        )
        for line, one in zip(lines, result.lines, strict=True)
    )


@BASKETS
@given(st.lists(LINES, min_size=2, max_size=4), ANY_POLICY_PROGRAMME, WIDE_CONTEXT)
def test_a_warm_engine_answers_as_a_fresh_one(baskets, parts, wide) -> None:
    """Whatever it remembers of other baskets, and of this one with other lines."""
    warm = Engine(a_program(**parts))
    for lines in (*baskets, *(lines[1:] for lines in baskets), *baskets):
        basket, context = numbered(*lines), a_context(**wide)
        assert warm.price(basket, context) == Engine(warm.program).price(basket, context)


MOMENTS = st.sampled_from([NOON, NOON + timedelta(hours=3), NOON + timedelta(days=1)])


@BASKETS
@given(
    LINES, WHATEVER_PROGRAMME, st.lists(st.tuples(WIDE_CONTEXT, MOMENTS), min_size=2, max_size=4)
)
def test_an_engine_remembers_nothing_of_another_customer_or_hour(lines, parts, visits) -> None:
    warm, basket = Engine(a_program(**parts)), numbered(*lines)
    for wide, local in (*visits, *visits):
        context = a_context(local, explain=True, **wide)
        assert warm.price(basket, context) == Engine(warm.program).price(basket, context)


@BASKETS
@given(LINES, ANY_POLICY_PROGRAMME, WIDE_CONTEXT)
def test_an_explanation_changes_no_amount(lines, parts, wide) -> None:
    engine = Engine(a_program(**parts))
    basket = numbered(*lines)
    plain = engine.price(basket, a_context(**wide))
    explained = engine.price(basket, a_context(explain=True, **wide))
    assert amounts_of(plain) == amounts_of(explained)
    assert amounts_of(Engine(engine.program).price(basket, a_context(**wide))) == amounts_of(plain)
    told = {one.rule_id for one in explained.trace}
    assert told >= {rule["id"] for rule in (*parts["promotions"], *parts["member_discounts"])}


@BASKETS
@given(LINES, WHATEVER_PROGRAMME, WIDE_CONTEXT, GIFT_PROMOTIONS)
def test_gifts_and_coupons_for_the_next_visit_reduce_no_amount(lines, parts, wide, gift) -> None:
    free = {k: v for k, v in gift.items() if k != "cost_points"}
    more = [*parts["promotions"], {"id": "zz", "name": {"en": "zz"}, **free}]
    without = priced_by(parts, lines, **wide)
    given_ = priced_by({**parts, "promotions": more}, lines, **wide)
    assert [one.net_minor for one in given_.lines] == [one.net_minor for one in without.lines]
    assert given_.totals == without.totals


@BASKETS
@given(LINES, WHATEVER_PROGRAMME, WIDE_CONTEXT)
def test_points_pay_within_the_limit_and_never_below_nothing(lines, parts, wide) -> None:
    result = priced_by(parts, lines, **wide)
    spent = result.totals.points_redeemed - result.claimed_points
    wish = wide["wish"]
    assert 0 <= spent <= result.limit.points
    assert spent <= max(wish.points, 0)
    assert result.totals.payable_minor >= 0
    assert all(one.points_minor >= 0 for one in result.lines)
    if wish.most >= 0:
        assert result.totals.points_redeemed <= wish.most


@BASKETS
@given(LINES, WHATEVER_PROGRAMME, WIDE_CONTEXT)
def test_claimed_rewards_never_cost_more_than_the_points_there_are(lines, parts, wide) -> None:
    result = priced_by(parts, lines, **wide)
    assert result.claimed_points <= max(wide["wish"].most, 0)
    costs = {p["id"]: p.get("cost_points", 0) for p in parts["promotions"]}
    paid = [rule for rule in result.applications if costs.get(rule)]
    assert result.claimed_points == sum(costs[rule] * result.applications[rule] for rule in paid)
    assert all(rule in wide["claims"] for rule in paid)


@BASKETS
@given(LINES, ANY_POLICY_PROGRAMME, WIDE_CONTEXT)
def test_points_earned_stay_within_what_is_left_of_every_cap(lines, parts, wide) -> None:
    result = priced_by(parts, lines, **wide)
    customer = wide["customer"]
    if customer is None:
        assert result.totals.points_earned == 0
        return
    for cap in parts["cashback"]["caps"]:
        under = sum(
            one.points_earned
            for line, one in zip(lines, result.lines, strict=True)
            if not cap["categories"] or set(cap["categories"]) & set(line.item.categories)
        )
        assert under <= max(cap["points"] - customer.earned.get(cap["id"], 0), 0)
    assert all(one.points_earned >= 0 for one in result.lines)


@BASKETS
@given(LINES, EVERY_PROGRAMME, WIDE_CONTEXT)
def test_a_promotion_that_is_closed_changes_nothing(lines, parts, wide) -> None:
    """Asked for by a coupon that nobody shows."""
    closed = [{**p, "coupon_needed": "next"} for p in parts["promotions"]]
    more = identified([*parts["promotions"], *({k: v for k, v in p.items() if k != "id"}
                       for p in closed)])  # fmt: skip
    more = [{**p, "id": old["id"]} for p, old in zip(more, parts["promotions"], strict=False)] + [
        {**p, "id": f"z{n}"} for n, p in enumerate(closed)
    ]
    one = priced_by(parts, lines, **wide)
    other = priced_by({**parts, "promotions": more}, lines, **wide)
    assert amounts_of(one) == amounts_of(other)
