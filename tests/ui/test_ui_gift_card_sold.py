"""A gift card is sold and paid in cash: the window on the real till, by keys and by fingers."""

from itertools import product

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from drivers.fake.fiscal import VirtualFiscal
from pos_app.ui import gestures
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import Tone
from tests.ui.looks import in_every_look
from tests.workstation.fiscal_till import FiscalTill
from tests.workstation.test_till_gift_cards import CODE, RULES
from tests.workstation.tills import GIFT, MILK, PROGRAM, Bench, program_row

K = Qt.Key
PRINTED = CODE.removeprefix("K1G:")
LOOKS = (
    {"language": "ru", "theme": "light", "width": 1366},
    {"language": "en", "theme": "dark", "width": 1024},
    {"language": "ru", "theme": "contrast", "width": 1024},
)
LINKS = ("up", "gone", "lost while it is asked")
EXACT, AMOUNT = None, "3000"


def selling_cards(till):
    """The programme with gift cards of two amounts."""
    sold = {**RULES, "open_amount": {}}
    document = {**PROGRAM, "version": 2, "gift_cards": sold}
    till.mirrors(till.newer(lambda ver: program_row(ver, document)))
    return till


@pytest.fixture
def till(tmp_path):
    made = Bench(tmp_path)
    yield selling_cards(made).open_shift()
    made.close()


def press(window, *keys):
    for key in keys:
        QTest.keyClick(window.entry, key)


def tap(window, words):
    """The button that says just that and may be pressed."""
    shown = [one for one in window.findChildren(QAbstractButton) if one.isVisible()]
    there = [one for one in shown if one.isEnabled() and one.text() == words]
    assert there, f"no button {words!r}"
    QTest.mouseClick(there[0], Qt.MouseButton.LeftButton)


def code_by_keys(window):
    QTest.keyClicks(window.entry, PRINTED)
    press(window, K.Key_Return)


def sold_by_keys(window, till, link):
    perform(window.desk, "sell_gift_card")
    code_by_keys(window)
    if link == "lost while it is asked":
        till.courier.online = False
        till.courier.answers("identify", error="lost")
    press(window, K.Key_Down, K.Key_Return)


def sold_by_touch(window, till, link):
    gestures.scan(window.desk, CODE.encode())
    if link == "lost while it is asked":
        till.courier.online = False
        till.courier.answers("identify", error="lost")
    perform(window.desk, "sell_gift_card")
    window.desk.ask.pick(window.desk.rows[1])


def paid_by_keys(window, cash):
    press(window, K.Key_F8)
    assert window.desk.ask.name == "cash"
    QTest.keyClicks(window.entry, cash or "")
    press(window, K.Key_Return)


def paid_by_touch(window, cash):
    say = window.look.say
    tap(window, say("ui.cash"))
    for digit in cash or "":
        tap(window, digit)
    tap(window, say("ui.done_receipt") if cash else say("ui.exact"))


@pytest.mark.parametrize("by", ["keys", "touch"])
@pytest.mark.parametrize(("link", "goods"), list(product(LINKS, [False, True])))
@pytest.mark.parametrize("cash", [EXACT, AMOUNT])
def test_a_gift_card_is_paid_in_cash_whatever_the_link(till, open_till, by, link, goods, cash):
    till.courier.online = link != "gone"
    window = open_till(till.till, **LOOKS[(LINKS.index(link) + goods) % len(LOOKS)])
    desk = window.desk
    if goods:
        gestures.scan(desk, MILK.encode())
    (sold_by_keys if by == "keys" else sold_by_touch)(window, till, link)
    assert [line.name[-6:] for line in desk.view.transaction.lines][-1] == "··7731"
    (paid_by_keys if by == "keys" else paid_by_touch)(window, cash)
    assert desk.view.transaction is None
    assert desk.view.last_sale.total_minor == 1000_00 + (89_90 if goods else 0)
    (document,) = till.documents()
    assert [(one.kind.value, one.amount_minor) for one in document.gift_cards] == [
        ("issue", 1000_00)
    ]


@in_every_look
def test_a_new_card_that_is_being_sold_is_told_without_amber_and_refused_where_it_should_pay(
    till, open_till, look
):
    till.courier.online = True
    window = open_till(till.till, **look)
    desk = window.desk
    gestures.scan(desk, MILK.encode())
    perform(desk, "sell_gift_card")
    code_by_keys(window)
    till.courier.answers("identify", card=None, allowance=None)
    assert (desk.said.texts[0].key, desk.said.tone) == ("notice.gift_card_new", Tone.NEUTRAL)
    press(window, K.Key_Escape, K.Key_F12)
    code_by_keys(window)
    assert desk.said.texts[0].key == "notice.gift_card_asking"
    till.courier.answers("identify", card=None, allowance=None)
    assert (desk.said.texts[0].key, desk.said.tone) == ("refused.gift_card_new", Tone.ERROR)
    assert not desk.view.transaction.tenders


def test_an_amount_that_is_typed_instead_of_its_row_is_that_row(till, open_till):
    window = open_till(till.till)
    perform(window.desk, "sell_gift_card")
    code_by_keys(window)
    QTest.keyClicks(window.entry, "1000")
    press(window, K.Key_Return)
    assert window.desk.view.transaction.total_minor == 1000_00
    paid_by_keys(window, EXACT)
    assert window.desk.view.last_sale.total_minor == 1000_00


def test_a_price_tag_without_its_card_is_not_paid_and_the_screen_says_why(till, open_till):
    window = open_till(till.till)
    desk = window.desk
    gestures.scan(desk, GIFT.encode())
    paid_by_keys(window, EXACT)
    assert desk.said.texts[0].key == "refused.gift_card_asks_card"
    gestures.scan(desk, CODE.encode())
    paid_by_keys(window, EXACT)
    assert desk.view.transaction is None


@pytest.mark.parametrize("cash", [EXACT, AMOUNT])
def test_with_a_registrar_a_gift_card_sold_in_the_dark_is_paid_at_once(tmp_path, open_till, cash):
    with VirtualFiscal() as registrar:
        till = selling_cards(FiscalTill(tmp_path, registrar)).begun()
        window = open_till(till.till)
        sold_by_keys(window, till, "gone")
        paid_by_keys(window, cash)
        till.until(till.documents)
        assert window.desk.view.transaction is None
        assert window.desk.view.last_sale.total_minor == 1000_00
        open_till.end(window)
        till.close()


def asked_for_an_amount(till, open_till):
    window = open_till(till.till)
    perform(window.desk, "sell_gift_card")
    code_by_keys(window)
    assert window.desk.ask.name == "gift_card_amount"
    return window


def test_an_amount_there_is_no_card_for_is_told_with_those_there_are(till, open_till):
    window = asked_for_an_amount(till, open_till)
    QTest.keyClicks(window.entry, "1001")
    press(window, K.Key_Return)
    (told,) = window.desk.said.texts
    assert told.key == "gift.amount"
    assert [one.minor for one in told.args["exist"]] == [row.value for row in window.desk.rows]
    assert (window.desk.ask.name, window.entry.text()) == ("gift_card_amount", "")


def test_an_amount_typed_with_its_kopecks_is_its_row(till, open_till):
    window = asked_for_an_amount(till, open_till)
    QTest.keyClicks(window.entry, "1000,00")
    press(window, K.Key_Return)
    assert window.desk.view.transaction.total_minor == 1000_00
