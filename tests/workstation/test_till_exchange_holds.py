"""An exchange whose money path is interrupted: what was granted stays, what is refused leaves the
new goods with what the return has paid, and nobody gains by the order of gestures."""

from contextlib import closing
from datetime import timedelta

import pytest

from pos_app.domain.events import AllowanceReturned
from pos_app.domain.loyalty.owner import coupon_owner
from pos_app.wiring.practice import practice
from pos_app.workstation import present_coupon, settle
from pos_app.workstation.answer import refused
from pos_app.workstation.pricing_task import program_of
from tests.workstation.payment_till import PayingBench
from tests.workstation.test_till_gift_cards import CODE, answered, rules
from tests.workstation.test_till_own_points import at_once, buy
from tests.workstation.tills import (
    BREAD,
    CARDS,
    CHEESE,
    MILK,
    PROGRAM,
    SWEETS,
    Bench,
    notices,
    ok,
    program_row,
    refusal,
)


def exchanged(bench, sold, *taken):
    ok(bench.till.exchange(sold.receipt_number, None, "defect"))
    bench.scan(*taken)


def kinds(bench):
    return [document.kind.value for document in bench.documents()]


def granted(bench, member, points):
    bench.grant(member, points, "gx", "identified", bench.clock.now + timedelta(hours=24))


def test_points_of_the_new_goods_are_paid_by_the_grant_though_the_return_came_between(senior):
    senior.courier.online = True
    sold = senior.sold(MILK)
    granted(senior, "anna", 300)
    exchanged(senior, sold, CARDS["anna"], CHEESE)
    ok(senior.till.redeem(100))
    ok(senior.till.pay("cash", 2000_00))
    taken = senior.documents()[-1]
    assert (taken.totals.points_redeemed, taken.unsecured, taken.risked) == (100, 0, 0)
    assert [(use.grant_id, use.points) for use in taken.uses] == [("gx", 100)]
    (back,) = senior.events(AllowanceReturned)
    assert [use.points for use in back.uses] == [200]  # after the spend, as after any receipt


def test_a_grant_is_held_while_a_terminal_still_takes_the_difference(tmp_path):
    with closing(PayingBench(tmp_path).open_shift("petr")) as bench:
        bench.courier.online = True
        sold = bench.sold(MILK)
        granted(bench, "anna", 300)
        exchanged(bench, sold, CARDS["anna"], CHEESE)
        ok(bench.till.redeem(100))
        bench.bank.mode = "hold"
        ok(bench.till.pay("card"))
        assert bench.events(AllowanceReturned) == []
        bench.till.link_changed(refreshed=True)
        assert bench.events(AllowanceReturned) == []
        bench.terminals.answers()
        taken = bench.documents()[-1]
        assert (taken.kind.value, taken.unsecured) == ("sale", 0)
        assert [use.points for use in taken.uses] == [100]


def test_points_that_go_with_the_return_are_not_taken_for_granted_and_the_new_amount_is_shown(
    senior,
):
    """Earned here in the dark by the very goods that come back: they pay for nothing more."""
    at_once(senior)
    sold = buy(senior, CHEESE, CHEESE)
    exchanged(senior, sold, CHEESE, CHEESE, SWEETS, CARDS["anna"])
    ok(senior.till.redeem("max"))
    shown, points = senior.sale.due_minor, senior.sale.points_redeemed
    assert points > 0
    answer = ok(senior.till.pay("cash", 5000_00))
    assert "price_moved" in notices(answer)
    assert (senior.sale.points_redeemed, senior.sale.due_minor) == (0, shown + points * 100)
    ok(senior.till.pay("cash", 5000_00))
    taken = senior.documents()[-1]
    assert (taken.totals.points_redeemed, taken.unsecured, taken.uses) == (0, 0, ())


def test_a_gift_card_that_is_shown_pays_the_difference(senior):
    rules(senior)
    senior.courier.online = True
    sold = senior.sold(MILK)
    exchanged(senior, sold, SWEETS)
    senior.scan(CODE)
    answered(senior, 500_00, balance=500_00)
    assert senior.sale.due_minor == 10_10
    ok(senior.till.pay("gift_card"))
    tenders = {t.kind.value: t.amount_minor for t in senior.documents()[-1].tenders}
    assert tenders == {"cash": 89_90, "gift_card": 10_10}
    (entry,) = senior.documents()[-1].gift_cards
    assert (entry.amount_minor, entry.unsecured_minor) == (-10_10, 0)
    assert senior.view.transaction is None


def test_a_gift_card_that_would_not_pay_is_refused_before_anything_comes_back(senior):
    rules(senior)
    sold = senior.sold(MILK)
    exchanged(senior, sold, SWEETS)
    assert refusal(senior.till.pay("gift_card")) == "gift_card_which"
    assert kinds(senior) == ["sale"]
    assert senior.sale.due_minor == 10_10
    ok(senior.till.pay("cash", 20_00))
    assert kinds(senior)[-2:] == ["return", "sale"]


