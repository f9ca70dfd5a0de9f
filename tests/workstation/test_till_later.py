"""The courier keeps the till's file: nothing but a gesture waits for it, and nothing is lost."""

from contextlib import contextmanager

import pytest

from drivers.contract.payment import PaymentOutcome, PaymentResult
from drivers.fake.fiscal import VirtualFiscal
from pos_app.domain.events import AllowanceReturned
from pos_app.storage.connect import connect
from pos_app.workstation import fiscal_errands
from pos_app.workstation.day_record import TerminalDay
from pos_app.workstation.later import at_once_or_later
from pos_app.workstation.ports import DeviceState, Facts, NotNow, StorageFull
from pos_app.workstation.station import changed
from tests.workstation.fiscal_till import FiscalTill
from tests.workstation.payment_till import PayingBench
from tests.workstation.tills import BREAD, MARIA, MILK, Bench, member_id, notices, ok

NO_PATIENCE = "PRAGMA busy_timeout=0"


class Traced:
    """Every statement of the front end's connection."""

    def __init__(self, bench: Bench) -> None:
        self.sql: list[str] = []
        bench.memory.file.driver.set_trace_callback(self.sql.append)

    @property
    def tries(self) -> tuple[int, int]:
        """How often the write lock was asked for: without patience, and ready to wait."""
        patient = True
        found = [0, 0]
        for one in self.sql:
            if one.startswith("PRAGMA busy_timeout="):
                patient = one != NO_PATIENCE
            found[patient] += one == "BEGIN IMMEDIATE"
        return found[0], found[1]


@contextmanager
def courier_writes(bench: Bench):
    """Another process keeps the write lock; afterwards nobody has waited for it."""
    other = connect(bench.folder / "till.db")
    other.execute("BEGIN IMMEDIATE")
    traced = Traced(bench)
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()
        bench.memory.file.driver.set_trace_callback(None)
    hurried, patient = traced.tries
    assert (hurried > 0, patient) == (True, 0)


@pytest.fixture
def lit(tmp_path):
    """A till with a link, open."""
    bench = Bench(tmp_path)
    bench.courier.online = True
    ok(bench.till.sign_on(*MARIA))
    ok(bench.till.open_session(0))
    yield bench
    bench.close()


def dark(bench: Bench) -> None:
    bench.courier.online = False
    bench.till.link_changed(False)


def test_a_link_that_goes_while_the_courier_writes_is_remembered_and_written_on_a_tick(lit):
    began = lit.clock.now
    with courier_writes(lit):
        dark(lit)
        lit.till.tick()
        assert lit.till.station.session.dark_since == began
        assert lit.memory.journal.session().dark_since is None
    lit.clock.move(minutes=5)
    lit.till.tick()
    assert lit.memory.journal.session().dark_since == began
    assert lit.till.station.later == {}


def test_the_next_receipt_takes_the_darkness_along_without_a_tick(lit):
    began = lit.clock.now
    with courier_writes(lit):
        dark(lit)
    lit.sold(MILK)
    assert lit.memory.journal.session().dark_since == began


def test_a_link_that_comes_back_while_the_courier_writes_leaves_its_dark_hours_counted(lit):
    dark(lit)
    lit.clock.move(hours=2)
    with courier_writes(lit):
        lit.courier.online = True
        lit.till.link_changed(False)
    lit.till.tick()
    kept = lit.memory.journal.session()
    assert (kept.dark_since, kept.totals.dark_seconds) == (None, 2 * 3600)


def test_a_clean_end_writes_what_waits(lit):
    began = lit.clock.now
    with courier_writes(lit):
        dark(lit)
    lit.restart()
    assert lit.till.station.session.dark_since == began


def test_a_session_that_was_closed_meanwhile_is_not_opened_again_by_its_darkness(lit):
    with courier_writes(lit):
        dark(lit)
    ok(lit.till.close_session(0, "not_found"))
    lit.till.tick()
    assert lit.memory.journal.session() is None


def test_points_that_are_asked_back_while_the_courier_writes_go_on_a_tick(shop):
    shop.grant("anna", 100)
    rows = [("g1", member_id("anna"), 100, "recalled", (0, 0, None, 0), 0)]
    shop.memory.outbox.apply_rows(rows)
    with courier_writes(shop):
        shop.till.link_changed(True)
    assert shop.events(AllowanceReturned) == []
    shop.till.tick()
    shop.till.tick()
    (back,) = shop.events(AllowanceReturned)
    assert [(use.grant_id, use.points) for use in back.uses] == [("g1", 100)]


def test_a_paper_that_is_printed_while_the_courier_writes_is_done_with_on_a_tick(shop):
    shop.sold(MILK)
    (job,) = shop.devices.jobs
    with courier_writes(shop):
        shop.till.printed(job.job_id, "printed")
    assert shop.view.paper is None
    assert [one.state for one in shop.memory.journal.jobs()] == ["sent"]
    shop.till.tick()
    assert shop.memory.journal.jobs() == ()


def test_what_a_printer_said_before_a_paper_left_again_does_not_come_after_it(shop):
    shop.sold(MILK)
    (job,) = shop.devices.jobs
    with courier_writes(shop):
        shop.till.printed(job.job_id, "failed")
    ok(shop.till.print_answer(False))
    shop.till.tick()
    assert [one.state for one in shop.memory.journal.jobs()] == ["sent"]


