"""Terminals and registrar take their part of a receipt: authorise, fiscal document, commit."""

from dataclasses import replace

import pytest

from drivers.contract.payment import PaymentDo
from pos_app.domain.sentence import say
from pos_app.domain.tender import TenderKind
from pos_app.workstation.moving import Moving
from pos_app.workstation.ports import StorageFull, Tendering
from tests.workstation.payment_till import PayingBench
from tests.workstation.tills import BREAD, MARIA, MILK, ok, paper, refusal


@pytest.fixture
def shop(tmp_path):
    bench = PayingBench(tmp_path).open_shift("petr")
    yield bench
    bench.close()


@pytest.fixture
def fiscal(tmp_path):
    bench = PayingBench(tmp_path, fiscal=True).open_shift("petr")
    yield bench
    bench.close()


def choices(shop):
    return shop.view.payment.choices if shop.view.payment else ()


class FullDisk:
    """The journal of a till whose disk takes no more."""

    def __init__(self, journal):
        self._journal = journal

    def __getattr__(self, name):
        return getattr(self._journal, name)

    def begin_tendering(self, row):
        raise StorageFull

    def record(self, facts):
        raise StorageFull


def restarted(shop, who="petr"):
    shop.restart()
    ok(shop.till.sign_on(who, {"petr": "2222", "maria": "3333"}[who]))
    return shop


def test_a_card_pays_and_its_slip_is_on_the_paper(shop):
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    document = shop.documents()[-1]
    assert [(t.kind, t.amount_minor) for t in document.tenders] == [(TenderKind.CARD, 89_90)]
    assert document.tenders[0].reference.startswith("rrn-")
    assert shop.bank.net_minor() == 89_90
    assert "БАНК" in paper(shop.devices.jobs[-1])
    assert shop.tenderings == 0
    assert "completed" in shop.codes_heard()


def test_a_refused_card_leaves_the_receipt_open(shop):
    shop.bank.mode = "decline"
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    assert "payment_declined" in shop.codes_heard()
    assert (shop.sale.tenders, shop.sale.phase, shop.tenderings) == ((), "selling", 0)
    ok(shop.till.pay("cash", 100_00))
    assert shop.bank.net_minor() == 0


def test_while_the_terminal_works_nothing_else_happens_and_the_cashier_can_cancel(shop):
    shop.bank.mode = "hold"
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    assert (shop.view.payment.state, choices(shop)) == ("asking", ("cancel",))
    for answer in (
        shop.till.pay("cash"),
        shop.till.tender("card"),
        shop.till.complete(),
        shop.till.void_tender(0),
    ):
        assert refusal(answer) == "payment_in_progress"
    assert refusal(shop.scan(BREAD)) == "tenders_taken"
    assert refusal(shop.till.suspend()) == "tenders_taken"
    assert shop.sale.tenders[0].label == ""
    ok(shop.till.cancel_payment())
    assert shop.terminals.cancelled == [shop.bank.orders[0].key]
    shop.terminals.answers(approve=False)
    assert (shop.sale.tenders, choices(shop)) == ((), ())
    assert refusal(shop.till.cancel_payment()) == "nothing_to_cancel"


def test_a_customer_who_pays_after_the_cancel_has_paid(shop):
    shop.bank.mode = "hold"
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    ok(shop.till.payment_choice("cancel"))
    shop.terminals.answers()
    assert shop.documents()[-1].tenders[0].amount_minor == 89_90


def test_the_code_to_scan_is_shown_while_it_can_be_paid(shop):
    shop.bank.mode = "hold"
    shop.scan(MILK)
    ok(shop.till.pay("qr"))
    shop.terminals.progress("qr_shown", "https://qr.nspk.ru/AS1")
    assert shop.view.payment.qr == "https://qr.nspk.ru/AS1"
    shop.terminals.answers()
    assert shop.terminals.shown == ["https://qr.nspk.ru/AS1", ""]
    assert shop.documents()[-1].tenders[0].kind is TenderKind.QR


