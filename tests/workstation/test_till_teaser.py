"""What a card would give is priced after the line is painted, and told beside its own prices."""

import pytest

from pos_app.domain.pricing.engine import Engine
from pos_app.workstation.answer import Part
from pos_app.workstation.ports import StorageBroken
from tests.workstation.tills import (
    BREAD,
    CARDS,
    CHEESE,
    MILK,
    PROGRAM,
    STRANGE_CARD,
    SWEETS,
    Bench,
    ok,
    program_row,
)


@pytest.fixture
def priced(monkeypatch):
    """How many lines each pricing was of."""
    found, real = [], Engine.price

    def price(engine, lines, context):
        found.append(len(lines))
        return real(engine, lines, context)

    monkeypatch.setattr(Engine, "price", price)
    return found


def test_a_guests_scan_prices_the_receipt_as_often_as_a_members(shop, priced):
    for one in (MILK, BREAD, STRANGE_CARD, CHEESE):
        shop.scan(one)
    as_a_guest = list(priced)
    priced.clear()
    ok(shop.till.void_transaction())
    priced.clear()
    for one in (MILK, BREAD, CARDS["anna"], CHEESE):
        shop.scan(one)
    assert as_a_guest == priced == [1, 2, 2, 3]


def test_it_comes_on_the_second_quiet_beat_once_and_says_nothing(shop):
    heard = []
    shop.till.subscribe(heard.append)
    shop.scan(CHEESE)
    shop.till.tick()
    assert (shop.sale.teaser, heard) == (None, [])
    shop.till.tick()
    assert shop.sale.teaser.points == 50
    (answer,) = heard
    assert (answer.changed, answer.notices, answer.ok) == ({Part.MEMBER}, (), True)
    shop.rest()
    assert len(heard) == 1


def test_a_burst_of_scans_costs_one_teaser(shop, priced):
    for one in (MILK, BREAD, CHEESE, MILK):
        shop.scan(one)
        shop.till.tick()
    assert priced == [1, 2, 3, 3]
    assert shop.sale.teaser is None
    shop.till.tick()
    assert priced == [1, 2, 3, 3, 3]
    shop.rest()
    assert len(priced) == 5


@pytest.mark.parametrize(
    "change",
    [
        lambda shop: shop.scan(SWEETS),
        lambda shop: shop.scan(CARDS["anna"]),
        lambda shop: ok(shop.till.set_quantity(1, "3")),
        lambda shop: ok(shop.till.undo()),
        lambda shop: ok(shop.till.suspend()),
        lambda shop: ok(shop.till.pay("cash", None)),
    ],
    ids=["scan", "member", "quantity", "undo", "suspend", "pay"],
)
def test_a_teaser_of_other_prices_is_never_shown(shop, change):
    shop.scan(CHEESE, BREAD)
    shop.rest()
    assert shop.sale.teaser.points == 52
    change(shop)
    assert shop.sale is None or shop.sale.teaser is None


def test_the_next_teaser_is_of_the_new_receipt_as_if_there_had_been_no_other(tmp_path):
    told = []
    for n, goods in enumerate(((CHEESE, BREAD, MILK), (CHEESE, None, BREAD, None, MILK))):
        bench = Bench(tmp_path / str(n)).open_shift()
        for code in goods:
            bench.scan(code) if code else bench.rest()
        bench.rest()
        told.append(bench.sale.teaser)
        bench.close()
    assert told[0] == told[1] is not None


def test_the_same_receipt_taken_up_again_is_teased_again(shop):
    shop.scan(CHEESE)
    gone = shop.sale.id
    shop.rest()
    ok(shop.till.suspend())
    shop.rest()
    ok(shop.till.resume(gone))
    assert shop.sale.teaser is None
    shop.rest()
    assert shop.sale.teaser.points == 50


def test_it_is_of_the_moment_of_the_prices_it_stands_beside(tmp_path):
    morning = {"id": "early", "name": {"ru": "Утро", "en": "Morning"}, "kind": "percent",
               "percent": "50", "goods": {"categories": ["Молочное"]},
               "when": {"from_time": "07:00", "until_time": "15:02"}}  # fmt: skip
    bench = Bench(tmp_path)
    bench.mirrors(program_row(800, {**PROGRAM, "version": 2, "promotions": [morning]}))
    bench.open_shift()
    bench.scan(CHEESE)
    assert bench.sale.discount_total_minor == 500_00
    bench.clock.move(minutes=5)
    bench.rest()
    assert bench.sale.teaser.saves_minor == 0
    assert bench.sale.teaser.points == 25
    bench.close()


def test_no_teaser_stands_between_two_programmes(shop):
    shop.scan(CHEESE)
    shop.mirrors(program_row(900, {**PROGRAM, "version": 2}))
    shop.clock.move(seconds=61)
    shop.rest()
    assert shop.sale.teaser is None
    shop.scan(BREAD)
    shop.rest()
    assert shop.sale.teaser.points == 52


def test_a_return_is_teased_with_nothing(shop, priced):
    shop.sold(CHEESE, cash=5000_00)
    number = shop.documents()[0].receipt_number
    ok(shop.till.sign_on("petr", "2222"))
    ok(shop.till.return_sale(number, reason="unwanted"))
    priced.clear()
    shop.rest()
    assert (shop.sale.teaser, priced) == (None, [])


def test_a_file_that_cannot_be_read_costs_the_teaser_and_nothing_else(shop, monkeypatch):
    shop.scan(CHEESE)

    def broken(*_about):
        raise StorageBroken("bad page")

    monkeypatch.setattr(Engine, "price", broken)
    shop.rest()
    assert (shop.sale.teaser, shop.codes_heard()) == (None, [])
