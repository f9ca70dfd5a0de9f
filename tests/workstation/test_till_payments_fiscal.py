"""Payments beside a registrar: each receipt has its document; money goes back without one."""

import pytest

from drivers.contract.payment import PaymentDo
from pos_app.domain.sentence import say
from tests.workstation.payment_till import PayingBench
from tests.workstation.test_till_payments import choices, restarted
from tests.workstation.tills import BREAD, MARIA, MILK, ok, refusal


@pytest.fixture
def fiscal(tmp_path):
    bench = PayingBench(tmp_path, fiscal=True).open_shift("petr")
    yield bench
    bench.close()


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


def test_a_refund_that_the_registrar_refuses_tells_the_registrars_own_reason(fiscal):
    fiscal.scan(MILK)
    ok(fiscal.till.pay("cash", 100_00))
    fiscal.registrar.mode = "refuse"
    number = fiscal.documents()[0].receipt_number
    ok(fiscal.till.return_sale(number, override=("petr", "2222")))
    answer = ok(fiscal.till.pay("cash"))
    (said,) = [one for one in answer.notices if one.code == "fiscal_not_issued"]
    assert said.text.args["why"].key == "refused.no_printer"
    assert len(fiscal.documents()) == 1


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
