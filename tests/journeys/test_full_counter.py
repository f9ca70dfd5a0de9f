"""Everything at once: scale, registrar, card terminal and QR acquirer beside scanner and printer.

What moves money is pulled out in the middle of its job in the running till (a registrar has a day
of its own): one payment, one document, whatever the cable does.
"""

import pytest

from pos_app.wiring.demo_script import Key, opening
from pos_app.workstation.fiscal_errands import waiting
from pos_app.workstation.fiscal_port import ShiftState

GOODS = "2000000000923"
EVERYTHING = ("fiscal", "card", "sbp")


@pytest.fixture
def morning(cashier):
    """A counter whose registrar keeps its shift closed until `opens`: a slow one of the morning."""

    def begin(name):
        one = cashier(name, "massa100", EVERYTHING)
        one.until(lambda: registrar(one).shift is ShiftState.CLOSED)
        held(one, "fiscal", hold=True)
        one.play(opening(one.hands))
        names = ("scanner", "printer", "drawer", "display", "scale", *EVERYTHING)
        for device in names:
            one.until(lambda d=device: state(one, d) == "ok")
        return one

    return begin


@pytest.fixture
def counter(morning):
    def begin(name):
        one = morning(name)
        opens(one)
        one.until(lambda: shift_is_open(one))
        return one

    return begin


def registrar(cashier):
    return cashier.till.terminal.station.fiscal.registrar.state()


def opens(cashier):
    held(cashier, "fiscal", hold=False)


def shift_is_open(cashier):
    """The registrar has its shift and the money in its drawer: before that it takes no receipt."""
    station = cashier.till.terminal.station
    opened = registrar(cashier).shift is ShiftState.OPEN
    return opened and not station.fiscal.busy and not waiting(station)


def state(cashier, name):
    return next(d.state for d in cashier.till.terminal.view().devices if d.name == name)


def held(cashier, name, **faults):
    return cashier.counter.order("extra", device=name, **faults)


def scan(cashier):
    before = cashier.hands.lines()
    cashier.hands.scan(GOODS)
    cashier.until(lambda: cashier.hands.lines() == before + 1)
    return cashier.hands.view.transaction.due_minor


def receipts(cashier):
    return cashier.till.terminal.station.session.totals.receipts


def sold(cashier, count):
    cashier.until(lambda: receipts(cashier) == count)
    cashier.until(lambda: cashier.hands.view.transaction is None)


def test_a_customer_pays_by_cash_by_card_and_by_code_and_each_has_one_document(counter) -> None:
    cashier = counter("full-counter")
    before = held(cashier, "fiscal")["documents"]
    scan(cashier)
    cashier.hands.press(Key.Key_F8, Key.Key_Return)
    sold(cashier, 1)
    due = scan(cashier)
    cashier.hands.press(Key.Key_F9)
    sold(cashier, 2)
    assert held(cashier, "card")["net_minor"] == due
    due = scan(cashier)
    cashier.hands.press(Key.Key_F10)
    sold(cashier, 3)
    assert held(cashier, "sbp")["net_minor"] == due
    cashier.until(lambda: held(cashier, "fiscal")["documents"] == before + 3)


def lost_and_found(cashier, name, meanwhile=lambda: None):
    """Pulled, seen on the pill, and put back."""
    cashier.counter.order("unplug", device=name)
    cashier.until(lambda: state(cashier, name) == "lost")
    assert cashier.window.top.device.isVisible()
    meanwhile()
    cashier.counter.order("replug", device=name)
    cashier.until(lambda: state(cashier, name) == "ok")


def test_a_card_terminal_pulled_while_the_customer_pays_takes_the_money_once(counter) -> None:
    cashier = counter("pulled-terminal")
    held(cashier, "card", customer="waits", after_cut="finish")
    documents = held(cashier, "fiscal")["documents"]
    due = scan(cashier)
    cashier.hands.press(Key.Key_F9)
    cashier.until(lambda: held(cashier, "card")["waits"])
    lost_and_found(cashier, "card", lambda: held(cashier, "card", present=True))
    sold(cashier, 1)
    assert held(cashier, "card")["net_minor"] == due
    assert held(cashier, "fiscal")["documents"] == documents + 1


def test_an_acquirer_that_is_unreachable_while_the_customer_scans_takes_the_money_once(
    counter,
) -> None:
    cashier = counter("pulled-acquirer")
    held(cashier, "sbp", customer="waits")
    due = scan(cashier)
    cashier.hands.press(Key.Key_F10)
    cashier.until(lambda: bool(cashier.hands.view.payment and cashier.hands.view.payment.qr))
    cashier.counter.order("unplug", device="sbp")
    held(cashier, "sbp", customer="pays")
    cashier.counter.order("replug", device="sbp")
    sold(cashier, 1)
    assert held(cashier, "sbp")["net_minor"] == due


def test_a_registrar_pulled_while_it_issues_has_one_document_in_the_end(counter) -> None:
    cashier = counter("pulled-registrar")
    documents = held(cashier, "fiscal")["documents"]
    scan(cashier)
    held(cashier, "fiscal", hold=True)
    cashier.hands.press(Key.Key_F8, Key.Key_Return)
    cashier.until(lambda: cashier.hands.view.payment is not None)
    lost_and_found(cashier, "fiscal", lambda: held(cashier, "fiscal", hold=False))
    cashier.until(lambda: cashier.hands.view.payment is None)
    if receipts(cashier) == 0:  # surely not registered: the cashier is told, the receipt waits
        assert cashier.hands.lines() == 1
        cashier.hands.press(Key.Key_F8, Key.Key_Return)
    sold(cashier, 1)
    assert held(cashier, "fiscal")["documents"] == documents + 1


def waits_for_the_shift(cashier) -> bool:
    shown = cashier.hands.view.payment
    return shown is not None and shown.state == "opening_shift"


@pytest.mark.parametrize(("key", "enters"), [(Key.Key_F8, 2), (Key.Key_F9, 1), (Key.Key_F10, 1)])
def test_the_first_key_of_a_new_cashier_ends_in_one_receipt_though_the_shift_is_being_opened(
    morning, key, enters
) -> None:
    cashier = morning(f"first-key-{key.value}")
    documents = held(cashier, "fiscal")["documents"]
    scan(cashier)
    cashier.hands.press(key, *[Key.Key_Return] * enters)  # one too many, as in haste
    cashier.until(lambda: waits_for_the_shift(cashier))
    cashier.hands.press(key, Key.Key_Return)
    assert waits_for_the_shift(cashier)
    assert receipts(cashier) == 0
    opens(cashier)
    sold(cashier, 1)
    cashier.until(lambda: shift_is_open(cashier))
    assert receipts(cashier) == 1
    assert held(cashier, "fiscal")["documents"] == documents + 2  # the shift and the receipt


def test_goods_scanned_while_the_shift_is_being_opened_take_the_payment_back_with_words(
    morning,
) -> None:
    cashier = morning("scans-on")
    scan(cashier)
    cashier.hands.press(Key.Key_F9)
    cashier.until(lambda: waits_for_the_shift(cashier))
    cashier.hands.scan(GOODS)
    cashier.until(lambda: cashier.hands.view.payment is None)
    assert "notice.payment_wait_changed" in [one.key for one in cashier.window.desk.said.texts]
    opens(cashier)
    cashier.until(lambda: shift_is_open(cashier))
    assert (receipts(cashier), held(cashier, "card")["net_minor"]) == (0, 0)
    cashier.hands.press(Key.Key_F9)
    sold(cashier, 1)
