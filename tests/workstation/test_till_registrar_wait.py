"""A payment while nobody knows how the registrar stands: it waits, and goes on by itself."""

from collections.abc import Iterator

import pytest

from drivers.fake.fiscal import VirtualFiscal
from pos_app.domain.tender import TenderKind
from pos_app.workstation.shift_wait import AGAIN_MS, KEPT, WAITS_MOST_MS
from tests.workstation.payment_till import Bank, Terminals
from tests.workstation.test_till_shift_wait import Morning
from tests.workstation.tills import BREAD, MILK, notices, ok, refusal


@pytest.fixture
def fiscal() -> Iterator[VirtualFiscal]:
    with VirtualFiscal() as made:
        yield made


@pytest.fixture
def till(tmp_path, fiscal) -> Iterator[Morning]:
    made = Morning(tmp_path, fiscal)
    yield made
    fiscal.set_fault(hold=False)
    made.close()


def lost(till: Morning) -> None:
    till.fiscal.unplug()
    till.until(lambda: till.trouble() == "fiscal.unreachable")


def refused_by_the_wire(till: Morning) -> None:
    """The registrar's program goes between the till's last look and the receipt."""
    till.fiscal.unplug()
    assert till.trouble() is None


# --- just started, or the link is lost ------------------------------------------------------------


def test_a_till_that_has_just_started_takes_the_first_key_and_the_receipt_follows(till) -> None:
    till.begun("petr")
    till.restart()
    ok(till.till.sign_on("petr", "2222"))
    till.scan(MILK)
    assert till.trouble() == "fiscal.unreachable"  # nothing was heard of it yet
    assert notices(till.till.pay("cash")) == ["payment_awaits_registrar"]
    assert till.view.payment.state == "awaiting_registrar"
    till.until(till.documents)
    assert till.receipts() == ["sell"]
    assert (till.view.payment, till.waits) == (None, False)


def test_a_payment_while_the_link_is_lost_goes_on_when_it_is_back(till, fiscal) -> None:
    till.begun("petr")
    lost(till)
    till.scan(MILK)
    assert notices(till.till.pay("cash", 200_00)) == ["payment_awaits_registrar"]
    assert notices(till.till.pay("cash", 200_00)) == ["payment_awaits_registrar"]
    assert refusal(till.till.pay("card")) == "payment_waits"
    assert till.sale.tenders == ()
    fiscal.replug()
    till.until(till.documents)
    (document,) = till.documents()
    assert (document.change_minor, till.receipts()) == (110_10, ["sell"])


def test_a_terminal_is_not_asked_for_a_card_before_the_registrar_has_answered(till, fiscal) -> None:
    bank = Bank()
    till.till.station.payments = Terminals(bank)
    till.begun("petr")
    lost(till)
    till.scan(MILK)
    assert notices(till.till.pay("card")) == ["payment_awaits_registrar"]
    till.pump()
    assert bank.orders == []
    fiscal.replug()
    till.until(till.documents)
    assert (len(bank.orders), bank.net_minor()) == (1, 89_90)


def test_a_registrar_that_comes_back_with_a_closed_shift_opens_it_first(till, fiscal) -> None:
    till.begun("petr")
    lost(till)
    till.scan(MILK)
    ok(till.till.pay("card"))
    fiscal.storage.opened_at = None  # somebody closed it at the registrar meanwhile
    fiscal.replug()
    till.until(till.documents)
    assert till.kinds() == ["openShift", "openShift", "sell"]


def test_what_comes_back_with_a_trouble_says_which_and_nothing_is_paid(till, fiscal) -> None:
    till.begun("petr")
    lost(till)
    till.scan(MILK)
    ok(till.till.pay("cash"))
    fiscal.set_fault(fn_lost=True)
    fiscal.replug()
    till.until(lambda: not till.waits)
    (said,) = [n for a in till.heard for n in a.notices if n.code == "payment_wait_failed"]
    assert (said.text.args["why"].key, till.documents()) == ("fiscal.storage_lost", [])


