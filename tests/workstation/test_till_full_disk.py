"""A disk that fails or is full: payment is refused, nothing is lost, and the till goes on."""

import pytest

from pos_app.storage.till_file import no_points
from pos_app.workstation.ports import StorageBroken, StorageFull
from tests.workstation.tills import (
    BREAD,
    CARDS,
    CHEESE,
    MILK,
    SWEETS,
    Bench,
    member_id,
    notices,
    ok,
    refusal,
)


class Disk:
    """Fails at a point of the storage when told to."""

    def __init__(self):
        self.fails = None
        self.error = StorageFull("no room")

    def __call__(self, name):
        if self.fails and name.startswith(self.fails):
            raise self.error
        no_points(name)


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def frail(tmp_path, disk):
    made = Bench(tmp_path, disk).open_shift("maria")
    yield made
    disk.fails = None
    made.close()


@pytest.mark.parametrize("error", [StorageFull("no room"), StorageBroken("bad page")])
def test_a_bad_disk_refuses_payment_and_nothing_changes(frail, disk, error):
    code = "storage_full" if isinstance(error, StorageFull) else "storage_broken"
    frail.grant("anna", 300)
    frail.scan(CHEESE, CARDS["anna"])
    ok(frail.till.redeem("max"))
    before, cash = frail.sale, frail.memory.journal.session()
    disk.fails, disk.error = "record", error
    assert refusal(frail.till.pay("cash", 1000_00)) == code
    assert frail.sale == before
    assert frail.memory.journal.session() == cash
    assert frail.devices.drawer == 0
    assert frail.devices.jobs == []
    assert frail.memory.journal.allowances(member_id("anna"))[0].spent == 0
    assert ok(frail.scan(MILK))
    disk.fails = None
    assert ok(frail.till.pay("cash", 2000_00)).data["receipt_number"] == "A000001"


@pytest.mark.parametrize("error", [StorageFull("no room"), StorageBroken("bad page")])
def test_a_refusal_by_the_disk_changes_nothing(frail, disk, error):
    code = "storage_full" if isinstance(error, StorageFull) else "storage_broken"
    frail.scan(CHEESE, MILK)
    before = frail.sale
    disk.fails, disk.error = "record", error
    till = frail.till
    for answer in (
        till.void_line(1),
        till.discount(1, percent="5"),
        till.suspend(),
        till.void_transaction(),
        till.cash_movement("loan", 1, "x"),
        till.no_sale("x"),
        till.enrol("+79165550011"),
        till.reprint() if frail.documents() else till.suspend(),
    ):
        assert refusal(answer) == code
    assert frail.sale == before
    assert refusal(frail.scan("4619999999996")) in ("unknown_code", "scan_check_digit")
    assert frail.view.session is not None
    assert refusal(till.sign_on("maria", "1")) == "finish_first"


def test_a_disk_that_fills_up_leaves_sessions_as_they_are(frail, disk):
    frail.sold(MILK)
    disk.fails = "record"
    assert refusal(frail.till.close_session(0)) == "storage_full"
    assert refusal(frail.till.end_of_day(0)) == "storage_full"
    assert refusal(frail.till.reprint()) == "storage_full"
    assert refusal(frail.till.return_sale("A000001")) == "storage_full"
    assert ok(frail.till.x_report()).data["report"].receipts == 1
    for error in (StorageFull("no room"), StorageBroken("bad page")):
        disk.error = error
        assert ok(frail.till.sign_on("maria", "3333"))
    assert frail.codes_heard()[-2:] == ["storage_full", "storage_broken"]
    disk.fails = None
    ok(frail.till.sign_off())
    ok(frail.till.sign_on("maria", "3333"))
    ok(frail.till.close_session(0, "not_found"))
    disk.fails = "record"
    assert refusal(frail.till.open_session(0)) == "storage_broken"


def test_suspending_and_resuming_on_a_full_disk(frail, disk):
    frail.scan(MILK)
    ok(frail.till.suspend())
    disk.fails = "record"
    assert refusal(frail.till.resume(frail.view.suspended[0].id)) == "storage_full"
    assert frail.sale is None
    assert len(frail.view.suspended) == 1


def test_a_real_database_without_room_refuses_and_goes_on_later(shop):
    driver = shop.memory.file.driver
    shop.scan(*([CHEESE] * 3), MILK, BREAD, SWEETS)
    pages = driver.execute("PRAGMA page_count").fetchall()[0][0]
    driver.execute(f"PRAGMA max_page_count={pages}")
    sold = 0
    while (answer := shop.till.pay("cash")).ok:
        sold += 1
        shop.scan(*([CHEESE] * 3), MILK, BREAD, SWEETS)
    assert refusal(answer) == "storage_full"
    assert shop.memory.journal.next_receipt_counter() == sold + 1
    driver.execute(f"PRAGMA max_page_count={pages + 1000}")
    assert ok(shop.till.pay("cash")).data["receipt_number"] == f"A{sold + 1:06d}"


def test_a_sale_that_is_on_the_disk_is_paid_even_if_its_paper_must_wait(shop, monkeypatch):
    """The disk fills up between the commit and the note that the job was sent."""
    shop.scan(MILK)
    driver = shop.memory.file.driver
    steps = shop.till.station.settings

    def fill(name):
        if name == "complete.drawer":
            driver.execute("PRAGMA query_only=1")

    shop.till.station.settings = type(steps)(tax=steps.tax, crash_point=fill)
    answer = shop.till.pay("cash")
    assert notices(answer) == ["completed", "print_failed"]
    assert shop.devices.jobs == []
    assert shop.view.last_sale.print_state == "failed"
    assert refusal(shop.till.print_answer(False)) == "storage_full"
    driver.execute("PRAGMA query_only=0")
    ok(shop.till.print_answer(False))
    assert len(shop.devices.jobs) == 1


def test_a_database_that_died_is_said_and_the_screen_stays(bench):
    bench.open_shift()
    bench.scan(MILK)
    number = bench.view.store_name
    bench.memory.file.driver.close()
    view = bench.view
    assert view.link.trouble.key == "link.storage_broken"
    assert (view.store_name, view.transaction.total_minor) == (number, 89_90)
    assert refusal(bench.till.pay("cash")) == "storage_broken"
    assert bench.sale.tenders == ()
    bench.till.link_changed(True)
    bench.till.printed("job", "printed")
    assert refusal(bench.till.find_receipt("A000001")) == "storage_broken"
