"""A day's end that was begun and left: the day goes on in another session and is settled once."""

from tests.workstation.test_till_day_end import Day
from tests.workstation.tills import CHEESE, MILK, ok


def test_the_server_is_compared_with_the_day_that_was_ended_not_with_the_end_that_was_left(
    tmp_path,
):
    """A breaker's story: the left end has no totals of its day, and an alarm was made of it."""
    day = Day(tmp_path)
    day.bench.scan(MILK)
    ok(day.till.pay("cash"))
    ok(day.till.day_begin())
    ok(day.till.day_leave())
    ok(day.till.close_session(1089_90))
    ok(day.till.open_session(0))
    day.bench.scan(CHEESE)
    ok(day.till.pay("cash"))
    day.online()
    ok(day.till.end_of_day(1000_00))
    day.printed()
    day.settle()
    heard = day.bench.codes_heard()
    assert "settled" in heard
    assert "settlement_differs" not in heard
    ended = [one for one in day.till.station.days if one.closed_at is not None]
    assert [one.settled.differences for one in ended] == [()]
    day.bench.close()
