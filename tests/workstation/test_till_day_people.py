"""An end of day that one person begins and another closes names both, each for what they did."""

import pytest

from tests.workstation.test_till_day_end import Day
from tests.workstation.tills import ok, paper, refusal


@pytest.fixture
def day(tmp_path):
    made = Day(tmp_path)
    yield made
    made.bench.close()


def who(day):
    return day.view.begun_by, day.view.closed_by


def test_who_goes_on_with_a_day_closes_it_under_their_own_name_and_who_began_it_stays(day):
    ok(day.till.day_begin())
    assert who(day) == ("Maria", "")
    ok(day.till.sign_off())
    ok(day.till.sign_on("ivan", "1111"))
    assert who(day) == ("Maria", ""), "whoever looks at it"
    day.count()
    assert refusal(day.till.day_choice("count", "close")) == "senior_only"
    ok(day.till.sign_on("petr", "2222"))
    day.choose("count", "close")
    assert who(day) == ("Maria", "Petr")
    assert day.view.report.operator == "Petr"
    z = day.till.station.days[-1].paper
    (printed,) = [paper(job) for job in day.bench.devices.jobs if job.job_id == z]
    assert "Petr" in printed


def test_both_names_outlive_a_cut_and_another_who_only_looks(day):
    ok(day.till.day_begin())
    day.count()
    day.choose("count", "close")
    day.bench.restart()
    ok(day.till.sign_on("ivan", "1111"))
    assert who(day) == ("Maria", "Maria")


def test_a_day_closed_in_one_gesture_was_begun_by_who_closed_it(day):
    ok(day.till.end_of_day(1000_00))
    ok(day.till.day_begin())
    assert who(day) == ("Maria", "Maria")
