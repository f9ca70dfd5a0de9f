"""Counters of a member add up in any order, close when goods come back, and fade when old."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.loyalty.tally import (
    Portion,
    TallyEntry,
    added,
    joined,
    kept,
    period_before,
    period_of,
    shares_back,
)
from pos_app.domain.mechanics.counting import CALENDAR

THURSDAY = date(2026, 3, 5)
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
entries = st.lists(
    st.builds(
        TallyEntry,
        st.sampled_from(("visits", "stamps/tea", "earned/all")),
        st.sampled_from(("", "2026-03", "2026-W10")),
        st.integers(-50, 50),
    ),
    max_size=12,
)


@pytest.mark.parametrize(
    ("calendar", "period", "before"),
    [
        ("day", "2026-03-05", date(2026, 3, 4)),
        ("week", "2026-W10", date(2026, 3, 1)),
        ("month", "2026-03", date(2026, 2, 28)),
        ("quarter", "2026-Q1", date(2025, 12, 31)),
        ("year", "2026", date(2025, 12, 31)),
        ("lifetime", "", THURSDAY),
    ],
)
def test_a_day_has_its_period_and_the_day_before_it(calendar, period, before) -> None:
    assert period_of(calendar, THURSDAY) == period
    assert period_before(calendar, THURSDAY) == before


def test_the_last_days_of_a_year_may_belong_to_the_first_week_of_the_next() -> None:
    assert period_of("week", date(2024, 12, 31)) == "2025-W01"
    assert period_of("week", date(2027, 1, 1)) == "2026-W53"


@given(days, st.sampled_from(CALENDAR[:-1]))
def test_the_day_before_a_period_lies_in_the_period_before(day, calendar) -> None:
    before = period_before(calendar, day)
    assert period_of(calendar, before) < period_of(calendar, day)
    assert period_of(calendar, before + timedelta(days=1)) == period_of(calendar, day)


@given(entries, st.randoms())
def test_the_order_of_posting_does_not_matter(found, random) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    assert added({}, shuffled) == added({}, found)
    half = len(found) // 2
    assert joined(added({}, found[:half]), added({}, found[half:])) == added({}, found)


@given(entries)
def test_what_comes_to_nothing_is_not_kept(found) -> None:
    assert 0 not in added({}, found).values()
    back = [TallyEntry(e.tally, e.period, -e.amount) for e in found]
    assert added(added({}, found), back) == {}


def test_periods_that_no_rule_asks_for_leave_and_everything_else_stays() -> None:
    today = date(2026, 11, 22)
    stay = {
        ("visits", ""): 1,
        ("visits", "2025-11"): 1,
        ("spend", "2025-11-01"): 1,
        ("stamps/run", "2026-W01"): 1,
        ("uses/x", "2026-Q1"): 1,
        ("uses/x", "2024"): 1,
        ("membership/gold", "2020-01-01"): 365,
        ("draw/car", ""): 3,
    }
    gone = {
        ("visits", "2023-11"): 1,
        ("spend", "2025-10-01"): 1,
        ("stamps/run", "2024-W30"): 1,
        ("uses/x", "2023-Q1"): 1,
        ("uses/x", "2022"): 1,
    }
    assert kept({**stay, **gone}, today) == stay


def portion(weight: int, before: int, after: int, units: int) -> Portion:
    return Portion(weight, Fraction(before, units), Fraction(after, units))


@given(st.data())
def test_a_full_return_in_any_parts_closes_every_tally_to_nothing(data) -> None:
    units = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    weights = data.draw(st.lists(st.integers(0, 999), min_size=len(units), max_size=len(units)))
    numbers = range(1, len(units) + 1)
    lines = st.lists(st.sampled_from(list(numbers)), unique=True).map(lambda x: tuple(sorted(x)))
    sold = data.draw(
        st.lists(
            st.builds(TallyEntry, st.sampled_from("abc"), st.just(""), st.integers(-9, 99), lines),
            max_size=5,
        )
    )
    left = [n for n, count in zip(numbers, units, strict=True) for _ in range(count)]
    order = data.draw(st.permutations(left))
    gone = dict.fromkeys(numbers, 0)
    total = list(sold)
    for start in range(0, len(order), 2):
        after = dict(gone)
        for number in order[start : start + 2]:
            after[number] += 1
        portions = {n: portion(weights[n - 1], gone[n], after[n], units[n - 1]) for n in numbers}
        total += shares_back(sold, portions)
        gone = after
    assert added({}, total) == {}


def test_what_stays_is_rounded_in_favour_of_what_stays() -> None:
    visit = [TallyEntry("visits", "", 1)]
    portions = {1: portion(500, 0, 1, 1), 2: portion(500, 0, 0, 1)}
    assert shares_back(visit, portions) == ()
    rest = {1: portion(500, 1, 1, 1), 2: portion(500, 0, 1, 1)}
    assert shares_back(visit, rest) == (TallyEntry("visits", "", -1),)


def test_stamps_taken_for_a_reward_come_back_with_the_reward_alone() -> None:
    taken = [TallyEntry("stamps/tea", "", -6, (2,))]
    other = {1: portion(500, 0, 1, 1), 2: portion(0, 0, 0, 1)}
    assert shares_back(taken, other) == ()
    reward = {1: portion(500, 0, 0, 1), 2: portion(0, 0, 1, 1)}
    assert shares_back(taken, reward) == (TallyEntry("stamps/tea", "", 6),)


def test_an_entry_of_lines_that_are_not_there_gives_nothing_back() -> None:
    assert shares_back([TallyEntry("a", "", 5, (9,))], {1: portion(1, 0, 1, 1)}) == ()
