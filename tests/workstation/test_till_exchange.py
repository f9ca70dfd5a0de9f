"""An exchange on one screen: one difference, two documents, and nothing counted twice by a cut."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.fake.fiscal import VirtualFiscal
from pos_app.workstation.ports import Facts, StorageFull
from tests.workstation.fiscal_till import FiscalTill
from tests.workstation.payment_till import PayingBench
from tests.workstation.tills import (
    BREAD,
    CARDS,
    CHEESE,
    MILK,
    SWEETS,
    Bench,
    notices,
    ok,
    refusal,
)


def cash_of(bench):
    return bench.till.station.session.cash_minor


def test_dearer_goods_cost_the_difference(senior):
    sold = senior.sold(MILK, BREAD)
    before = cash_of(senior)
    ok(senior.till.exchange(sold.receipt_number, [(1, "1")], "not_suitable"))
    senior.scan(SWEETS)
    swap = senior.sale.exchange
    assert ([one.name for one in swap.lines], swap.back_minor, swap.out_minor) == (
        ["Молоко 1 л"],
        89_90,
        0,
    )
    assert (senior.sale.kind, senior.sale.total_minor, senior.sale.due_minor) == (
        "sale",
        100_00,
        10_10,
    )
    ok(senior.till.pay("cash", 50_00))
    back, taken = senior.documents()[-2:]
    assert (back.kind.value, back.original_id, back.totals.due_minor) == (
        "return",
        sold.transaction_id,
        89_90,
    )
    assert [(t.kind.value, t.amount_minor) for t in taken.tenders] == [("cash", 139_90)]
    assert senior.view.last_sale.change_due_minor == taken.change_minor == 39_90
    assert cash_of(senior) - before == 10_10
    assert (senior.view.suspended, senior.view.transaction) == ((), None)


def test_cheaper_goods_pay_the_difference_out(senior):
    sold = senior.sold(CHEESE)
    before = cash_of(senior)
    senior.scan(MILK)
    ok(senior.till.exchange(sold.receipt_number, None, "not_suitable"))
    assert (senior.sale.due_minor, senior.sale.exchange.out_minor) == (0, 910_10)
    ok(senior.till.complete())
    assert senior.view.last_sale.change_due_minor == 910_10
    assert cash_of(senior) - before == -910_10
    assert senior.devices.drawer == 3


def test_what_a_card_paid_is_never_handed_out_in_cash(senior):
    senior.scan(CHEESE)
    ok(senior.till.pay("card"))
    number = senior.documents()[-1].receipt_number
    before = cash_of(senior)
    ok(senior.till.exchange(number, None, "defect"))
    senior.scan(MILK)
    answer = ok(senior.till.pay("card"))
    assert notices(answer)[-2:] == ["completed", "hand_out_card"]
    back, taken = senior.documents()[-2:]
    assert [(t.kind.value, t.amount_minor) for t in back.tenders] == [("card", -1000_00)]
    assert [(t.kind.value, t.amount_minor) for t in taken.tenders] == [("card", 89_90)]
    assert (cash_of(senior), taken.change_minor) == (before, 0)


def test_points_of_the_goods_go_and_those_of_the_new_ones_come(senior):
    senior.scan(CARDS["anna"], CHEESE)
    ok(senior.till.pay("cash"))
    first = senior.documents()[-1]
    senior.clock.move(minutes=1)
    ok(senior.till.exchange(first.receipt_number, None, "not_suitable"))
    assert senior.view.member.id == first.member_id
    assert not senior.view.member.may_redeem
    senior.scan(MILK)
    ok(senior.till.complete())
    back, taken = senior.documents()[-2:]
    assert sum(e.points for e in (*first.entries, *back.entries)) == 0
    assert taken.totals.points_earned == 4
    assert taken.member_id == first.member_id


def test_with_nothing_taken_it_is_a_return(senior):
    sold = senior.sold(MILK)
    ok(senior.till.exchange(sold.receipt_number, None, "defect"))
    assert (senior.sale.due_minor, senior.sale.exchange.out_minor) == (0, 89_90)
    ok(senior.till.complete())
    assert [one.kind.value for one in senior.documents()] == ["sale", "return"]
    assert senior.view.suspended == ()


def test_it_wants_the_right_of_a_return_and_goods_of_that_receipt(shop):
    sold = shop.sold(MILK)
    number = sold.receipt_number
    assert refusal(shop.till.exchange(number, None, "defect")) == "needs_override"
    petr = ("petr", "2222")
    assert refusal(shop.till.exchange("nothing", None, "defect", petr)) == "unknown_receipt"
    ok(shop.till.exchange(number, None, "defect", petr))
    assert refusal(shop.till.exchange(number, None, "defect", petr)) == "exchange_is_open"
    shop.scan(MILK, BREAD)
    assert refusal(shop.till.suspend()) == "exchange_is_open"
    assert refusal(shop.till.complete()) == "not_paid"
    assert refusal(shop.till.pay("card", 500_00)) == "card_overpaid"
    assert refusal(shop.till.pay("cash", -1)) == "bad_amount"
    assert refusal(shop.till.tender("card", 500_00)) == "card_overpaid"
    ok(shop.till.void_transaction("mistake"))
    assert shop.till.station.exchange is None
    assert len(shop.documents()) == 1
    ok(shop.till.return_sale(number, reason="defect", override=petr))
    assert refusal(shop.till.exchange(number, None, "defect", petr)) == "return_is_open"


def test_what_a_terminal_or_the_rules_refuse_leaves_the_exchange_as_it_was(senior, monkeypatch):
    sold = senior.sold(MILK)
    ok(senior.till.exchange(sold.receipt_number, None, "defect"))
    senior.scan(SWEETS)
    shown = senior.sale
    record = senior.memory.journal.record

    def full(facts: Facts) -> None:
        if facts.receipt_counter is not None:
            raise StorageFull("no room")
        record(facts)

    monkeypatch.setattr(senior.till.station.journal, "record", full)
    assert refusal(senior.till.pay("cash", 100_00)) == "storage_full"
    monkeypatch.undo()
    assert senior.sale == shown
    assert senior.view.suspended == ()
    ok(senior.till.pay("cash", 100_00))
    assert len(senior.documents()) == 3


class Cut(Exception):
    """The power is gone."""


@pytest.fixture
def dying(tmp_path):
    """A till whose power can be cut at a named arrow."""
    at = {"name": "", "count": 0}

    def point(name):
        if name == at["name"]:
            at["count"] -= 1
            if at["count"] == 0:
                raise Cut

    made = Bench(tmp_path, crash_point=point)
    made.at = at
    yield made.open_shift("petr")
    made.close()


@pytest.mark.parametrize("point", ["complete.built", "complete.durable", "complete.drawer"])
@pytest.mark.parametrize("count", [1, 2])
def test_a_cut_anywhere_counts_the_return_once_and_loses_no_credit(dying, point, count):
    sold = dying.sold(MILK)
    ok(dying.till.exchange(sold.receipt_number, None, "defect"))
    dying.scan(SWEETS)
    dying.at.update(name=point, count=count)
    with pytest.raises(Cut):
        dying.till.pay("cash", 10_10)
    dying.restart()
    ok(dying.till.sign_on("petr", "2222"))
    kinds = [one.kind.value for one in dying.documents()]
    returned, finished = kinds.count("return"), kinds.count("sale") == 2
    if not finished:
        (waiting,) = dying.view.suspended
        ok(dying.till.resume(waiting.id))
        assert dying.sale.due_minor == (10_10 if returned else 100_00)
        ok(dying.till.pay("cash"))
    if not returned:
        ok(dying.till.return_sale(sold.receipt_number, reason="defect"))
        ok(dying.till.complete())
    back, taken = dying.documents()[-2:]
    assert {back.kind.value, taken.kind.value} == {"return", "sale"}
    assert refusal(dying.till.return_sale(sold.receipt_number)) == "all_returned"
    assert dying.view.suspended == ()
    assert cash_of(dying) == 1000_00 + 100_00


def test_new_goods_that_are_not_wanted_after_all_are_paid_out(dying):
    sold = dying.sold(MILK)
    ok(dying.till.exchange(sold.receipt_number, None, "defect"))
    dying.scan(SWEETS)
    dying.at.update(name="complete.built", count=2)
    with pytest.raises(Cut):
        dying.till.pay("cash", 10_10)
    dying.restart()
    ok(dying.till.sign_on("petr", "2222"))
    ok(dying.till.resume(dying.view.suspended[0].id))
    assert refusal(dying.till.void_tender(0)) == "exchange_credit_stays"
    dying.scan(BREAD)
    assert dying.sale.due_minor == 100_00 + 45_00 - 89_90
    ok(dying.till.tender("cash", 5_00))
    ok(dying.till.void_tender(0))
    assert dying.sale.paid_minor == 89_90
    assert notices(dying.till.void_transaction("mistake")) == [
        "transaction_voided",
        "hand_out_cash",
    ]
    assert dying.view.suspended == ()
    assert cash_of(dying) == 1000_00


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    bought=st.lists(st.sampled_from([MILK, BREAD, SWEETS, CHEESE]), min_size=1, max_size=4),
    taken=st.lists(st.sampled_from([MILK, BREAD, SWEETS, CHEESE]), max_size=4),
    kind=st.sampled_from(["cash", "card"]),
    member=st.booleans(),
)
def test_any_exchange_moves_the_difference_and_nothing_else(senior, bought, taken, kind, member):
    before, drawer = len(senior.documents()), cash_of(senior)
    if member:
        senior.scan(CARDS["anna"])
    senior.scan(*bought)
    ok(senior.till.pay(kind))
    sold = senior.documents()[-1]
    ok(senior.till.exchange(sold.receipt_number, None, "not_suitable"))
    senior.scan(*taken)
    due, out = senior.sale.due_minor, senior.sale.exchange.out_minor
    assert due == 0 or out == 0
    ok(senior.till.pay(kind, None) if due else senior.till.complete())
    documents = senior.documents()[before:]
    back = next(one for one in documents if one.kind.value == "return")
    last = documents[-1] if taken else None
    assert back.totals.due_minor == sold.totals.due_minor
    assert sum(e.points for e in (*sold.entries, *back.entries)) == 0
    new = last.totals.due_minor if last else 0
    assert due - out == new - back.totals.due_minor
    moved = {}
    for one in documents:
        for tender in one.tenders:
            moved[tender.kind.value] = moved.get(tender.kind.value, 0) + tender.amount_minor
        moved["cash"] = moved.get("cash", 0) - one.change_minor
    assert sum(moved.values()) == new
    assert moved.get("cash", 0) == cash_of(senior) - drawer
    assert senior.view.suspended == ()


def test_the_registrar_has_a_return_and_a_sale(tmp_path):
    with VirtualFiscal() as registrar:
        till = FiscalTill(tmp_path, registrar).begun("petr")
        try:
            till.scan(CHEESE)
            ok(till.till.pay("cash"))
            till.until(lambda: len(till.documents()) == 1)
            (sold,) = till.documents()
            ok(till.till.exchange(sold.receipt_number, None, "not_suitable"))
            till.scan(MILK, BREAD)
            ok(till.till.complete())
            till.until(lambda: len(till.documents()) == 3)
            kinds = [one.kind for one in registrar.storage.papers if "sell" in one.kind.lower()]
            assert kinds == ["sell", "sellReturn", "sell"]
            totals = [
                int(one.total * 100) for one in registrar.storage.papers if "sell" in one.kind
            ]
            assert totals == [1000_00, 1000_00, 134_90]
            assert (till.view.suspended, till.view.transaction) == ((), None)
            assert cash_of(till) == 1000_00 + 134_90
        finally:
            till.close()


def test_a_disk_without_room_leaves_the_exchange_open(senior, monkeypatch):
    sold = senior.sold(MILK)
    ok(senior.till.exchange(sold.receipt_number, None, "defect"))
    senior.scan(SWEETS)
    shown = senior.sale

    def full(facts: Facts) -> None:
        raise StorageFull("no room")

    monkeypatch.setattr(senior.till.station.journal, "record", full)
    assert refusal(senior.till.pay("cash", 100_00)) == "storage_full"
    monkeypatch.undo()
    assert senior.sale == shown


def test_what_a_terminal_took_it_gives_back_and_the_new_goods_are_paid_anew(tmp_path):
    till = PayingBench(tmp_path).open_shift("petr")
    till.scan(MILK)
    ok(till.till.pay("card"))
    sold = till.documents()[-1]
    ok(till.till.exchange(sold.receipt_number, None, "defect"))
    till.scan(SWEETS)
    assert (till.sale.due_minor, till.sale.exchange.out_minor) == (100_00, 89_90)
    ok(till.till.pay("card"))
    assert [one.kind.value for one in till.documents()] == ["sale", "return", "sale"]
    assert till.bank.net_minor() == 100_00
    assert (till.view.suspended, till.view.transaction, till.tenderings) == ((), None, 0)
    till.close()


def test_a_refund_that_the_terminal_refuses_leaves_a_return_and_the_goods_aside(tmp_path):
    till = PayingBench(tmp_path).open_shift("petr")
    till.scan(MILK)
    ok(till.till.pay("card"))
    sold = till.documents()[-1]
    ok(till.till.exchange(sold.receipt_number, None, "defect"))
    till.scan(SWEETS)
    till.bank.mode = "decline"
    ok(till.till.pay("cash", 100_00))
    assert (till.sale.kind, len(till.view.suspended), len(till.documents())) == ("return", 1, 1)
    till.bank.mode = "approve"
    ok(till.till.complete())
    assert [one.kind.value for one in till.documents()] == ["sale", "return", "sale"]
    assert (till.bank.net_minor(), till.view.suspended) == (0, ())
    till.close()


def test_an_exchange_says_which_points_went_with_what_came_back(senior):
    senior.grant("anna", 300)
    senior.scan(CHEESE, CARDS["anna"])
    ok(senior.till.redeem(100))
    ok(senior.till.pay("cash"))
    sold = senior.documents()[-1]
    ok(senior.till.exchange(sold.receipt_number, None, "not_suitable"))
    senior.scan(MILK)
    said = {one.code: one.text.args for one in ok(senior.till.complete()).notices}
    assert said["points_of_return_taken"]["points"].value == sold.totals.points_earned > 0
    assert said["points_of_return_given"]["points"].value == 100
