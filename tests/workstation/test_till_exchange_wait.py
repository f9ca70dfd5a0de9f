"""An exchange whose document does not reach the registrar waits, and goes on by itself."""

from collections.abc import Iterator

import pytest

from drivers.fake.fiscal import VirtualFiscal
from pos_app.workstation.shift_wait import AGAIN_MS
from tests.workstation.test_till_registrar_wait import refused_by_the_wire
from tests.workstation.test_till_shift_wait import Morning
from tests.workstation.tills import BREAD, CHEESE, MILK, ok


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


def exchanging(till: Morning, *taken: str) -> None:
    till.begun("petr")
    till.scan(CHEESE)
    ok(till.till.pay("cash"))
    till.until(till.documents)
    ok(till.till.exchange("A000001", None, "not_suitable"))
    till.scan(*taken)


@pytest.mark.parametrize(("taken", "kind"), [((MILK, BREAD), ""), ((CHEESE, MILK), "cash")])
def test_an_exchange_whose_return_did_not_reach_the_registrar_goes_there_by_itself(
    till, fiscal, taken, kind
) -> None:
    exchanging(till, *taken)
    refused_by_the_wire(till)
    ok(till.till.pay(kind) if kind else till.till.complete())
    till.until(lambda: till.waits)
    assert till.view.payment.state == "awaiting_registrar"
    assert len(till.documents()) == 1, "nothing is on the disk yet"
    fiscal.replug()
    till.clock.move(milliseconds=AGAIN_MS)
    till.until(lambda: len(till.documents()) == 3)
    assert till.receipts() == ["sell", "sellReturn", "sell"]
    assert (till.waits, till.view.transaction, till.view.suspended) == (False, None, ())


def test_the_money_of_an_exchange_that_waited_is_the_difference_once(till, fiscal) -> None:
    exchanging(till, CHEESE, MILK)
    refused_by_the_wire(till)
    ok(till.till.pay("cash", 200_00))
    till.until(lambda: till.waits)
    fiscal.replug()
    till.clock.move(milliseconds=AGAIN_MS)
    till.until(lambda: len(till.documents()) == 3)
    _, back, sold = till.documents()
    assert sum(one.amount_minor for one in back.tenders) == -1000_00
    assert (sold.totals.due_minor, sold.change_minor) == (1089_90, 110_10)


def test_who_does_not_wait_for_it_presses_the_key_again(till, fiscal) -> None:
    exchanging(till, MILK)
    refused_by_the_wire(till)
    ok(till.till.complete())
    till.until(lambda: till.waits)
    ok(till.till.payment_choice("stop_waiting"))
    assert (till.waits, len(till.documents())) == (False, 1)
    fiscal.replug()
    till.ready()
    ok(till.till.complete())
    till.until(lambda: len(till.documents()) == 3)
    assert till.receipts() == ["sell", "sellReturn", "sell"]
