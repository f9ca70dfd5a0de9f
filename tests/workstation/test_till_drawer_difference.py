"""A drawer that differs is closed with a word on it, whichever way it is closed."""

import pytest

from tests.workstation.test_till_day_difference import tolerance
from tests.workstation.tills import Bench, ok, refusal


@pytest.fixture
def senior(tmp_path):
    made = Bench(tmp_path)
    made.open_shift("maria")
    yield made
    made.close()


def closings(till):
    return (till.close_session, till.end_of_day)


@pytest.mark.parametrize(
    ("counted", "key", "amount"), [(995_00, "drawer_short", 5_00), (1007_00, "drawer_over", 7_00)]
)
def test_what_the_drawer_differs_by_is_said_in_words_without_a_sign(senior, counted, key, amount):
    answer = senior.till.close_session(counted)
    assert answer.refusal.text.key == f"refused.{key}"
    assert answer.refusal.text.args["amount"].minor == amount


@pytest.mark.parametrize("way", [0, 1])
def test_one_gesture_asks_for_the_reason_that_the_guided_screen_asks_for(senior, way) -> None:
    close = closings(senior.till)[way]
    assert refusal(close(995_00)) == "drawer_unexplained"
    assert refusal(close(995_00, " ")) == "drawer_unexplained"
    assert refusal(close(995_00, "x" * 301)) == "drawer_unexplained"
    assert senior.view.session is not None
    report = ok(close(995_00, "wrong_change")).data["report"]
    assert report.difference_minor == -5_00
    (told,) = senior.audit("drawer_difference")
    assert (told.reason, told.amount_minor, told.subject) == ("wrong_change", -5_00, "1")


@pytest.mark.parametrize("way", [0, 1])
def test_what_the_shop_lets_pass_and_what_is_right_need_no_word(senior, way) -> None:
    senior.mirrors(senior.newer(lambda ver: tolerance(ver, 5_00)))
    ok(closings(senior.till)[way](995_00))
    assert senior.audit("drawer_difference") == []


def test_a_sum_that_was_tried_is_kept_so_that_nobody_guesses_what_should_be_there(senior) -> None:
    for tried in (900_00, 950_00):
        assert refusal(senior.till.end_of_day(tried)) == "drawer_unexplained"
    kept = [(one.reason, one.amount_minor) for one in senior.audit("drawer_counted")]
    assert kept == [("90000", -100_00), ("95000", -50_00)]


def test_a_count_says_whether_a_word_will_be_wanted(senior) -> None:
    assert ok(senior.till.count_drawer(995_00)).data["needs_reason"] is True
    assert ok(senior.till.count_drawer(1000_00)).data["needs_reason"] is False


def test_the_reason_of_one_gesture_stands_in_the_day_as_well(senior) -> None:
    ok(senior.till.end_of_day(995_00, "wrong_float"))
    ok(senior.till.day_begin())
    step = next(one for one in senior.view.day.steps if one.name == "count")
    assert step.details[0].args["why"].key == "reason.wrong_float"
