"""The power goes, or the till is killed, over an open receipt: the next start tells and offers it,
and its money is counted once."""

import pytest

from pos_app.wiring.practice import practice
from tests.workstation.payment_till import PayingBench
from tests.workstation.power import IVAN, PETR, Killed, beat, cut, ids, told
from tests.workstation.test_till_coupons import printed
from tests.workstation.tills import (
    BREAD,
    CARDS,
    MARIA,
    MILK,
    SWEETS,
    Bench,
    member_id,
    notices,
    ok,
    refusal,
    row,
)

# --- it comes back --------------------------------------------------------------------------------


def test_a_receipt_cut_short_is_told_and_offered_at_the_next_start(shop):
    shop.scan(CARDS["anna"], MILK, BREAD, MILK)
    before = shop.sale
    beat(shop)
    cut(shop)
    assert shop.view.operator is None
    answer = ok(shop.till.sign_on(*IVAN))
    (said,) = [one for one in answer.notices if one.code == "cut_short"]
    (waits,) = shop.view.suspended
    assert said.text.args["n"] == waits.lines == 2
    assert said.text.args["total"].minor == waits.total_minor == before.total_minor
    assert said.text.args["at"] == waits.at
    assert (waits.cut, waits.label) == (True, "Anna")
    assert shop.view.transaction is None, "the customer may have gone"


def test_taken_up_again_it_is_as_it_was_and_is_paid_once(shop):
    shop.scan(CARDS["anna"], MILK, BREAD, MILK)
    before = shop.sale
    beat(shop)
    cut(shop)
    told(shop)
    (waits,) = shop.view.suspended
    assert notices(shop.till.resume(waits.id)) == ["resumed"]
    assert shop.sale.lines == before.lines
    assert shop.view.member.display_name == "Anna"
    assert shop.view.suspended == ()
    ok(shop.till.pay("cash"))
    cut(shop)
    assert "cut_short" not in told(shop)
    assert (shop.view.suspended, len(shop.documents()), ids(shop)) == ((), 1, [])


def test_it_is_told_once_a_start(shop):
    shop.scan(MILK)
    beat(shop)
    cut(shop)
    assert "cut_short" in told(shop)
    assert "cut_short" not in told(shop, MARIA)
    cut(shop)
    assert "cut_short" in told(shop, MARIA)


def test_where_nothing_can_be_sold_yet_it_is_told_with_the_session(manager):
    manager.scan(MILK)
    beat(manager)
    cut(manager)
    told(manager, MARIA)
    ok(manager.till.close_session(manager.till.station.session.cash_minor))
    cut(manager)
    assert "cut_short" not in told(manager)
    assert notices(manager.till.open_session(0)) == ["session_opened", "cut_short"]


def test_prices_of_now_hold_and_what_they_changed_is_said(shop):
    shop.scan(MILK, BREAD)
    beat(shop)
    cut(shop)
    body = {"id": "item1", "name": "Молоко 1 л", "codes": (MILK,),
            "prices": ({"since_on": "2026-01-01", "price": 99_90},)}  # fmt: skip
    shop.mirrors(row("chain", 3000, "item", "item1", body))
    told(shop)
    answer = shop.till.resume(shop.view.suspended[0].id)
    assert "price_moved" in notices(answer)


def test_coupons_come_back_and_are_judged_again(shop):
    shop.scan(MILK, "K1C:AUTUMN-7", printed(shop))
    beat(shop)
    cut(shop)
    told(shop)
    ok(shop.till.resume(shop.view.suspended[0].id))
    assert [one.coupon_id for one in shop.till.station.open.coupons] == ["autumn", "next"]


def test_a_part_that_was_typed_but_had_not_moved_is_taken_anew(shop):
    shop.scan(MILK, BREAD)
    ok(shop.till.tender("cash", 10_00))
    beat(shop)
    cut(shop)
    told(shop)
    ok(shop.till.resume(shop.view.suspended[0].id))
    assert (shop.sale.tenders, shop.sale.due_minor) == ((), 89_90 + 45_00)


