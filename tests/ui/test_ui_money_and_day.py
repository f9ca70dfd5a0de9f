"""Cash, drawer, sessions, returns and the day: every gesture forwards once and asks first."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from pos_app.ui import gestures, money_flows
from pos_app.ui.app import run_window
from pos_app.ui.controls import Button
from pos_app.ui.desk import Desk, Settings
from pos_app.ui.main_window import MainWindow
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import ALL_PARTS, Part, done
from pos_app.workstation.report import Report, Settlement
from tests.ui.builders import (
    SellingTill,
    a_transaction,
    selling,
    signed_on,
)
from tests.ui.counter_samples import a_price

K = Qt.Key


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def answer(window, text):
    window.desk.write(text)
    QTest.keyClick(window.entry, K.Key_Return)


def tap(window, words):
    shown = [b for b in window.findChildren(Button) if b.isVisible() and words in b.text()]
    assert shown, f"no button {words!r}"
    QTest.mouseClick(shown[0], Qt.MouseButton.LeftButton)


def tap_named(window, name):
    shown = [b for b in window.findChildren(Button) if b.isVisible() and name in b.accessibleName()]
    QTest.mouseClick(shown[0], Qt.MouseButton.LeftButton)


def words_on(window):
    return " ".join(one.text() for one in window.findChildren(QLabel) if one.isVisible())


def become(window, **changes):
    window.desk.till.shown = replace(window.desk.till.shown, **changes)
    window.desk.till.push(done(changed=ALL_PARTS))


def a_report(kind="x", **changes):
    report = Report(
        kind, date(2026, 11, 22), 118, "Иванова А.", datetime(2026, 11, 22, tzinfo=UTC),
        42, 1, 159, 300, 0, 2, 1, 318914, 5000, 23561, 0, 0, 100000, 0, 900,
        (("cash", 218914), ("card", 100000)), 518914,
    )  # fmt: skip
    return replace(report, **changes)


def test_signing_on_takes_a_name_and_a_pin_and_a_wrong_pin_asks_again(open_till):
    window = open_till(SellingTill(signed_on(operator=None, session=None)))
    QTest.keyClick(window.entry, K.Key_Down)
    answer(window, "9999")
    assert window.desk.said.texts[0].key == "refused.wrong_pin"
    assert window.desk.ask.name == "sign_on"
    answer(window, "1234")
    assert window.desk.till.said("sign_on")[-1] == (("o2", "1234"), {})
    window.tick()
    assert window.desk.ask.name == "open_session"
    answer(window, "")
    assert window.desk.till.said("open_session") == [((0,), {"override": None})]
    assert window.desk.ask is None


def test_esc_on_the_sign_on_screen_stays_there(open_till):
    window = open_till(SellingTill(signed_on(operator=None)))
    QTest.keyClick(window.entry, K.Key_Escape)
    assert window.desk.ask.name == "sign_on"


def test_operators_that_come_later_are_listed_when_they_come(open_till):
    till = SellingTill(signed_on(operator=None))
    listed = till.answers["operators"]
    till.answers["operators"] = done(operators=())
    window = open_till(till)
    assert window.desk.rows == ()
    answer(window, "1234")
    assert not till.said("sign_on")
    till.answers["operators"] = listed
    window.tick()
    assert [row.title for row in window.desk.rows] == ["Иванова Анна", "Петров Олег"]
    tap(window, "Петров")
    assert window.desk.cursor == 1


def test_a_pin_is_typed_by_finger_and_shown_as_dots(open_till):
    window = open_till(SellingTill(signed_on(operator=None)))
    for key in "12345":
        tap(window, key)
    tap_named(window, "Стереть")
    assert window.entry.text() == "1234"
    assert window.entry.echoMode() == window.entry.EchoMode.Password
    tap(window, "C")
    assert window.entry.text() == ""


@pytest.mark.parametrize("kind", ["paid_in", "paid_out", "pickup", "loan"])
def test_money_moves_with_an_amount_and_a_reason(window, kind):
    perform(window.desk, kind)
    answer(window, "")
    assert window.desk.ask.name == kind
    answer(window, "100,50")
    assert window.desk.ask.name == "why_so"
    QTest.keyClick(window.entry, K.Key_Return)
    ((kind_said, minor, reason), more) = window.desk.till.said("cash_movement")[0]
    assert (kind_said, minor, more) == (kind, 10050, {"override": None})
    assert reason in money_flows.MOVEMENT_REASONS[kind]


def test_the_drawer_opens_without_a_sale_only_with_a_reason(window):
    perform(window.desk, "no_sale")
    tap(window, "Проверить ящик")
    assert window.desk.till.said("no_sale") == [(("check_drawer",), {"override": None})]
    assert window.entry.hasFocus()


def test_a_session_is_closed_with_a_count_and_shows_its_report(window):
    report = a_report("session", counted_minor=518914, difference_minor=0)
    window.desk.till.answers["close_session"] = done(report=report)
    perform(window.desk, "close_session")
    answer(window, "5189,14")
    assert window.desk.till.said("close_session") == [((518914, ""), {})]
    assert window.desk.page.content == report
    assert "518,914" not in words_on(window)
    assert "5\u202f189,14\u00a0₽" in words_on(window)


def test_the_z_report_names_what_differs(window):
    settled = Settlement(True, False, ("sales",), 0, 1)
    report = a_report("z", counted_minor=1, difference_minor=-518913, settlement=settled)
    window.desk.till.push(done(report=report))
    assert "Не сходится" in words_on(window)
    assert "−5\u202f189,13\u00a0₽" in words_on(window)


@pytest.mark.parametrize(
    ("settlement", "said"),
    [(None, "Сервер считает"), (Settlement(True, True), "сходятся")],
)
def test_the_z_report_says_how_the_settlement_went(window, settlement, said):
    window.desk.till.push(done(report=a_report("z", settlement=settlement)))
    assert said in words_on(window)


def test_a_return_takes_back_the_chosen_pieces_for_a_reason(window):
    window.desk.till.answers["find_receipt"] = done(receipt=a_transaction())
    perform(window.desk, "return")
    answer(window, "")
    answer(window, "000118-0042")
    assert window.desk.page.kind == "return"
    tap_named(window, "Больше: Молоко")
    tap_named(window, "Больше: Молоко")
    tap_named(window, "Меньше: Молоко")
    tap_named(window, "Больше: Сыр")
    tap(window, "Оформить возврат")
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("return_sale") == [
        (("t1", [(1, "1"), (3, "0.342")]), {"reason": "defect", "override": None})
    ]
    assert window.desk.page is None


def test_a_receipts_number_that_comes_as_fast_as_a_scan_is_its_number(window):
    """Not a phone and not a product: the question asked for a receipt."""
    window.desk.till.answers["find_receipt"] = done(receipt=a_transaction())
    perform(window.desk, "return")
    gestures.scan(window.desk, b"0101000001")
    assert window.desk.till.said("find_receipt") == [(("0101000001",), {})]
    assert window.desk.till.said("scan") == []
    assert window.desk.page.kind == "return"
    perform(window.desk, "return")
    gestures.scan(window.desk, b"https://receipt.example/1")
    assert len(window.desk.till.said("scan")) == 1


def test_everything_comes_back_with_one_tap(window):
    window.desk.till.push(done(receipt=a_transaction()))
    tap(window, "Вернуть всё")
    tap(window, "Оформить возврат")
    QTest.keyClick(window.entry, K.Key_Return)
    ((_, lines), _) = window.desk.till.said("return_sale")[0]
    assert len(lines) == 8


def test_a_return_is_completed_by_the_key_of_cash(window):
    become(window, transaction=a_transaction(kind="return"), member=None)
    assert [b.text() for b in window.screen_shown.totals.pay.buttons if b.isVisible()] == [
        "Вернуть деньги"
    ]
    QTest.keyClick(window.entry, K.Key_F8)
    assert window.desk.till.said("complete")
    assert not window.desk.till.said("pay")


def test_exact_cash_by_a_tap_and_a_bad_number_by_hand(window):
    perform(window.desk, "cash")
    answer(window, "5x")
    assert window.desk.said.texts[0].key == "ui.not_a_number"
    QTest.keyClick(window.entry, K.Key_F9)
    assert not window.desk.till.said("pay")
    tap(window, "Без сдачи")
    assert window.desk.till.said("pay") == [(("cash", None), {})]


def test_a_tender_is_taken_back(window):
    money_flows.void_tender(window.desk, 0)
    assert window.desk.till.said("void_tender") == [((0,), {})]


def test_ctrl_z_takes_the_last_payment_back_and_without_one_the_last_change(open_till):
    window = open_till(SellingTill(replace(selling(), transaction=a_transaction(paid=20_00))))
    QTest.keyClick(window.entry, K.Key_Z, Qt.KeyboardModifier.ControlModifier)
    till = window.desk.till
    assert (till.said("void_tender"), till.said("undo")) == ([((0,), {})], [])
    window = open_till(SellingTill(selling()))
    QTest.keyClick(window.entry, K.Key_Z, Qt.KeyboardModifier.ControlModifier)
    till = window.desk.till
    assert (till.said("void_tender"), len(till.said("undo"))) == ([], 1)


def test_card_and_qr_pay_all_that_is_due(window):
    QTest.keyClick(window.entry, K.Key_F10)
    assert window.desk.till.said("pay") == [(("qr", None), {})]


def test_a_price_check_says_the_price_and_sells_nothing(window):
    window.desk.till.answers["price_check"] = a_price()
    perform(window.desk, "price_check")
    answer(window, "4601234000001")
    assert window.desk.said.texts[0].key == "ui.price_with_card"
    assert not window.desk.till.said("add_item")


@pytest.mark.parametrize(
    ("gesture", "method"),
    [("sign_off", "sign_off"), ("reprint", "reprint"), ("sync_now", "sync_now"),
     ("remove_member", "remove_member"), ("x_report", "x_report")],
)  # fmt: skip
def test_a_gesture_of_the_menu_is_one_call(window, gesture, method):
    perform(window.desk, gesture)
    assert len(window.desk.till.said(method)) == 1


def test_a_window_closed_listens_no_more_and_says_so():
    closed = []
    desk = Desk(SellingTill())
    window = MainWindow(desk, px_per_mm=3.8, on_closed=lambda: closed.append(True))
    window.resize(1366, 768)
    window.start()
    window.close()
    desk.emit(Part.LINK)
    assert closed == [True]
    window.deleteLater()


def test_run_window_paints_first_starts_the_rest_and_closes_the_till(qapp):
    till = SellingTill(signed_on())
    seen = []

    def started():
        shown = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
        seen.append((shown.isVisible(), shown.width() > 0))
        QTimer.singleShot(300, lambda: qapp.exit(0))

    status = run_window(till, settings=Settings("en", "dark", 125), on_started=started)
    assert status == 0
    assert seen == [(True, True)]
    assert till.said("tick")
    assert till.said("close")
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, MainWindow):
            widget.close()
            widget.deleteLater()


def test_what_cash_is_rounded_by_stands_beside_the_sum(window):
    assert "Округление" not in words_on(window)
    sale = a_transaction()
    become(window, transaction=replace(sale, cash_rounding_minor=-14))
    assert "Округление наличными" in words_on(window)
    become(window, transaction=replace(sale, rounding_minor=-14))
    assert "Округление наличными" in words_on(window)
    become(window, transaction=sale)
    assert "Округление" not in words_on(window)


def test_a_drawer_that_differs_is_counted_again_or_closed_as_it_is(open_till):
    till = SellingTill(signed_on())
    till.answers["count_drawer"] = done(difference_minor=-100_00)
    window = open_till(till)
    perform(window.desk, "close_session")
    window.desk.write("500")
    perform(window.desk, "submit")
    assert window.desk.ask.name == "difference"
    assert not till.said("close_session"), "one Enter closes no session that does not add up"
    window.desk.ask.pick(window.desk.rows[0])
    assert window.desk.ask.name == "close_session"
    window.desk.write("500")
    perform(window.desk, "submit")
    window.desk.ask.pick(window.desk.rows[1])
    assert till.said("close_session") == [((500_00, ""), {})]


def test_a_session_that_differs_by_more_than_the_shop_lets_pass_is_closed_with_a_reason(open_till):
    till = SellingTill(signed_on())
    till.answers["count_drawer"] = done(difference_minor=-100_00, needs_reason=True)
    till.answers["close_session"] = done()
    window = open_till(till)
    perform(window.desk, "close_session")
    window.desk.write("500")
    perform(window.desk, "submit")
    window.desk.ask.pick(window.desk.rows[1])
    assert window.desk.ask.name == "why_so"
    window.desk.ask.pick(window.desk.rows[0])
    assert till.said("close_session") == [((500_00, "wrong_change"), {})]
