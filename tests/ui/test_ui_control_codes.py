"""A scanned key in the window: it does what the key does, but money waits for a second code."""

import pytest

from pos_app.ui import control_flows
from pos_app.workstation.answer import Part, done
from tests.ui.builders import SellingTill, a_transaction, selling, signed_on


@pytest.fixture
def scan(open_till):
    def build(till):
        window = open_till(till)

        def one(command):
            window.desk.till.answers["scan"] = done(control=command)
            control_flows.scan(window.desk, b"K1X:whatever", "]C0")

        return window, one

    return build


def test_a_return_gives_no_money_back_before_the_second_code(scan):
    window, one = scan(SellingTill(signed_on(transaction=a_transaction(kind="return"))))
    for command in ("cash", "complete"):
        one(command)
        assert window.desk.ask.name == "control_complete"
        assert window.desk.till.said("complete") == []
        one("back")
        assert window.desk.ask is None
    one("complete")
    one("enter")
    assert window.desk.till.said("complete") == [((), {})]


def test_another_amount_is_asked_anew_before_a_card_pays(scan):
    window, one = scan(SellingTill(selling()))
    one("card")
    asked = window.desk.said.texts[0].args["amount"]
    window.desk.do(window.desk.till.become(transaction=a_transaction(points=100)))
    one("enter")
    assert window.desk.till.said("pay") == []
    assert window.desk.said.texts[0].args["amount"] != asked
    one("enter")
    assert window.desk.till.said("pay") == [(("card", None), {})]


def test_what_the_courier_brings_does_not_take_a_payment_back_that_waits_for_its_second_code(scan):
    window, one = scan(SellingTill(selling()))
    one("card")
    brought = frozenset({Part.LINK, Part.MEMBER, Part.TRANSACTION})
    window.desk.till.push(done(changed=brought))
    assert window.desk.ask.name == "control_card"
    one("enter")
    assert window.desk.till.said("pay") == [(("card", None), {})]


def test_goods_scanned_between_take_the_payment_back(scan):
    window, one = scan(SellingTill(selling()))
    one("card")
    window.desk.till.push(done(changed=frozenset({Part.TRANSACTION}), scanned=True))
    assert window.desk.ask is None
    one("enter")
    assert window.desk.till.said("pay") == []


def test_digits_point_and_arrows_are_keys(scan):
    window, one = scan(SellingTill(selling()))
    one("cash")
    for command in ("digit_5", "point", "digit_0"):
        one(command)
    assert window.desk.typed == "5,0"
    one("back")
    one("points")
    one("digit_2")
    assert window.desk.till.said("redeem") == [((300,), {})]
    before = window.desk.view.transaction.selected_line
    one("up")
    assert window.desk.till.said("select_line") == [((before - 1,), {})]
