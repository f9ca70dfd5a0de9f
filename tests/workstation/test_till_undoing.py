"""Quantities, voids, reductions and undo: what is taken away, by whom, and what remembers it."""

from dataclasses import replace

import pytest

from pos_app.domain.money import Money
from pos_app.domain.rights import Right
from pos_app.domain.sentence import say
from tests.workstation.test_till_selling import assert_sums_agree
from tests.workstation.tills import (
    BREAD,
    CARDS,
    CHEESE,
    MARIA,
    MILK,
    VODKA,
    notices,
    ok,
    refusal,
)


def test_a_quantity_is_set_within_reason(shop):
    shop.scan(MILK, BREAD)
    ok(shop.till.set_quantity(1, "4"))
    assert shop.sale.lines[0].quantity.value == 4
    for text in ("0", "-1", "x", "1.5", "99999999"):
        assert refusal(shop.till.set_quantity(1, text)) == "bad_quantity"
    assert refusal(shop.till.set_quantity(9, "1")) == "no_line"
    assert shop.sale.lines[0].quantity.value == 4


def test_a_line_is_selected_or_there_is_none(shop):
    assert refusal(shop.till.select_line(1)) == "no_line"
    shop.scan(MILK, BREAD)
    ok(shop.till.select_line(1))
    assert shop.sale.selected_line == 1
    ok(shop.till.select_line(None))
    assert shop.sale.selected_line is None
    assert refusal(shop.till.select_line(7)) == "no_line"


def test_a_voided_line_is_gone_and_the_audit_chain_keeps_it(shop):
    shop.scan(MILK, BREAD)
    assert notices(shop.till.void_line(1, "mistake")) == ["line_voided"]
    assert [x.line for x in shop.sale.lines] == [2]
    kept = shop.audit("void_line")[0]
    assert (kept.subject, kept.reason, kept.amount_minor) == ("item1 x 1", "mistake", 89_90)
    assert (kept.operator_id, kept.override_by, kept.session_number) == ("ivan", "", 1)
    assert refusal(shop.till.void_line(1)) == "no_line"
    shop.scan(CHEESE)
    assert [x.line for x in shop.sale.lines] == [2, 3]


def test_a_reduction_without_the_right_asks_an_override(shop):
    shop.scan(CHEESE)
    answer = shop.till.discount(1, percent="5", reason="torn")
    assert refusal(answer) == "needs_override"
    assert answer.refusal.text.args["right"] == "discount"
    assert refusal(shop.till.discount(1, percent="5", override=("ivan", "1111"))) == (
        "override_lacks_right"
    )
    ok(shop.till.discount(1, percent="50", reason="torn", override=MARIA))
    given = shop.audit("discount")[0]
    assert (given.operator_id, given.override_by, given.reason) == ("ivan", "maria", "torn")
    assert given.amount_minor == 500_00
    assert shop.sale.total_minor == 500_00


def test_a_wrong_override_pin_is_in_the_audit_chain(shop):
    shop.scan(CHEESE)
    assert refusal(shop.till.discount(1, percent="5", override=("maria", "0000"))) == "wrong_pin"
    assert refusal(shop.till.discount(1, percent="5", override=("nobody", "0"))) == "wrong_pin"
    assert [(e.subject, e.override_by) for e in shop.audit("override_failed")] == [
        ("discount", "maria"),
        ("discount", "nobody"),
    ]
    assert shop.sale.total_minor == 1000_00


def test_goodwill_stays_within_the_limit_of_its_giver(senior):
    senior.scan(CHEESE)
    till = senior.till
    assert refusal(till.discount(1, percent="10.01")) == "discount_limit"
    assert refusal(till.discount(None, amount_minor=100_01)) == "discount_limit"
    ok(till.discount(1, percent="10", reason="torn"))
    ok(till.discount(1, amount_minor=100_00, reason="torn"))
    assert senior.sale.total_minor == 900_00
    assert_sums_agree(senior.view)
    ok(till.discount(1, percent="0"))
    assert senior.sale.total_minor == 1000_00


