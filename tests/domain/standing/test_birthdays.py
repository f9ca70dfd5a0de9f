"""Windows of days around a birthday: over new year, on 29 February, this year's and the next."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.errors import ProgramRefused
from pos_app.domain.loyalty.birthday import Birthday, birthday_in, windows
from tests.builders import a_member, a_program


@pytest.mark.parametrize(
    ("born", "on", "first", "second"),
    [
        ((1990, 6, 15), (2026, 11, 20), ("2027-06-12", "2027-06-22"), ("2028-06-12", "2028-06-22")),
        ((1990, 12, 30), (2027, 1, 6), ("2026-12-27", "2027-01-06"), ("2027-12-27", "2028-01-06")),
        ((1990, 12, 30), (2027, 1, 7), ("2027-12-27", "2028-01-06"), ("2028-12-27", "2029-01-06")),
        ((1990, 1, 2), (2026, 12, 29), ("2026-12-30", "2027-01-09"), ("2027-12-30", "2028-01-09")),
        ((1996, 2, 29), (2027, 1, 1), ("2027-02-25", "2027-03-07"), ("2028-02-26", "2028-03-07")),
    ],
)
def test_the_window_that_runs_or_comes_next_and_the_one_after(born, on, first, second) -> None:
    found = windows(date(*born), Birthday(), date(*on))
    assert [tuple(map(str, one)) for one in found] == [first, second]


def test_the_29th_of_february_is_kept_on_the_28th_where_there_is_none() -> None:
    born = date(1996, 2, 29)
    kept = [str(birthday_in(born, year)) for year in (2026, 2028, 2100)]
    assert kept == ["2026-02-28", "2028-02-29", "2100-02-28"]


DAYS = st.dates(date(1900, 1, 1), date(2020, 12, 31))


@given(DAYS, st.dates(date(2021, 1, 1), date(2080, 1, 1)), st.integers(0, 60), st.integers(0, 60))
def test_a_till_that_is_dark_for_months_never_misses_a_day_of_a_window(
    born, on, before, after
) -> None:
    first, second = windows(born, Birthday(before, after), on)
    known = a_member(birthday=first, birthday_next=second)
    for ahead in range(0, 366, 7):
        day = on + timedelta(days=ahead)
        right = any(
            birthday_in(born, year) - timedelta(days=before)
            <= day
            <= birthday_in(born, year) + timedelta(days=after)
            for year in (day.year - 1, day.year, day.year + 1)
        )
        assert known.has_birthday(day) is right


def test_who_has_no_window_has_no_birthday() -> None:
    assert not a_member().has_birthday(date(2026, 1, 1))


def test_the_days_are_the_programmes() -> None:
    assert a_program(birthday={"days_before": 0, "days_after": 1}).birthday == Birthday(0, 1)
    assert a_program().birthday == Birthday(3, 7)
    with pytest.raises(ProgramRefused, match="from 0 to 60"):
        a_program(birthday={"days_before": 61})
