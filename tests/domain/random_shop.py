"""A random small shop for properties: its items, its programme, its baskets."""

import copy
from typing import Any

from hypothesis import strategies as st

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
WHOLE = st.tuples(
    st.one_of(
        _kind("threshold", threshold=st.sampled_from(["1.00", "20.00"]), percent=PERCENT),
        _kind("threshold", threshold=st.sampled_from(["1.00", "20.00"]), amount=AMOUNT),
    ),
    STACKED,
).map(lambda pair: pair[0] | pair[1])
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