def test_card_and_cash_pay_together_and_change_is_from_cash(shop):
    shop.scan(MILK)
    ok(shop.till.tender("card", 50_00))
    assert shop.sale.due_minor == 39_90
    answer = ok(shop.till.pay("cash", 100_00))
    assert answer.data["change_due_minor"] == 60_10
    assert shop.tenderings == 0


def test_two_cards_pay_one_receipt(shop):
    shop.scan(MILK)
    ok(shop.till.tender("card", 50_00))
    ok(shop.till.pay("card"))
    amounts = [t.amount_minor for t in shop.documents()[-1].tenders]
    assert amounts == [50_00, 39_90]


def test_a_card_is_never_overpaid(shop):
    shop.scan(MILK)
    assert refusal(shop.till.pay("card", 100_00)) == "card_overpaid"
    assert shop.bank.orders == []


def test_no_card_is_asked_for_a_receipt_that_could_not_be_completed(shop):
    shop.scan("1000000000009")
    assert refusal(shop.till.pay("card")) == "nothing_to_pay"
    assert shop.bank.orders == []


def test_a_lost_answer_is_asked_about_once_and_never_ordered_again(shop):
    shop.bank.mode = "lose"
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    assert shop.documents()[-1].tenders[0].amount_minor == 89_90
    assert len(shop.bank.orders) == len(shop.bank.looked) == 1


def test_what_never_reached_the_terminal_is_not_paid(shop):
    shop.bank.mode = "drop"
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    assert "payment_not_begun" in shop.codes_heard()
    assert (shop.sale.tenders, shop.tenderings) == ((), 0)


def test_what_nobody_knows_is_put_to_the_cashier_who_asks_again(shop):
    shop.bank.mode, shop.bank.reachable = "lose", False
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    assert choices(shop) == ("ask_again", "taken", "not_taken")
    assert refusal(shop.till.complete()) == "payment_undecided"
    assert refusal(shop.till.payment_choice("finish")) == "not_a_choice"
    ok(shop.till.payment_choice("ask_again"))
    assert choices(shop)
    shop.bank.reachable = True
    shop.till.devices_changed()
    assert shop.documents()[-1].tenders[0].amount_minor == 89_90


def test_a_late_answer_ends_the_doubt(shop):
    shop.bank.mode, shop.bank.reachable = "lose", False
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    key = shop.bank.orders[0].key
    shop.till.payment_told("another", shop.bank.approval(key))
    shop.till.payment_told(key, shop.bank.approval(key))
    assert choices(shop) == ("finish", "reverse")
    ok(shop.till.payment_choice("finish"))
    shop.till.payment_told(key, shop.bank.approval(key))
    assert len(shop.documents()) == 1


def test_a_slip_that_was_seen_pays_and_the_manager_compares_it(shop):
    shop.bank.mode, shop.bank.reachable = "lose", False
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    ok(shop.till.payment_choice("taken", "004711"))
    assert shop.documents()[-1].tenders[0].reference == "004711"
    assert [one.amount_minor for one in shop.view.undecided] == [89_90]
    assert [one.subject.split()[1] for one in shop.audit("payment_said")] == ["taken"]
    key = shop.view.undecided[0].key
    assert refusal(shop.till.decide_payment(key, "perhaps")) == "no_such_payment"
    restarted(shop)
    ok(shop.till.decide_payment(key, "taken", MARIA))
    assert (shop.view.undecided, shop.tenderings) == ((), 0)
    assert shop.audit("payment_decided")[0].amount_minor == 89_90


def test_a_payment_said_not_taken_waits_for_the_manager_and_cash_pays(shop):
    shop.bank.mode, shop.bank.reachable = "lose", False
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    ok(shop.till.payment_choice("not_taken"))
    ok(shop.till.pay("cash", 100_00))
    assert len(shop.view.undecided) == shop.tenderings == 1
    assert shop.documents()[-1].tenders[0].kind is TenderKind.CASH