def test_a_paper_leaves_for_a_printer_that_is_back_only_when_the_file_knows_it(shop):
    shop.devices.what = (DeviceState("printer", "printer", "lost"),)
    shop.till.devices_changed()
    shop.sold(BREAD)
    (job,) = shop.devices.jobs
    shop.till.printed(job.job_id, "failed")
    shop.devices.jobs.clear()
    shop.devices.what = (DeviceState("printer", "printer", "ok"),)
    with courier_writes(shop):
        shop.till.devices_changed()
        assert shop.devices.jobs == []
        assert notices(shop.heard[-1]) == ["device_back"]
    shop.till.tick()
    assert shop.devices.jobs == [job]
    shop.till.tick()
    assert shop.devices.jobs == [job]


def test_a_settlement_that_comes_while_the_courier_writes_is_kept_on_a_tick(lit):
    ok(lit.till.end_of_day(0, "not_found"))
    lit.courier.answers("sync", sent=1)
    with courier_writes(lit):
        lit.courier.answers("settlement", totals={"receipts": 0})
    assert lit.memory.journal.days()[-1].settled is None
    lit.till.tick()
    assert lit.memory.journal.days()[-1].settled is not None
    assert lit.codes_heard().count("settled") == 1


@pytest.mark.parametrize(
    ("reason", "state"), [("declined", TerminalDay.FAILED), ("not_begun", TerminalDay.SENT)]
)
def test_what_a_terminal_says_at_the_end_of_a_day_is_kept_on_a_tick(tmp_path, reason, state):
    bench = PayingBench(tmp_path)
    ok(bench.till.sign_on(*MARIA))
    ok(bench.till.open_session(0))
    bench.bank.mode = "hold"
    ok(bench.till.end_of_day(0, "not_found"))
    order, reply, _progress = bench.terminals.waiting[0]
    with courier_writes(bench):
        reply(PaymentResult(PaymentOutcome.DECLINED, reason=reason))
        assert bench.till.station.later
    bench.till.tick()
    end = next(one for one in bench.memory.journal.days()[-1].terminals if one.name == "eft")
    assert (end.state, end.key == order.key) == (state, reason == "declined")
    bench.close()


def test_what_the_server_says_of_conflicts_is_shown_at_once_and_remembered_on_a_tick(lit):
    lit.courier.asked.clear()  # what signing on has asked by itself
    ok(lit.till.conflicts())
    told = {"server_time": "2026-11-20T12:00:00+00:00", "open": 3, "points": 1, "money": 2}
    with courier_writes(lit):
        lit.courier.answers("conflicts", lines=[], **told)
        assert lit.heard[-1].data["conflicts"].sums.count == 3
        assert lit.till.view().link.conflicts == 3, "the pill waits for no file"
    assert "conflicts" in lit.till.station.later
    lit.till.tick()
    assert "conflicts" not in lit.till.station.later
    assert lit.till.open_conflicts().data["open_conflicts"].count == 3


@pytest.fixture
def fiscal_till(tmp_path):
    with VirtualFiscal() as fiscal:
        bench = FiscalTill(tmp_path, fiscal)
        bench.begun("petr")
        bench.until(lambda: not bench.errands())
        yield bench
        bench.close()


def x_reports(bench: FiscalTill) -> int:
    return sum(text.startswith("X report") for text in bench.fiscal.storage.printed)


def test_an_errand_leaves_for_the_registrar_only_when_the_file_knows_it(fiscal_till):
    counter = fiscal_till.till.station.fiscal
    counter.busy = "another"
    ok(fiscal_till.till.x_report())
    counter.busy = ""
    with courier_writes(fiscal_till):
        fiscal_errands.pump(fiscal_till.till.station)
        assert counter.busy == ""
    fiscal_till.till.tick()
    fiscal_till.until(lambda: not fiscal_till.errands())
    assert x_reports(fiscal_till) == 1


def test_what_the_registrar_answers_while_the_courier_writes_is_kept_on_a_tick(fiscal_till):
    station = fiscal_till.till.station
    ok(fiscal_till.till.x_report())
    key = station.fiscal.busy
    with courier_writes(fiscal_till):
        fiscal_till.until(lambda: station.later)
        assert (list(station.later), station.fiscal.busy) == ([f"errand {key}"], key)
    fiscal_till.till.tick()
    assert (station.fiscal.busy, station.later) == ("", {})
    assert not fiscal_till.errands()
    assert x_reports(fiscal_till) == 1


def test_a_disk_that_is_full_when_its_turn_comes_is_said_once(lit):
    turns = iter([NotNow("busy"), StorageFull("full")])

    def task() -> None:
        raise next(turns)

    assert at_once_or_later(lit.till.station, "one", task) is False
    lit.till.tick()
    lit.till.tick()
    assert lit.codes_heard() == ["storage_full"]


def test_what_waits_behind_something_that_must_wait_on_keeps_its_turn(lit):
    done: list[str] = []
    locked = [True]

    def task(name: str) -> None:
        if locked[0]:
            raise NotNow(name)
        done.append(name)

    for name in ("one", "two"):
        at_once_or_later(lit.till.station, name, lambda name=name: task(name))
    lit.till.tick()
    locked[0] = False
    lit.till.tick()
    assert sorted(done) == ["one", "two"]
    assert lit.heard[-1] == changed()


def test_the_journal_waits_again_when_the_hurry_is_over(lit):
    driver = lit.memory.file.driver
    before = driver.execute("PRAGMA busy_timeout").fetchall()
    other = connect(lit.folder / "till.db")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotNow), lit.memory.journal.without_waiting():
        lit.memory.journal.record(Facts())
    other.execute("ROLLBACK")
    other.close()
    assert driver.execute("PRAGMA busy_timeout").fetchall() == before
    assert before[0][0] > 0
