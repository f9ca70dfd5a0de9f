"""Terminals and registrar take their part of a receipt: authorise, fiscal document, commit."""

import pytest

from drivers.contract.payment import PaymentDo
from pos_app.domain.tender import TenderKind
from pos_app.workstation.ports import StorageFull
from resources.words import Words
from tests.workstation.payment_till import PayingBench
from tests.workstation.tills import BREAD, MARIA, MILK, ok, paper, refusal


@pytest.fixture
def shop(tmp_path):
    bench = PayingBench(tmp_path).open_shift("petr")
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
    refused = shop.till.suspend()
    assert refusal(refused) == "tenders_taken"
    assert "Ctrl+Z" in Words("ru").say(refused.refusal.text)
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
    assert shop.view.payment.text.key == "payment.qr_asked"
    shop.terminals.progress("qr_shown")
    assert shop.view.payment.text.key == "payment.qr_elsewhere"
    shop.terminals.progress("qr_shown", "https://qr.nspk.ru/AS1")
    assert shop.view.payment.text.key == "payment.qr_shown"
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


def test_the_end_of_the_day_settles_each_terminal(shop):
    ok(shop.till.end_of_day(1000_00))
    assert [one.do for one in shop.bank.orders] == [PaymentDo.SETTLE, PaymentDo.SETTLE]
    assert shop.codes_heard().count("terminal_settled") == 2