def test_points_that_were_held_for_it_go_back_and_are_asked_for_again(shop):
    shop.courier.online = True
    shop.scan(CARDS["anna"], MILK)
    shop.grant("anna", 300, kind="identified")
    beat(shop)
    cut(shop)
    assert shop.memory.journal.allowances(member_id("anna"))[0].left == 0
    told(shop)
    ok(shop.till.resume(shop.view.suspended[0].id))
    assert shop.view.member.display_name == "Anna"


def test_taken_up_and_cut_short_again_before_a_heart_beat_it_is_there_still(shop):
    shop.scan(MILK)
    ok(shop.till.suspend("куртка"))
    ok(shop.till.resume(shop.view.suspended[0].id))
    assert shop.view.suspended == ()
    cut(shop)
    assert "cut_short" in told(shop)
    (waits,) = shop.view.suspended
    assert (waits.label, waits.cut) == ("куртка", True)


def test_a_clean_end_over_an_open_receipt_loses_nothing_either(shop):
    shop.scan(MILK, BREAD)
    shop.restart()
    assert "cut_short" in told(shop)
    assert shop.view.suspended[0].lines == 2


# --- returns, exchanges, training, money on its way -----------------------------------------------


def test_a_return_in_progress_is_not_kept(senior):
    number = senior.sold(MILK).receipt_number
    ok(senior.till.return_sale(number, reason="defect"))
    beat(senior)
    cut(senior)
    assert "cut_short" not in told(senior, PETR)
    assert senior.view.suspended == ()


def test_goods_of_an_exchange_come_back_as_a_receipt(senior):
    number = senior.sold(MILK).receipt_number
    ok(senior.till.exchange(number, None, "defect"))
    senior.scan(SWEETS)
    beat(senior)
    cut(senior)
    assert "cut_short" in told(senior, PETR)
    ok(senior.till.resume(senior.view.suspended[0].id))
    assert senior.sale.due_minor == 100_00
    ok(senior.till.exchange(number, None, "defect"))
    ok(senior.till.pay("cash"))
    beat(senior)
    assert (ids(senior), len(senior.documents())) == ([], 3)


def test_what_a_return_has_paid_stays_with_the_goods_whatever_is_entered_after(tmp_path):
    def point(name):
        if name == "complete.built":
            counted.append(name)
            if len(counted) == 3:
                raise Killed

    counted: list[str] = []
    bench = Bench(tmp_path, crash_point=point).open_shift("petr")
    number = bench.sold(MILK).receipt_number
    ok(bench.till.exchange(number, None, "defect"))
    bench.scan(SWEETS)
    beat(bench)
    with pytest.raises(Killed):
        bench.till.pay("cash")
    cut(bench)
    assert "half_exchange" in told(bench, PETR), "the return put it there itself"
    ok(bench.till.resume(bench.view.suspended[0].id))
    bench.scan(BREAD)
    beat(bench)
    cut(bench)
    assert "half_exchange" in told(bench, PETR)
    (waits,) = bench.view.suspended
    assert (waits.label, waits.lines) == (number, 2)
    ok(bench.till.resume(waits.id))
    assert bench.sale.due_minor == 100_00 + 45_00 - 89_90
    ok(bench.till.pay("cash"))
    assert (ids(bench), bench.view.suspended) == ([], ())
    bench.close()


def test_money_of_a_return_is_not_let_go_with_the_last_line(tmp_path):
    def point(name):
        if name == "complete.built":
            counted.append(name)
            if len(counted) == 3:
                raise Killed

    counted: list[str] = []
    bench = Bench(tmp_path, crash_point=point).open_shift("petr")
    number = bench.sold(MILK).receipt_number
    ok(bench.till.exchange(number, None, "defect"))
    bench.scan(SWEETS)
    with pytest.raises(Killed):
        bench.till.pay("cash")
    cut(bench)
    told(bench, PETR)
    ok(bench.till.resume(bench.view.suspended[0].id))
    ok(bench.till.void_line(1, "mistake"))
    beat(bench)
    cut(bench)
    told(bench, PETR)
    ok(bench.till.resume(bench.view.suspended[0].id))
    assert bench.sale.paid_minor == 89_90
    bench.close()


