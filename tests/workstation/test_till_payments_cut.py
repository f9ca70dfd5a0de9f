"""The power goes in the middle of paying: what was approved is finished or goes back."""

from dataclasses import replace

import pytest

from pos_app.workstation.moving import Moving
from pos_app.workstation.ports import Tendering
from tests.workstation.payment_till import PayingBench
from tests.workstation.test_till_payments import choices, restarted
from tests.workstation.tills import BREAD, MILK, ok, refusal


@pytest.fixture
def shop(tmp_path):
    bench = PayingBench(tmp_path).open_shift("petr")
    yield bench
    bench.close()


def test_a_cut_after_the_approval_is_finished(shop):
    shop.scan(MILK, BREAD)
    ok(shop.till.tender("card", 100_00))
    ok(shop.till.tender("cash", 10_00))
    restarted(shop)
    assert choices(shop) == ("finish", "reverse")
    assert [t.amount_minor for t in shop.sale.tenders] == [10_00, 100_00] or [
        t.amount_minor for t in shop.sale.tenders
    ] == [100_00]
    assert refusal(shop.till.payment_choice("finish")) == "not_paid"
    ok(shop.till.pay("cash", 100_00))
    assert shop.bank.net_minor() == 100_00
    assert len(shop.documents()) == 1


def test_a_cut_after_the_approval_is_reversed(shop):
    shop.bank.mode = "silent"
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    shop.bank.mode = "approve"
    restarted(shop)
    assert choices(shop) == ("finish", "reverse")
    ok(shop.till.payment_choice("reverse"))
    assert (shop.sale.tenders, shop.bank.net_minor(), shop.tenderings) == ((), 0, 0)
    assert choices(shop) == ()


def test_before_anybody_has_signed_on_nothing_is_chosen(shop):
    shop.bank.mode = "silent"
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    shop.restart()
    assert choices(shop) == ("finish", "reverse")
    assert refusal(shop.till.payment_choice("finish")) == "sign_on_first"


def test_a_cut_before_the_terminal_heard_anything_costs_nothing(shop):
    shop.bank.mode = "drop"
    shop.bank.reachable = False
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    shop.bank.reachable = True
    restarted(shop)
    assert (shop.tenderings, choices(shop), shop.bank.net_minor()) == (0, (), 0)
    assert shop.sale.tenders == ()


def test_a_terminal_that_is_no_longer_configured_leaves_the_choice_to_a_person(shop):
    shop.bank.mode = "silent"
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    real = PayingBench._built
    shop._built = lambda station: (real(shop, station), shop.terminals.what.clear())
    restarted(shop)
    assert choices(shop) == ("ask_again", "taken", "not_taken")
    assert refusal(shop.till.payment_choice("ask_again")) == "terminal_gone"
    ok(shop.till.payment_choice("taken", ""))
    assert shop.documents()[-1].tenders[0].reference == "?"


@pytest.mark.parametrize("draft", [{}, {"body": {}}, {"original": "x", "back": [], "reason": ""}])
def test_a_row_that_nobody_can_read_any_more_goes_to_the_manager(shop, draft):
    shop.scan(MILK)
    ok(shop.till.tender("card", 50_00))
    moving = replace(shop.station.moving, draft=draft)
    shop.memory.journal.begin_tendering(moving.stored())
    restarted(shop)
    assert [one.amount_minor for one in shop.view.undecided] == [50_00]
    assert (shop.view.transaction, choices(shop), shop.tenderings) == (None, (), 1)
    ok(shop.scan(MILK))


def test_a_row_of_another_release_is_left_alone(shop):
    shop.memory.journal.begin_tendering(Tendering("t0", shop.station.now(), b"{}"))
    restarted(shop)
    assert (shop.tenderings, shop.view.undecided, choices(shop)) == (1, (), ())


def test_goods_that_are_gone_meanwhile_leave_only_the_way_back(shop):
    shop.scan(MILK, BREAD)
    ok(shop.till.tender("card", 134_90))
    draft = dict(shop.station.moving.draft)
    body = dict(draft["body"], lines=draft["body"]["lines"][:1])
    moving = replace(shop.station.moving, draft={**draft, "body": body})
    shop.memory.journal.begin_tendering(moving.stored())
    restarted(shop)
    assert refusal(shop.till.payment_choice("finish")) == "card_overpaid"
    ok(shop.till.payment_choice("reverse"))
    assert shop.bank.net_minor() == 0


def test_a_receipt_that_was_written_before_its_row_went_is_not_written_again(shop):
    sold = shop.sold(MILK)
    row = Moving(sold.transaction_id, shop.station.now())
    shop.memory.journal.begin_tendering(row.stored())
    restarted(shop)
    assert (shop.tenderings, len(shop.documents())) == (0, 1)


def test_a_member_and_points_survive_the_cut(shop):
    shop.grant("anna", 1000)
    shop.scan("2900000000018", MILK, BREAD)
    ok(shop.till.member("card", "2900000000018"))
    ok(shop.till.redeem(20))
    due = shop.sale.due_minor
    shop.bank.mode = "silent"
    ok(shop.till.pay("card"))
    shop.bank.mode = "approve"
    restarted(shop)
    assert shop.sale.points_redeemed == 20
    ok(shop.till.payment_choice("finish"))
    document = shop.documents()[-1]
    assert document.totals.points_redeemed == 20
    assert sum(use.points for use in document.uses) == 20
    assert shop.bank.net_minor() == due


def shown(shop):
    payment = shop.view.payment
    return payment.state, payment.text.key, payment.unsure


def test_a_card_that_a_kill_cut_short_is_said_to_be_looked_up_and_not_to_run(shop):
    shop.bank.mode = "hold"
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    assert shown(shop) == ("asking", "payment.sent", True)
    shop.held_look_ups = True
    restarted(shop)
    assert shown(shop) == ("looking", "payment.looking_cut", True)


@pytest.mark.parametrize("gone", [False, True])
def test_a_card_nobody_knows_the_end_of_asks_after_a_start_what_the_terminal_did(shop, gone):
    shop.bank.mode = "silent"
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    shop.bank.reachable = False
    if gone:
        real = PayingBench._built
        shop._built = lambda station: (real(shop, station), shop.terminals.what.clear())
    restarted(shop)
    assert shown(shop) == ("decide", "payment.unknown_cut", True)
    assert choices(shop) == ("ask_again", "taken", "not_taken")


def test_a_card_of_this_life_that_loses_its_answer_is_no_restart(shop):
    shop.scan(MILK, BREAD)
    ok(shop.till.tender("card", 10_00))
    restarted(shop)
    ok(shop.till.payment_choice("reverse"))
    shop.bank.mode, shop.bank.reachable = "lose", False
    ok(shop.till.pay("card"))
    assert shown(shop) == ("decide", "payment.unknown", True)


def test_money_that_is_there_is_not_called_unsure(shop):
    shop.bank.mode = "silent"
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    restarted(shop)
    assert shown(shop) == ("decide", "payment.recovered", False)
