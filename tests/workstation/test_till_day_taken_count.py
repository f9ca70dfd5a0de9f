"""The end of a day takes the count its session was closed with, and its reason, until corrected."""

import pytest

from pos_app.domain.events import DayClosed
from pos_app.workstation.day_view import StepState
from tests.workstation.test_till_day_end import Day
from tests.workstation.tills import BREAD, MARIA, MILK, ok, paper, refusal


@pytest.fixture
def day(tmp_path):
    made = Day(tmp_path)
    yield made
    made.bench.close()


def closed_short(day):
    """A cashier's session of 1089.90, counted 9.90 short with a reason."""
    ok(day.till.sign_on("ivan", "1111"))
    day.bench.scan(MILK)
    ok(day.till.pay("cash"))
    told = ok(day.till.close_session(1080_00, "wrong_change"))
    ok(day.till.sign_on(*MARIA))
    return told


def keys(step):
    return [one.key for one in step.details]


def test_the_count_and_reason_of_the_session_are_taken_shown_and_closed_without_another_word(day):
    closed_short(day)
    ok(day.till.day_begin())
    step = day.step("count")
    assert (step.text.key, step.choices) == ("day.count_short", ("close", "count_again"))
    assert (step.text.args["counted"].minor, step.text.args["amount"].minor) == (1080_00, 9_90)
    assert keys(step) == ["day.count_taken", "day.because"]
    assert step.details[0].args["name"] == "Ivan"
    day.choose("count", "close")
    assert day.view.closed
    assert keys(day.step("count")) == ["day.because"]
    assert day.view.report.difference_reason == "wrong_change"
    assert len(day.bench.audit("drawer_difference")) == 1, "told once"
    assert len(day.bench.events(DayClosed)) == 1


def test_the_reason_stands_on_the_sessions_page_on_its_paper_and_on_the_z(day):
    report = closed_short(day).data["report"]
    assert report.difference_reason == "wrong_change"
    voice = day.till.station.gear.voice("ru")
    why = voice.text("day.because", why=voice.text("reason.wrong_change"))
    assert why in paper(day.bench.devices.jobs[-1])
    ok(day.till.day_begin())
    day.choose("count", "close")
    papers = [paper(job) for job in day.bench.devices.jobs]
    (z,) = [one for one in papers if voice.text("report.title_z") in one]
    assert why in z


def test_a_drawer_that_was_right_is_shown_with_its_sum_and_closes_the_day(day):
    ok(day.till.close_session(1000_00))
    ok(day.till.day_begin())
    step = day.step("count")
    assert (step.text.key, keys(step)) == ("day.count_same", ["day.count_taken"])
    assert step.choices == ("close", "count_again")
    day.choose("count", "close")
    assert (day.view.report.counted_minor, day.view.report.difference_minor) == (1000_00, 0)


def test_the_day_is_not_closed_with_it_before_the_receipts_that_wait_are_decided(day):
    day.bench.scan(MILK)
    ok(day.till.suspend(""))
    ok(day.till.close_session(1000_00))
    ok(day.till.day_begin())
    step = day.step("count")
    assert (step.state, step.choices) == (StepState.WAITS, ())
    assert step.text.key == "day.count_same", "told all the same"
    day.choose("receipts", "leave_them")
    assert day.step("count").choices == ("close", "count_again")


def test_who_counts_again_gives_a_reason_of_their_own(day):
    closed_short(day)
    ok(day.till.day_begin())
    day.choose("count", "count_again")
    assert day.step("count").choices == ("count",)
    day.count(1070_00)
    assert day.step("count").choices == ("count_again", "close_differs")
    assert keys(day.step("count")) == []
    assert refusal(day.till.day_choice("count", "close")) == "reason_needed"
    ok(day.till.day_choice("count", "close_differs", "not_found"))
    assert [one.reason for one in day.bench.audit("drawer_difference")] == [
        "wrong_change", "not_found",
    ]  # fmt: skip
    assert day.view.report.difference_reason == "not_found"


def test_a_count_taken_stays_after_a_cut_and_one_typed_since_is_not_taken_back(day):
    closed_short(day)
    ok(day.till.day_begin())
    day.again()
    assert keys(day.step("count")) == ["day.count_taken", "day.because"]
    day.choose("count", "count_again")
    day.count(1089_90)
    ok(day.till.day_leave())
    ok(day.till.day_begin())
    assert day.step("count").text.key == "day.count_right"


def test_a_count_of_the_day_that_is_older_than_the_sessions_makes_way_for_it(day):
    ok(day.till.day_begin())
    day.count(990_00)
    ok(day.till.day_leave())
    ok(day.till.close_session(1000_00))
    ok(day.till.day_begin())
    assert day.step("count").text.key == "day.count_same"


def test_another_session_is_counted_for_itself(day):
    closed_short(day)
    ok(day.till.open_session(100_00))
    day.bench.scan(BREAD)
    ok(day.till.pay("cash"))
    ok(day.till.day_begin())
    assert day.step("count").choices == ("count",)


def test_a_day_closed_in_one_gesture_with_the_sessions_count_needs_no_reason_again(day):
    closed_short(day)
    assert refusal(day.till.end_of_day(1079_00)) == "drawer_unexplained"
    report = ok(day.till.end_of_day(1080_00)).data["report"]
    assert report.difference_reason == "wrong_change"
    assert len(day.bench.audit("drawer_difference")) == 1


def test_a_session_that_was_opened_since_is_not_closed_with_the_count_of_the_one_before(day):
    """With as much in its drawer: nobody has counted it, and nobody has said why it differs."""
    closed_short(day)
    ok(day.till.day_begin())
    ok(day.till.open_session(1089_90))
    for _ in range(2):
        assert refusal(day.till.day_choice("count", "close")) == "count_again"
        day.again()
    assert len(day.bench.audit("drawer_difference")) == 1
