"""Limits of points, uses and coupons, each on both sides of its border; who stands before whom."""

import pytest

from pos_app.domain.pricing.basket import Wish
from pos_app.domain.pricing.engine import Engine
from pos_app.domain.pricing.worksheet import Cell, Worksheet
from tests.builders import (
    a_context,
    a_customer,
    a_line,
    a_program,
    a_promotion,
    by_rule,
    numbered,
    priced,
)

LINE = a_line("a", 1, 100_00)


def spent(redeem, points=1_000, *, balance=1_000, offline=False, tier=""):
    customer = a_customer(points=balance, tier_id=tier)
    tiers = {"list": [{"id": "base"}, {"id": "gold", "from": "1.00"}]}
    program = a_program(redeem=redeem, tiers=tiers)
    wish = Wish(points, balance)
    result = priced(program, LINE, customer=customer, wish=wish, offline=offline)
    assert result.limit.why is not None
    return result.totals.points_redeemed, result.limit.why.key


@pytest.mark.parametrize(
    ("redeem", "fields", "expected"),
    [
        ({"min_points": 50}, {"balance": 49}, (0, "limit.min_points")),
        ({"min_points": 50}, {"balance": 50}, (50, "limit.balance")),
        ({"min_points": 50}, {"points": 49}, (0, "limit.share")),
        ({"min_balance": 80}, {"balance": 79}, (0, "limit.min_balance")),
        ({"min_balance": 80}, {"balance": 80}, (80, "limit.balance")),
        ({"min_left": "30.00"}, {}, (70, "limit.left")),
        ({"max_points_offline": 20}, {}, (100, "limit.share")),
        ({"max_points_offline": 20}, {"offline": True}, (20, "limit.offline")),
        ({"excess": "reject"}, {"points": 101}, (0, "limit.share")),
        ({"excess": "reject"}, {"points": 100}, (100, "limit.share")),
        ({"point_value_by_tier": {"gold": "2.00"}}, {"tier": "gold"}, (50, "limit.share")),
        ({"point_value_by_tier": {"gold": "2.00"}}, {"tier": "base"}, (100, "limit.share")),
    ],
)
def test_points_are_spent_within_every_limit(redeem, fields, expected) -> None:
    assert spent(redeem, **fields) == expected


def whys(promotion, **context):
    result = priced(a_program(promotions=[promotion]), LINE, explain=True, **context)
    return {one.rule_id: one.why[0].key for one in result.trace if not one.applied}


@pytest.mark.parametrize(("uses", "given"), [(0, True), (1, True), (2, False)])
def test_a_promotion_is_given_so_often_to_one_member(uses: int, given: bool) -> None:
    limited = a_promotion("percent", percent="10", limits={"per_member": 2})
    found = whys(limited, customer=a_customer(uses={"p": uses}))
    assert found == ({} if given else {"p": "why.used"})
    assert whys(limited) == {"p": "why.members_only"}


def test_what_is_used_up_or_not_asked_for_says_so() -> None:
    assert whys(a_promotion("percent", percent="10", limits={"used_up": True})) == {
        "p": "why.used_up"
    }
    assert whys(a_promotion("percent", percent="10", claim=True)) == {"p": "why.not_claimed"}


def test_a_hint_is_given_only_where_the_amount_is_all_that_is_missing() -> None:
    fields = {"threshold": "150.00", "amount": "9.00"}
    open_ = a_program(promotions=[a_promotion("threshold", **fields)])
    assert [h.key for h in priced(open_, LINE).hints] == ["hint.threshold"]
    closed = a_program(promotions=[a_promotion("threshold", when={"weekdays": [1]}, **fields)])
    assert priced(closed, LINE).hints == ()


def test_on_the_whole_one_may_stand_before_the_others_too() -> None:
    def whole(name: str, amount: str, **fields):
        return a_promotion("amount", name, amount=amount, scope="transaction", **fields)

    program = a_program(promotions=[whole("big", "50.00"), whole("own", "5.00", preempt=True)])
    assert by_rule(priced(program, LINE)) == {"own": 5_00}


def test_the_dearest_may_be_given_where_the_shop_chooses_units() -> None:
    get = {"goods": {"items": ["b", "c"]}, "pick": "dearest"}
    rule = a_promotion("buy_get", buy={"goods": {"items": ["a"]}}, get=get)
    lines = LINE, a_line("b", 1, 60_00), a_line("c", 1, 10_00)
    for choice in ("best_for_customer", "best_for_shop"):
        program = a_program(promotions=[rule], policies={"unit_choice": choice})
        assert by_rule(priced(program, *lines)) == {"p": 60_00}


def test_a_paper_that_nobody_saw_opens_no_discount() -> None:
    card = {"id": "card", "kind": "fixed", "percent": "10", "evidence": {"en": "a paper"}}
    program = a_program(member_discounts=[card])
    context = {"customer": a_customer(), "explain": True}
    unseen = priced(program, LINE, **context)
    assert [one.why[0].key for one in unseen.trace] == ["why.no_evidence"]
    seen = priced(program, LINE, evidence=frozenset({"card"}), **context)
    assert by_rule(seen) == {"card": 10_00}


def test_money_that_comes_back_in_a_line_is_no_room_for_a_discount() -> None:
    """A deposit returned costs less than nothing: percentages never take more than there is."""
    program = a_program(
        promotions=[
            a_promotion("amount", amount="50.00", stacking="compound", goods={"items": ["a"]})
        ]
    )
    result = priced(program, LINE, a_line("empties", 1, -70_00))
    assert result.totals.net_minor == 0


def test_units_that_are_not_there_cannot_be_put_elsewhere() -> None:
    row = Worksheet.of([LINE]).rows[0]
    with pytest.raises(ValueError, match="no such units"):
        row.put((Cell(2, 100_00),), (Cell(2, 90_00),), None)


def test_sets_and_bundles_under_a_tiny_budget_are_within_their_gap() -> None:
    parts = [{"goods": {"items": [a]}, "units": n} for a, n in (("a", 2), ("b", 1), ("c", 2))]
    rules = [
        a_promotion("bundle", "set", price="3.00", parts=parts),
        a_promotion("bundle", "five", buy=5, price="4.00"),
        a_promotion("buy_get", "get", buy={"goods": {"items": ["a"]}, "units": 3},
                    get={"goods": {"items": ["b"]}, "units": 2}),
        a_promotion("percent", "half", percent="50", max_units=4),
    ]  # fmt: skip
    lines = numbered(*(a_line(n, 7, p) for n, p in (("a", 1_13), ("b", 1_07), ("c", 99))))
    cut = Engine(a_program(promotions=rules, node_budget=1)).price(lines, a_context())
    plenty = a_program(promotions=rules, node_budget=10_000_000)
    whole = Engine(plenty).price(lines, a_context())
    assert whole.optimal
    assert not cut.optimal
    assert 0 <= cut.totals.net_minor - whole.totals.net_minor <= cut.gap_minor
