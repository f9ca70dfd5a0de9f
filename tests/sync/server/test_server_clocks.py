"""A till's clock as the server sees it: estimated from what it signs, told once a day, never
trusted; a day that cannot be is kept as the till said it and shown."""

from datetime import UTC, date, datetime, timedelta

from sync.server.engine.schema import conflict, control_total
from sync.server.watch.skew import Skews

HOUR_MS = 3_600_000
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def ahead(seconds):
    return (AT + timedelta(seconds=seconds)).isoformat()


def lines(house, kind):
    rows = house.run(house.rows(conflict, conflict.c.kind == kind))
    return [(row.terminal, row.detail) for row in rows]


def test_the_fastest_request_of_an_hour_is_the_best_estimate():
    skews = Skews()
    for number, slow in enumerate((40, 3, 19)):
        received = AT + timedelta(seconds=slow)
        assert skews.heard("t", ahead(60), received, number * 1000) is None
    assert skews.ahead_ms("t", 3000) == 57_000
    assert skews.ahead_ms("t", HOUR_MS + 2500) is None


def test_one_late_request_makes_no_wrong_clock_and_three_do():
    skews = Skews()
    said = [
        skews.heard("t", ahead(-300 + n), AT + timedelta(seconds=n / 2), n * 1000) for n in range(3)
    ]
    assert said[:2] == [None, None]
    assert (said[2].kind, said[2].detail) == ("clock_skew", "299 s behind")


def test_a_request_that_waits_and_is_looked_at_again_counts_once():
    skews = Skews()
    for _ in range(5):
        assert skews.heard("t", ahead(-300), AT, 0) is None


def test_a_request_from_the_future_is_enough_and_is_told_once_a_day():
    skews = Skews()
    assert skews.heard("t", ahead(3600), AT, 0).detail == "3600 s ahead"
    assert skews.heard("t", ahead(3601), AT + timedelta(seconds=1), 1000) is None
    skews.forget("t")
    assert skews.heard("t", ahead(3602), AT + timedelta(seconds=2), 2000) is not None
    tomorrow = AT + timedelta(days=1)
    sent = (tomorrow + timedelta(hours=1)).isoformat()
    assert skews.heard("t", sent, tomorrow, 86_400_000) is not None


def test_a_text_that_is_no_time_says_nothing():
    assert Skews().heard("t", "yesterday", AT, 0) is None


def test_a_till_whose_clock_is_wrong_is_a_line_for_the_manager(house):
    """Fault case 28: the server's half; the till itself shows `link.clock`."""
    till = house.run(house.till())
    # It signs with the time of noon.
    house.clock.at += timedelta(hours=3)
    for _ in range(3):
        till.sell()
        house.run(house.push(till))
        house.clock.at += timedelta(seconds=1)
    assert lines(house, "clock_skew") == [(till.terminal, "10800 s behind")]


def test_a_receipt_of_a_day_that_cannot_be_counts_on_its_day_and_is_shown(house):
    """The paper, the drawer and the control totals say that day: only a person may doubt it."""
    till = house.run(house.till())
    for day in (date(2027, 11, 22), date(1970, 1, 1), date(2026, 11, 22)):
        till.sell(on=day)
    house.run(house.push(till))
    assert len(lines(house, "clock_day")) == 2
    days = [row.business_on for row in house.run(house.rows(control_total))]
    assert sorted(days) == ["1970-01-01", "2026-11-22", "2027-11-22"]
