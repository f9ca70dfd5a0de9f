"""An exchange that is killed when its return is on the disk: at the next start it says what it is,
and what is owed is told once."""

from contextlib import closing

import pytest

from pos_app.storage.connect import connect
from tests.workstation.power import PETR, Killed, beat, cut, told
from tests.workstation.tills import CHEESE, MILK, SWEETS, Bench, notices, ok

WAY = "exchange"


def half(folder, kind):
    """Cheese of 1000.00 came back for milk and sweets; the process is gone behind the return."""
    due_cut = []

    def point(name):
        if name == "complete.built" and due_cut:
            due_cut.pop()
            if not due_cut:
                raise Killed

    bench = Bench(folder, crash_point=point).open_shift("petr")
    bench.scan(CHEESE)
    ok(bench.till.pay(kind))
    number = bench.documents()[-1].receipt_number
    ok(bench.till.exchange(number, None, "defect"))
    bench.scan(MILK, SWEETS)
    due_cut.extend("ab")
    with pytest.raises(Killed):
        bench.till.complete()
    cut(bench)
    return bench


@pytest.fixture
def halved(tmp_path):
    with closing(half(tmp_path, "cash")) as bench:
        yield bench


def test_at_the_next_start_it_says_that_the_money_stands_on_the_receipt_that_waits(halved):
    answer = ok(halved.till.sign_on(*PETR))
    (said,) = [one for one in answer.notices if one.code == "half_exchange"]
    assert said.text.args["paid"].minor == 1000_00
    (waits,) = halved.view.suspended
    assert waits.paid_minor == 1000_00


def test_in_a_file_put_back_from_a_copy_it_says_that_it_may_have_been_settled_since(halved):
    halved.memory.file.new_incarnation()
    cut(halved)
    codes = told(halved, PETR)
    assert "half_exchange_put_back" in codes and "half_exchange" not in codes
    (waits,) = halved.view.suspended
    assert (waits.paid_minor, waits.put_back) == (1000_00, True)


def test_the_return_that_is_shown_again_tells_nobody_to_hand_its_money_out(halved):
    assert [(halved.view.last_sale.kind, halved.view.last_sale.drawer_minor)] == [("return", 0)]
    ways = [(one.kind, one.amount_minor) for one in halved.view.last_sale.ways]
    assert ways == [(WAY, 1000_00)]


def test_brought_back_it_says_at_once_what_is_owed_and_pays_that_out_once(halved):
    ok(halved.till.sign_on(*PETR))
    ok(halved.till.resume(halved.view.suspended[0].id))
    sale = halved.sale
    owed = 1000_00 - sale.total_minor
    assert (sale.due_minor, sale.credit_minor, sale.change_due_minor) == (0, 1000_00, owed)
    ok(halved.till.complete())
    assert halved.view.last_sale.change_due_minor == owed
    back, taken = halved.documents()[-2:]
    assert taken.exchange_of == back.transaction_id
    cut(halved)
    assert halved.view.last_sale.change_due_minor == owed, "and not the return's sum again"


def brought_back(bench):
    ok(bench.till.sign_on(*PETR))
    answer = ok(bench.till.resume(bench.view.suspended[0].id))
    return [(one.code, one.text.args["amount"].minor) for one in answer.notices if by_hand(one)]


def closed(bench):
    return [(one.kind, one.amount_minor) for one in bench.view.last_sale.ways]


def by_hand(one):
    return one.code.startswith("hand_out_")


def test_brought_back_it_says_again_what_is_given_back_to_a_card_by_hand(tmp_path):
    with closing(half(tmp_path, "card")) as bench:
        said = [("hand_out_card", 1000_00 - 189_90)]
        assert brought_back(bench) == said
        beat(bench)
        cut(bench)
        assert brought_back(bench) == said, "nobody knows whether it was done"
        answer = ok(bench.till.complete())
        assert not any(by_hand(one) for one in answer.notices)
        taken = bench.documents()[-1]
        assert [(t.kind.value, t.amount_minor) for t in taken.tenders] == [("card", 189_90)]
        assert closed(bench) == [("card", 1000_00 - 189_90)]
        cut(bench)
        assert closed(bench) == [("card", 1000_00 - 189_90)], "and after a restart"


def test_brought_back_it_hands_out_no_cash_that_is_change(halved):
    assert brought_back(halved) == []


def test_cut_short_once_more_it_is_half_of_an_exchange_still(halved):
    ok(halved.till.sign_on(*PETR))
    ok(halved.till.resume(halved.view.suspended[0].id))
    halved.clock.move(seconds=2)
    halved.till.tick()
    cut(halved)
    assert halved.view.last_sale.drawer_minor == 0
    codes = notices(ok(halved.till.sign_on(*PETR)))
    assert "half_exchange" in codes and "cut_short" not in codes


def test_voided_its_money_is_handed_out_and_that_is_said_once(halved):
    ok(halved.till.sign_on(*PETR))
    ok(halved.till.resume(halved.view.suspended[0].id))
    codes = notices(ok(halved.till.void_transaction("mistake")))
    assert codes.count("hand_out_cash") == 1
    assert (halved.view.last_sale, halved.view.suspended) == (None, ())


def beat_beside_a_writer(bench):
    """The heart beats while somebody else writes the till's file."""
    with closing(connect(bench.folder / "till.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        beat(bench)
        other.execute("ROLLBACK")


def test_its_money_stays_when_all_its_goods_are_taken_out_before_anything_was_kept(halved):
    told(halved, PETR)
    ok(halved.till.resume(halved.view.suspended[0].id))
    for line in [one.line for one in halved.sale.lines]:
        beat_beside_a_writer(halved)
        ok(halved.till.void_line(line, "mistake"))
    ok(halved.till.sign_off())
    beat(halved)
    cut(halved)
    assert "half_exchange" in told(halved, PETR)
    (waits,) = halved.view.suspended
    assert waits.paid_minor == 1000_00


def test_killed_before_its_return_the_new_goods_are_told_of_as_cut_short(tmp_path):
    due_cut = []

    def point(name):
        if name == "complete.built" and due_cut:
            due_cut.clear()
            raise Killed

    with closing(Bench(tmp_path, crash_point=point).open_shift("petr")) as bench:
        bench.scan(CHEESE)
        ok(bench.till.pay("cash"))
        ok(bench.till.exchange(bench.documents()[-1].receipt_number, None, "defect"))
        bench.scan(MILK, SWEETS)
        beat(bench)
        due_cut.append(1)
        with pytest.raises(Killed):
            bench.till.complete()
        cut(bench)
        assert "cut_short" in told(bench, PETR)
        assert [one.cut for one in bench.view.suspended] == [True]
