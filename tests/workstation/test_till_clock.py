"""A till whose clock is wrong: it sells on, days go forward only, and a person is asked in time."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pos_app.domain.loyalty.lease import Anchor
from tests.workstation.tills import MARIA, NOON, PINS, Bench, Clock, ok, refusal

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class TwoClocks(Clock):
    """Wall and monotonic clock apart; another boot is another count."""

    def __init__(self) -> None:
        super().__init__()
        self.passed_ms, self.boot = 0, "first"

    def monotonic_ms(self) -> int:
        return self.passed_ms

    def boot_id(self) -> str:
        return self.boot

    def passes(self, **by: float) -> None:
        """Time, on both."""
        self.move(**by)
        self.passed_ms += round(timedelta(**by).total_seconds() * 1000)


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    made.clock = TwoClocks()
    made.restart()
    yield made
    made.close()


def heard(bench, at=NOON):
    """The courier read the server's feed to its end."""
    clock = bench.clock
    anchor = Anchor(at, clock.monotonic_ms(), clock.boot_id(), clock.now)
    bench.memory.grants.heard(anchor)
    bench.till.link_changed(True)


def boots(bench, wall):
    """The machine was off; its clock says something."""
    bench.clock.now, bench.clock.passed_ms = wall, 0
    bench.clock.boot += "+"
    bench.restart()


def trouble(bench):
    said = bench.view.link.trouble
    return said.key if said else ""


def test_a_till_that_heard_the_server_sells_by_its_time_whatever_the_clock_says(bench):
    heard(bench)
    bench.open_shift()
    bench.clock.now = NOON + timedelta(days=400)
    bench.clock.passed_ms += 60_000
    assert bench.sold().completed_at == NOON + timedelta(minutes=1)
    assert trouble(bench) == ""  # the courier says so: it hears the server


def test_a_clock_of_1970_at_boot_sells_into_the_day_that_was_and_loses_nothing(bench):
    """Fault case 28: the battery is empty, the cable is out."""
    heard(bench)
    bench.open_shift()
    first = bench.sold()
    ok(bench.till.close_session(1000_00 + first.totals.payable_minor))
    boots(bench, BEGINNING)
    assert trouble(bench) == "link.clock_behind"
    bench.open_shift()
    second = bench.sold()
    assert second.business_on == first.business_on == date(2026, 11, 20)
    assert second.completed_at >= first.completed_at
    assert [one.transaction_id for one in bench.documents()] == [
        first.transaction_id,
        second.transaction_id,
    ]


def test_after_a_closed_day_a_clock_of_1970_begins_the_next_one_and_no_other(bench):
    bench.open_shift("maria")
    ok(bench.till.end_of_day(1000_00))
    boots(bench, BEGINNING)
    bench.open_shift()
    assert bench.sold().business_on == date(2026, 11, 21)


def test_a_clock_that_jumped_ahead_asks_a_manager_before_the_business_day_changes(bench):
    bench.open_shift("maria")
    ok(bench.till.end_of_day(1000_00))
    boots(bench, NOON + timedelta(days=365))
    ok(bench.till.sign_on("ivan", PINS["ivan"]))
    asked = bench.till.open_session(1000_00)
    assert refusal(asked) == "clock_doubted"
    assert asked.refusal.text.args["day"] == date(2027, 11, 20)
    assert trouble(bench) == "link.clock_ahead"
    assert refusal(bench.till.open_session(1000_00, ("ivan", "1111"))) == "override_lacks_right"
    assert refusal(bench.till.open_session(1000_00, ("maria", "9999"))) == "wrong_pin"
    assert bench.view.session is None
    ok(bench.till.open_session(1000_00, MARIA))
    assert bench.view.session.business_on == date(2027, 11, 20)
    assert trouble(bench) == ""
    (line,) = bench.audit("clock_confirmed")
    assert (line.operator_id, line.override_by) == ("ivan", "maria")


def test_the_servers_word_is_as_good_as_a_managers(bench):
    bench.open_shift("maria")
    ok(bench.till.end_of_day(1000_00))
    boots(bench, NOON + timedelta(days=9))
    heard(bench, NOON + timedelta(days=9))
    bench.open_shift()
    assert bench.view.session.business_on == date(2026, 11, 29)


def test_a_jump_while_the_till_runs_moves_no_receipt_and_no_day(bench):
    """No server was ever heard in this boot: the till goes on counting by itself."""
    bench.open_shift()
    bench.clock.passes(hours=1)
    bench.clock.now += timedelta(days=31)
    assert bench.sold().completed_at == NOON + timedelta(hours=1)
    ok(bench.till.close_session(10, "not_found"))
    assert refusal(bench.till.open_session(0)) == "clock_doubted"


def test_a_clock_set_right_after_1970_is_confirmed_by_a_person(bench):
    heard(bench)
    boots(bench, BEGINNING)
    bench.view  # noqa: B018 - the screen is drawn, so the till has looked at its clock
    bench.clock.now = NOON + timedelta(hours=20)
    ok(bench.till.sign_on("maria", "3333"))
    assert refusal(bench.till.open_session(0)) == "clock_doubted"
    ok(bench.till.open_session(0, MARIA))
    assert bench.sold().completed_at == NOON + timedelta(hours=20)
