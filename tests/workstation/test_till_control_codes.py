"""Printed keys of the till: whose they are, what the shop lets them do, what is noted of them."""

import pytest

from pos_app.domain.identification.control import code_of
from pos_app.workstation.control_codes import KEY
from tests.sync.mirror.feeds import row
from tests.workstation.tills import CARDS, MILK, ok, refusal

SECRET = bytes(range(16))


@pytest.fixture
def shop(shop):
    shop.memory.journal.remember(KEY, SECRET)
    return shop


def press(shop, letters, key=SECRET):
    return shop.till.scan(code_of(key, letters).encode(), "]C0")


def says(shop, value):
    body = {"name": "control_codes", "value": value}
    shop.mirrors(shop.newer(lambda ver: row("chain", ver, "setting", "control_codes", body)))


def test_a_printed_key_is_told_to_the_front_end_and_changes_nothing_itself(shop):
    shop.scan(MILK)
    before = shop.view
    answer = ok(press(shop, "VL"))
    assert answer.data == {"control": "void_line"}
    assert not answer.changed
    assert shop.view == before


def test_with_nobody_at_the_till_digits_and_enter_are_there_to_sign_on_and_money_is_not(bench):
    bench.memory.journal.remember(KEY, SECRET)
    assert press(bench, "D7").data["control"] == "digit_7"
    assert press(bench, "OK").data["control"] == "enter"
    assert refusal(press(bench, "CA")) == "nothing_to_pay"
    assert refusal(bench.till.scan(MILK.encode())) == "sign_on_first"


def test_before_a_sheet_was_printed_no_code_is_a_key(shop):
    shop.memory.journal.remember(KEY, b"")
    assert refusal(press(shop, "OK")) == "control_off"


@pytest.mark.parametrize("letters", ["CA", "CD", "QR", "FI"])
def test_money_is_begun_only_while_there_are_lines_and_each_time_is_noted(shop, letters):
    assert refusal(press(shop, letters)) == "nothing_to_pay"
    assert not shop.audit("control_money")
    shop.scan(MILK)
    assert ok(press(shop, letters)).data["control"] in ("cash", "card", "qr", "complete")
    assert len(shop.audit("control_money")) == 1
    assert shop.sale.paid_minor == 0


def test_a_strangers_sheet_is_refused_and_noted_and_the_receipt_stays(shop):
    shop.scan(MILK, CARDS["anna"])
    before = shop.view.transaction
    for letters in ("CA", "OK", "VT"):
        assert refusal(press(shop, letters, bytes(16))) == "control_foreign"
    assert refusal(shop.till.scan(b"K1X:anything at all")) == "control_foreign"
    assert refusal(shop.till.type_text("K1X:CA22222222")) == "control_foreign"
    assert shop.view.transaction == before
    noted = [one.subject for one in shop.audit("control_refused")]
    assert noted == ["cash", "enter", "void_transaction", "?", "cash"]


def test_the_shop_switches_them_off_or_keeps_money_out_of_them(shop):
    shop.scan(MILK)
    says(shop, "no_money")
    assert refusal(press(shop, "CA")) == "control_no_money"
    assert ok(press(shop, "MO")).data["control"] == "more"
    for value in ("off", "an odd word"):
        says(shop, value)
        assert refusal(press(shop, "MO")) == "control_off"
    says(shop, "all")
    assert ok(press(shop, "CA")).data["control"] == "cash"