def test_new_goods_that_are_refused_after_the_return_wait_with_what_it_has_paid(
    senior, monkeypatch
):
    """Whatever the cause: the return is on the disk and no exchange is open any more."""
    sold = senior.sold(MILK)
    exchanged(senior, sold, SWEETS)
    with monkeypatch.context() as patch:
        patch.setattr(settle, "_sale_document", lambda *_: refused("allowance_gone"))
        assert refusal(senior.till.pay("cash", 20_00)) == "allowance_gone"
    assert kinds(senior)[-2:] == ["sale", "return"]
    assert (senior.sale.due_minor, senior.sale.exchange) == (10_10, None)
    (waits,) = senior.till.station.journal.suspended()
    assert waits.transaction_id == senior.sale.id
    ok(senior.till.pay("cash", 20_00))
    assert kinds(senior)[-2:] == ["return", "sale"]
    assert (senior.view.transaction, senior.view.suspended) == (None, ())


def test_what_no_cash_has_paid_is_paid_back_to_the_last_unit_where_cash_is_rounded(senior):
    senior.mirrors(program_row(3000, {**PROGRAM, "version": 2, "cash_rounding": "1.00"}))
    senior.clock.move(minutes=1)
    senior.scan(CHEESE)
    ok(senior.till.pay("card"))
    exchanged(senior, senior.documents()[-1], MILK)
    assert (senior.sale.due_minor, senior.sale.exchange.out_minor) == (0, 910_10)
    ok(senior.till.complete())
    taken = senior.documents()[-1]
    assert [(t.kind.value, t.amount_minor) for t in taken.tenders] == [("card", 89_90)]
    assert (senior.view.transaction, senior.view.suspended) == (None, ())


def test_a_coupon_of_the_new_goods_keeps_the_servers_leave(senior):
    promotion = {
        "id": "leaf", "name": {"ru": "л", "en": "l"}, "kind": "percent", "percent": "10",
        "goods": {"categories": ["Молочное"]}, "coupon_needed": "leaflet",
    }  # fmt: skip
    more = {"version": 2, "promotions": [*PROGRAM["promotions"], promotion]}
    senior.mirrors(program_row(3000, {**PROGRAM, **more}))
    senior.clock.move(minutes=1)
    senior.courier.online = True
    sold = senior.sold(SWEETS)
    code = "LF12345674"
    key = present_coupon.key_of(code, program_of(senior.till.station).coupons)
    until = senior.clock.now + timedelta(hours=24)
    senior.memory.outbox.store_grant("gc", coupon_owner(key), 1, "identified", until)
    exchanged(senior, sold, CHEESE)
    ok(senior.till.coupon(code))
    ok(senior.till.pay("cash", 2000_00))
    assert kinds(senior)[-2:] == ["return", "sale"]


def test_a_receipt_whose_goods_are_on_their_way_back_is_credited_to_nobody(senior):
    sold = senior.sold(CHEESE, CHEESE)
    exchanged(senior, sold, CARDS["gleb"])
    assert refusal(senior.till.credit_receipt(sold.receipt_number)) == "exchange_is_open"


def test_nothing_that_waits_is_resumed_into_an_exchange_of_another_customer(senior):
    sold = senior.sold(CHEESE)
    senior.scan(SWEETS)
    ok(senior.till.suspend("x"))
    exchanged(senior, sold)
    assert refusal(senior.till.resume(senior.view.suspended[0].id)) == "exchange_is_open"


class Cut(Exception):
    """The power is gone."""


def test_goods_that_an_exchange_has_paid_for_begin_no_second_exchange(tmp_path):
    due_cut = []

    def point(name):
        if name == "complete.built" and due_cut:
            due_cut.pop()
            if not due_cut:
                raise Cut

    with closing(Bench(tmp_path, crash_point=point).open_shift("petr")) as bench:
        first, second = bench.sold(CHEESE), bench.sold(BREAD)
        exchanged(bench, first, CHEESE, SWEETS)
        due_cut.extend("ab")
        with pytest.raises(Cut):
            bench.till.pay("cash")
        bench.restart()
        ok(bench.till.sign_on("petr", "2222"))
        ok(bench.till.resume(bench.view.suspended[0].id))
        answer = bench.till.exchange(second.receipt_number, None, "defect")
        assert refusal(answer) == "exchange_is_open"
        assert bench.sale.due_minor == 100_00
        ok(bench.till.pay("cash"))
        assert kinds(bench)[-2:] == ["return", "sale"]


def test_a_gift_card_in_training_is_nobodys_and_the_scanner_goes_on(tmp_path):
    with closing(Bench(tmp_path).open_shift("maria")) as bench:
        bench.till.begin_training = practice(bench.folder)
        ok(bench.till.train(True))
        ok(bench.till.open_session(0))
        bench.scan(MILK)
        ok(bench.scan(CODE))
        assert bench.view.gift_card.balance_minor == 0
        bench.scan(BREAD)
        assert len(bench.sale.lines) == 2


def test_the_scanner_goes_on_after_a_scan_that_nobody_could_deal_with(senior, monkeypatch):
    ready = []
    monkeypatch.setattr(senior.devices, "ready_for_scan", lambda: ready.append(1))

    def fault(_data):
        raise KeyError("card")

    senior.till.scans_answer(fault)
    with pytest.raises(KeyError):
        senior.till.scanned(MILK.encode(), None)
    assert ready == [1]
