"""Every neutral case that the product keeps a copy of, and the same carts in other orders."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.__main__ import main
from tests.vectors.outcome import NotModelled
from tests.vectors.pricing.case import case_of
from tests.vectors.pricing.compare import flat, plain
from tests.vectors.pricing.document import written
from tests.vectors.pricing.orders import orders
from tests.vectors.pricing.run import REFUSED, facts_of_cart, outcome_of
from tests.vectors.pricing.shop import shop_of
from tests.vectors.reasons import NOT_MODELLED

DATA = Path(__file__).parents[1] / "data/vectors"
FILES = (
    "pricing.json",
    "pricing_derived.json",
    "seed_examples.json",
    "mechanics_examples.json",
)
LEFT_OUT_MOST = 20
"""Percent."""


def cases(*names: str) -> list[dict[str, Any]]:
    return [one for name in names for one in json.loads((DATA / name).read_text(encoding="utf-8"))]


@pytest.mark.parametrize("data", cases(*FILES), ids=lambda one: one["id"])
def test_case_comes_out_as_its_source_says(data) -> None:
    outcome = outcome_of(data)
    assert outcome.difference == ""
    assert outcome.not_modelled in {"", *NOT_MODELLED}


@pytest.mark.parametrize("name", FILES)
def test_few_cases_are_left_out(name) -> None:
    outcomes = [outcome_of(one) for one in cases(name)]
    left_out = [one.case_id for one in outcomes if one.not_modelled]
    assert len(left_out) * 100 <= len(outcomes) * LEFT_OUT_MOST, left_out


def test_no_kept_case_is_left_out_because_its_document_is_refused() -> None:
    """A document that changes its words must take the translation with it."""
    assert [one["id"] for one in cases(*FILES) if outcome_of(one).not_modelled == REFUSED] == []


def test_figures_of_the_seed_articles_are_all_modelled() -> None:
    assert all(not outcome_of(one).not_modelled for one in cases("seed_examples.json"))


def test_every_kept_file_is_recognised(capsys) -> None:
    files = sorted(DATA.iterdir())
    assert main([str(path) for path in files]) == 0
    assert "no adapter" not in capsys.readouterr().out


def several_lines(data: dict[str, Any]) -> bool:
    lines = (data.get("cart") or {}).get("lines") or ()
    return bool(data["portable"]) and len(lines) > 1


def numbers(data: dict[str, Any]) -> dict[str, Any]:
    """What must not depend on the order of scanning."""
    case = case_of(data)
    facts = facts_of_cart(shop_of(written(case)), case)
    asked = ("line_discounts", "total", "order_discount", "points_earned", "points_redeemed")
    asked += ("unit_discounts",)
    return {key: plain(facts[key]()) for key in asked}


NAMES = ("line", "sku", "qty")


def alike(data: dict[str, Any]) -> bool:
    """Equal lines, of which one must take the odd kopeck or the free unit."""
    shapes = [
        json.dumps({k: v for k, v in line.items() if k not in NAMES}, sort_keys=True)
        for line in data["cart"]["lines"]
    ]
    return len(set(shapes)) < len(shapes)


def as_bag(found: dict[str, Any]) -> dict[str, Any]:
    """Which of the equal units it falls on is nobody's concern."""
    return found | {"line_discounts": None, "unit_discounts": sorted(flat(found["unit_discounts"]))}


@pytest.mark.parametrize(
    "data", [one for one in cases(*FILES) if several_lines(one)], ids=lambda one: one["id"]
)
def test_order_of_scanning_changes_nothing(data) -> None:
    if outcome_of(data).not_modelled:
        return
    lines = data["cart"]["lines"]
    seen = as_bag if alike(data) else dict
    first = seen(numbers(data))
    for order in orders(len(lines)):
        turned = data | {"cart": data["cart"] | {"lines": [lines[i] for i in order]}}
        assert seen(numbers(turned)) == first, f"in the order {order}"


def test_case_of_no_kind_says_so() -> None:
    with pytest.raises(NotModelled, match="unknown kind of case"):
        case_of({"id": "x", "expected": {}, "portable": True})
