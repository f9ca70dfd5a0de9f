"""Money, quantities, tax, tenders and the small words of the rules."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.errors import Fault
from pos_app.domain.money import (
    RUB,
    Currency,
    Money,
    allocate_largest_remainder,
    divide_down,
    divide_half_up,
    format_decimal,
    parse_decimal,
    share_down,
    share_half_up,
)
from pos_app.domain.quantity import Quantity, Unit, extended_minor, grams, parse_quantity, pieces
from pos_app.domain.rights import DEFAULT_ROLES, Operator, Right
from pos_app.domain.sentence import Points, say
from pos_app.domain.tax import russian_tax, tax_inside_minor
from pos_app.domain.tender import next_round_amounts
from tests.builders import an_item

AMOUNTS = st.integers(0, 10_000_000)
PARTS = st.lists(
    st.tuples(st.integers(0, 100_000), st.integers(0, 100_000)), min_size=1, max_size=12
)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12.50", 1250),
        ("12,5", 1250),
        (" 7 ", 700),
        ("-0.01", -1),
        ("+3.00", 300),
        (".5", 50),
        ("1.500", 150),
    ],
)
def test_a_decimal_string_is_read_exactly(text: str, minor: int) -> None:
    assert parse_decimal(text, 2) == minor


@pytest.mark.parametrize(
    "text", ["", ".", "1.", "-+1", "1.005", "1e3", "1 000", "0x1", "٣", "1.٣", "nan", "1.2.3", "a"]
)
def test_what_is_no_plain_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="decimal"):
        parse_decimal(text, 2)


@given(st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_a_decimal_string_reads_back_as_the_number_it_was_written_from(n: int, digits: int) -> None:
    assert parse_decimal(format_decimal(n, digits), digits) == n


def test_money_is_written_with_the_digits_of_its_currency() -> None:
    assert Money(-123450).decimal() == "-1234.50"
    assert Money(1500, Currency("JPY", 0)).decimal() == "1500"
    assert RUB.scale == 100


def test_every_rounding_does_what_its_name_says() -> None:
    assert [divide_half_up(n, 2) for n in (-3, -1, 1, 3)] == [-2, -1, 1, 2]
    assert [divide_down(n, 2) for n in (-3, -1, 1, 3)] == [-1, 0, 0, 1]
    assert share_half_up(1_05, 100_000) == 11
    assert share_down(1_09, 100_000) == 10
    for divide in (divide_half_up, divide_down):
        with pytest.raises(ValueError, match="positive"):
            divide(1, 0)


def test_odd_kopecks_go_to_the_largest_remainders_and_the_first_of_equals() -> None:
    assert allocate_largest_remainder(100, [1, 1, 1]).parts == (34, 33, 33)
    assert allocate_largest_remainder(10, [0, 0, 0]).parts == (4, 3, 3)
    assert allocate_largest_remainder(1, [1, 3]).parts == (0, 1)


def test_what_a_full_part_cannot_take_is_offered_again_to_the_others() -> None:
    spread = allocate_largest_remainder(100, [50, 30, 20], [10, 100, 100])
    assert spread.parts == (10, 54, 36)
    assert allocate_largest_remainder(100, [1, 1], [30, 20]).unplaced == 50


def test_negative_amounts_and_weights_are_a_broken_contract() -> None:
    for amount, weights in ((-1, [1]), (1, [-1])):
        with pytest.raises(ValueError, match="not negative"):
            allocate_largest_remainder(amount, weights)


@given(AMOUNTS, PARTS)
def test_allocation_is_exact_and_never_fills_a_part_beyond_its_room(
    amount: int, parts: list[tuple[int, int]]
) -> None:
    weights, rooms = [w for w, _ in parts], [r for _, r in parts]
    spread = allocate_largest_remainder(amount, weights, rooms)
    assert sum(spread.parts) + spread.unplaced == amount
    assert all(0 <= part <= room for part, room in zip(spread.parts, rooms, strict=True))
    assert spread.unplaced == max(amount - sum(rooms), 0)


@given(AMOUNTS, st.lists(st.integers(1, 100_000), min_size=1, max_size=12))
def test_a_free_allocation_is_within_one_unit_of_the_exact_share(
    amount: int, weights: list[int]
) -> None:
    spread = allocate_largest_remainder(amount, weights)
    total = sum(weights)
    for part, weight in zip(spread.parts, weights, strict=True):
        assert abs(part * total - amount * weight) < total


def test_quantities_are_counted_in_base_units_and_priced_by_the_kilogram() -> None:
    assert parse_quantity("0.342", Unit.GRAM) == grams(342)
    assert grams(342).decimal() == "0.342"
    assert pieces(3).decimal() == "3"
    assert extended_minor(349_00, grams(342)) == 119_36
    assert extended_minor(89_90, pieces(3)) == 269_70
    assert Quantity(250, Unit.MILLILITRE).decimal() == "0.250"
    with pytest.raises(ValueError, match="decimals"):
        parse_quantity("0.3421", Unit.GRAM)


@pytest.mark.parametrize(
    ("tax_class", "on", "rate"),
    [
        ("standard", date(2018, 12, 31), 180_000),
        ("standard", date(2025, 12, 31), 200_000),
        ("standard", date(2026, 1, 1), 220_000),
        ("reduced", date(2026, 1, 1), 100_000),
        ("zero", date(2026, 1, 1), 0),
        ("standard", date(2003, 12, 31), 0),
        ("unheard of", date(2026, 1, 1), 0),
    ],
)
def test_a_tax_rate_is_the_one_in_force_on_the_day(tax_class: str, on: date, rate: int) -> None:
    assert russian_tax().rate_ppm(tax_class, on) == rate


def test_included_tax_is_taken_out_of_the_amount_half_up() -> None:
    assert tax_inside_minor(122_00, 220_000) == 22_00
    assert tax_inside_minor(120_00, 200_000) == 20_00
    assert tax_inside_minor(100_00, 220_000) == 18_03
    assert tax_inside_minor(100_00, 0) == 0


def test_likely_amounts_are_the_due_rounded_up_to_notes_with_the_biggest_note_kept() -> None:
    assert next_round_amounts(3189_14) == (3190_00, 3200_00, 3500_00, 4000_00, 5000_00)
    assert next_round_amounts(5189_00) == (5190_00, 5200_00, 5500_00, 6000_00, 10_000_00)
    assert next_round_amounts(100_00) == (200_00, 500_00, 1000_00, 2000_00, 5000_00)
    assert next_round_amounts(4999_99) == (5000_00, 6000_00)


@given(st.integers(0, 20_000_00))
def test_a_likely_amount_always_covers_the_due_and_there_are_few_of_them(due: int) -> None:
    amounts = next_round_amounts(due)
    assert len(amounts) <= 5
    assert list(amounts) == sorted(set(amounts))
    assert all(amount > due for amount in amounts)


def test_likely_amounts_exist_in_currencies_without_a_table() -> None:
    assert next_round_amounts(17_30, Currency("EUR", 2)) == (18_00, 20_00, 50_00, 100_00)


def test_an_item_has_the_price_of_the_day() -> None:
    item = an_item("milk", 89_90)
    assert item.price_minor(date(2026, 1, 1)) == 89_90
    assert item.price_minor(date(2019, 12, 31)) is None


def test_rights_grow_with_the_role_and_nobody_has_more_than_was_given() -> None:
    cashier, senior, manager, office = DEFAULT_ROLES.values()
    assert cashier < senior < manager < office
    operator = Operator("op1", "Olga", "cashier", "-", cashier)
    assert operator.may(Right.SELL)
    assert not operator.may(Right.PRICE_CORRECTION)


def test_a_sentence_and_a_fault_can_be_read_in_a_log() -> None:
    assert str(say("limit.balance", points=Points(3))) == "limit.balance(points=Points(value=3))"
    assert str(Fault("earn.rules[0]", "is missing")) == "earn.rules[0]: is missing"
