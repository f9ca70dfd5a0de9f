"""A random small shop for properties: its items, its programme, its baskets."""

import copy
from typing import Any

from hypothesis import strategies as st

from pos_app.domain.mechanics.earn import COMBINES, EARN_BASES, EARN_ROUNDINGS
from pos_app.domain.mechanics.policies import (
    ALLOCATIONS,
    CLAIM_POINTS,
    COMPOUNDINGS,
    CONDITION_BASES,
    GIFT_STEPS,
    ORDERS,
    ROUNDINGS,
    SELECTIONS,
    UNIT_CHOICES,
)
from pos_app.domain.pricing.basket import BasketLine, Goodwill, Wish
from tests.builders import a_customer, a_line, a_promotion, an_item, weighed

ITEMS = [
    an_item("tea", 33, categories=("drinks",)),
    an_item("jam", 1_05, categories=("food",)),
    an_item("bun", 1_05, categories=("food", "bread")),
    an_item("oil", 12_35, categories=("food",), points_allowed=False),
    an_item("wine", 449_00, categories=("drinks",), regulated="alcohol", floor_minor=409_00),
    an_item("smoke", 210_00, categories=("tobacco",), regulated="tobacco"),
    an_item("book", 99_99, categories=("paper",), discountable=False),
    an_item("card", 500_00, categories=("paper",), regulated="gift_card"),
]  # fmt: skip


def line_of(row: tuple[int, int, bool]) -> BasketLine:
    number, count, by_weight = row
    if by_weight:
        return weighed(
            "apple", count * 117, 149_90, categories=("food", "fruit"), floor_minor=90_00
        )
    return a_line(ITEMS[number], count)


ROWS = st.lists(
    st.tuples(st.integers(0, len(ITEMS) - 1), st.integers(1, 4), st.booleans()),
    min_size=1,
    max_size=5,
)
LINES = ROWS.map(lambda rows: [line_of(row) for row in rows])

GOODS = st.sampled_from(
    [{}, {"categories": ["food"]}, {"categories": ["drinks"]}, {"items": ["tea", "jam"]},
     {"not_categories": ["bread"]}, {"categories": ["fruit", "bread"]}, {"price_max": "2.00"}]
)  # fmt: skip
PERCENT = st.sampled_from(["5", "7.5", "10", "33.3333", "100"])
AMOUNT = st.sampled_from(["0.10", "1.00", "17.77", "300.00"])


def _kind(kind: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind), "goods": GOODS, **fields})


ITEM_PROMOTION = st.one_of(
    _kind("percent", percent=PERCENT, max_units=st.sampled_from([0, 0, 2])),
    _kind("amount", amount=AMOUNT),
    _kind("fixed_price", price=AMOUNT),
    _kind("buy_n_pay_m", buy=st.just(3), pay=st.integers(1, 2), max_applications=st.integers(0, 1)),
    _kind("bundle", buy=st.integers(2, 3), price=AMOUNT),
)
COMPOUND = st.one_of(
    _kind("percent", percent=PERCENT, stacking=st.just("compound")),
    _kind("amount", amount=AMOUNT, stacking=st.just("compound")),
    _kind("fixed_price", price=AMOUNT, stacking=st.just("compound")),
)
STACKED = st.sampled_from(
    [{}, {"stacking": "compound"}, {"stacking": "best_of", "group": "g"}, {"priority": 3}]
)
THRESHOLD = st.one_of(
    _kind("threshold", threshold=st.sampled_from(["1.00", "20.00"]), percent=PERCENT),
    _kind("threshold", threshold=st.sampled_from(["1.00", "20.00"]), amount=AMOUNT),
)
WHOLE = st.tuples(THRESHOLD, STACKED).map(lambda pair: pair[0] | pair[1])
ANY_PROMOTION = st.one_of(ITEM_PROMOTION, ITEM_PROMOTION, COMPOUND, WHOLE)


def named(rules: list[dict[str, Any]], prefix: str) -> list[dict[str, Any]]:
    return [{"id": f"{prefix}{n}", **copy.deepcopy(rule)} for n, rule in enumerate(rules)]


