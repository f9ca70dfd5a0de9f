"""A forgotten card at a real window: receipt first or card first; the server counts it once."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.ui.menu_flows import MENU
from pos_app.wiring.demo_script import opening
from tests.journeys.test_complaints_in_the_window import bought
from tests.journeys.test_members_window import ask_is, keys

CARD = "2990000000019"


def by_menu(at, name) -> None:
    QTest.keyClick(at.window.entry, Qt.Key.Key_F1)
    at.until(ask_is(at.window.desk, "menu"))
    keys(at, str([one for one, _ in MENU].index(name) + 1))


def said(desk) -> list[str]:
    return [text.key for text in desk.said.texts] if desk.said else []


def points_of(till) -> int:
    account = till.station.known.account
    return account.balance


def test_a_receipt_becomes_the_members_who_had_forgotten_the_card_and_comes_back(cashier):
    at = cashier("till-forgotten")
    hands, desk, till = at.hands, at.window.desk, at.till.terminal
    at.play(opening(hands))
    at.play(bought(at, 2))

    # A sale without a card, and an hour later the customer is back with the paper.
    hands.press(Qt.Key.Key_F8, Qt.Key.Key_Return)
    at.until(lambda: at.till.memory.journal.last_document() is not None)
    number = at.till.memory.journal.last_document().receipt_number
    by_menu(at, "forgotten_card")
    at.until(ask_is(desk, "forgotten_card"))
    desk.hush()
    hands.scan(f"K1R:{number}")
    at.until(lambda: said(desk) == ["ui.credit_waits"])
    assert desk.ask is not None, "whose points they are is asked first"
    hands.scan(CARD)
    at.until(lambda: hands.view.member is not None)
    at.until(lambda: desk.ask is None)
    pending = desk.view.member.pending
    assert pending > 0
    balance = points_of(till)

    # The same paper once more: refused, in words.
    by_menu(at, "forgotten_card")
    keys(at, number)
    assert said(desk) == ["refused.credit_twice"]
    assert points_of(till) == balance
    QTest.keyClick(at.window.entry, Qt.Key.Key_Escape)

    at.play([lambda: at.till.memory.journal.unsent() == 0])
    desk.do(till.sync_now())
    member_id = till.view().member.id
    mirror = till.station.mirror

    def posted() -> bool:
        member = mirror.member_by_key("id", member_id)
        return member is not None and member.account().balance == balance

    at.until(posted)
    assert points_of(till) == balance, "counted once, by the row or by the till's own event"

    # The goods come back: the points go.
    desk.do(till.remove_member())
    assert till.return_sale(number, reason="defect", override=("boris", "2222")).ok
    assert till.view().transaction.points_earned == pending
    assert till.complete().ok
    at.play([lambda: at.till.memory.journal.unsent() == 0])
    desk.do(till.sync_now())
    at.until(lambda: mirror.member_by_key("id", member_id).account().balance == balance - pending)
    desk.do(till.scan(CARD.encode(), None))
    assert points_of(till) == balance - pending
