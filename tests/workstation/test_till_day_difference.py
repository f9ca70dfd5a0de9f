"""A drawer that differs at the end of the day: a reason, or what the shop lets pass without one."""

from datetime import timedelta

import pytest

from tests.sync.mirror.feeds import row
from tests.workstation.test_till_day_end import Day
from tests.workstation.tills import ok, refusal


@pytest.fixture
def day(tmp_path):
    made = Day(tmp_path)
    yield made
    made.bench.close()


def tolerance(ver, minor):
    name = "drawer_tolerance_minor"
    return row("chain", ver, "setting", name, {"name": name, "value": minor})


def test_a_drawer_that_differs_is_closed_with_a_reason_and_what_the_shop_lets_pass_without(day):
    ok(day.till.day_begin())
    day.count(678_75)
    for choice in ("close", "close_differs"):
        assert refusal(day.till.day_choice("count", choice)) == "reason_needed"
    assert refusal(day.till.day_choice("count", "close_differs", "x" * 301)) == "reason_needed"
    assert not day.view.closed
    day.bench.mirrors(day.bench.newer(lambda ver: tolerance(ver, 321_25)))
    assert day.step("count").choices == ("close", "count_again")
    day.bench.mirrors(day.bench.newer(lambda ver: tolerance(ver, 321_24)))
    assert day.step("count").choices == ("count_again", "close_differs")
    ok(day.till.day_choice("count", "close_differs", "wrong_change"))
    assert day.view.closed
    (told,) = day.bench.audit("drawer_difference")
    assert (told.reason, told.amount_minor) == ("wrong_change", -321_25)
    (why,) = day.step("count").details
    assert why.args["why"].key == "reason.wrong_change"
    assert day.view.next_on == day.view.business_on + timedelta(days=1)


def test_somebodys_own_words_on_a_difference_are_shown_as_they_are(day):
    ok(day.till.day_begin())
    day.count(0)
    ok(day.till.day_choice("count", "close_differs", "ящик забрали в банк"))
    assert day.step("count").details[0].args["why"] == "ящик забрали в банк"