def test_a_cashier_without_the_right_decides_nothing(tmp_path):
    shop = PayingBench(tmp_path).open_shift("ivan")
    shop.bank.mode, shop.bank.reachable = "lose", False
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    ok(shop.till.payment_choice("not_taken"))
    key = shop.view.undecided[0].key
    assert refusal(shop.till.decide_payment(key, "taken")) == "needs_override"
    ok(shop.till.decide_payment(key, "taken", MARIA))
    shop.close()


def test_a_voided_tender_goes_back_to_the_card(shop):
    shop.scan(MILK)
    ok(shop.till.tender("card", 50_00))
    ok(shop.till.void_tender(0))
    assert (shop.sale.tenders, shop.bank.net_minor(), shop.tenderings) == ((), 0, 0)
    assert shop.bank.orders[1].do is PaymentDo.REVERSAL
    assert shop.bank.orders[1].reference == f"rrn-{shop.bank.orders[0].key}"


def test_a_reversal_whose_answer_is_lost_is_asked_about(shop):
    shop.scan(MILK)
    ok(shop.till.tender("card", 50_00))
    shop.bank.mode = "lose"
    ok(shop.till.void_tender(0))
    assert (shop.sale.tenders, shop.bank.net_minor()) == ((), 0)


def test_money_that_does_not_go_back_is_tried_again_or_left_to_the_manager(shop):
    shop.scan(MILK)
    ok(shop.till.tender("card", 50_00))
    shop.bank.mode = "decline"
    ok(shop.till.void_tender(0))
    assert choices(shop) == ("ask_again", "reverse", "leave")
    ok(shop.till.payment_choice("reverse"))
    assert choices(shop)
    ok(shop.till.payment_choice("leave"))
    assert (shop.sale.tenders, len(shop.view.undecided)) == ((), 1)
    shop.bank.mode = "approve"
    ok(shop.till.pay("cash", 100_00))


def test_a_stuck_reversal_is_asked_about_again(shop):
    shop.scan(MILK)
    ok(shop.till.tender("card", 50_00))
    shop.bank.mode, shop.bank.reachable = "lose", False
    ok(shop.till.void_tender(0))
    assert "reverse" in choices(shop)
    shop.bank.reachable = True
    ok(shop.till.payment_choice("ask_again"))
    assert (shop.sale.tenders, shop.bank.net_minor()) == ((), 0)


def test_of_a_manual_terminal_the_cashier_reads_the_slip(shop):
    shop.terminals.manual, shop.bank.mode = True, "hold"
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    assert choices(shop) == ("taken", "not_taken", "cancel")
    ok(shop.till.payment_choice("taken", " 0815 "))
    ok(shop.till.payment_choice("not_taken"))
    key = shop.bank.orders[0].key
    assert shop.terminals.confirmed == [(key, "0815"), (key, None)]
    shop.terminals.answers()
    assert shop.documents()


# --- goods come back


def test_a_return_goes_back_to_the_card_it_came_from(shop):
    shop.scan(MILK)
    ok(shop.till.tender("card", 50_00))
    ok(shop.till.pay("card"))
    sold = shop.documents()[-1]
    ok(shop.till.return_sale(sold.receipt_number, reason="defect"))
    ok(shop.till.complete())
    refunds = [one for one in shop.bank.orders if one.do is PaymentDo.REFUND]
    assert [(one.amount_minor, one.reference) for one in refunds] == [
        (50_00, sold.tenders[0].reference),
        (39_90, sold.tenders[1].reference),
    ]
    assert shop.bank.net_minor() == 0
    back = shop.documents()[-1]
    assert [t.amount_minor for t in back.tenders] == [-50_00, -39_90]


