"""What the view offers on an open receipt is done, and what it does not offer is refused."""

from dataclasses import replace

import pytest

from pos_app.workstation.offered_view import OfferedView
from tests.workstation.payment_till import PayingBench
from tests.workstation.tills import CARDS, CHEESE, MARIA, MILK, ok, refusal

NOTHING = OfferedView(False, False, False, payment_back=False, member=False, points=False)
PAID = replace(NOTHING, payment_back=True)


@pytest.fixture
def shop(tmp_path):
    bench = PayingBench(tmp_path).open_shift("petr")
    yield bench
    bench.close()


def refused(shop):
    """What the keys of the receipt would be answered."""
    line = shop.sale.lines[0].line
    tasks = (
        lambda: shop.till.set_quantity(line, "2"),
        lambda: shop.till.discount(line, percent="5", reason="torn"),
        lambda: shop.till.void_line(line),
        lambda: shop.till.suspend(),
    )
    return {refusal(task()) for task in tasks}


def test_a_receipt_that_is_entered_offers_everything_but_a_payment_to_take_back(shop):
    shop.scan(MILK)
    assert shop.sale.may == OfferedView()


def test_with_money_in_only_the_payment_may_go_back(shop):
    shop.scan(CHEESE)
    ok(shop.till.tender("cash", 100_00))
    assert (shop.sale.may, refused(shop)) == (PAID, {"tenders_taken"})
    assert refusal(shop.scan(CARDS["anna"])) == "tenders_taken"
    ok(shop.till.void_tender(0))
    assert shop.sale.may == OfferedView()


def test_while_a_terminal_works_nothing_is_offered(shop):
    shop.bank.mode = "hold"
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    assert (shop.sale.may, refused(shop)) == (NOTHING, {"tenders_taken"})
    assert refusal(shop.till.void_tender(0)) == "payment_in_progress"


def test_while_a_payment_is_decided_nothing_is_offered(shop):
    shop.bank.mode, shop.bank.reachable = "lose", False
    shop.scan(MILK)
    ok(shop.till.pay("card"))
    assert shop.view.payment.state == "decide"
    assert (shop.sale.may, refused(shop)) == (NOTHING, {"tenders_taken"})


def test_what_comes_back_by_a_receipt_is_not_changed_and_not_put_aside(shop):
    shop.scan(MILK)
    ok(shop.till.pay("cash"))
    number = shop.documents()[-1].receipt_number
    ok(shop.till.return_sale(number, None, "defect"))
    assert shop.sale.may == NOTHING


def test_goods_without_a_receipt_are_entered_and_neither_reduced_nor_put_aside(shop):
    ok(shop.till.return_goods("defect", MARIA))
    shop.scan(MILK)
    assert shop.sale.may == replace(NOTHING, goods=True)


def test_an_exchange_is_entered_and_not_put_aside(shop):
    shop.scan(CHEESE)
    ok(shop.till.pay("cash"))
    ok(shop.till.exchange(shop.documents()[-1].receipt_number, None, "defect"))
    shop.scan(MILK)
    assert shop.sale.may == OfferedView(suspend=False)
    assert refusal(shop.till.suspend()) == "exchange_is_open"
