"""The complaints of the field about what a cashier sees and can press, each ending well.

The window on a real till: keys, taps and scans by hand, real server, courier and devices.
"""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest

from pos_app.ui.app import application
from pos_app.ui.controls import Button
from pos_app.wiring.demo_script import CARD, Key, opening
from pos_app.wiring.demo_shop import head_office
from tests.journeys.clerks import RIGHT_BOOKS, goods, member
from tests.journeys.conftest import Cashier

PHONE = "9990123456"


def bought(cashier, count: int):
    """The first goods of the demo, under the scanner."""
    hands = cashier.hands
    for number, code in enumerate(goods()[:count], start=1):
        hands.scan(code)
        yield lambda number=number: hands.lines() == number


def shown(cashier, *words: str) -> bool:
    """Whether all these words stand on the screen."""
    texts = [one.text() for one in cashier.window.findChildren(Button) if one.isVisible()]
    panel = cashier.window.screen_shown.member.known
    texts += [panel._points.text(), panel._limit.text(), panel._name.text()]
    return all(any(word in text for text in texts) for word in words)


def test_15_the_balance_is_seen_and_any_number_of_points_can_be_chosen_and_given_back(cashier):
    """Complaint 15: "Cashier cannot choose how many points; balance not shown; points abused on
    void"."""
    one = cashier("complaint-15")
    hands = one.hands
    one.play(opening(hands))
    one.play(bought(one, 6))
    hands.scan(CARD)
    one.until(lambda: hands.view.member is not None)
    one.until(lambda: len(hands.view.member.chips) > 1)
    assert hands.view.member.points == 1250
    assert shown(one, "1\u202f250") or shown(one, "1\u00a0250")
    limit = hands.view.member.chips[-1].points
    wanted = limit - 1
    hands.press(Key.Key_F6, Key.Key_F6)
    hands.write(str(wanted))
    hands.press(Key.Key_Return)
    chosen = hands.view.transaction.points_redeemed
    step = one.till.terminal.station.engine.program.redeem.step
    assert chosen == wanted - wanted % step > 0
    hands.press(Key.Key_F6)
    QTest.keyClicks(one.window.entry, "1")
    assert hands.view.transaction.points_redeemed == 0
    hands.press(Key.Key_F6, Key.Key_F6)
    hands.write("99999")
    hands.press(Key.Key_Return)
    assert hands.view.transaction.points_redeemed <= limit
    assert one.window.desk.said is not None
    QTest.keyClick(one.window.entry, Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    hands.press(Key.Key_Return)
    assert hands.view.transaction is None
    hands.scan(CARD)
    one.until(lambda: hands.view.member is not None and hands.view.member.points == 1250)


@pytest.fixture
def dark(shop, tmp_path, qtbot):
    """A till that is switched on with the server away, and the server back afterwards."""
    first = Cashier(shop, "complaint-13", tmp_path, qtbot)
    first.close()
    application().sendPostedEvents(None, QEvent.Type.DeferredDelete)
    port = int(shop.url.rpartition(":")[2])
    shop.stop_server()
    one = Cashier(shop, "complaint-13", tmp_path, qtbot, synced=False)
    yield one, lambda: shop.start_server(port)
    one.close()
    shop.stop_server()
    shop.start_server(port)


def test_13_with_the_cable_out_from_the_start_a_day_begins_and_a_new_member_earns(shop, dark):
    """Complaint 13: "Cannot start, log in, open a session or add a customer offline"."""
    one, plug_in = dark
    hands = one.hands
    one.until(lambda: bool(one.window.desk.rows))
    hands.press(Key.Key_Return)
    hands.write("1111")
    hands.press(Key.Key_Return)
    assert hands.view.operator.id == "anna"
    hands.write("1000")
    hands.press(Key.Key_Return)
    assert hands.view.session is not None
    assert not hands.view.link.online
    one.until(lambda: any((d.kind, d.state) == ("scanner", "ok") for d in hands.view.devices))
    one.play(bought(one, 3))
    hands.press(Key.Key_F2)
    hands.write(PHONE)
    hands.press(Key.Key_Return)
    assert one.window.desk.ask.name == "enrol"
    hands.press(Key.Key_Return)
    assert hands.view.member is not None
    earned = hands.view.transaction.points_earned
    assert earned > 0
    enrolled = hands.view.member.id
    hands.press(Key.Key_F8, Key.Key_Return)
    assert hands.view.last_sale.points_earned == earned
    plug_in()
    one.until(lambda: hands.view.link.online and hands.view.link.unsent == 0)
    station = one.till.terminal.station
    one.ask_courier("sync")
    one.until(lambda: station.mirror.member_by_key("id", enrolled) is not None)
    one.until(lambda: station.mirror.member_by_key("id", enrolled).account().balance >= earned)
    assert head_office(shop.data, "doctor") == RIGHT_BOOKS


def test_7_a_receipt_put_aside_by_one_cashier_is_taken_up_by_the_next(cashier):
    """Complaint 7: "Draft/open orders lost or blocking closing, rescue sessions"."""
    one = cashier("complaint-7-window")
    hands = one.hands
    one.play(opening(hands))
    one.play(bought(one, 2))
    hands.scan(member(5))
    one.until(lambda: hands.view.member is not None)
    whole = hands.view.transaction.total_minor
    hands.press(Key.Key_F1)
    named = [row.value for row in one.window.desk.rows]
    hands.write(str(named.index("swap") + 1))
    hands.press(Key.Key_Return)
    assert one.window.desk.ask.name == "swap"
    hands.write("2222")
    hands.press(Key.Key_Return)
    assert hands.view.operator.id == "boris"
    assert hands.view.transaction is None
    hands.press(Key.Key_F5)
    hands.press(Key.Key_Return)
    assert (hands.lines(), hands.view.transaction.total_minor) == (2, whole)
    hands.press(Key.Key_F8, Key.Key_Return)
    assert hands.view.suspended == ()
    document = one.till.memory.journal.last_document()
    assert (document.operator_id, document.totals.due_minor) == ("boris", whole)


def test_3_goods_are_exchanged_for_one_difference_and_the_points_follow(cashier):
    """Complaint 3: "Points not or wrongly reversed on refund (also exploitable)"."""
    one = cashier("complaint-3-window")
    hands = one.hands
    one.play(opening(hands))
    one.play(bought(one, 2))
    hands.scan(member(7))
    one.until(lambda: hands.view.member is not None)
    hands.press(Key.Key_F8, Key.Key_Return)
    sold = one.till.memory.journal.last_document()
    hands.scan(f"K1R:{sold.receipt_number}")
    one.until(lambda: one.window.desk.page is not None)
    hands.tap("Вернуть всё")
    hands.tap("Обмен")
    hands.press(Key.Key_Return)
    dearer = goods()[9]
    for count in range(1, 6):
        hands.scan(dearer)
        one.until(
            lambda count=count: (
                hands.lines() == 1 and hands.view.transaction.lines[0].quantity.value == count
            )
        )
    difference = hands.view.transaction.due_minor - hands.view.transaction.exchange.out_minor
    hands.press(Key.Key_F8)
    if hands.view.transaction is not None:
        hands.press(Key.Key_Return)
    assert hands.view.transaction is None
    back, taken = [
        one.till.memory.journal.document(number)
        for number in (next_number(sold.receipt_number, 1), next_number(sold.receipt_number, 2))
    ]
    assert back.original_id == sold.transaction_id
    assert sum(e.points for e in (*sold.entries, *back.entries)) == 0
    assert taken.totals.due_minor - back.totals.due_minor == difference
    assert taken.member_id == sold.member_id
    station = one.till.terminal.station
    assert station.session.cash_minor == 1000_00 + taken.totals.due_minor


def next_number(number: str, by: int) -> str:
    head, digits = number[:-6], number[-6:]
    return f"{head}{int(digits) + by:06d}"
