"""A day with the registrar: real server, courier, device host, HTTP; and the cut in its middle."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.fake.fiscal import VirtualFiscal
from pos_app.storage.fiscal_book import FiscalBook
from pos_app.wiring.console_till import ConsoleTill, build_console_till
from pos_app.wiring.courier import first_sync
from pos_app.wiring.memory import open_memory
from pos_app.wiring.till import Place
from pos_app.workstation.answer import Answer

SCRIPT = Path(__file__).with_name("fiscal_till_that_dies.py")
PATIENCE_S = 60
TEA, MILK, CARD = "2000000000206", "2000000000893", "2990000000019"
FAST = {"look_ms": 20, "poll_ms": 300}


@pytest.fixture
def fiscal():
    with VirtualFiscal() as made:
        yield made


@pytest.fixture
def place(shop, fiscal, request):
    plain = shop.till(f"fiscal-{abs(hash(request.node.name)) % 10**8}")
    first_sync(plain.data, plain.server)
    tables = {"device": [{"name": "kkt", "kind": "fiscal", **fiscal.config(), **FAST}]}
    return Place(plain.data, plain.server, tables)


class Cashier:
    """A console till with all its processes, and patience."""

    def __init__(self, place: Place, fiscal: VirtualFiscal) -> None:
        self.driver: ConsoleTill = build_console_till(place)
        self.till = self.driver.till.terminal
        self.fiscal = fiscal
        self.said: list[Answer] = []
        self.till.subscribe(self.said.append)

    def until(self, ready) -> None:
        codes = [n.code for answer in self.said for n in answer.notices]
        assert self.driver.wait_for(lambda: bool(ready()), PATIENCE_S), (self.kinds(), codes)

    def ok(self, answer: Answer) -> Answer:
        assert answer.ok, answer.refusal
        return answer

    def begin(self) -> None:
        self.ok(self.till.sign_on("anna", "1111"))
        if self.till.view().session is None:
            self.ok(self.till.open_session(100_000))
        self.ready()

    def ready(self) -> None:
        self.until(lambda: self.till.station.registrar.trouble() is None)

    def pay(self, kind: str = "cash", amount: int | None = None) -> None:
        """Pays what is due and waits for the receipt."""
        number = self.till.station.session.totals.receipts
        self.ok(self.till.pay(kind, amount))
        self.until(lambda: self.till.station.session.totals.receipts > number)

    def recorded(self, transaction: str) -> bool:
        return self.till.station.journal.document(transaction) is not None

    def decided(self, transaction: str) -> bool:
        """The registrar has said what became of it: recorded, or open again."""
        moving = self.till.station.moving
        open_again = moving is None or moving.stage.value == "paying"
        return self.recorded(transaction) or (self.till.station.open is not None and open_again)

    def kinds(self) -> list[str]:
        return [paper.kind for paper in self.fiscal.storage.papers]

    def close(self) -> None:
        self.till.close()


@pytest.fixture
def cashier(place, fiscal):
    made = Cashier(place, fiscal)
    made.begin()
    yield made
    made.close()


def total_minor(paper) -> int:
    return int(paper.total * 100)


def sold_on_paper(fiscal):
    """The float goes to the registrar when there is time for it, between receipts too."""
    return [text for text in fiscal.storage.printed if text.startswith("sell")]


def test_a_day_at_the_registrar_from_the_first_shift_to_z(cashier, fiscal):
    """Open, points, an electronic receipt by card, a return, X, Z; the drawer agrees all day."""
    till = cashier.till
    cashier.ok(till.type_text(TEA))
    cashier.ok(till.type_text(CARD))
    for code in (MILK, MILK, MILK):
        cashier.ok(till.type_text(code))
    cashier.until(cashier.driver.till.courier.is_quiet)
    cashier.ok(till.redeem(10))
    cashier.pay()
    sale = till.station.journal.last_document()
    assert sale is not None
    paper = fiscal.storage.papers[-1]
    assert (paper.kind, total_minor(paper)) == ("sell", sale.totals.due_minor)
    assert sale.totals.points_redeemed == 10
    assert "Списано 10" in paper.text

    cashier.ok(till.type_text(MILK))
    cashier.ok(till.electronic_receipt("anna@example.org"))
    on_paper = sold_on_paper(fiscal)
    cashier.pay("card")
    assert fiscal.storage.papers[-1].task["clientInfo"] == {"emailOrPhone": "anna@example.org"}
    assert sold_on_paper(fiscal) == on_paper

    cashier.ok(till.return_sale(sale.receipt_number, [(1, "1")], "not_suitable"))
    cashier.ok(till.complete())
    cashier.until(lambda: cashier.kinds()[-1] == "sellReturn")
    cashier.until(lambda: till.view().transaction is None)

    cashier.ok(till.x_report())
    cashier.until(lambda: any(text.startswith("X report") for text in fiscal.storage.printed))
    cash = till.station.session.cash_minor
    assert int(fiscal.storage.cash * 100) == cash
    cashier.ok(till.end_of_day(cash))
    cashier.until(lambda: cashier.kinds()[-1] == "closeShift")
    assert cashier.kinds() == ["openShift", "sell", "sell", "sellReturn", "closeShift"]


def test_a_registrar_that_goes_and_comes_back_loses_and_doubles_nothing(cashier, fiscal):
    till = cashier.till
    fiscal.unplug()
    cashier.until(lambda: till.station.registrar.trouble() is not None)
    cashier.ok(till.type_text(MILK))
    cashier.ok(till.pay("cash", None))
    waits = till.view().payment
    assert waits is not None
    assert waits.state == "awaiting_registrar"
    fiscal.replug()
    cashier.until(lambda: till.station.session.totals.receipts == 1)
    assert cashier.kinds().count("sell") == 1


def killed(place: Place, point: str) -> str:
    """The transaction of a till that was killed at that point."""
    run = subprocess.run(
        [
            sys.executable,
            str(SCRIPT),
            str(place.data),
            place.server,
            json.dumps(dict(place.devices)),
            point,
        ],
        capture_output=True,
        encoding="utf-8",
        timeout=180,
    )
    said = dict(line.partition(" ")[::2] for line in run.stdout.splitlines())
    assert "opened" in said, run.stderr
    assert run.returncode == -9, run.stderr
    return said["opened"]


@pytest.mark.parametrize(
    "point", ["registrar.prepared", "registrar.sent", "registrar.answered", "fiscal.issued"]
)
def test_the_power_between_sending_and_the_answer_makes_one_document(place, fiscal, point):
    """kill -9 at each arrow: after the next start there is one receipt and one document of it."""
    transaction = killed(place, point)
    one = Cashier(place, fiscal)
    try:
        one.ok(one.till.sign_on("anna", "1111"))
        one.until(lambda: one.till.station.doing is None and one.till.station.registrar is not None)
        one.ready()
        one.until(lambda: one.decided(transaction))
        if not one.recorded(transaction):
            # Surely not registered: the receipt is on the screen as it was, the cashier goes on.
            payment = one.till.view().payment
            asked = payment is not None and "finish" in payment.choices
            one.ok(one.till.payment_choice("finish") if asked else one.till.complete())
        one.until(lambda: one.recorded(transaction))
        assert one.kinds().count("sell") == 1
        one.ok(one.till.type_text(MILK))
        one.pay()
        assert one.kinds().count("sell") == 2
    finally:
        one.close()
    memory = open_memory(place.data)
    rows = [row for row in FiscalBook(memory.file).of(transaction) if row.kind == "sale"]
    assert [row.state for row in rows if row.state != "not_done"] == ["issued"]
    assert memory.journal.tenderings() == ()
    memory.close()