def test_two_reductions_together_stay_within_the_limit(senior):
    senior.scan(CHEESE)
    ok(senior.till.discount(1, percent="10"))
    assert refusal(senior.till.discount(None, percent="10")) == "discount_limit"
    ok(senior.till.discount(1, percent="0"))
    ok(senior.till.discount(None, percent="10"))
    assert refusal(senior.till.discount(1, percent="5")) == "discount_limit"
    assert senior.sale.total_minor == 900_00


@pytest.mark.parametrize("percent", ["x", "-1", "101"])
def test_what_is_no_percent_is_refused(manager, percent):
    manager.scan(CHEESE)
    assert refusal(manager.till.discount(1, percent=percent)) == "bad_percent"
    assert refusal(manager.till.discount(1, amount_minor=-5)) == "bad_percent"


def test_a_reduction_needs_lines_to_fall_on(manager):
    assert refusal(manager.till.discount(None, percent="5")) == "nothing_open"
    manager.scan(CHEESE)
    assert refusal(manager.till.discount(5, percent="5")) == "no_line"


def test_a_reduction_never_goes_below_a_legal_floor(manager):
    manager.scan(VODKA)
    ok(manager.till.discount(1, percent="50"))
    assert manager.sale.total_minor == 409_00


def test_a_reduced_line_takes_no_more_pieces(manager):
    manager.scan(BREAD)
    ok(manager.till.discount(1, percent="10"))
    manager.scan(BREAD)
    assert [x.quantity.value for x in manager.sale.lines] == [1, 1]


def test_a_voided_transaction_leaves_only_the_audit_line(shop):
    shop.scan(MILK, BREAD)
    number = shop.sale.id
    assert notices(shop.till.void_transaction("customer_left")) == ["transaction_voided"]
    assert shop.sale is None
    assert shop.documents() == []
    kept = shop.audit("void_transaction")
    assert [(e.subject, e.reason, e.amount_minor) for e in kept] == [
        (number, "customer_left", 134_90)
    ]
    assert shop.memory.journal.next_receipt_counter() == 1
    totals = shop.memory.journal.session().totals
    assert (totals.voids, totals.void_minor) == (1, 134_90)
    assert refusal(shop.till.void_transaction()) == "nothing_open"
    assert refusal(shop.till.undo()) == "nothing_to_undo"


def test_undo_takes_back_one_change_at_a_time(shop):
    assert refusal(shop.till.undo()) == "nothing_to_undo"
    shop.scan(MILK, MILK, BREAD)
    shop.scan(CARDS["anna"])
    ok(shop.till.void_line(2, ""))
    totals = []
    for _ in range(5):
        assert notices(shop.till.undo()) == ["undone"]
        totals.append((shop.sale.total_minor, shop.view.member is not None))
    assert totals == [
        (2 * 89_90 + 45_00, True),
        (2 * 89_90 + 45_00, False),
        (2 * 89_90, False),
        (89_90, False),
        (0, False),
    ]
    assert refusal(shop.till.undo()) == "nothing_to_undo"


def test_goods_that_leave_by_undo_or_a_smaller_quantity_are_in_the_audit_chain(shop):
    shop.scan(MILK, BREAD)
    ok(shop.till.set_quantity(1, "5"))
    assert shop.audit("reduce_quantity") == []
    ok(shop.till.set_quantity(1, "2"))
    assert [e.amount_minor for e in shop.audit("reduce_quantity")] == [3 * 89_90]
    assert notices(shop.till.undo()) == ["undone"]
    assert shop.audit("undo") == [], "goods came back"
    for _ in range(2):
        ok(shop.till.undo())
    assert [e.amount_minor for e in shop.audit("undo")] == [4 * 89_90, 45_00]
    shop.scan(MILK)
    ok(shop.till.tender("cash", 1_00))
    assert refusal(shop.till.set_quantity(1, "1")) == "tenders_taken"