def test_a_training_is_never_kept(tmp_path):
    school = PayingBench(tmp_path).open_shift("maria")
    school.till.begin_training = practice(school.folder)
    ok(school.till.train(True))
    ok(school.till.open_session(0))
    school.scan(MILK)
    beat(school)
    assert school.till.station.journal.suspended() == ()
    assert ids(school) == []
    school.till.end_training()
    cut(school)
    assert "cut_short" not in told(school, MARIA)
    school.close()


@pytest.fixture
def paying(tmp_path):
    made = PayingBench(tmp_path).open_shift("petr")
    yield made
    made.close()


@pytest.mark.parametrize("mode", ["silent", "drop"])
def test_a_receipt_whose_money_was_on_its_way_is_open_again_and_not_offered_beside(paying, mode):
    paying.bank.mode, paying.bank.reachable = mode, False
    paying.scan(MILK)
    beat(paying)
    ok(paying.till.pay("card"))
    paying.bank.mode, paying.bank.reachable = "approve", True
    cut(paying)
    assert "cut_short" not in told(paying, PETR)
    assert (len(paying.sale.lines), paying.view.suspended) == (1, ())
    assert refusal(paying.till.resume(paying.sale.id)) == "finish_first"
    if mode == "silent":
        ok(paying.till.payment_choice("finish"))
    else:
        ok(paying.till.pay("cash"))
    beat(paying)
    cut(paying)
    assert "cut_short" not in told(paying, PETR)
    assert (ids(paying), len(paying.documents())) == ([], 1)


def test_what_is_recovered_and_cut_short_again_is_still_offered_once(paying):
    paying.bank.mode, paying.bank.reachable = "drop", False
    paying.scan(MILK)
    beat(paying)
    ok(paying.till.pay("card"))
    paying.bank.reachable = True
    cut(paying)
    assert paying.view.suspended == ()
    told(paying, PETR)
    beat(paying)
    cut(paying)
    assert "cut_short" in told(paying, PETR)
    assert len(paying.view.suspended) == 1


# --- the end of the day ---------------------------------------------------------------------------


def test_the_end_of_the_day_asks_about_it_and_it_holds_up_nothing_else(manager):
    manager.scan(MILK)
    beat(manager)
    cut(manager)
    told(manager, MARIA)
    manager.sold(BREAD)
    ok(manager.till.day_begin())
    step = next(one for one in manager.view.day.steps if one.name == "receipts")
    assert (step.text.key, step.choices) == ("day.receipts_wait", ("suspended", "leave_them"))
    ok(manager.till.day_choice("receipts", "leave_them"))
    ok(manager.till.end_of_day(manager.till.station.session.cash_minor))
    assert [one.cut for one in manager.view.suspended] == [True]


def test_the_open_receipt_itself_is_none_that_waits(manager):
    manager.scan(MILK)
    beat(manager)
    assert manager.view.suspended == ()
    ok(manager.till.day_begin())
    step = next(one for one in manager.view.day.steps if one.name == "receipts")
    assert (step.text.key, step.details) == ("day.receipt_open", ())


# --- a file that is not what it was ---------------------------------------------------------------


def test_from_an_old_copy_of_the_file_it_is_another_receipt_than_the_one_that_was_paid(shop):
    """A second document of one name would be a conflict at the server, and no sale."""
    shop.scan(MILK)
    beat(shop)
    (name,) = ids(shop)
    cut(shop)
    told(shop)
    ok(shop.till.resume(shop.view.suspended[0].id))
    assert shop.sale.id != name
    assert ids(shop) == [shop.sale.id], "and it stands there once"
    again = shop.sale.id
    cut(shop)
    told(shop)
    assert [one.id for one in shop.view.suspended] == [again]


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b"{}"])
def test_one_that_cannot_be_read_hides_no_other_and_nothing_waits_for_it(shop, body):
    shop.scan(MILK)
    ok(shop.till.suspend())
    shop.scan(BREAD)
    beat(shop)
    broken = shop.sale.id
    write = "UPDATE suspended SET body = ? WHERE transaction_id = ?"
    shop.memory.file.driver.execute(write, (body, broken))
    cut(shop)
    told(shop)
    readable = [one.id for one in shop.view.suspended if one.id != broken]
    assert refusal(shop.till.resume(broken)) == "not_suspended"
    ok(shop.till.resume(*readable))
    ok(shop.till.pay("cash"))
