"""A till with a scanner and nothing else: from sign-on to the receipt by real bytes, and a stranger
who shows such bars on a phone.

The sheet is printed by the command, read back from its picture, and sent as a scanner sends it.
"""

import io

import pytest
import zxingcpp
from PIL import Image

from pos_app.domain.identification.control import COMMANDS, code_of, letters_of
from pos_app.wiring.cli import main
from pos_app.wiring.demo_script import CARD
from tests.journeys.clerks import goods

PIN, FLOAT = "1111", "1000"


def sheet_of(folder, out) -> dict[str, str]:
    """What a scanner reads from the printed sheet, by what it means."""
    picture = out / "keys.png"
    order = ["controls", "--data", str(folder), "--png", str(picture), "--replace"]
    assert main(order) == 0
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.read_bytes())))
    return {COMMANDS[letters_of(one.text)]: one.text for one in found}


class Scanner:
    """Nothing but bars."""

    def __init__(self, cashier, keys):
        self.one, self.keys, self.count = cashier, keys, 0

    @property
    def view(self):
        return self.one.hands.view

    @property
    def desk(self):
        return self.one.window.desk

    def key(self, *names):
        for name in names:
            self.one.counter.scan(self.keys[name] + "\r")
            self.count += 1

    def digits(self, number):
        for digit in number:
            self.key(f"digit_{digit}")

    def label(self, text):
        self.one.counter.scan(text + "\r")
        self.count += 1

    def until(self, ready):
        self.one.until(ready)


@pytest.fixture
def scanner(cashier, tmp_path):
    def begin(name):
        one = cashier(name)
        return Scanner(one, sheet_of(one.place.data, tmp_path))

    return begin


def signed_on(hand):
    hand.until(lambda: any((d.kind, d.state) == ("scanner", "ok") for d in hand.view.devices))
    hand.until(lambda: bool(hand.desk.rows))
    hand.digits(PIN)
    hand.key("enter")
    hand.until(lambda: hand.view.operator is not None)
    hand.until(lambda: hand.desk.ask is not None and hand.desk.ask.name == "open_session")
    hand.digits(FLOAT)
    hand.key("enter")
    hand.until(lambda: hand.view.session is not None)


def test_a_sale_from_sign_on_to_the_receipt_without_a_key_or_a_tap(scanner):
    hand = scanner("scanner-only")
    signed_on(hand)
    codes = goods()
    for number, code in enumerate(codes[:10], start=1):
        hand.label(code)
        hand.until(lambda number=number: hand.one.hands.lines() == number)
    hand.count = 0
    hand.label(CARD)
    hand.until(lambda: hand.view.member is not None and len(hand.view.member.chips) > 2)
    hand.key("points", "digit_2")
    hand.until(lambda: hand.view.transaction.points_redeemed > 0)
    due = hand.view.transaction.due_minor
    hand.key("cash")
    hand.digits("5000")
    hand.key("enter")
    hand.until(lambda: hand.view.last_sale is not None)
    assert hand.view.transaction is None
    assert hand.view.last_sale.change_due_minor == 500_000 - due
    assert hand.count == 9  # as many as with keys

    hand.label(codes[0])
    hand.until(lambda: hand.one.hands.lines() == 1)
    hand.key("more")
    hand.until(lambda: hand.view.transaction.lines[0].quantity.decimal() == "2")
    hand.key("undo")
    hand.until(lambda: hand.view.transaction.lines[0].quantity.decimal() == "1")
    hand.label(codes[1])
    hand.until(lambda: hand.one.hands.lines() == 2)
    hand.key("up", "void_line")
    hand.until(lambda: hand.one.hands.lines() == 1)
    hand.key("card")
    hand.until(lambda: hand.desk.ask is not None and hand.desk.ask.name == "control_card")
    assert hand.view.transaction.paid_minor == 0
    hand.key("enter")
    hand.until(lambda: hand.view.transaction is None)
    assert hand.one.till.memory.journal.last_document().tenders[0].kind.value == "card"


def test_what_a_customer_shows_on_a_phone_takes_no_money_and_voids_nothing(scanner):
    hand = scanner("scanner-attack")
    signed_on(hand)
    codes = goods()
    hand.label(codes[0])
    hand.until(lambda: hand.one.hands.lines() == 1)
    total = hand.view.transaction.total_minor

    # Made at home from the published form: there is no key in it.
    for letters in ("CA", "CD", "OK", "VT", "FI"):
        hand.label(code_of(bytes(16), letters))
        hand.until(lambda: said(hand) == "refused.control_foreign")
        hand.desk.hush()
    assert (hand.one.hands.lines(), hand.view.transaction.total_minor) == (1, total)

    # A photograph of the sheet, shown where a card was expected: the amount is asked, none is paid.
    hand.key("card")
    hand.until(lambda: hand.desk.ask is not None and hand.desk.ask.name == "control_card")
    assert said(hand) == "ui.control_pay"
    assert hand.view.transaction.paid_minor == 0
    # The cashier scans on: the payment that was begun is forgotten.
    hand.label(codes[1])
    hand.until(lambda: hand.one.hands.lines() == 2)
    hand.until(lambda: hand.desk.ask is None)
    hand.key("enter")
    hand.label(codes[2])
    hand.until(lambda: hand.one.hands.lines() == 3)
    assert hand.view.transaction.paid_minor == 0
    assert hand.view.last_sale is None

    # A new sheet makes the photographed one paper.
    old = dict(hand.keys)
    assert main(["controls", "--data", str(hand.one.place.data), "--renew", "--pdf",
                 str(hand.one.place.data / "new.pdf")]) == 0  # fmt: skip
    hand.label(old["cash"])
    hand.until(lambda: said(hand) == "refused.control_foreign")
    assert main(["controls", "--data", str(hand.one.place.data), "--off"]) == 0
    hand.desk.hush()
    hand.label(old["cash"])
    hand.until(lambda: said(hand) == "refused.control_off")
    assert hand.view.transaction.paid_minor == 0


def said(hand):
    told = hand.desk.said
    return told.texts[0].key if told is not None else ""
