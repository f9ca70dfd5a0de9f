"""A manager at a real window, by keys alone: a member's points are put right and read at once."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.ui.menu_flows import GROUPS, MENU

CARD = "2990000000019"


def keys(cashier, text) -> None:
    QTest.keyClicks(cashier.window.entry, text)
    QTest.keyClick(cashier.window.entry, Qt.Key.Key_Return)


def row(desk, value) -> str:
    """The number of the row with that value, as a hand would type it."""
    return str([one.value for one in desk.rows].index(value) + 1)


def ask_is(desk, name):
    return lambda: desk.ask is not None and desk.ask.name == name


def test_points_are_given_by_keys_and_the_servers_word_fills_the_page(cashier):
    at = cashier("till-office-window")
    desk, till = at.window.desk, at.till.terminal
    assert till.sign_on("anna", "1111").ok
    assert till.open_session(0).ok
    at.window.tick()
    at.until(lambda: at.till.courier.status().online)
    desk.do(till.sync_now())

    QTest.keyClick(at.window.entry, Qt.Key.Key_F1)
    keys(at, str([name for name, _ in MENU].index("day") + 1))
    at.until(ask_is(desk, "menu_day"))
    assert "members" in dict(GROUPS["day"])
    keys(at, row(desk, "members"))
    at.until(ask_is(desk, "find_member"))
    keys(at, CARD)
    at.until(lambda: desk.page is not None and desk.page.kind == "member")
    at.until(lambda: desk.page.content.card.whole)
    before = desk.page.content.card
    assert before.ledger[0].balance == before.points

    keys(at, row(desk, "give"))
    at.until(ask_is(desk, "points_give"))
    keys(at, "150")
    at.until(ask_is(desk, "why_so"))
    keys(at, row(desk, "apology"))
    at.until(ask_is(desk, "member_do"))
    assert desk.page.content.card.points == before.points + 150
    keys(at, row(desk, "ledger"))

    at.play([lambda: at.till.memory.journal.unsent() == 0])
    desk.do(till.sync_now())
    member = till.member_card(before.id)
    assert member.ok
    at.until(lambda: desk.page.content.card.whole)
    assert desk.page.content.card.points == before.points + 150
    newest = desk.page.content.card.ledger[0]
    assert (newest.points, newest.reason, newest.operator) == (150, "apology", "Анна")

    QTest.keyClick(at.window.entry, Qt.Key.Key_Escape)
    QTest.keyClick(at.window.entry, Qt.Key.Key_Escape)
    assert (desk.page, desk.ask) == (None, None)
