"""The pricing format is read and compared strictly: what is not understood never passes."""

import json
from fractions import Fraction

import pytest

from tests.vectors.outcome import NotModelled
from tests.vectors.pricing.compare import differences, plain
from tests.vectors.pricing.fields import Fields
from tests.vectors.pricing.options import LEFT_OUT, OPTIONS, Options
from tests.vectors.pricing.prices import Inconvertible, Prices
from tests.vectors.pricing.run import outcome_of, recognises
from tests.vectors.reasons import NOT_MODELLED

TENTH = Fraction(1, 10)
OFF = {"type": "amount_off", "value": "1", "per": "order"}
A_LINE = {"line": "1", "sku": "A", "qty": "1", "unit_price": "1"}


def a_case(**parts):
    return {
        "id": "T-1",
        "currency": {"code": "RUB", "minor_digits": 2},
        "programs": [],
        "cart": {"lines": [{"line": "1", "sku": "A", "qty": "2", "unit_price": "10.00"}]},
        "expected": {"total": "20.00"},
        "portable": True,
        **parts,
    }


def a_program(*effects, **fields):
    return {"id": "p", "trigger": "auto", "conditions": [], "effects": [*effects], **fields}


def facts(**values):
    return {key: lambda value=value: value for key, value in values.items()}


def test_numbers_are_equal_however_they_are_written() -> None:
    assert not differences({"total": "20.0"}, facts(total=Fraction(20)))
    assert differences({"total": "20.01"}, facts(total=Fraction(20)))
    assert plain({"1": ["6.67", 2]}) == {"1": [Fraction(667, 100), Fraction(2)]}


def test_tolerance_is_the_case_s_own() -> None:
    got = facts(total=Fraction("19.99"))
    assert differences({"total": "20.00"}, got)
    assert not differences({"total": "20.00", "tolerance": "0.01"}, got)


def test_multiset_asserts_no_order_and_a_list_does() -> None:
    got = facts(line_discounts={"1": Fraction(1), "2": Fraction(2)}, parts=[1, 2])
    assert not differences({"line_discounts_multiset": ["2.00", "1.00"]}, got)
    assert differences({"line_discounts_multiset": ["2.00", "2.00"]}, got)
    assert not differences({"parts_multiset": [2, 1]}, got)
    assert differences({"parts": [2, 1]}, got)
    assert differences({"parts": [1]}, got)


def test_upper_bound_allows_less_and_not_more() -> None:
    assert not differences({"order_discount_max": "5"}, facts(order_discount=Fraction(4)))
    assert differences({"order_discount_max": "5"}, facts(order_discount=Fraction(6)))


def test_programme_is_given_in_all_by_line_or_by_touched_lines() -> None:
    got = facts(by_program={"a": {"1": Fraction(0), "2": Fraction(3)}})
    for wanted in (["0", "3"], ["3"], "3"):
        assert not differences({"by_program": {"a": wanted}}, got)
    assert differences({"by_program": {"a": ["3", "0"]}}, got)
    assert differences({"by_program": {"b": ["3"]}}, got)
    assert not differences({"by_program": {"b": "0"}}, got)


def test_gifts_are_compared_as_a_bag() -> None:
    got = facts(free_items=[{"sku": "A", "qty": 1}, {"sku": "B", "qty": 2}])
    wanted = [{"sku": "B", "qty": "2"}, {"sku": "A", "qty": "1"}]
    assert not differences({"free_items": wanted}, got)
    assert differences({"free_items": wanted[:1]}, got)
    assert differences({"free_items": [*wanted, {"sku": "C", "qty": "1"}]}, got)


