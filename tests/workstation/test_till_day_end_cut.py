"""The power or the disk goes at the end of a day: it goes on, and nothing is doubled."""

import pytest

from pos_app.domain.events import DayClosed, SessionClosed
from tests.workstation.test_till_day_end import Day, is_z
from tests.workstation.tills import MILK, ok


@pytest.fixture
def day(tmp_path):
    made = Day(tmp_path)
    yield made
    made.bench.close()


class Cut(BaseException):
    """The power went."""


POINTS = ("day.begun", "day.counted", "day.closed", "day.fiscal_sent", "day.paper_sent",
          "day.terminal_kept", "day.terminal_sent", "day.terminal_answered",
          "day.settled")  # fmt: skip


@pytest.mark.parametrize("point", POINTS)
def test_after_a_cut_at_any_step_the_day_goes_on_and_nothing_is_doubled(tmp_path, point):
    armed = [point]

    def at(name):
        if armed and name == armed[0]:
            armed.clear()
            raise Cut

    day = Day(tmp_path, crash_point=at)
    day.bench.scan(MILK)
    ok(day.till.pay("cash"))
    day.online()
    jobs = []
    cuts = 0
    while True:
        try:
            finish(day)
            break
        except Cut:
            cuts += 1
            jobs += day.bench.devices.jobs
            day.again()
            day.online()
            assert day.view is not None, "it is on the screen again"
    assert cuts == 1
    assert len(day.bench.events(DayClosed)) == len(day.bench.events(SessionClosed)) == 1
    settled = [order for order in day.bench.bank.booked.values() if order[0] == "settle"]
    assert len(settled) == 2
    papers = [job for job in (*jobs, *day.bench.devices.jobs) if is_z(job)]
    assert len(papers) <= 1
    assert {"done"} == {s for name, s in day.states().items() if name not in ("paper", "send")}
    day.bench.close()


def finish(day) -> None:
    """Whatever is still to be done, done."""
    ok(day.till.day_begin())
    if not day.view.closed:
        if day.till.station.days[-1].counted_minor is None:
            day.count(1089_90)
        day.choose("count", "close")
    for one in list(day.view.steps):
        if one.choices[-1:] == ("closed",):
            day.choose(one.name, "closed")
    if day.till.station.days[-1].settled is None:
        day.settle()


def test_a_full_disk_closes_no_day(day):
    ok(day.till.day_begin())
    day.bench.memory.close()
    assert not day.till.end_of_day(1000_00).ok
    assert day.view is None
    day.bench.mirror.close()
    day.bench.start()
