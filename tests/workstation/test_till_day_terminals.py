"""A terminal that is not found yet after a start: looked for, gone once the device host says so."""

from dataclasses import replace

import pytest

from pos_app.workstation.day_view import StepState
from pos_app.workstation.ports import DeviceState
from tests.workstation.test_till_day_end import EFT, Day, closed_with
from tests.workstation.tills import ok


@pytest.fixture
def day(tmp_path):
    made = Day(tmp_path)
    yield made
    made.bench.close()


def eft_is(day, state):
    """What the device host says of the terminal now; its step."""
    day.bench.devices.what = (EFT[0], DeviceState("eft", "payment", state))
    day.till.devices_changed()
    return day.step("terminal:eft")


def but_for_sending(view):
    """Nobody takes this till's events: all else of its day."""
    return replace(view, steps=tuple(one for one in view.steps if one.name != "send"))


def closed_and_settled(day, state):
    day.bench.devices.what = (EFT[0], DeviceState("eft", "payment", state))
    step = closed_with(day, "approve")
    day.online()
    day.settle()
    day.printed()
    return step


def test_a_terminal_that_is_not_found_yet_is_looked_for_until_the_host_says_that_it_is_gone(day):
    step = closed_and_settled(day, "unknown")
    assert (step.state, step.choices) == (StepState.WORKING, ("let_go",))
    assert step.text.key == "day.terminal_sought"
    for state in ("lost", "misfit"):
        step = eft_is(day, state)
        assert (step.state, step.text.key) == (StepState.CANNOT, "day.terminal_away")
    assert eft_is(day, "unknown").state is StepState.WORKING
    assert eft_is(day, "ok").text.key == "day.terminal_done"


@pytest.mark.parametrize("state", ["unknown", "lost"])
def test_a_day_whose_terminal_is_queued_is_not_over_for_who_leaves_it(day, state):
    closed_and_settled(day, state)
    rest = but_for_sending(day.view)
    assert (rest.done, rest.is_over) == (len(rest.steps) - 1, False)
    ok(day.till.day_leave())
    assert not day.till.station.days[-1].is_over
    ok(day.till.day_begin())
    eft_is(day, "ok")
    day.printed()
    assert but_for_sending(day.view).is_over


def test_who_does_not_want_to_wait_until_it_is_found_lets_it_go(day):
    closed_and_settled(day, "unknown")
    day.choose("terminal:eft", "let_go")
    assert day.step("terminal:eft").text.key == "day.terminal_let_go"
    eft_is(day, "ok")
    assert [order.do.value for order in day.bench.bank.orders].count("settle") == 1, "the other's"