def test_two_parts_of_a_return_never_give_one_card_more_than_it_paid(shop):
    shop.scan(MILK, BREAD)
    ok(shop.till.tender("card", 100_00))
    ok(shop.till.pay("card"))
    sold = shop.documents()[-1]
    for line in (1, 2):
        ok(shop.till.return_sale(sold.receipt_number, [(line, "1")], reason="defect"))
        ok(shop.till.complete())
    refunds = [one for one in shop.bank.orders if one.do is PaymentDo.REFUND]
    of = {one.reference: 0 for one in refunds}
    for one in refunds:
        of[one.reference] += one.amount_minor
    assert of == {t.reference: t.amount_minor for t in sold.tenders}
    assert shop.bank.net_minor() == 0


def test_a_refund_that_is_refused_leaves_the_return_open(shop):
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    ok(shop.till.return_sale(shop.documents()[-1].receipt_number, reason="defect"))
    shop.bank.mode = "decline"
    ok(shop.till.complete())
    assert len(shop.documents()) == 1
    shop.bank.mode = "approve"
    ok(shop.till.complete())
    assert (len(shop.documents()), shop.bank.net_minor()) == (2, 0)


def test_a_cut_after_the_refund_finishes_the_same_return(shop):
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    ok(shop.till.return_sale(shop.documents()[-1].receipt_number, reason="defect"))
    shop.bank.mode = "silent"
    ok(shop.till.complete())
    shop.bank.mode = "approve"
    restarted(shop)
    assert shop.sale.kind == "return"
    assert choices(shop) == ("finish",)
    ok(shop.till.payment_choice("finish"))
    assert (len(shop.documents()), shop.bank.net_minor(), shop.tenderings) == (2, 0, 0)


def test_a_receipt_whose_money_moved_cannot_be_thrown_away(shop):
    shop.scan(MILK)
    ok(shop.till.tender("card", 50_00))
    assert refusal(shop.till.void_transaction("mistake")) == "payment_not_back"
    ok(shop.till.pay("cash", 100_00))
    number = shop.documents()[-1].receipt_number
    ok(shop.till.return_sale(number, reason="defect"))
    shop.bank.mode, shop.bank.reachable = "lose", False
    ok(shop.till.complete())
    assert refusal(shop.till.void_transaction("mistake")) == "payment_not_back"


def test_in_training_no_card_is_asked(tmp_path):
    shop = PayingBench(tmp_path, training=True).open_shift("petr")
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    assert (shop.bank.orders, len(shop.documents())) == ([], 1)
    shop.close()


def test_a_disk_that_fills_up_after_the_approval_loses_nothing(shop):
    shop.bank.mode = "hold"
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    journal = shop.station.journal
    shop.station.journal = FullDisk(journal)
    shop.terminals.answers()
    assert shop.codes_heard()[-1] == "storage_full"
    shop.station.journal = journal
    assert choices(shop) == ("ask_again", "taken", "not_taken")
    ok(shop.till.payment_choice("ask_again"))
    assert shop.documents()[-1].tenders[0].amount_minor == 89_90


# --- the power goes


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


# --- the registrar


def test_every_receipt_has_its_fiscal_document_and_is_committed_as_issued(fiscal):
    fiscal.scan(MILK)
    ok(fiscal.till.pay("card"))
    fiscal.scan(BREAD)
    ok(fiscal.till.pay("cash", 100_00))
    assert set(fiscal.registrar.issued) == {one.transaction_id for one in fiscal.documents()}
    assert fiscal.tenderings == 0


def test_payment_waits_for_a_registrar_in_trouble_and_no_card_is_asked(fiscal):
    fiscal.registrar.why = say("refused.no_printer")
    fiscal.scan(MILK)
    assert refusal(fiscal.till.pay("card")) == "refused_no_printer"
    assert fiscal.bank.orders == []


def test_a_document_that_cannot_be_issued_ever_gives_the_money_back(fiscal):
    fiscal.registrar.mode, fiscal.registrar.final = "refuse", True
    fiscal.scan(MILK)
    ok(fiscal.till.pay("card"))
    assert fiscal.bank.net_minor() == 0
    assert fiscal.bank.orders[-1].do is PaymentDo.REVERSAL
    assert (fiscal.sale.tenders, fiscal.tenderings) == ((), 0)