def test_number_that_nobody_can_tell_is_not_passed() -> None:
    with pytest.raises(NotModelled, match="unknown expected number"):
        differences({"weather": "fine"}, facts(total=Fraction(0)))


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"mood": 1}, "unknown field"),
        ({"cart": {"lines": [], "mood": 1}}, "unknown field"),
        ({"customer": {"mood": 1}}, "unknown field"),
        ({"programs": [a_program(mood=1)]}, "unknown field"),
        ({"programs": [a_program(OFF | {"mood": 1})]}, "unknown field"),
        ({"programs": [a_program({"type": "cheer_up"})]}, "unknown effect"),
        ({"programs": [a_program(trigger="dream")]}, "unknown value"),
        ({"policy_options": {"mood": "good"}}, "unknown option"),
        ({"policy_options": {"stacking": "by_mood"}}, "unknown option"),
        ({"policy_options": {"allocation": "first_lines"}}, "odd units to named lines"),
        ({"cart": None}, "unknown kind of case"),
        ({"cart": {"lines": [{"line": "1", "unit_price": "1", "qty": "-1"}]}}, "line below zero"),
        ({"cart": {"lines": [A_LINE | {"qty": "0.0001"}]}}, "finer than a gram"),
        ({"cart": {"lines": [{"line": "1", "unit_price": "0.001"}]}}, "finer than money"),
        ({"expected": {"mood": "1"}}, "unknown expected number"),
        ({"cart": None, "events": [{"op": "dance"}]}, "unknown event"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_left_out_by_a_listed_reason(parts, reason) -> None:
    outcome = outcome_of(a_case(**parts))
    assert (outcome.not_modelled, outcome.difference) == (reason, "")
    assert reason in NOT_MODELLED


def test_wrong_number_is_a_difference() -> None:
    assert outcome_of(a_case()).difference == ""
    assert "total 20 instead of 21" in outcome_of(a_case(expected={"total": "21"})).difference


def test_a_refused_programme_is_left_out_but_never_a_portable_one() -> None:
    programs = [a_program({"type": "bundle_price", "qty": 2, "price": "0"})]
    refused = outcome_of(a_case(programs=programs, portable=False))
    assert refused.not_modelled == "refused by the document"
    assert "is refused" in outcome_of(a_case(programs=programs)).difference


def test_every_left_out_option_has_a_reason_and_exists() -> None:
    for (option, value), reason in LEFT_OUT.items():
        assert value in OPTIONS[option]
        assert reason in NOT_MODELLED


def test_options_have_their_defaults() -> None:
    assert Options({"stacking": "best_per_line"})["stacking"] == "best_per_line"
    assert Options(None)["order_of_steps"] == "percent_first"


def test_prices_without_tax_become_prices_with_it_where_that_is_exact() -> None:
    rates = {"1": 2 * TENTH, "2": Fraction(0)}
    gross = Prices(2, rates, added=True)
    assert gross.unit_minor("10.00", "1") == 12_00
    assert gross.priced("10.00", ["1"]) == "12.00"
    assert gross.paid("10.00", ["1"]) == "10.00"
    with pytest.raises(Inconvertible):
        gross.unit_minor("0.01", "1")
    with pytest.raises(Inconvertible):
        gross.priced("10.00", ["1", "2"])
    net = Prices(2, rates, added=True, gross=False)
    assert net.unit_minor("0.01", "1") == 1
    assert net.paid("12.00", ["1"]) == "10.00"
    assert net.with_tax_minor(10_00, "1") == 12_00


def test_amount_across_tax_rates_is_left_out() -> None:
    lines = [
        {"line": "1", "sku": "A", "qty": "1", "unit_price": "0.01", "tax_percent": "20"},
        {"line": "2", "sku": "B", "qty": "1", "unit_price": "0.01", "tax_percent": "10"},
    ]
    off = {"type": "amount_off", "value": "0.01", "per": "order"}
    case = a_case(
        programs=[a_program(off)], cart={"lines": lines}, tax={"mode": "excluded", "per_line": True}
    )
    assert outcome_of(case).not_modelled == "amounts across tax rates"


def test_format_is_recognised_by_its_beginning(tmp_path) -> None:
    text = json.dumps([a_case()])
    assert recognises(tmp_path, text)
    assert not recognises(tmp_path, "{}")
    assert not recognises(tmp_path, '[{"id": 1}]')


def test_fields_know_what_was_not_asked() -> None:
    fields = Fields({"a": "1", "b": None})
    assert not fields.has("b")
    with pytest.raises(NotModelled, match="unknown field"):
        fields.finish()
    with pytest.raises(NotModelled, match="unknown value"):
        Fields({"a": "1.5"}).whole("a")


def test_case_that_must_hold_in_every_order_is_run_in_every_order() -> None:
    lines = [A_LINE, A_LINE | {"line": "2", "sku": "B"}]
    case = a_case(
        programs=[
            a_program({"type": "percent_off", "value": "100", "scope": "unit", "max_units": 1})
        ],
        cart={"lines": lines},
        policy_options={"unit_choice": "cart_order"},
        expected={"line_discounts": {"1": "1.00", "2": "0.00"}},
    )
    assert outcome_of(case).difference == ""
    assert "in the order (1, 0)" in outcome_of(case | {"permute_lines": True}).difference


def test_one_broken_case_does_not_hide_the_others(monkeypatch) -> None:
    def broken(_):
        raise RuntimeError("out of order")

    monkeypatch.setattr("tests.vectors.pricing.run.written", broken)
    assert outcome_of(a_case()).difference == "RuntimeError: out of order"