PROMOTIONS = st.lists(ANY_PROMOTION, max_size=4).map(
    lambda rules: [a_promotion(**{"promotion_id": r.pop("id"), **r}) for r in named(rules, "p")]
)
DISCOUNTS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.just("fixed"),
            "percent": st.sampled_from(["3", "12.5"]),
            "goods": GOODS,
            "on_promoted": st.booleans(),
        }
    ),
    max_size=2,
).map(lambda rules: named(rules, "d"))
EARN = st.fixed_dictionaries(
    {
        "rules": st.lists(
            st.fixed_dictionaries({"percent": PERCENT, "goods": GOODS}), max_size=2
        ).map(lambda rules: named(rules, "e")),
        "base": st.sampled_from(["paid_money", "before_redemption", "none_if_redeemed"]),
    }
)
REDEEM = st.fixed_dictionaries(
    {
        "point_value": st.sampled_from(["1.00", "0.10", "0.01"]),
        "max_share": st.sampled_from(["30", "100"]),
        "min_left_per_line": st.sampled_from(["0", "0.01"]),
        "step": st.sampled_from([1, 10]),
        "min_receipt": st.sampled_from(["0", "5.00"]),
        "goods": GOODS,
    }
)
PROGRAM = st.fixed_dictionaries(
    {"promotions": PROMOTIONS, "member_discounts": DISCOUNTS, "earn": EARN, "redeem": REDEEM}
)
WISH = st.builds(Wish, st.integers(0, 900), st.integers(-5, 900))
CUSTOMER = st.sampled_from([None, a_customer(), a_customer()])
GOODWILL = st.sampled_from([None, Goodwill(percent_ppm=50_000), Goodwill(amount_minor=3_33)])

# --- every shape, stage, stacking, condition and policy ------------------------------------

ANYWHERE = st.sampled_from(
    [{}, {"categories": ["food"]}, {"categories": ["drinks"]}, {"items": ["tea", "jam"]},
     {"items": ["jam", "bun", "oil"]}, {"not_categories": ["bread"]}, {"price_max": "2.00"}]
)  # fmt: skip
PRICES = st.sampled_from(["0.30", "1.00", "9.99", "40.00"])
ONE_TO_THREE = st.integers(1, 3)
LIMITED = st.sampled_from(
    [{}, {}, {"max_units": 2}, {"max_units": 3, "pick": "cheapest"}, {"max_units_per_line": 1},
     {"max_units": 1, "pick": "dearest"}, {"cap": "1.50"}, {"cap": "3.00", "max_units": 2}]
)  # fmt: skip
STEPS = st.sampled_from(
    [
        {"steps": [{"from": "1.00", "percent": "5"}, {"from": "20.00", "percent": "12.5"}]},
        {
            "steps": [{"from": 2, "percent": "10"}, {"from": 4, "percent": "20"}],
            "steps_by": "units",
        },
        {"steps": [{"from": "5.00", "percent": "7.5"}], "steps_of": "receipt"},
    ]
)


def _merged(*parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(lambda some: {k: v for part in some for k, v in part.items()})


def _some(kind: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind), "goods": ANYWHERE, **fields})


