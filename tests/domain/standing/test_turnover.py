"""Spend in a period and the rate it earns: both sides of every border, every window's first day."""

from datetime import date

import pytest

from pos_app.domain.errors import ProgramRefused
from pos_app.domain.loyalty.turnover import (
    SPEND,
    VISITS,
    History,
    cumulative_ppm,
    month_of,
    months_in_row,
    months_of_period,
    next_step,
    points_earned,
    spend_minor,
    step_of,
    visits,
    with_own,
)
from pos_app.domain.mechanics.discount import MemberDiscount
from pos_app.domain.mechanics.periods import rolling_days
from tests.builders import TODAY, a_program


def cumulative(**fields) -> MemberDiscount:
    """5 % to 10 000, 7 % to 20 000, 10 % above."""
    steps = [
        {"above": "0", "percent": "5"},
        {"above": "10000.00", "percent": "7"},
        {"above": "20000.00", "percent": "10"},
    ]
    one = {"id": "d", "kind": "cumulative", "steps": steps} | fields
    return a_program(member_discounts=[one]).member_discounts[0]


@pytest.mark.parametrize(
    ("spend", "upper", "lower"),
    [
        (-1, 5, 5),
        (0, 5, 5),
        (9999_99, 5, 5),
        (10_000_00, 5, 7),
        (10_000_01, 7, 7),
        (19_999_99, 7, 7),
        (20_000_00, 7, 10),
        (20_000_01, 10, 10),
    ],
)
def test_up_to_a_border_includes_it_unless_the_programme_says_from(spend, upper, lower) -> None:
    assert cumulative_ppm(cumulative(), spend) == upper * 10_000
    assert cumulative_ppm(cumulative(bound="lower_inclusive"), spend) == lower * 10_000


def test_the_present_receipt_counts_only_where_the_programme_says_so() -> None:
    assert cumulative_ppm(cumulative(), 10_000_00, 1) == 50_000
    assert cumulative_ppm(cumulative(counts_current_receipt="gross"), 10_000_00, 1) == 70_000


def test_what_is_missing_to_the_next_rate_is_told_to_the_kopeck() -> None:
    upper = next_step(cumulative(), 9_000_00)
    assert upper is not None
    assert (upper.needs_minor, upper.percent_ppm) == (1000_01, 70_000)
    assert cumulative_ppm(cumulative(), 9_000_00 + upper.needs_minor) == 70_000
    lower = next_step(cumulative(bound="lower_inclusive"), 9_000_00)
    assert lower is not None
    assert lower.needs_minor == 1000_00
    assert next_step(cumulative(), 20_000_01) is None


def test_before_the_first_step_there_is_no_rate() -> None:
    late = cumulative(steps=[{"above": "100.00", "percent": "3"}])
    assert step_of(late, 100_00) is None
    assert cumulative_ppm(late, 100_00) == 0


def test_the_windows_of_every_period_end_with_the_month_of_the_day() -> None:
    on = date(2026, 5, 17)
    assert month_of(on) == "2026-05"
    assert months_of_period("month", on) == ("2026-05",)
    assert months_of_period("quarter", on) == ("2026-05", "2026-04")
    assert months_of_period("year", on) == tuple(f"2026-{m:02d}" for m in (5, 4, 3, 2, 1))
    rolling = months_of_period("rolling_12_months", on)
    assert rolling is not None
    assert (len(rolling), rolling[-1]) == (12, "2025-06")
    assert months_of_period("lifetime", on) is None
    with pytest.raises(ValueError, match="no whole months"):
        months_of_period("rolling_30_days", on)


def test_only_a_number_of_days_rolls_by_the_day() -> None:
    known = ("rolling_30_days", "rolling_12_months", "month", "rolling_x_days", "a_3_days")
    assert [rolling_days(one) for one in known] == [30, None, None, None, None]


def test_spend_counts_the_months_of_the_period_and_own_receipts_at_the_day_of_their_sale() -> None:
    mirrored = History({"2026-11": 100, "2026-01": 10, "2025-12": 5}, 1000)
    # A sale of today, and a return of what was sold in October.
    history = with_own(mirrored, [(TODAY, 7), (date(2026, 10, 3), -4)])
    found = {p: spend_minor(history, p, TODAY) for p in ("month", "year", "rolling_12_months")}
    assert found == {"month": 107, "year": 113, "rolling_12_months": 118}
    assert spend_minor(history, "lifetime", TODAY) == 1003


def test_a_rolling_period_has_exactly_so_many_days_and_today_is_one_of_them() -> None:
    history = History(
        tallies={
            (SPEND, "2026-10-21"): 1,
            (SPEND, "2026-10-22"): 10,
            (SPEND, "2026-11-20"): 100,
            (SPEND, "2026-11-21"): 1000,
            (VISITS, "2026-11-20"): 2,
        }
    )
    assert spend_minor(history, "rolling_30_days", TODAY) == 110
    assert spend_minor(history, "rolling_31_days", TODAY) == 111
    assert spend_minor(history, "rolling_1_days", TODAY) == 100
    assert visits(history, "rolling_7_days", TODAY) == 2


def test_points_ever_earned_are_a_counter_of_their_own() -> None:
    assert points_earned(History(tallies={("earned/", ""): 7, ("earned/cap", ""): 9})) == 7
    assert points_earned(History()) == 0


def test_a_run_of_months_is_as_long_as_it_can_be_seen() -> None:
    every = {f"{year}-{month:02d}": 1 for year in range(2010, 2027) for month in range(1, 13)}
    assert months_in_row(History(every), TODAY) == 120
    assert months_in_row(History(), TODAY) == 0
    assert months_in_row(History({"0001-02": 1, "0001-01": 1}), date(1, 2, 3)) == 2


REFUSED = [
    ({"kind": "fixed", "percent": "5"}, "means nothing in a fixed discount"),
    ({"steps": []}, "is needed in a cumulative discount"),
    ({"percent": "3"}, "means nothing in a cumulative discount"),
    (
        {"steps": [{"above": "1", "percent": "1"}, {"above": "1", "percent": "2"}]},
        "borders must rise",
    ),
    ({"bound": "no"}, "one of upper_inclusive"),
    ({"counts_current_receipt": "net"}, "one of no, gross"),
    ({"evidence": {"ru": " "}}, "which paper is asked for"),
    ({"rolling_days": 9}, "means nothing in the period"),
]


@pytest.mark.parametrize(("fields", "reason"), REFUSED)
def test_a_discount_that_nobody_can_explain_is_refused(fields, reason) -> None:
    with pytest.raises(ProgramRefused) as refused:
        cumulative(**fields)
    assert any(reason in str(fault) for fault in refused.value.faults), refused.value.faults


def test_a_border_of_a_fixed_discount_means_nothing() -> None:
    fixed = {"id": "d", "kind": "fixed", "percent": "5", "bound": "lower_inclusive"}
    with pytest.raises(ProgramRefused, match="bound: means nothing"):
        a_program(member_discounts=[fixed])


def test_a_paper_has_a_name_in_every_language() -> None:
    social = {"kind": "fixed", "percent": "5", "steps": []}
    paper = cumulative(**social, evidence={"ru": "Пенсионное удостоверение", "en": "Card"})
    assert (paper.paper("ru"), paper.paper("de")) == ("Пенсионное удостоверение",) * 2
    assert (paper.paper("en"), cumulative().paper("en")) == ("Card", "")
    assert (paper.name("ru"), cumulative(name={"en": "Sum"}).name("ru")) == ("d", "Sum")
