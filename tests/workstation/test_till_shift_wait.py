"""The first key of a new day: pressed while the registrar opens its shift, it waits and goes on."""

from collections.abc import Iterator
from typing import Any

import pytest

from drivers.fake.fiscal import VirtualFiscal
from pos_app.domain.tender import TenderKind
from pos_app.workstation.shift_wait import KEPT, WAITS_MOST_MS
from tests.workstation.fiscal_till import FiscalTill
from tests.workstation.payment_till import Bank, Terminals
from tests.workstation.test_till_control_codes import KEY, SECRET, press
from tests.workstation.test_till_later import courier_writes
from tests.workstation.tills import BREAD, CARDS, MARIA, MILK, VODKA, notices, ok, refusal


@pytest.fixture
def fiscal() -> Iterator[VirtualFiscal]:
    with VirtualFiscal() as made:
        yield made


class Morning(FiscalTill):
    """Its registrar keeps the shift until it is told to let go."""

    def morning(self, who: str = "petr") -> "Morning":
        self.until(lambda: self.seen().shift == "closed")
        self.fiscal.set_fault(hold=True)
        self.open_shift(who)
        assert self.errands() == ["open_shift", "cash_in"]
        return self

    def lets_go(self, **faults: Any) -> None:
        self.fiscal.set_fault(**faults)
        self.fiscal.set_fault(hold=False)

    @property
    def waits(self) -> bool:
        return self.till.station.fiscal.awaiting is not None

    def receipts(self) -> list[str]:
        return [kind for kind in self.kinds() if kind.startswith("sell")]

    def opened(self) -> None:
        """The shift is open, and whatever waits has had its turn."""
        self.until(lambda: self.seen().shift == "open" and not self.errands() and not self.waits)


@pytest.fixture
def till(tmp_path, fiscal) -> Iterator[Morning]:
    made = Morning(tmp_path, fiscal)
    yield made
    fiscal.set_fault(hold=False)
    made.close()


# --- it goes on by itself -----------------------------------------------------------------------


def test_the_first_payment_of_the_day_waits_for_the_shift_and_is_a_receipt_by_itself(till) -> None:
    till.morning()
    till.scan(MILK, BREAD)
    assert notices(till.till.pay("cash", 200_00)) == ["payment_waits"]
    assert till.view.payment.state == "opening_shift"
    assert (till.sale.tenders, len(till.sale.lines), till.documents()) == ((), 2, [])
    till.lets_go()
    till.until(till.documents)
    (document,) = till.documents()
    assert (document.totals.due_minor, document.change_minor) == (134_90, 65_10)
    assert till.kinds() == ["openShift", "sell"]
    assert "completed" in till.said()
    assert (till.view.payment, till.waits) == (None, False)


def test_the_same_key_again_is_the_same_payment(till) -> None:
    till.morning()
    till.scan(MILK)
    for _ in range(3):
        assert notices(till.till.pay("cash")) == ["payment_waits"]
        till.pump()
    till.lets_go()
    till.opened()
    till.until(till.documents)
    assert (len(till.documents()), till.receipts()) == (1, ["sell"])


def test_another_key_does_not_join_the_payment_that_waits(till) -> None:
    till.morning()
    till.scan(MILK)
    ok(till.till.pay("cash"))
    assert refusal(till.till.pay("card")) == "payment_waits"
    assert refusal(till.till.complete()) == "payment_waits"
    assert notices(till.till.payment_choice("stop_waiting")) == ["payment_wait_stopped"]
    assert notices(till.till.pay("card")) == ["payment_waits"]
    till.lets_go()
    till.until(till.documents)
    assert [t.kind for t in till.documents()[0].tenders] == [TenderKind.CARD]


def test_what_would_be_refused_anyway_is_refused_at_once(till) -> None:
    till.morning()
    assert refusal(till.till.pay("cash")) == "nothing_to_pay"
    till.scan(MILK)
    assert refusal(till.till.pay("cash", -1)) == "bad_amount"
    assert refusal(till.till.pay("card", 10**9)) == "card_overpaid"
    assert not till.waits


def test_what_the_receipt_still_asks_is_asked_before_it_waits(till) -> None:
    till.morning()
    till.scan(VODKA)
    assert refusal(till.till.pay("cash")) == "age_first"
    ok(till.till.confirm("age", "seen"))
    assert notices(till.till.pay("cash")) == ["payment_waits"]
    till.lets_go()
    till.until(till.documents)


def test_a_printed_key_waits_like_a_pressed_one(till) -> None:
    till.morning()
    till.memory.journal.remember(KEY, SECRET)
    till.scan(MILK)
    assert ok(press(till, "CA")).data["control"] == "cash"
    assert notices(till.till.pay("cash")) == ["payment_waits"]
    assert ok(press(till, "CA")).data["control"] == "cash"
    assert notices(till.till.pay("cash")) == ["payment_waits"]
    till.lets_go()
    till.opened()
    till.until(till.documents)
    assert till.receipts() == ["sell"]


