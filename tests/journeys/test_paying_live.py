"""A running till with real terminals: cancelled, unplugged in the middle, paid by a code."""

import pytest

from drivers.config_file import write_config
from drivers.fake.sbp_acquirer import SbpAcquirer
from drivers.fake.zvt_terminal import ZvtTerminal
from pos_app.wiring.console_till import build_console_till
from pos_app.wiring.courier import first_sync
from tests.workstation.tills import ok

PATIENCE_S = 60
TEA = "2000000000206"


class Counter:
    """A till in this process, its host in another, a card terminal and an acquirer."""

    def __init__(self, shop) -> None:
        self.card, self.sbp = ZvtTerminal().start(), SbpAcquirer().start()
        zvt = {"driver": "zvt", "host": "127.0.0.1", "port": self.card.endpoint.port}
        sbp = {"driver": "sbp", "url": self.sbp.url, "poll_ms": 50}
        tables = [
            {"kind": "payment", "name": "eft", "busy_ms": 500, **zvt},
            {"kind": "payment", "name": "sbp", **sbp},
        ]
        place = shop.till("till-with-terminals", devices={"device": tables})
        write_config(place.device_path(), place.devices)
        first_sync(place.data, place.server)
        self.driver = build_console_till(place)
        self.till = self.driver.till.terminal
        ok(self.till.sign_on("anna", "1111"))
        ok(self.till.open_session(100_000))
        self.until(lambda: all(one.state == "ok" for one in self.till.view().devices))

    def until(self, ready) -> None:
        assert self.driver.wait_for(ready, PATIENCE_S), self.till.view().payment

    def stage(self, key: str):
        return lambda: self.shown and self.shown.text.key == f"payment.{key}"

    @property
    def shown(self):
        return self.till.view().payment

    def paid(self) -> bool:
        return self.till.view().transaction is None

    def close(self) -> None:
        self.till.close()
        self.card.stop()
        self.sbp.stop()


@pytest.fixture(scope="module")
def counter(shop):
    one = Counter(shop)
    yield one
    one.close()


def test_the_cashier_cancels_while_the_customer_looks_for_a_card(counter):
    counter.card.faults.customer = "waits"
    ok(counter.till.type_text(TEA))
    ok(counter.till.pay("card"))
    counter.until(counter.stage("card_wanted"))
    assert counter.shown.choices == ("cancel",)
    ok(counter.till.cancel_payment())
    counter.until(lambda: counter.shown is None)
    assert (counter.card.net_minor, counter.till.view().transaction.tenders) == (0, ())
    counter.card.faults.customer = "pays"
    ok(counter.till.pay("card"))
    counter.until(counter.paid)
    assert len(counter.card.bank) == 1


def test_a_cable_pulled_in_the_middle_is_asked_about_when_it_is_back(counter):
    before = len(counter.card.bank)
    counter.card.faults.customer = "waits"
    ok(counter.till.type_text(TEA))
    ok(counter.till.pay("card"))
    counter.until(counter.stage("card_wanted"))
    counter.card.endpoint.unplug()
    counter.until(counter.stage("unknown"))
    assert counter.shown.choices == ("ask_again", "taken", "not_taken")
    counter.card.present_card()
    counter.card.endpoint.replug()
    counter.until(counter.paid)
    assert len(counter.card.bank) == before + 1
    assert counter.till.station.journal.tenderings() == ()
    counter.card.faults.customer = "pays"


def test_a_customer_pays_by_the_code_on_the_screen(counter):
    counter.sbp.faults.customer = "waits"
    ok(counter.till.type_text(TEA))
    ok(counter.till.pay("qr"))
    counter.until(lambda: counter.shown and counter.shown.qr)
    assert counter.shown.qr.startswith("https://qr.nspk.ru/AS")
    assert len(counter.shown.squares) == len(counter.shown.squares[0]) > 20
    counter.sbp.customer_pays()
    counter.until(counter.paid)
    assert counter.till.view().last_sale.total_minor == counter.sbp.net_minor


def test_goods_paid_by_code_go_back_by_it_and_the_day_settles_the_terminals(counter):
    number = counter.till.view().last_sale.receipt_number
    ok(counter.till.return_sale(number, reason="defect"))
    ok(counter.till.complete())
    counter.until(counter.paid)
    assert counter.sbp.net_minor == 0
    said = []
    counter.till.subscribe(lambda answer: said.extend(one.code for one in answer.notices))
    ok(counter.till.end_of_day(0, "not_found"))
    counter.until(lambda: said.count("terminal_settled") == 2)
    assert "0650" in counter.card.commands