def test_who_does_not_want_to_wait_takes_the_payment_back(till, fiscal) -> None:
    till.begun("petr")
    lost(till)
    till.scan(MILK)
    ok(till.till.pay("cash"))
    assert notices(till.till.payment_choice("stop_waiting")) == ["payment_wait_stopped"]
    ok(till.scan(BREAD))
    assert notices(till.till.pay("cash")) == ["payment_awaits_registrar"]
    fiscal.replug()
    till.until(till.documents)
    assert [one.totals.due_minor for one in till.documents()] == [134_90]


def test_nobody_takes_money_by_themselves_from_a_customer_who_may_be_gone(till, fiscal) -> None:
    till.begun("petr")
    lost(till)
    till.scan(MILK)
    ok(till.till.pay("cash"))
    till.clock.move(seconds=WAITS_MOST_MS // 1000)
    till.pump()
    (said,) = [n for a in till.heard for n in a.notices if n.code == "payment_wait_failed"]
    assert said.text.args["why"].key == "fiscal.unreachable"
    fiscal.replug()
    till.ready()
    assert till.documents() == []


# --- what is paid ---------------------------------------------------------------------------------


def test_a_card_that_was_taken_before_the_link_was_lost_waits_as_long_as_it_takes(
    till, fiscal
) -> None:
    bank = Bank("hold")
    terminals = till.till.station.payments = Terminals(bank)
    till.begun("petr")
    till.scan(MILK)
    ok(till.till.pay("card"))
    lost(till)
    terminals.answers()
    assert till.said()[-2:] == ["payment_approved", "payment_awaits_registrar"]
    till.clock.move(seconds=2 * WAITS_MOST_MS // 1000)
    till.pump()
    assert till.waits
    fiscal.replug()
    till.until(till.documents)
    assert (till.receipts(), len(till.documents()[0].tenders)) == (["sell"], 1)


def test_a_receipt_whose_document_did_not_reach_the_registrar_goes_there_by_itself(
    till, fiscal
) -> None:
    till.begun("petr")
    till.scan(MILK)
    refused_by_the_wire(till)
    ok(till.till.pay("cash", 100_00))
    till.until(lambda: till.waits)
    assert "payment_awaits_registrar" in till.said()
    assert [one.kind for one in till.sale.tenders] == ["cash"]
    fiscal.replug()
    till.ready()
    till.pump()
    assert till.documents() == []  # a moment, so that nobody hammers at it
    till.clock.move(seconds=AGAIN_MS // 1000)
    till.until(till.documents)
    (document,) = till.documents()
    assert (document.change_minor, till.receipts()) == (10_10, ["sell"])


def test_money_that_lies_in_the_drawer_is_taken_back_by_who_does_not_wait(till) -> None:
    till.begun("petr")
    till.scan(MILK)
    refused_by_the_wire(till)
    ok(till.till.pay("cash", 100_00))
    till.until(lambda: till.waits)
    ok(till.till.payment_choice("stop_waiting"))
    ok(till.till.void_tender(0))
    assert till.sale.tenders == ()


def test_after_a_cut_it_is_said_that_nothing_was_paid(till, fiscal) -> None:
    till.begun("petr")
    lost(till)
    till.scan(MILK)
    ok(till.till.pay("cash"))
    till.restart()
    assert "payment_wait_restart" in till.said()
    assert till.memory.journal.recall(KEPT) == b""
    fiscal.replug()
    till.ready()
    assert till.documents() == []


def test_a_part_put_down_by_hand_needs_no_registrar(till) -> None:
    till.begun("petr")
    lost(till)
    till.scan(MILK)
    ok(till.till.tender("cash", 50_00))
    assert [one.kind for one in till.till.station.open.tenders] == [TenderKind.CASH]