def test_money_put_down_by_hand_needs_no_shift_and_the_end_of_the_receipt_does(till) -> None:
    till.morning()
    till.scan(MILK)
    ok(till.till.tender("card", 50_00))
    ok(till.till.tender("cash", 39_90))
    assert not till.waits
    assert notices(till.till.complete()) == ["payment_waits"]
    till.lets_go()
    till.until(till.documents)
    assert len(till.documents()[0].tenders) == 2


def test_a_terminal_is_asked_for_the_card_only_once_the_shift_is_open(till) -> None:
    bank = Bank()
    till.till.station.payments = Terminals(bank)
    till.morning()
    till.scan(MILK)
    assert notices(till.till.pay("card")) == ["payment_waits"]
    till.pump()
    assert bank.orders == []
    till.lets_go()
    till.until(till.documents)
    assert (len(bank.orders), bank.net_minor()) == (1, 89_90)
    assert len(till.documents()) == 1


def test_a_part_by_card_waits_for_the_shift_and_leaves_the_rest_due(till) -> None:
    till.till.station.payments = Terminals(Bank())
    till.morning()
    till.scan(MILK)
    assert notices(till.till.tender("card", 50_00)) == ["payment_waits"]
    assert refusal(till.till.pay("cash")) == "payment_waits"
    till.lets_go()
    till.opened()
    assert (till.sale.due_minor, till.documents()) == (39_90, [])


def test_a_shift_that_closes_while_the_card_is_read_holds_the_receipt_until_it_is_open(
    till,
) -> None:
    terminals = till.till.station.payments = Terminals(Bank("hold"))
    till.begun("maria")
    till.scan(MILK)
    ok(till.till.pay("card"))
    ok(till.till.close_shift())
    till.until(lambda: till.seen().shift == "closed")
    terminals.answers()
    assert till.said()[-2:] == ["payment_approved", "payment_waits"]
    till.until(till.documents)
    assert (len(till.documents()), till.kinds()[-2:]) == (1, ["openShift", "sell"])


# --- returns and exchanges ------------------------------------------------------------------------


def sold_yesterday(till: Morning) -> str:
    till.begun("maria")
    till.scan(MILK)
    ok(till.till.pay("cash"))
    till.until(till.documents)
    ok(till.till.end_of_day(till.till.station.session.cash_minor))
    till.until(lambda: till.seen().shift == "closed" and not till.errands())
    till.clock.move(days=1)
    till.fiscal.set_fault(hold=True)
    ok(till.till.open_session(1000_00))
    return str(till.documents()[0].receipt_number)


def test_a_return_waits_for_the_shift_and_for_the_money_in_the_drawer(till) -> None:
    number = sold_yesterday(till)
    ok(till.till.return_sale(number, reason="not_suitable"))
    assert notices(till.till.complete()) == ["payment_waits"]
    assert notices(till.till.complete()) == ["payment_waits"]
    till.lets_go()
    till.until(lambda: len(till.documents()) == 2)
    assert till.receipts() == ["sell", "sellReturn"]
    assert till.fiscal.storage.cash * 100 == 1000_00 - 89_90


def test_an_exchange_waits_before_its_first_document_and_then_makes_both(till) -> None:
    number = sold_yesterday(till)
    ok(till.till.exchange(number, reason="not_suitable"))
    till.scan(BREAD)
    assert notices(till.till.pay("cash")) == ["payment_waits"]
    assert till.memory.journal.suspended() == ()
    till.lets_go()
    till.until(lambda: len(till.documents()) == 3)
    assert till.receipts() == ["sell", "sellReturn", "sell"]


def test_an_exchange_for_nothing_waits_as_the_return_that_it_is(till) -> None:
    number = sold_yesterday(till)
    ok(till.till.exchange(number, reason="not_suitable"))
    assert notices(till.till.complete()) == ["payment_waits"]
    assert notices(till.till.complete()) == ["payment_waits"]
    till.lets_go()
    till.until(lambda: len(till.documents()) == 2)
    till.opened()
    assert till.receipts() == ["sell", "sellReturn"]


# --- it is let go, with words ---------------------------------------------------------------------


def scans_on(till: Morning) -> None:
    till.scan(BREAD)


def shows_a_card(till: Morning) -> None:
    till.scan(CARDS["anna"])


def voids_it(till: Morning) -> None:
    ok(till.till.void_transaction("mistake"))


def hands_over(till: Morning) -> None:
    ok(till.till.swap(*MARIA))


@pytest.mark.parametrize("meanwhile", [scans_on, shows_a_card, voids_it, hands_over])
def test_a_receipt_that_is_another_one_meanwhile_is_not_paid_by_itself(till, meanwhile) -> None:
    till.morning()
    till.scan(MILK)
    ok(till.till.pay("cash"))
    meanwhile(till)
    till.lets_go()
    till.opened()
    assert (till.said().count("payment_wait_changed"), till.documents()) == (1, [])
    assert till.view.payment is None


