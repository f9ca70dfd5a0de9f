"""While the registrar makes a document nothing of its receipt changes, money on it or not."""

from collections.abc import Iterator

import pytest

from drivers.fake.fiscal import VirtualFiscal
from pos_app.workstation.moving import Stage
from tests.workstation.fiscal_till import FiscalTill
from tests.workstation.tills import BREAD, CARDS, MARIA, MILK, ok, refusal


@pytest.fixture
def till(tmp_path) -> Iterator[FiscalTill]:
    with VirtualFiscal() as fiscal:
        made = FiscalTill(tmp_path, fiscal).begun("petr")
        yield made
        made.close()


def even_exchange(till: FiscalTill) -> None:
    """Milk for milk: its return is registered, and the document of its sale is asked for."""
    till.scan(MILK)
    ok(till.till.pay("cash", None))
    till.until(lambda: len(till.documents()) == 1)
    ok(till.till.exchange(till.documents()[0].receipt_number, None, "not_suitable"))
    till.scan(MILK)
    ok(till.till.complete())
    till.until(lambda: len(till.documents()) == 2)
    assert till.till.station.moving.stage is Stage.FISCAL
    assert till.sale.kind == "sale"


def test_goods_scanned_while_an_even_exchange_is_printed_do_not_leave_unpaid(till) -> None:
    """They stood on the screen, and went with it when the document came."""
    even_exchange(till)
    assert refusal(till.scan(BREAD)) == "payment_in_progress"
    assert refusal(till.till.set_quantity(1, "3")) == "payment_in_progress"
    assert refusal(till.scan(CARDS["anna"])) == "payment_in_progress"
    assert not till.sale.may.goods
    till.until(lambda: len(till.documents()) == 3)
    last = till.documents()[-1]
    assert [line.name for line in last.lines] == ["Молоко 1 л"]
    ok(till.scan(BREAD))
    assert [line.name for line in till.sale.lines] == ["Хлеб ржаной"]


def test_goods_without_a_receipt_are_taken_back_before_their_document_and_not_after(till) -> None:
    ok(till.till.return_goods("defect", MARIA))
    till.scan(MILK, MILK)
    ok(till.till.set_quantity(1, "1"))
    ok(till.till.complete())
    assert till.till.station.moving.stage is Stage.FISCAL
    assert refusal(till.scan(BREAD)) == "payment_in_progress"
    assert refusal(till.till.undo()) == "payment_in_progress", "two pieces would be shown again"
    till.until(lambda: len(till.documents()) == 1)
    assert len(till.documents()[-1].lines) == 1
