"""The open receipt stands in the till's file at no cashier's cost, and leaves with what ends it: a
paid one is never offered again."""

import json

import pytest

from pos_app.storage.connect import connect
from pos_app.storage.till_file import no_points
from pos_app.workstation.ports import StorageBroken, StorageFull
from tests.workstation.power import Killed, beat, cut, ids, told, writes
from tests.workstation.tills import BREAD, CARDS, MARIA, MILK, SWEETS, Bench, ok

# --- how it is kept -------------------------------------------------------------------------------


def test_nothing_is_written_in_the_breath_of_a_scan(shop):
    with writes(shop) as found:
        shop.scan(CARDS["anna"], MILK, BREAD)
    assert not [sql for sql in found if "suspended" in sql]


def test_a_burst_of_scans_costs_one_write_and_an_unchanged_receipt_none(shop):
    with writes(shop) as found:
        for code in (MILK, BREAD, SWEETS, MILK):
            shop.scan(code)
            beat(shop, 0.2)
        assert len(found) == 1
        beat(shop, 0.2)
        beat(shop, 0.2)
        assert len(found) == 2
        shop.till.select_line(1)
        for _ in range(5):
            beat(shop)
    assert len(found) == 2
    (draft,) = shop.memory.journal.suspended()
    assert draft.lines == 3


def test_the_courier_is_never_waited_for_and_the_next_beat_writes(shop):
    shop.scan(MILK)
    other = connect(shop.folder / "till.db")
    other.execute("BEGIN IMMEDIATE")
    try:
        beat(shop)
        assert ids(shop) == []
    finally:
        other.execute("ROLLBACK")
        other.close()
    beat(shop, 0.2)
    assert ids(shop) == [shop.sale.id]


@pytest.mark.parametrize("error", [StorageFull("no room"), StorageBroken("bad page")])
def test_a_disk_that_keeps_nothing_stops_no_scan_and_is_tried_again(tmp_path, error):
    fails = {"now": False}

    def point(name):
        if fails["now"] and name.startswith("open"):
            raise error
        no_points(name)

    bench = Bench(tmp_path, point).open_shift()
    bench.scan(MILK)
    fails["now"] = True
    beat(bench)
    ok(bench.scan(BREAD))
    assert (bench.codes_heard(), ids(bench)) == ([], [])
    fails["now"] = False
    beat(bench)
    assert ids(bench) == [bench.sale.id]
    bench.close()


def test_a_receipt_whose_last_line_went_is_not_kept(senior):
    senior.scan(MILK)
    beat(senior)
    ok(senior.till.void_line(1, "mistake"))
    beat(senior)
    assert ids(senior) == []


def test_a_customer_without_goods_is_no_receipt(shop):
    shop.scan(CARDS["anna"])
    beat(shop)
    assert ids(shop) == []


def test_what_is_kept_of_a_member_is_what_a_suspended_receipt_keeps(shop):
    shop.scan(CARDS["anna"], MILK)
    beat(shop)
    (kept,) = shop.memory.journal.suspended()
    ok(shop.till.suspend())
    (aside,) = shop.memory.journal.suspended()
    assert json.loads(kept.body).pop("open")
    body = json.loads(kept.body)
    body.pop("open")
    assert (body, kept.label) == (json.loads(aside.body), aside.label)


# --- it leaves with what ends it ------------------------------------------------------------------


@pytest.mark.parametrize(
    "point",
    ["record.begin", "record.events", "record.session", "record.before_commit",
     "record.after_commit", "record.sentinel"],
)  # fmt: skip
@pytest.mark.parametrize("kept", [True, False], ids=["kept", "not_kept_yet"])
def test_killed_anywhere_in_paying_it_is_either_paid_or_offered_never_both(tmp_path, point, kept):
    armed = []

    def at(name):
        if armed and name == point:
            raise Killed

    bench = Bench(tmp_path, at).open_shift()
    bench.scan(MILK, BREAD)
    if kept:
        beat(bench)
    armed.append(True)
    with pytest.raises(Killed):
        bench.till.pay("cash")
    armed.clear()
    cut(bench)
    paid = bool(bench.documents())
    assert paid == (point in ("record.after_commit", "record.sentinel"))
    assert ("cut_short" in told(bench)) == (kept and not paid)
    assert len(bench.view.suspended) == (kept and not paid)
    bench.close()


def test_a_process_that_breaks_off_right_after_the_commit_does_not_keep_it_open_again(tmp_path):
    def at(name):
        if name == "complete.durable":
            raise ValueError(name)

    bench = Bench(tmp_path, crash_point=at).open_shift()
    bench.scan(MILK)
    beat(bench)
    with pytest.raises(ValueError, match="durable"):
        bench.till.pay("cash")
    assert bench.till.station.open is not None
    bench.scan(BREAD)
    beat(bench)
    assert ids(bench) == []
    bench.restart()
    assert "cut_short" not in told(bench)
    bench.close()


def test_what_was_voided_or_put_aside_is_not_cut_short(senior):
    senior.scan(MILK)
    beat(senior)
    ok(senior.till.void_transaction("mistake"))
    assert ids(senior) == []
    senior.scan(BREAD)
    beat(senior)
    ok(senior.till.suspend("синяя куртка"))
    cut(senior)
    assert "cut_short" not in told(senior)
    assert [(one.label, one.cut) for one in senior.view.suspended] == [("синяя куртка", False)]


def test_receipts_put_aside_stand_in_the_order_in_which_they_were(shop):
    shop.scan(MILK)
    beat(shop)
    ok(shop.till.suspend("a"))
    shop.scan(BREAD)
    beat(shop)
    ok(shop.till.suspend("b"))
    ok(shop.till.resume(shop.view.suspended[0].id))
    ok(shop.till.suspend("a"))
    assert [one.label for one in shop.view.suspended] == ["b", "a"]


def test_another_cashier_finds_it_under_the_name_of_who_left_it(shop):
    shop.scan(MILK)
    beat(shop)
    ok(shop.till.swap(*MARIA))
    beat(shop)
    cut(shop)
    assert "cut_short" not in told(shop)
    assert [one.cut for one in shop.view.suspended] == [False]