SCOPE = st.sampled_from(["unit", "line"])
BASE = st.sampled_from(["net", "net", "list"])
SHELF_PRICE = st.one_of(
    _some("percent", percent=PERCENT, scope=SCOPE, base=BASE),
    _some("amount", amount=AMOUNT, scope=SCOPE),
    _some("fixed_price", price=PRICES),
    _some("first_then", amount=AMOUNT, further_amount=AMOUNT, max_units=st.integers(0, 3)),
)
REDUCTIONS = st.one_of(
    _merged(_some("percent", percent=PERCENT, scope=SCOPE, base=BASE), LIMITED),
    _merged(_some("percent", scope=SCOPE), STEPS),
    _merged(_some("amount", amount=AMOUNT), LIMITED),
    _some("amount", amount=AMOUNT, scope=st.just("line")),
    _merged(_some("fixed_price", price=PRICES), LIMITED),
    SHELF_PRICE,
)
OFTEN = st.sampled_from([{}, {}, {"max_applications": 1}, {"limits": {"per_receipt": 2}}])
PAIRING = st.sampled_from([{}, {}, {"pairing": "customer"}, {"pairing": "shop"}])
PART = st.fixed_dictionaries({"goods": ANYWHERE, "units": st.integers(1, 2)})
BUY_GET = st.fixed_dictionaries(
    {
        "kind": st.just("buy_get"),
        "buy": PART,
        "get": _merged(PART, st.fixed_dictionaries({"percent": PERCENT})),
        "max_get_units": st.integers(0, 2),
        "repeat": st.booleans(),
    }
)
SAME_GOODS = BUY_GET.map(lambda one: {**one, "get": {**one["get"], "goods": one["buy"]["goods"]}})
GROUPS = st.one_of(
    _merged(_some("buy_n_pay_m", buy=st.just(3), pay=st.integers(0, 2), spread=st.booleans()),
            OFTEN, PAIRING),
    _merged(_some("bundle", buy=st.integers(2, 3), price=PRICES), OFTEN),
    _some("bundle", buy=st.just(2), price=PRICES, pick=st.just("cheapest")),
    _merged(st.fixed_dictionaries({"kind": st.just("bundle"), "price": PRICES,
            "parts": st.lists(PART, min_size=1, max_size=3)}), OFTEN),
    BUY_GET,
    _merged(SAME_GOODS, PAIRING),
    _merged(_some("nth_price", every=st.integers(2, 3), price=PRICES), OFTEN, PAIRING),
    _some("percent", percent=PERCENT, group_size=st.integers(2, 3)),
    _some("amount", amount=AMOUNT, group_size=st.integers(2, 3)),
    _some("cheapest_free", units=st.integers(1, 2)),
)  # fmt: skip
ON_THE_WHOLE = st.one_of(
    THRESHOLD,
    _some("percent", percent=PERCENT, scope=st.just("transaction")),
    _some("amount", amount=AMOUNT, scope=st.just("transaction"), cap=st.just("2.00")),
    st.fixed_dictionaries(
        {"kind": st.just("round_down"), "to": st.sampled_from(["0.50", "10.00"])}
    ),
)
GIFTS = st.one_of(
    _some("gift", item=st.just("tea"), units=ONE_TO_THREE, per=st.integers(0, 2)),
    _some("gift", same_item=st.just(True), per=st.integers(1, 2)),
    st.fixed_dictionaries({"kind": st.just("coupon"), "coupon": st.just("next")}),
)
CONDITIONS = st.lists(
    st.one_of(
        st.fixed_dictionaries({"kind": st.just("amount"), "from": PRICES, "goods": ANYWHERE}),
        st.fixed_dictionaries({"kind": st.just("units"), "from": ONE_TO_THREE}),
        st.fixed_dictionaries({"kind": st.just("units"), "to": st.integers(2, 9)}),
        st.fixed_dictionaries({"kind": st.just("contains"), "goods": ANYWHERE}),
        st.fixed_dictionaries({"kind": st.just("receipt"), "every": st.integers(1, 2)}),
    ),
    max_size=1,
)
LATE_CONDITION = st.fixed_dictionaries(
    {
        "kind": st.just("amount"),
        "from": PRICES,
        "base": st.sampled_from(["net_after_line_promotions", "net_after_earlier_promotions"]),
        "strict": st.booleans(),
    }
)
PEOPLE = st.sampled_from(
    [{}, {}, {}, {"when": {"members_only": True}}, {"coupon_needed": "c"},
     {"when": {"weekdays": [5]}}, {"when": {"from_time": "13:00"}}]
)  # fmt: skip
COMPETING = st.sampled_from(
    [{}, {}, {"stage": "item"}, {"stacking": "best_of", "group": "h"}, {"priority": 2}]
)
COMPETING_ON_THE_WHOLE = st.sampled_from(
    [{}, {"stage": "transaction"}, {"stacking": "compound"}, {"stacking": "best_of", "group": "w"}]
)
COMBINED = st.sampled_from([{"stacking": "compound"}, {"stacking": "compound", "stage": "item"}])
SOLE = st.just({"stacking": "sole"})
SHELF = st.just({"stage": "price"})
CLAIMED = st.sampled_from(
    [{"claim": True}, {"claim": True, "cost_points": 3}, {"claim": True, "cost_points": 40}]
)