def test_a_receipt_that_only_shows_another_line_is_paid(till) -> None:
    till.morning()
    till.scan(MILK, BREAD)
    ok(till.till.pay("cash"))
    ok(till.till.select_line(1))
    till.lets_go()
    till.until(till.documents)


def test_the_key_after_a_change_is_a_payment_of_the_receipt_as_it_is_now(till) -> None:
    till.morning()
    till.scan(MILK)
    ok(till.till.pay("cash"))
    till.scan(BREAD)
    assert notices(till.till.pay("cash")) == ["payment_wait_changed", "payment_waits"]
    till.lets_go()
    till.until(till.documents)
    assert [one.totals.due_minor for one in till.documents()] == [134_90]


def test_a_shift_that_cannot_be_opened_lets_the_payment_go_and_says_why(till) -> None:
    till.morning()
    till.scan(MILK)
    ok(till.till.pay("cash"))
    till.lets_go(fn_full=True)
    till.until(lambda: "payment_wait_failed" in till.said())
    assert (till.waits, till.documents(), len(till.sale.lines)) == (False, [], 1)
    (said,) = [n for a in till.heard for n in a.notices if n.code == "payment_wait_failed"]
    assert said.text.args["why"].key == "fiscal.storage_full"
    assert till.memory.journal.recall(KEPT) == b""


def test_a_refusal_of_the_shift_alone_lets_the_payment_go(till) -> None:
    till.morning()
    till.scan(MILK)
    ok(till.till.pay("cash"))
    why = till.till.station.fiscal.not_opened = till.till.station.registrar.trouble()
    till.pump()
    (said,) = [n for a in till.heard for n in a.notices if n.code == "payment_wait_failed"]
    assert said.text.args["why"] == why


def test_a_registrar_that_is_lost_meanwhile_is_waited_for_and_asked_anew(till, fiscal) -> None:
    till.morning()
    till.scan(MILK)
    ok(till.till.pay("cash"))
    (row,) = [r for r in till.till.station.fiscal.book.open() if r.kind == "open_shift"]
    till.until(lambda: fiscal.status_of(row.key) == "inProgress")
    fiscal.unplug()
    till.until(lambda: till.seen().shift == "unknown")
    fiscal.replug()
    assert fiscal.status_of(row.key) == "interrupted"
    till.until(till.documents)  # a new key: nobody will ever know of the old one
    assert till.kinds() == ["openShift", "sell"]


def test_a_registrar_that_is_taken_away_lets_the_payment_go(till) -> None:
    till.morning()
    till.scan(MILK)
    ok(till.till.pay("cash"))
    till.link.use({})
    till.pump()
    assert (till.said(), till.waits) == (["payment_wait_failed"], False)


def test_nobody_pays_by_themselves_a_customer_who_may_be_gone(till) -> None:
    till.morning()
    till.scan(MILK)
    ok(till.till.pay("cash"))
    till.clock.move(seconds=WAITS_MOST_MS // 1000)
    till.pump()
    assert "payment_wait_failed" in till.said()
    till.lets_go()
    till.opened()
    assert till.documents() == []


def test_a_payment_that_waits_can_be_taken_back(till) -> None:
    till.morning()
    till.scan(MILK)
    ok(till.till.pay("cash"))
    assert till.view.payment.choices == ("wait_on", "stop_waiting")
    assert notices(till.till.payment_choice("wait_on")) == ["payment_waits"]
    assert notices(till.till.cancel_payment()) == ["payment_wait_stopped"]
    assert refusal(till.till.cancel_payment()) == "nothing_to_cancel"
    till.lets_go()
    till.opened()
    assert till.documents() == []


# --- a cut ----------------------------------------------------------------------------------------


def test_a_till_that_starts_again_says_that_nothing_was_paid_and_says_it_once(till) -> None:
    till.morning()
    till.scan(MILK)
    ok(till.till.pay("cash"))
    till.fiscal.set_fault(hold=False)
    till.restart()
    assert till.said() == ["payment_wait_restart"]
    till.opened()
    assert till.documents() == []
    till.restart()
    assert "payment_wait_restart" not in till.said()


def test_a_receipt_that_was_paid_before_the_cut_is_not_called_unpaid(till) -> None:
    till.morning()
    till.scan(MILK)
    ok(till.till.pay("cash"))
    till.lets_go()
    till.until(till.documents)
    till.memory.journal.remember(KEPT, till.documents()[0].transaction_id.encode())
    till.restart()
    assert "payment_wait_restart" not in till.said()


def test_letting_go_waits_for_no_courier(till) -> None:
    till.morning()
    till.scan(MILK)
    ok(till.till.pay("cash"))
    with courier_writes(till):
        ok(till.till.cancel_payment())
    assert till.memory.journal.recall(KEPT) != b""
    till.till.tick()
    assert till.memory.journal.recall(KEPT) == b""
