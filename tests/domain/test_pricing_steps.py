"""Each step of the calculation by example: what it takes, from what, and what it says."""

import pytest

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.money import Money
from pos_app.domain.pricing.basket import Goodwill, Wish
from pos_app.domain.pricing.result import Priced
from pos_app.domain.pricing.trace import why_modified
from tests.builders import (
    NOON,
    a_customer,
    a_line,
    a_program,
    a_promotion,
    an_item,
    by_rule,
    priced,
    weighed,
)


def arithmetic(result: Priced, line: int = 1) -> list[str]:
    return [m.arithmetic for m in result.lines[line - 1].modifications]


def whys(result: Priced) -> dict[str, str]:
    return {one.rule_id: str(one.why[0]) for one in result.trace}


def one(kind: str, **fields):
    return a_program(promotions=[a_promotion(kind, **fields)])


# --- item promotions -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "fields", "count", "off", "text"),
    [
        ("percent", {"percent": "10"}, 3, 26_97, "3 x 89.90 x 10 % = 26.97"),
        ("percent", {"percent": "7.5"}, 1, 6_74, "89.90 x 7.5 % = 6.74"),
        ("amount", {"amount": "5.00"}, 2, 10_00, "2 x 5.00 = 10.00"),
        ("amount", {"amount": "100.00"}, 1, 89_90, "1 x 100.00 = 89.90"),
        ("fixed_price", {"price": "79.90"}, 2, 20_00, "2 x 89.90 - 2 x 79.90 = 20.00"),
        ("buy_n_pay_m", {"buy": 3, "pay": 2}, 3, 89_90, "3 x 89.90 - 179.80 = 89.90"),
        ("bundle", {"buy": 3, "price": "239.00"}, 3, 30_70, "3 x 89.90 - 239.00 = 30.70"),
    ],
)
def test_an_item_promotion_shows_its_arithmetic(kind, fields, count, off, text) -> None:
    result = priced(one(kind, **fields), a_line("milk", count))
    assert result.totals.discount_minor == off
    assert arithmetic(result) == [text]


def test_a_fixed_price_above_the_shelf_price_takes_nothing() -> None:
    assert priced(one("fixed_price", price="100.00"), a_line("milk")).totals.discount_minor == 0


def test_three_for_two_over_mixed_prices_gives_the_cheapest_of_each_group() -> None:
    program = one("buy_n_pay_m", buy=3, pay=2)
    dear, middle, cheap = a_line("a", 2, 100_00), a_line("b", 2, 60_00), a_line("c", 3, 10_00)
    result = priced(program, cheap, dear, middle)
    # Dearest first: (100 100 60) (60 10 10) 10.
    assert result.totals.discount_minor == 70_00
    assert result.totals.net_minor == 280_00


def test_the_discount_of_a_group_falls_on_all_its_units_by_value() -> None:
    result = priced(one("buy_n_pay_m", buy=2, pay=1), a_line("a", 1, 100_00), a_line("b", 1, 50_00))
    assert [line.net_minor for line in result.lines] == [66_67, 33_33]


def test_a_bundle_takes_pieces_of_several_lines_and_leaves_the_rest() -> None:
    program = one("bundle", buy=2, price="399.00", goods={"categories": ["tea"]})
    tea, coffee = (an_item(n, p, categories=("tea",)) for n, p in (("t", 250_00), ("c", 299_00)))
    result = priced(program, a_line(tea, 2), a_line(coffee, 1), a_line("milk"))
    assert by_rule(result) == {"p": 150_00}
    assert arithmetic(result) == ["250.00 + 299.00 - 399.00 = 150.00"]


def test_a_bundle_dearer_than_its_parts_is_not_sold() -> None:
    assert by_rule(priced(one("bundle", buy=2, price="399.00"), a_line("a", 2, 100_00))) == {}


def test_a_weighed_line_is_one_unit_and_never_part_of_a_group_of_pieces() -> None:
    program = a_program(
        promotions=[
            a_promotion("buy_n_pay_m", "group", buy=2, pay=1),
            a_promotion("percent", "tenth", percent="10"),
        ]
    )
    result = priced(program, weighed("apple", 342, 349_00), a_line("milk", 1))
    assert by_rule(result) == {"tenth": 11_94 + 8_99}
    assert arithmetic(result) == ["119.36 x 10 % = 11.94"]