def without_void(shop):
    """A shop where a cashier only sells, and has scanned two cartons of milk."""
    shop.scan(MILK, MILK)
    one = shop.till.station.operator
    shop.till.station.operator = replace(one, rights=frozenset({Right.SELL}))
    return shop


@pytest.mark.parametrize("gesture", [("set_quantity", 1, "1"), ("undo",)], ids=lambda g: g[0])
def test_goods_leave_by_the_pin_of_whoever_may_void_and_under_their_name(shop, gesture):
    till = without_void(shop).till
    name, *told = gesture
    asked = getattr(till, name)(*told)
    assert refusal(asked) == "needs_override"
    assert asked.refusal.text.args["right"] == "void_line"
    assert asked.data["deed"] == say("approve.goods_out", amount=Money(89_90))
    assert shop.sale.total_minor == 2 * 89_90
    assert refusal(getattr(till, name)(*told, override=("petr", "0000"))) == "wrong_pin"
    assert shop.sale.total_minor == 2 * 89_90
    ok(getattr(till, name)(*told, override=("petr", "2222")))
    assert shop.sale.total_minor == 89_90
    (used,) = shop.audit("undo" if name == "undo" else "reduce_quantity")
    assert (used.operator_id, used.override_by, used.amount_minor) == ("ivan", "petr", 89_90)


def test_more_of_the_same_wants_no_right(shop):
    ok(without_void(shop).till.set_quantity(1, "5"))
    assert shop.audit("reduce_quantity") == []


def test_a_reduction_that_outgrew_its_limit_is_refused_before_payment(shop):
    shop.scan(MILK, MILK, MILK, BREAD)
    ok(shop.till.discount(None, amount_minor=100_00, reason="torn", override=MARIA))
    ok(shop.till.void_line(1))
    assert refusal(shop.till.pay("cash")) == "discount_limit"
    ok(shop.till.discount(None, percent="0", override=MARIA))
    ok(shop.till.pay("cash"))


def test_undo_gives_a_reduction_back_only_by_who_may_give_one(shop):
    shop.scan(MILK)
    ok(shop.till.discount(1, percent="10", reason="torn", override=MARIA))
    ok(shop.till.discount(1, percent="0", override=MARIA))
    asked = shop.till.undo()
    assert refusal(asked) == "needs_override"
    assert asked.refusal.text.args["right"] == "discount"
    assert asked.data["deed"].key == "approve.reduction_back"
    assert shop.sale.total_minor == 89_90
    assert notices(shop.till.undo(MARIA)) == ["undone"]
    assert shop.sale.total_minor == 80_91
    (used,) = shop.audit("discount_back")
    assert (used.operator_id, used.override_by, used.subject) == ("ivan", "maria", "1")


def test_more_than_a_thousand_pieces_is_a_code_in_the_wrong_place(shop):
    assert refusal(shop.till.type_text(f"1001*{MILK}")) == "bad_quantity"
    shop.scan(MILK)
    assert refusal(shop.till.set_quantity(1, "1001")) == "bad_quantity"
    ok(shop.till.set_quantity(1, "1000"))


def test_undo_is_closed_by_a_tender(shop):
    shop.scan(MILK)
    ok(shop.till.tender("cash", 10_00))
    for answer in (
        shop.till.undo(),
        shop.scan(BREAD),
        shop.till.set_quantity(1, "2"),
        shop.till.void_line(1),
        shop.till.discount(1, percent="1"),
        shop.scan(CARDS["anna"]),
        shop.till.suspend(),
        shop.till.enrol("+79160000000"),
    ):
        assert refusal(answer) in ("nothing_to_undo", "tenders_taken")
    ok(shop.till.void_tender(0))
    ok(shop.scan(BREAD))
    assert shop.view.transaction.phase == "selling"
