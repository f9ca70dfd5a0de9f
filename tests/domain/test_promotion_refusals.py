"""What a promotion may not say, and which conditions of a basket open it."""

import pytest

from pos_app.domain.errors import ProgramRefused
from tests.builders import a_customer, a_line, a_program, a_promotion, priced
from tests.domain.test_promotion_shapes import buy_get, items


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("bundle", {"price": "1.00", "parts": [{"goods": {}}], "goods": items("a")}, "each part"),
        ("bundle", {"price": "1.00"}, "or else its parts"),
        ("nth_price", {"every": 1, "price": "1.00"}, "2 or more"),
        ("gift", {"item": "a", "same_item": True}, "either item or same_item"),
        ("gift", {"same_item": True}, "of what"),
        ("round_down", {"to": "0.01"}, "more than one"),
        ("fixed_price", {"price": "1.00", "group_size": 2}, "full groups"),
        ("amount", {"amount": "1.00", "scope": "line", "max_units": 1}, "no units"),
        ("percent", {"percent": "1", "scope": "transaction", "max_units": 1}, "means nothing"),
        ("percent", {"percent": "1", "max_units": 1, "max_units_per_line": 1}, "either this"),
        ("percent", {"percent": "1", "pick": "dearest"}, "only with max_units"),
        ("percent", {"steps": [{"from": "2.00", "percent": "1"}, {"from": "1.00", "percent": "2"}]},
         "rise"),
        ("buy_get", buy_get(percent="0"), "gives nothing"),
        ("percent", {"percent": "1", "stacking": "compound", "preempt": True}, "compete"),
        ("percent", {"percent": "1", "cost_points": 5}, "claim"),
        ("round_down", {"to": "1.00", "stage": "item"}, "no item promotion"),
        ("bundle", {"buy": 2, "price": "1.00", "stage": "price"}, "shelf price"),
        ("bundle", {"buy": 2, "price": "1.00", "not_with_price_stage": True}, "compares"),
        ("percent", {"percent": "1", "limits": {"period": "day"}}, "of what"),
        ("percent", {"percent": "1", "conditions": [{"kind": "amount", "from": "0"}]}, "more than"),
        ("percent", {"percent": "1", "conditions": [{"kind": "units", "from": 3, "to": 2}]},
         "never"),
        ("percent", {"percent": "1", "conditions": [{"kind": "units"}]}, "from or to"),
        ("percent", {"percent": "1", "conditions": [{"kind": "receipt"}]}, "either number"),
    ],
)  # fmt: skip
def test_a_contradiction_in_a_benefit_is_refused_by_name(kind, fields, words) -> None:
    with pytest.raises(ProgramRefused, match=words):
        a_program(promotions=[a_promotion(kind, **fields)])


def test_several_benefits_do_not_compete() -> None:
    benefits = [{"kind": "percent", "percent": "1"}, {"kind": "amount", "amount": "1.00"}]
    for fields, words in (({"benefits": benefits}, "several"), ({"benefits": []}, "something")):
        with pytest.raises(ProgramRefused, match=words):
            a_program(promotions=[{"id": "p", "name": {"en": "p"}, **fields}])


@pytest.mark.parametrize(
    ("condition", "receipts", "holds"),
    [
        ({"kind": "contains", "goods": items("a")}, 0, True),
        ({"kind": "contains", "goods": items("x")}, 0, False),
        ({"kind": "units", "from": 2}, 0, True),
        ({"kind": "units", "from": 3}, 0, False),
        ({"kind": "units", "to": 1}, 0, False),
        ({"kind": "receipt", "number": 3}, 2, True),
        ({"kind": "receipt", "number": 3}, 3, False),
        ({"kind": "receipt", "every": 3}, 5, True),
        ({"kind": "amount", "from": "160.00", "strict": True}, 0, False),
        ({"kind": "amount", "from": "159.99", "strict": True}, 0, True),
    ],
)
def test_a_condition_opens_its_promotion(condition, receipts, holds) -> None:
    customer = a_customer(receipts=receipts)
    program = a_program(promotions=[a_promotion("percent", percent="10", conditions=[condition])])
    lines = a_line("a", 1, 100_00), a_line("b", 1, 60_00)
    result = priced(program, *lines, customer=customer)
    assert bool(result.totals.discount_minor) is holds
    if condition["kind"] == "receipt":
        assert not priced(program, *lines).totals.discount_minor