def test_a_weighed_fixed_price_is_a_price_per_kilogram() -> None:
    result = priced(one("fixed_price", price="299.00"), weighed("apple", 342, 349_00))
    assert result.totals.net_minor == 102_26
    assert arithmetic(result) == ["119.36 - 1 x 102.26 = 17.10"]


def test_compound_promotions_come_on_top_of_what_the_others_left() -> None:
    program = a_program(
        promotions=[
            a_promotion("percent", "first", percent="10", priority=3),
            a_promotion("percent", "later", percent="10", stacking="compound", priority=1),
            a_promotion("amount", "before", amount="1.00", stacking="compound", priority=2),
            a_promotion("fixed_price", "last", price="70.00", stacking="compound", priority=0),
        ],
        policies={"order": "priority"},
    )
    result = priced(program, a_line("milk", 1, 100_00))
    assert by_rule(result) == {"first": 10_00, "before": 1_00, "later": 8_90, "last": 10_10}
    assert arithmetic(result)[1:] == [
        "1 x 1.00 = 1.00",
        "89.00 x 10 % = 8.90",
        "80.10 - 1 x 70.00 = 10.10",
    ]


def test_a_compound_fixed_price_takes_nothing_where_the_price_is_lower_already() -> None:
    program = a_program(
        promotions=[
            a_promotion("amount", "off", amount="40.00"),
            a_promotion("fixed_price", "fixed", price="80.00", stacking="compound"),
        ]
    )
    assert priced(program, a_line("milk", 1, 100_00)).totals.net_minor == 60_00


def test_ten_stacked_percents_lose_no_kopeck_to_truncation() -> None:
    promotions = [
        a_promotion("percent", f"p{n}", percent="10", stacking="compound") for n in range(10)
    ]
    net = 100_00
    for _ in range(10):
        net -= (net + 5) // 10
    assert priced(a_program(promotions=promotions), a_line("a", 1, 100_00)).totals.net_minor == net


# --- what may be reduced -------------------------------------------------------------------

VODKA = an_item("vodka", 449_00, regulated="alcohol", floor_minor=409_00)


def test_the_legal_minimum_stands_under_every_reduction() -> None:
    program = a_program(
        promotions=[
            a_promotion("percent", "tenth", percent="10"),
            a_promotion("threshold", "whole", threshold="1.00", percent="50"),
        ],
        member_discounts=[{"id": "card", "kind": "fixed", "percent": "20"}],
        redeem={"max_share": "100"},
    )
    result = priced(
        program,
        a_line(VODKA, 2, goodwill=Goodwill(percent_ppm=900_000)),
        customer=a_customer(),
        wish=Wish(500, 500),
    )
    assert result.totals.payable_minor == 2 * 409_00
    assert [note.key for note in result.lines[0].notes] == ["note.floor"]


def test_a_floor_above_the_price_takes_nothing_and_raises_nothing() -> None:
    cheap = an_item("old", 100_00, floor_minor=150_00)
    assert priced(one("percent", percent="10"), a_line(cheap, 2)).totals.net_minor == 200_00


def test_a_weighed_floor_is_by_weight() -> None:
    line = weighed("ham", 500, 400_00, floor_minor=390_00)
    assert priced(one("percent", percent="10"), line).totals.net_minor == 195_00


def test_units_with_a_members_discount_do_not_use_the_room_of_promoted_units() -> None:
    program = a_program(
        promotions=[a_promotion("fixed_price", price="440.00", max_units=1)],
        member_discounts=[{"id": "card", "kind": "fixed", "percent": "20"}],
    )
    result = priced(program, a_line(VODKA, 2), customer=a_customer())
    assert result.totals.net_minor == 2 * 409_00


@pytest.mark.parametrize("regulated", ["tobacco", "gift_card", "deposit"])
def test_what_the_law_bars_gets_no_reduction_earns_nothing_and_reaches_no_threshold(
    regulated: str,
) -> None:
    program = a_program(
        promotions=[
            a_promotion("percent", "p", percent="10"),
            a_promotion("threshold", "t", threshold="200.00", amount="50.00"),
        ],
        member_discounts=[{"id": "card", "kind": "fixed", "percent": "5"}],
        earn={"rules": [{"id": "e", "percent": "5"}]},
    )
    line = a_line(an_item("x", 210_00, regulated=regulated), goodwill=Goodwill(amount_minor=100))
    result = priced(program, line, customer=a_customer(), wish=Wish(100, 100))
    assert result.totals.due_minor == 210_00
    assert result.totals.points_earned == 0
    assert result.limit.points == 0
    assert [note.key for note in result.lines[0].notes] == [f"note.regulated.{regulated}"]