def _given(*parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return _merged(*parts, st.fixed_dictionaries({"conditions": CONDITIONS}), PEOPLE)


CLAIMING = st.one_of(_given(GROUPS, COMPETING), _given(REDUCTIONS, COMPETING))
"""Promotions that compete for units."""
STACKABLE = st.one_of(_given(GROUPS, COMBINED), _given(REDUCTIONS, COMBINED))
REWARDS = st.one_of(_merged(ON_THE_WHOLE, CLAIMED), _merged(REDUCTIONS, CLAIMED))
GIFT_PROMOTIONS = st.one_of(_given(GIFTS), _merged(GIFTS, CLAIMED))
EVERY_PROMOTION = st.one_of(
    CLAIMING,
    CLAIMING,
    STACKABLE,
    _given(ON_THE_WHOLE, COMPETING_ON_THE_WHOLE),
    _given(st.one_of(GROUPS, REDUCTIONS, ON_THE_WHOLE), SOLE),
    _merged(SHELF_PRICE, SHELF),
    REWARDS,
    GIFT_PROMOTIONS,
)
"""Everything that the defaults promise nobody pays more for."""
AGAINST_THE_PROMISE = st.one_of(
    _merged(st.one_of(GROUPS, REDUCTIONS), st.just({"preempt": True})),
    _merged(REDUCTIONS, st.fixed_dictionaries({"conditions": st.tuples(LATE_CONDITION).map(list)})),
    _merged(SHELF_PRICE, st.just({"not_with_price_stage": True, "stacking": "compound"})),
    _some("percent", percent=PERCENT, stacking=st.just("compound")).map(
        lambda one: {**one, "goods": {**one["goods"], "not_promoted": True}}
    ),
)
"""What a programme may say for itself, though somebody may then pay more."""


def identified(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": {"en": r["id"]}, **r} for r in named(rules, "q")]


WIDE_EARN = st.fixed_dictionaries(
    {
        "rules": st.lists(
            st.one_of(
                st.fixed_dictionaries({"percent": PERCENT, "goods": ANYWHERE}),
                st.fixed_dictionaries({"kind": st.just("unit"), "points": ONE_TO_THREE}),
                st.fixed_dictionaries({"kind": st.just("receipt"), "points": st.just("2.5")}),
                st.fixed_dictionaries({"kind": st.just("multiplier"), "multiplier": st.just("2")}),
                st.just(
                    {
                        "kind": "brackets",
                        "brackets": [{"above": "5.00", "points": 1, "per": "1.00"}],
                    }
                ),
            ),
            max_size=3,
        ).map(lambda rules: named(rules, "e")),
        "base": st.sampled_from(EARN_BASES),
        "combine": st.sampled_from(COMBINES),
        "rounding": st.sampled_from(EARN_ROUNDINGS),
    }
)
CASHBACK = st.fixed_dictionaries(
    {
        "caps": st.lists(
            st.fixed_dictionaries(
                {
                    "points": st.sampled_from([1, 5, 200]),
                    "categories": st.sampled_from([[], ["food"], ["drinks"]]),
                }
            ),
            max_size=2,
        ).map(lambda rules: named(rules, "c"))
    }
)


COUPONS = [
    {"id": "c", "kind": "personal", "bearer": False},
    {"id": "next", "kind": "printed", "days": 30},
]


def programme(promotions: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """A programme with up to four of these promotions."""
    return st.fixed_dictionaries(
        {
            "promotions": st.lists(promotions, min_size=1, max_size=4).map(identified),
            "member_discounts": DISCOUNTS,
            "earn": WIDE_EARN,
            "redeem": REDEEM,
            "cashback": CASHBACK,
            "coupons": st.just(COUPONS),
        }
    )


EVERY_PROGRAMME = programme(EVERY_PROMOTION)
WHATEVER_PROGRAMME = programme(st.one_of(EVERY_PROMOTION, AGAINST_THE_PROMISE))
POLICIES = st.fixed_dictionaries(
    {
        "order": st.sampled_from(ORDERS),
        "compounding": st.sampled_from(COMPOUNDINGS),
        "selection": st.sampled_from(SELECTIONS),
        "condition_base": st.sampled_from(CONDITION_BASES),
        "rounding": st.sampled_from(ROUNDINGS),
        "allocation": st.sampled_from(ALLOCATIONS),
        "unit_choice": st.sampled_from(UNIT_CHOICES),
        "gift_steps": st.sampled_from(GIFT_STEPS),
        "claim_points": st.sampled_from(CLAIM_POINTS),
    }
).map(lambda found: _agreeing(found))  # noqa: PLW0108 - defined below


def _agreeing(policies: dict[str, Any]) -> dict[str, Any]:
    """Without the two contradictions that a programme is refused for."""
    fixed = dict(policies)
    if fixed["compounding"].endswith("in_priority") and not fixed["order"].startswith("priority"):
        fixed["order"] = "priority"
    if fixed["rounding"] == "half_up_sum":
        fixed["compounding"] = "list_additive"
    return fixed


ANY_POLICY_PROGRAMME = _merged(WHATEVER_PROGRAMME, st.fixed_dictionaries({"policies": POLICIES}))
REGULAR = a_customer(receipts=1, points=50, earned={"c0": 3})
WIDE_CONTEXT = st.fixed_dictionaries(
    {
        "customer": st.sampled_from([None, a_customer(), REGULAR]),
        "coupons": st.sampled_from([frozenset(), frozenset({"c"})]),
        "claims": st.sampled_from([(), ("q0", "q1"), ("q3", "q2", "q1", "q0")]),
        "wish": WISH,
    }
)
