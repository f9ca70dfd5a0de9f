"""What if the power goes here? The till's own transactions on a disk that forgets the unsynced."""

import apsw
import pytest

from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.workstation.ports import StorageBroken, StorageFull
from tests.storage.builders import grant, journal_of, sale_facts, session, uid
from tests.storage.powered import Disk, cut_at, let_go, powered_till
from tests.storage.test_storage_survives import assert_chain_is_whole

pytestmark = pytest.mark.usefixtures("untraced")
FAULTS = (apsw.Error, StorageBroken, StorageFull)
POINTS_OF_A_SALE = 10
SALES_BEFORE = 2


def spending(n: int):
    return sale_facts(n, "m1", uses=(AllowanceUse("g1", POINTS_OF_A_SALE),))


def shop(folder, synchronous="FULL"):
    """A disk with a till that has sold twice, all of it synced."""
    disk = Disk()
    till = powered_till(disk, folder, synchronous)
    grant(till, points=1000)
    for n in range(1, SALES_BEFORE + 1):
        journal_of(till).record(spending(n))
    till.close()
    return disk.copy()


def sold(disk, folder) -> int:
    """How many sales are there: each whole, all before it too, and nothing else of any."""
    till = powered_till(disk, folder)
    assert till.driver.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    journal = journal_of(till)
    count = journal.next_receipt_counter() - 1
    assert [journal.document(uid(1, n)) is not None for n in range(1, count + 2)] == [
        *[True] * count,
        False,
    ]
    assert sum(a.spent for a in journal.allowances("m1")) == POINTS_OF_A_SALE * count
    assert journal.session() == (session(receipts=count) if count else None)
    assert len(journal.jobs()) == len(journal.unposted("m1", 0)) == count
    assert_chain_is_whole(till)
    till.close()
    return count


def attempt(disk, folder, synchronous="FULL") -> bool:
    """Sell once more; whether the till said that it is paid. `disk.last` is how it was then."""
    try:
        till = powered_till(disk, folder, synchronous)
    except FAULTS:
        return False
    try:
        journal_of(till).record(spending(SALES_BEFORE + 1))
    except FAULTS:
        return False
    finally:
        let_go(disk, till)
    return True


def cuts_of_a_sale(folder, dice: int = 4) -> list[tuple[bool, int]]:
    """(said to be paid, sales that are there) for a cut before each operation on the disk, with
    all, none, or `dice` times some of what was not synced."""
    before, outcomes, paid = shop(folder), [], False
    while not paid:
        disk = before.copy()
        disk.fails = cut_at(len(outcomes) // (dice + 2) + 1)
        paid = attempt(disk, folder)
        outcomes += [
            (paid, sold(disk.last.without_power(luck), folder))
            for luck in ("all", "none", *range(dice))
        ]
    return outcomes


def test_a_power_cut_at_every_write_of_a_sale_leaves_it_whole_or_absent(tmp_path):
    """Case 2: a sale is there or is not; one that was paid is."""
    outcomes = cuts_of_a_sale(tmp_path)
    assert {there for paid, there in outcomes if paid} == {SALES_BEFORE + 1}
    assert {there for paid, there in outcomes if not paid} == {SALES_BEFORE, SALES_BEFORE + 1}
    assert len(outcomes) > 100


def a_day(seed: int, folder, synchronous: str) -> tuple[int, int]:
    """(sales that were said to be paid, sales that are there) after a cut somewhere in a day."""
    disk = Disk()
    till = powered_till(disk, folder, synchronous)
    till.driver.execute("PRAGMA wal_autocheckpoint=8")
    grant(till, points=1000)
    till.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for platter in disk.files.values():
        platter.sync()
    disk.fails = cut_at(disk.operations + 20 + (seed * 7919) % 700)
    paid = 0
    try:
        for n in range(1, 40):
            journal_of(till).record(spending(n))
            paid = n
    except FAULTS:
        pass
    let_go(disk, till)
    return paid, sold(disk.last.without_power(seed), folder)


def test_nothing_said_to_be_paid_is_lost_in_a_day_with_a_power_cut_and_the_disk_can_tell(tmp_path):
    """Case 2: forty days with checkpoints in between. With NORMAL the same disk loses sales, so
    the count of FULL, which is none, means something."""
    for folder in ("full", "normal"):
        (tmp_path / folder).mkdir()
    full = [a_day(seed, tmp_path / "full", "FULL") for seed in range(40)]
    assert all(there >= paid for paid, there in full)
    assert {there - paid for paid, there in full} <= {0, 1}
    assert len({paid for paid, _ in full}) > 10
    normal = [a_day(seed, tmp_path / "normal", "NORMAL") for seed in range(40)]
    assert any(there < paid for paid, there in normal)


def failing(kind: str, number: int, once: bool):
    """An operation of that kind fails with an input/output error, once or from then on."""
    seen = 0

    def fails(_now: int, what: str) -> None:
        nonlocal seen
        seen += what == kind
        if what == kind and (seen == number or (seen > number and not once)):
            raise apsw.IOError("input/output error")

    return fails


@pytest.mark.parametrize("once", [True, False], ids=["once", "for_ever"])
@pytest.mark.parametrize("kind", ["read", "write", "sync"])
def test_an_input_output_error_anywhere_costs_no_sale_that_was_paid(tmp_path, kind, once):
    """Case 23: the sale is refused, the till opened again, and sells; then the power goes too."""
    before, refused = shop(tmp_path), 0
    for number in range(1, 80):
        disk = before.copy()
        disk.fails = failing(kind, number, once)
        if attempt(disk, tmp_path):
            break
        refused += 1
        # What the system dropped after a failed sync is not asked for again: open anew.
        disk = disk.last
        again = powered_till(disk, tmp_path)
        journal = journal_of(again)
        done = journal.next_receipt_counter() - 1
        journal.record(spending(done + 1))
        let_go(disk, again)
        for luck in ("none", number):
            assert sold(disk.last.without_power(luck), tmp_path) == done + 1, (kind, number)
    assert refused