def test_an_item_the_shop_excludes_is_named_as_excluded() -> None:
    book = an_item("book", 100_00, discountable=False)
    result = priced(one("percent", percent="10"), a_line(book))
    assert result.totals.discount_minor == 0
    assert [note.key for note in result.lines[0].notes] == ["note.excluded"]


def test_a_line_of_nothing_costs_nothing() -> None:
    result = priced(one("percent", percent="10"), a_line("milk", 0))
    assert (result.totals.list_minor, result.totals.net_minor) == (0, 0)
    assert priced(one("percent", percent="10")).totals.due_minor == 0


# --- the member's own discount -------------------------------------------------------------

CUMULATIVE = {
    "id": "cumulative",
    "kind": "cumulative",
    "period": "lifetime",
    "steps": [
        {"above": "0", "percent": "5"},
        {"above": "10000.00", "percent": "7"},
        {"above": "20000.00", "percent": "10"},
    ],
}


@pytest.mark.parametrize(
    ("spend", "off"),
    [
        (0, 50_00),
        (9_999_99, 50_00),
        (10_000_00, 50_00),
        (10_000_01, 70_00),
        (20_000_00, 70_00),
        (20_000_01, 100_00),
    ],
)
def test_the_cumulative_rate_changes_one_kopeck_above_its_border(spend: int, off: int) -> None:
    customer = a_customer(spend_minor={"lifetime": spend})
    program = a_program(member_discounts=[CUMULATIVE])
    result = priced(program, a_line("a", 1, 1000_00), customer=customer)
    assert result.totals.discount_minor == off
    assert result.lines[0].modifications[0].step is Step.MEMBER


def test_a_member_without_a_rate_and_a_stranger_are_told_why() -> None:
    tiers = {"list": [{"id": "base"}, {"id": "gold", "from": "1.00"}]}
    discount = {"id": "d", "kind": "tier", "by_tier": {"gold": "10"}}
    program = a_program(tiers=tiers, member_discounts=[discount])
    line = a_line("a", 1, 100_00)
    assert by_rule(priced(program, line, customer=a_customer(tier_id="gold"))) == {"d": 10_00}
    base = priced(program, line, customer=a_customer(tier_id="base"), explain=True)
    assert whys(base) == {"d": "why.no_rate_for_tier()"}
    assert whys(priced(program, line, explain=True)) == {"d": "why.members_only()"}


def test_the_best_of_the_members_discounts_is_given_and_the_other_was_beaten() -> None:
    program = a_program(
        member_discounts=[
            {"id": "small", "kind": "fixed", "percent": "5"},
            {"id": "tea", "kind": "fixed", "percent": "9", "goods": {"items": ["tea"]}},
            {"id": "closed", "kind": "fixed", "percent": "90", "when": {"weekdays": [1]}},
        ]
    )
    result = priced(
        program, a_line("milk", 1, 100_00), a_line("tea", 1, 100_00), customer=a_customer(),
        explain=True,
    )  # fmt: skip
    assert by_rule(result) == {"small": 10_00}
    assert whys(result)["tea"] == "why.beaten()"
    assert whys(result)["closed"] == "why.other_day()"


def test_a_members_discount_leaves_promoted_units_alone_unless_it_says_otherwise() -> None:
    promotion = a_promotion("buy_n_pay_m", buy=3, pay=2)
    card = {"id": "card", "kind": "fixed", "percent": "10"}
    line = a_line("a", 4, 100_00)
    apart = a_program(promotions=[promotion], member_discounts=[card])
    assert by_rule(priced(apart, line, customer=a_customer())) == {"p": 100_00, "card": 10_00}
    both = a_program(promotions=[promotion], member_discounts=[{**card, "on_promoted": True}])
    assert by_rule(priced(both, line, customer=a_customer())) == {"p": 100_00, "card": 30_00}


def test_a_promotion_that_gives_less_than_the_card_is_left_out() -> None:
    program = a_program(
        promotions=[a_promotion("percent", percent="5")],
        member_discounts=[{"id": "card", "kind": "fixed", "percent": "10"}],
    )
    assert by_rule(priced(program, a_line("a", 1, 100_00), customer=a_customer())) == {
        "card": 10_00
    }


