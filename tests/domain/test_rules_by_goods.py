"""What rules make of goods is worked out once, and again where the goods are no longer the same."""

from dataclasses import replace

from pos_app.domain.pricing import by_goods, earn_rates
from pos_app.domain.pricing.by_goods import ByGoods
from pos_app.domain.pricing.earn_rates import Rates
from pos_app.domain.pricing.engine import Engine
from tests.builders import a_context, a_customer, a_line, a_program, an_item, numbered

MILK = an_item("milk", 100_00, categories=("dairy",))
EARN = {
    "rules": [
        {"id": "base", "kind": "money", "percent": "1", "by_tier": {"gold": {"percent": "5"}}},
        {"id": "dairy", "kind": "money", "percent": "3", "goods": {"categories": ["dairy"]}},
    ]
}
TIERS = {
    "list": [
        {"id": "silver"},
        {"id": "gold", "from": "1000.00"},
    ]
}


def judged(line):
    asked.append(line.item.item_id)
    return line.item.brand


asked: list[str] = []


def test_the_same_goods_are_judged_once_however_many_are_bought():
    asked.clear()
    brands = ByGoods(judged)
    assert [brands.of(a_line(MILK, count)) for count in (1, 2, 3)] == ["", "", ""]
    assert brands.of(a_line(replace(MILK), 4)) == ""
    assert asked == ["milk"]


def test_goods_at_another_price_or_in_another_state_are_judged_anew():
    asked.clear()
    brands = ByGoods(judged)
    brands.of(a_line(MILK))
    brands.of(a_line(MILK, price=90_00))
    assert brands.of(a_line(replace(MILK, brand="Own"))) == "Own"
    assert brands.of(a_line(MILK)) == ""
    assert asked == ["milk", "milk", "milk", "milk"]


def test_not_more_goods_are_remembered_than_agreed(monkeypatch):
    monkeypatch.setattr(by_goods, "GOODS_MOST", 2)
    asked.clear()
    brands = ByGoods(judged)
    for name in ("a", "b", "c", "c", "a"):
        brands.of(a_line(an_item(name)))
    assert asked == ["a", "b", "c", "a"]


def test_rates_are_told_apart_by_tier_and_by_the_categories_a_customer_has_chosen():
    rules = a_program(earn=EARN, tiers=TIERS).earn.rules
    rates, line = Rates("best"), a_line(MILK)
    assert rates.of(rules, a_customer()).of(line).rate * 10_000 == 3
    assert rates.of(rules, a_customer(tier_id="gold")).of(line).rate * 10_000 == 5
    bread = a_customer(chosen={"dairy": frozenset({"bread"})})
    assert rates.of(rules, bread).of(line).rate * 10_000 == 1
    assert rates.of(rules, a_customer()) is rates.of(rules, a_customer(points=7))


def test_an_engine_that_forgets_kinds_of_customers_prices_as_before(monkeypatch):
    monkeypatch.setattr(earn_rates, "CUSTOMERS_MOST", 1)
    engine, lines = (
        Engine(a_program(earn=EARN, tiers=TIERS)),
        numbered(a_line(MILK), a_line("bread")),
    )

    def earned(tier):
        return engine.price(lines, a_context(customer=a_customer(tier_id=tier))).totals

    first = earned("gold"), earned("silver")
    assert (earned("gold"), earned("silver")) == first
    assert first[0].points_earned != first[1].points_earned