def test_a_document_that_was_not_issued_is_tried_again_or_given_up(fiscal):
    fiscal.registrar.mode = "refuse"
    fiscal.scan(MILK)
    ok(fiscal.till.pay("card"))
    assert choices(fiscal) == ("finish", "reverse")
    ok(fiscal.till.payment_choice("finish"))
    assert fiscal.registrar.tries == 2
    fiscal.registrar.mode = "issue"
    ok(fiscal.till.payment_choice("finish"))
    assert (len(fiscal.documents()), fiscal.bank.net_minor()) == (1, 89_90)
    fiscal.registrar.mode = "refuse"
    fiscal.scan(MILK)
    ok(fiscal.till.pay("card"))
    ok(fiscal.till.payment_choice("reverse"))
    assert (len(fiscal.documents()), fiscal.bank.net_minor()) == (1, 89_90)


def test_an_unknown_document_is_asked_about_and_never_issued_twice(fiscal):
    fiscal.registrar.mode, fiscal.registrar.reachable = "lose", False
    fiscal.scan(MILK)
    ok(fiscal.till.pay("card"))
    assert choices(fiscal) == ("ask_again", "issued", "not_issued")
    assert refusal(fiscal.till.pay("cash")) in {"payment_undecided", "fiscal_undecided"}
    ok(fiscal.till.payment_choice("ask_again"))
    restarted(fiscal)
    assert choices(fiscal) == ("ask_again", "issued", "not_issued")
    fiscal.registrar.reachable = True
    fiscal.till.devices_changed()
    assert len(fiscal.documents()) == len(fiscal.registrar.issued) == fiscal.registrar.tries == 1
    assert fiscal.tenderings == 0


@pytest.mark.parametrize("said", ["issued", "not_issued"])
def test_a_dead_registrar_is_decided_by_somebody_with_the_right(tmp_path, said):
    shop = PayingBench(tmp_path, fiscal=True).open_shift("ivan")
    shop.registrar.mode, shop.registrar.reachable = "drop", False
    shop.scan(MILK)
    ok(shop.till.pay("cash", 100_00))
    assert refusal(shop.till.payment_choice(said)) == "needs_override"
    if said == "not_issued":
        ok(shop.till.payment_choice(said, override=MARIA))
        assert (shop.documents(), shop.sale.paid_minor) == ([], 100_00)
    assert len(shop.audit("fiscal_said")) == (said == "not_issued")
    shop.close()


def test_a_cut_after_the_document_commits_exactly_it(fiscal):
    fiscal.registrar.mode = "silent"
    fiscal.scan(MILK)
    ok(fiscal.till.pay("card"))
    assert fiscal.view.payment.state == "fiscal"
    assert refusal(fiscal.till.complete()) == "payment_in_progress"
    fiscal.restart()
    assert len(fiscal.documents()) == len(fiscal.registrar.issued) == 1
    assert (fiscal.bank.net_minor(), fiscal.tenderings) == (89_90, 0)
    assert fiscal.view.transaction is None


def test_a_cut_before_the_document_asks_and_lets_the_cashier_finish(fiscal):
    fiscal.registrar.mode, fiscal.registrar.reachable = "drop", False
    fiscal.scan(MILK)
    ok(fiscal.till.pay("card"))
    fiscal.registrar.mode, fiscal.registrar.reachable = "issue", True
    restarted(fiscal)
    assert choices(fiscal) == ("finish", "reverse")
    ok(fiscal.till.payment_choice("finish"))
    assert len(fiscal.documents()) == len(fiscal.registrar.issued) == 1


def test_the_end_of_the_day_settles_each_terminal(shop):
    ok(shop.till.end_of_day(1000_00))
    assert [one.do for one in shop.bank.orders] == [PaymentDo.SETTLE, PaymentDo.SETTLE]
    assert shop.codes_heard().count("terminal_settled") == 2