def test_the_birthday_window_opens_a_promotion() -> None:
    program = one("percent", percent="15", when={"birthday": True})
    line = a_line("a", 1, 100_00)
    assert priced(program, line, customer=a_customer(birthday=True)).totals.net_minor == 85_00
    assert priced(program, line, customer=a_customer()).totals.net_minor == 100_00


def whole(promotion_id: str, **fields):
    return a_promotion("threshold", promotion_id, threshold="1.00", **fields)


# --- goodwill ------------------------------------------------------------------------------


def test_goodwill_comes_last_on_the_line_and_then_on_the_whole() -> None:
    program = one("percent", percent="10")
    result = priced(
        program,
        a_line("a", 1, 100_00, goodwill=Goodwill(percent_ppm=100_000, reason="scratched")),
        a_line("b", 1, 100_00),
        goodwill=Goodwill(amount_minor=11_00, reason="sorry"),
    )
    assert [line.net_minor for line in result.lines] == [75_79, 84_21]
    assert [m.step for m in result.lines[0].modifications] == [
        Step.ITEM,
        Step.GOODWILL,
        Step.GOODWILL,
    ]
    said = {one.rule_id: [str(s) for s in one.why] for one in result.trace}
    assert said["goodwill"] == ["why.goodwill(reason=scratched)", "why.goodwill(reason=sorry)"]


def test_goodwill_never_gives_more_than_the_line_is_worth() -> None:
    line = a_line("a", 1, 10_00, goodwill=Goodwill(amount_minor=99_00))
    assert priced(a_program(), line).totals.due_minor == 0


# --- the explanation -----------------------------------------------------------------------


def test_every_other_rule_says_why_it_did_not_apply_when_asked() -> None:
    program = a_program(
        promotions=[
            a_promotion("percent", "won", percent="10", name={"ru": "Победа"}),
            a_promotion("percent", "beaten", percent="5"),
            a_promotion("percent", "tea", percent="5", goods={"items": ["tea"]}),
            a_promotion("percent", "monday", percent="50", when={"weekdays": [1]}),
            a_promotion("threshold", "far", threshold="500.00", amount="9.00"),
            a_promotion("threshold", "weaker", threshold="1.00", amount="1.00"),
            a_promotion("threshold", "stronger", threshold="1.00", amount="2.00"),
        ]
    )
    line = a_line("milk", 1, 100_00)
    short = priced(program, line)
    assert [(t.rule_id, t.applied) for t in short.trace] == [("won", True), ("stronger", True)]
    assert short.trace[0].name == "Победа"
    full = priced(program, line, explain=True)
    said = {t.rule_id: t.why[0].key for t in full.trace if not t.applied}
    assert said == {
        "beaten": "why.beaten_by",
        "tea": "why.no_goods",
        "monday": "why.other_day",
        "far": "why.missing",
        "weaker": "why.beaten_by",
    }
    whys = {t.rule_id: str(t.why[0]) for t in full.trace if not t.applied}
    assert whys["beaten"] == f"why.beaten_by(name=Победа, amount={Money(5_00)})"
    assert whys["weaker"] == f"why.beaten_by(name=stronger, amount={Money(1_00)})"
    steps = {t.rule_id: t.step for t in full.trace}
    assert (steps["beaten"], steps["far"]) == (Step.ITEM, Step.TRANSACTION)


def test_a_reduction_stored_without_its_arithmetic_is_called_by_its_name() -> None:
    stored = PriceModification("p", Step.ITEM, 10_00, name="Happy hour")
    assert str(why_modified(stored)) == "why.named(name=Happy hour)"


def test_a_happy_hour_prices_by_the_stores_clock() -> None:
    program = one("percent", percent="10", when={"from_time": "22:00", "until_time": "02:00"})
    line = a_line("a", 1, 100_00)
    late = NOON.replace(hour=23)
    assert priced(program, line).totals.net_minor == 100_00
    assert priced(program, line, local=late).totals.net_minor == 90_00


def test_one_line_of_the_answer_is_found_by_its_number() -> None:
    result = priced(a_program(), a_line("a", 1, 1_00), a_line("b", 1, 2_00))
    assert result.line(2).net_minor == 2_00
