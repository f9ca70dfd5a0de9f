"""Bananas on the scale of a running till: real window, device host and protocol over a port."""

import csv

import pytest

from pos_app.wiring.demo_script import Key, opening
from pos_app.wiring.demo_shop import packaged


def by_weight():
    with packaged("demo", "catalog.csv").open(encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["unit"] == "кг" and row["plu"])


def demand(hands):
    shown = hands.view.demand
    return shown.text.key if shown is not None else ""


def scale_is(cashier, state):
    return lambda: any(d.kind == "scale" and d.state == state for d in cashier.hands.view.devices)


def weighed(cashier, goods):
    """PLU, bananas on the scale in motion, the cable pulled, the cable back, at rest: one line."""
    hands, counter = cashier.hands, cashier.counter
    yield scale_is(cashier, "ok")
    counter.order("pan", load_g=842, moving=True)
    hands.write(goods["plu"])
    hands.press(Key.Key_Return)
    yield lambda: demand(hands) == "demand.weighing_shown"
    counter.order("unplug", device="scale")
    yield lambda: demand(hands) == "demand.weighing_lost"
    words = cashier.window.desk.said.texts[0]
    assert words.key == "notice.scale_lost"
    assert hands.view.transaction is None
    hands.scan("2000000000015")
    yield lambda: hands.lines() == 1
    counter.order("pan", load_g=842)
    counter.order("replug", device="scale")
    yield lambda: hands.lines() == 2
    line = hands.view.transaction.lines[1]
    assert line.quantity.value == 842
    assert line.list_minor == (int(goods["price_kop"]) * 842 * 2 + 1000) // 2000
    assert demand(hands) == ""
    yield lambda: shown_to_the_customer(counter)[1].startswith("ИТОГО")


def shown_to_the_customer(counter):
    return counter.order("display")["lines"]


def cancelled(cashier, goods):
    """Esc: nothing is sold, and the scale serves the next weighing."""
    hands, counter = cashier.hands, cashier.counter
    counter.order("pan", load_g=0)
    hands.write(goods["plu"])
    hands.press(Key.Key_Return)
    yield lambda: demand(hands) == "demand.weighing_empty"
    hands.press(Key.Key_Escape)
    assert demand(hands) == ""
    hands.write(goods["plu"])
    hands.press(Key.Key_Return)
    counter.order("pan", load_g=1200, settle_after=3)
    yield lambda: hands.lines() == 3
    assert hands.view.transaction.lines[2].quantity.value == 1200


@pytest.mark.parametrize("dialect", ["massa100", "shtrih_pos2"])
def test_bananas_are_weighed_once_though_the_scale_is_unplugged_meanwhile(cashier, dialect):
    one = cashier(f"Весы {dialect}", dialect)
    goods = by_weight()
    one.play(opening(one.hands))
    one.play(weighed(one, goods))
    one.play(cancelled(one, goods))
    one.hands.press(Key.Key_F8, Key.Key_Return)
    one.until(lambda: one.hands.view.last_sale is not None)
    one.until(lambda: bool(one.counter.papers()))
    assert "0,842" in one.counter.papers()[0]["text"]
    one.until(lambda: shown_to_the_customer(one.counter)[0].startswith("ОПЛАЧЕНО"))
