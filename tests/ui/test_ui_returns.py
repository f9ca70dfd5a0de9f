"""A receipt that comes back, in the window: forgotten cards and returns."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from pos_app.domain.quantity import grams
from pos_app.ui import gestures, return_marks
from pos_app.ui.controls import Button, Paragraph, Variants
from pos_app.ui.desk import Page
from pos_app.ui.menu_flows import MENU, perform
from pos_app.ui.panels import NumberPad
from pos_app.ui.return_screen import ReturnPage
from pos_app.workstation.answer import Part, done, notice, refused
from pos_app.workstation.price_check import CheckedPrice, OnLabel
from pos_app.workstation.return_shown import ReturnView
from pos_app.workstation.view import FoundItem, TenderView
from tests.ui.builders import SellingTill, a_member, a_transaction, selling, signed_on
from tests.ui.counter_samples import become
from tests.ui.looks import in_every_look
from tests.ui.return_samples import (
    a_receipt,
    an_open_return,
    choosing_lines,
    wholly_back,
    why_of_a_past_receipt,
)

GOOD = done(notice("receipt_credited", number="A000017", points=20))


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def asked(window):
    return window.desk.ask.name if window.desk.ask else ""


def said(window):
    return [text.key for text in window.desk.said.texts] if window.desk.said else []


def test_the_forgotten_card_is_the_last_of_the_menu_and_takes_a_typed_number(window):
    assert MENU[-1][0] == "forgotten_card"
    window.desk.till.answers["credit_receipt"] = GOOD
    perform(window.desk, "forgotten_card")
    QTest.keyClicks(window.entry, "A000017")
    QTest.keyClick(window.entry, Qt.Key.Key_Return)
    assert window.desk.till.said("credit_receipt") == [(("A000017",), {})]
    assert asked(window) == ""


def test_a_refused_number_leaves_the_question_and_an_empty_field(window):
    window.desk.till.answers["credit_receipt"] = refused("credit_twice", number="A1", on=1)
    perform(window.desk, "forgotten_card")
    window.desk.ask.accept("")
    window.desk.ask.accept("A000017")
    assert (asked(window), window.desk.typed) == ("forgotten_card", "")
    assert said(window) == ["refused.credit_twice"]


def test_a_receipt_without_its_card_waits_beside_the_field_for_the_card(window):
    become(window, member=None)
    till = window.desk.till
    perform(window.desk, "forgotten_card")
    assert said(window) == ["refused.credit_who"], "said before anything is scanned"
    receipt = replace(a_transaction(), id="A000017", phase="completed")
    till.answers["credit_receipt"] = refused("credit_who")
    till.answers["scan"] = done(receipt=receipt)
    window.desk.ask.scan(b"K1R:A000017")
    assert (asked(window), window.desk.typed) == ("forgotten_card", "")
    assert said(window) == ["ui.credit_waits"]
    assert window.desk.said.texts[0].args["number"] == "A000017"
    till.answers["credit_receipt"] = GOOD
    till.shown = replace(till.shown, member=a_member())
    till.push(done(changed=frozenset({Part.MEMBER})))
    assert [args for args, _ in till.said("credit_receipt")] == [("A000017",), ("A000017",)]
    assert asked(window) == ""


def test_a_phone_typed_after_the_receipt_is_whose_it_is_and_not_more_of_its_number(window):
    become(window, member=None)
    till = window.desk.till
    till.answers["credit_receipt"] = refused("credit_who")
    perform(window.desk, "forgotten_card")
    window.desk.ask.accept("A000017")
    till.answers["credit_receipt"] = GOOD
    till.answers["type_text"] = lambda _text: till.become(member=a_member())
    QTest.keyClicks(window.entry, "9990000000")
    QTest.keyClick(window.entry, Qt.Key.Key_Return)
    assert till.said("type_text") == [(("9990000000",), {})]
    assert [args for args, _ in till.said("credit_receipt")] == [("A000017",), ("A000017",)]
    assert asked(window) == ""


def test_a_receipt_that_a_scanner_brings_by_itself_is_credited_and_not_returned(window):
    window.desk.till.answers["credit_receipt"] = GOOD
    perform(window.desk, "forgotten_card")
    window.desk.till.push(done(receipt=replace(a_transaction(), id="A000017")))
    assert window.desk.till.said("credit_receipt") == [(("A000017",), {})]
    assert window.desk.page is None
    window.desk.till.push(done(receipt=replace(a_transaction(), id="A000017")))
    assert window.desk.page.kind == "return", "without the question it is for a return"


def page(window):
    return window.screen_shown.findChild(ReturnPage)


def texts(widget):
    said = (one.text() for one in widget.findChildren(Paragraph))
    return [text.replace("\xa0", " ") for text in said if text]


def aside_told(window):
    told = " ".join(one.text() for one in page(window).findChildren(Paragraph))
    return window.look.say("ui.return_over_sale") in told


def test_a_receipt_says_whose_it_is_what_is_back_already_and_what_the_rest_brings(window):
    choosing_lines(window)
    said = texts(page(window))
    assert any("A000017" in text for text in said)
    assert any("Мария С." in text for text in said)
    assert "Уже возвращено" in said
    assert said[-1].startswith("К выдаче") and "300" in said[-1] and "159" in said[-1]
    first, *others = page(window).findChildren(Button)[1:3]
    assert not first.isEnabled() and not others[0].isEnabled(), "nothing of it is left"
    (receipt, lines), _ = window.desk.till.said("return_sums")[-1]
    assert 1 not in [line for line, _ in lines]


@in_every_look
def test_a_return_over_a_sale_says_before_any_key_that_the_sale_is_put_aside(open_till, look):
    window = open_till(SellingTill(selling()), **look)
    window.desk.turn_to(Page("return", a_receipt()))
    assert aside_told(window)


def test_with_no_sale_open_nothing_is_said_of_one(open_till):
    window = open_till(SellingTill(signed_on()))
    window.desk.turn_to(Page("return", a_receipt()))
    assert not aside_told(window)


@in_every_look
def test_a_receipt_that_is_wholly_back_has_dead_keys_and_a_why_that_says_it(open_till, look):
    window = open_till(SellingTill(selling()), **look)
    wholly_back(window)
    assert said(window) == ["notice.all_returned"]
    live = [one.text() for one in page(window).findChildren(Button) if one.isEnabled()]
    assert window.look.say("ui.why") in live
    for dead in ("return_all", "return_chosen", "exchange_chosen"):
        assert window.look.say(f"ui.{dead}") not in live
    QTest.keyClick(window.entry, Qt.Key.Key_F11)
    assert window.desk.page.kind == "trace"
    assert window.desk.till.said("explain") == [(("t1",), {})]
    assert said(window) == ["ui.why_of_returned"]


def test_an_open_return_names_its_customer_and_its_dead_keys_are_off(window):
    an_open_return(window)
    screen = window.screen_shown
    assert not screen.member.nobody.isVisible() and not screen.member.known.isVisible()
    said = texts(screen.member.returning)
    points = ["Вернётся: 300 баллов", "Снимется: 159 баллов"]
    assert said[1:] == ["Константинопольская Мария С.", *points]
    assert not screen.line_row.isVisible()
    assert not any(screen._field_buttons[name].isEnabled() for name in ("search", "suspend"))
    an_open_return(window, ReturnView("", "", False, bare=True))
    assert screen.line_row.isVisible() and screen._field_buttons["search"].isEnabled()
    off = [one for one in screen.line_row.findChildren(Button) if not one.isEnabled()]
    assert [one.accessibleName() for one in off] == ["Скидка, F7"]
    QTest.keyClick(window.entry, Qt.Key.Key_F7)
    assert window.desk.ask is None, "nothing is typed for what would be refused"
    assert window.desk.said.texts[0].key == "refused.return_is_open"
    assert texts(screen.member.returning)[0] == "Возврат без чека"
    become(window, transaction=a_transaction())
    assert all(one.isEnabled() for one in screen.line_row.findChildren(Button))
    assert screen._field_buttons["suspend"].isEnabled()
    assert not screen.member.returning.isVisible()


def test_a_return_that_moves_no_points_says_so(window):
    an_open_return(window, ReturnView("A000017", "", True))
    said = texts(window.screen_shown.member.returning)
    assert said[1:] == ["Покупатель с картой", "Баллы не меняются"]
    an_open_return(window, ReturnView("A000017", "", False))
    said = texts(window.screen_shown.member.returning)
    assert said[1:] == ["Покупатель без карты: баллы не меняются"]


def test_a_return_without_a_receipt_asks_for_goods_and_greets_no_next_customer(window):
    bare = ReturnView("", "", False, bare=True)
    empty = replace(a_transaction(kind="return"), lines=(), returning=bare)
    become(window, transaction=empty, member=None)
    shown = window.screen_shown.idle
    assert shown._title.text() == window.look.say("ui.bare_ready")


def test_a_return_names_what_points_paid_and_the_part_of_a_point_that_waits(window):
    refunds = (TenderView("cash", -95_37),)
    goods = replace(
        a_transaction(kind="return"), list_total_minor=136_17, points_redeemed_minor=40_80,
        refunds=refunds, returning=ReturnView("A000017", "", True, 40, 7, fraction_minor=80),
    )  # fmt: skip
    become(window, transaction=goods, member=None)
    shown = [*window.findChildren(QLabel), *window.findChildren(Variants)]
    told = " ".join(one.text() for one in shown if one.isVisible())
    told = told.replace("\xa0", " ").replace("\u202f", " ")
    for words in ("136,17", "95,37", "Баллами", "40,80", "0,80 ₽ — меньше балла"):
        assert words in told, told


def test_why_on_the_page_of_a_past_receipt_is_of_that_one_and_leads_back_to_it(window):
    why_of_a_past_receipt(window)
    assert window.desk.till.said("explain") == [(("t1",), {})]
    assert window.desk.page.kind == "trace"
    shown = [one.text() for one in window.findChildren(Paragraph) if one.isVisible()]
    assert "Почему так: чек A000017" in shown
    assert any("Программы версии 3 на этой кассе больше нет" in text for text in shown)
    QTest.keyClick(window.entry, Qt.Key.Key_Escape)
    assert window.desk.page.kind == "return"
    (button,) = [
        one for one in window.findChildren(Button) if one.text() == "Почему?" if one.isVisible()
    ]
    button.click()
    assert window.desk.page.kind == "trace"
    QTest.keyClick(window.entry, Qt.Key.Key_F11)
    assert window.desk.page.kind == "return"


# ---- what comes back is marked by the scanner and by keys
def marked(window):
    return return_marks.wanted(window.desk.page)


def enter(window, text=""):
    QTest.keyClicks(window.entry, text)
    QTest.keyClick(window.entry, Qt.Key.Key_Return)


@pytest.fixture
def receipt(window):
    """The page of a receipt; a code that is scanned is goods by the till's own answer."""
    shown = replace(a_transaction(), id="A000017", phase="completed")
    window.desk.turn_to(Page("return", shown))
    rows = {line.code: FoundItem(line.item_id, line.code, line.name, 1, "piece")
            for line in shown.lines}  # fmt: skip
    rows["4600000099999"] = FoundItem("other", "4600000099999", "Чай", 1, "piece")

    def check(text):
        return done(item=rows[text]) if text in rows else refused("unknown_code", code=text)

    window.desk.till.answers["price_check"] = check
    return shown


def test_a_scan_on_the_page_of_a_receipt_marks_what_comes_back_and_sells_nothing(window, receipt):
    milk, _, cheese, *_ = receipt.lines
    for code in (milk.code, milk.code, cheese.code):
        gestures.scan(window.desk, code.encode())
    assert marked(window) == [(milk.line, "2"), (cheese.line, "0.342")], "weighed: the whole of it"
    gestures.scan(window.desk, milk.code.encode())
    assert said(window) == ["ui.return_no_more"]
    gestures.scan(window.desk, b"4600000099999")
    assert said(window) == ["ui.return_not_here"]
    assert window.desk.till.said("scan") == []
    assert window.desk.page.kind == "return"


def test_a_row_s_number_marks_it_and_enter_goes_on_to_the_reason(window, receipt):
    enter(window, "2")
    assert marked(window) == [(2, "1")]
    enter(window)
    assert asked(window) == "reason"
    enter(window, "1")
    ((number, lines), given) = window.desk.till.said("return_sale")[-1]
    assert (number, lines, given["reason"]) == ("A000017", [(2, "1")], "defect")


def test_a_weight_typed_after_the_goods_is_the_part_of_them_that_comes_back(window, receipt):
    enter(window, "3")
    assert marked(window) == [(3, "0.342")]
    enter(window, "0,120")
    assert marked(window) == [(3, "0.120")]
    enter(window, "0.342*3")
    assert marked(window) == [(3, "0.342")]
    enter(window, f"0.2*{receipt.lines[2].code}")
    assert marked(window) == [(3, "0.200")]
    enter(window, "2*1")
    assert marked(window) == [(1, "2"), (3, "0.200")]
    enter(window, "0.000*3")
    assert marked(window) == [(1, "2")]
    assert window.desk.till.said("scan") == window.desk.till.said("type_text") == []


def test_more_than_was_sold_is_not_marked_and_a_weight_of_nothing_asks_of_what(window, receipt):
    enter(window, "0.343*3")
    assert (marked(window), said(window)) == ([], ["refused.too_many_back"])
    enter(window, "2")
    enter(window, "0.100")
    assert (marked(window), said(window)) == ([(2, "1")], ["ui.return_weight_of"]), (
        "cheese or fruit"
    )
    enter(window, "0.5*2")
    assert said(window) == ["refused.bad_quantity"]


def test_a_weight_before_a_scan_is_of_what_is_scanned_and_waits_for_no_sale(window, receipt):
    QTest.keyClicks(window.entry, "0.2*")
    gestures.scan(window.desk, receipt.lines[2].code.encode())
    assert (marked(window), window.desk.typed) == ([(3, "0.200")], "")
    assert window.desk.till.said("type_text") == []


def test_the_only_weighed_goods_of_a_receipt_take_a_weight_alone(window, receipt):
    shown = replace(receipt, lines=receipt.lines[:3])
    window.desk.turn_to(Page("return", shown))
    enter(window, "0.100")
    assert marked(window) == [(3, "0.100")]


def test_a_label_of_a_part_marks_its_weight_and_a_second_one_the_rest(window, receipt):
    cheese = receipt.lines[2]
    item = FoundItem(cheese.item_id, cheese.code, cheese.name, 1, "g")
    weights = {"2100": 120, "2200": 222, "2300": 400}

    def check(text):
        label = OnLabel(grams(weights[text]), None, None)
        price = CheckedPrice(item, None, "", None, (), None, label=label)
        return done(item=item, price=price)

    window.desk.till.answers["price_check"] = check
    gestures.scan(window.desk, b"2100")
    assert marked(window) == [(3, "0.120")]
    gestures.scan(window.desk, b"2300")
    assert (marked(window), said(window)) == ([(3, "0.120")], ["refused.too_many_back"])
    gestures.scan(window.desk, b"2200")
    assert marked(window) == [(3, "0.342")]
    gestures.scan(window.desk, b"2200")
    assert said(window) == ["ui.return_no_more"]


def test_a_finger_is_asked_for_the_part_of_weighed_goods(window, receipt):
    part = window.look.say("ui.return_part")
    (key,) = [b for b in page(window).findChildren(Button)
              if b.accessibleName().startswith(f"{part}: {receipt.lines[2].name}")]  # fmt: skip
    key.click()
    assert asked(window) == "return_weight"
    assert any("весовой: не больше 0,342" in one for one in texts(window.screen_shown._side))
    for digit in "0,15":
        window.screen_shown.findChild(NumberPad)._press(digit)
    perform(window.desk, "submit")
    assert (marked(window), window.desk.ask) == ([(3, "0.150")], None)
    key.click()
    gestures.scan(window.desk, receipt.lines[0].code.encode())
    assert (marked(window), window.desk.ask) == ([(1, "1"), (3, "0.150")], None)


def test_beside_a_question_esc_is_the_question_s_alone(window, receipt):
    def backs():
        back = window.look.say("ui.back")
        return [b for b in window.findChildren(Button) if b.text() == back and b.isVisible()]

    assert len(backs()) == 1
    enter(window, "2")
    enter(window)
    assert asked(window) == "reason"
    assert len(backs()) == 1
    assert not page(window)._go.isEnabled(), "and so is Enter"
    QTest.keyClick(window.entry, Qt.Key.Key_Escape)
    assert len(backs()) == 1
    assert window.desk.page.kind == "return"
    assert page(window)._go.isEnabled()


def test_a_card_on_the_page_is_the_till_s_and_enter_with_nothing_marked_leaves_it(window, receipt):
    enter(window)
    assert window.desk.page is None
    window.desk.turn_to(Page("return", receipt))
    gestures.scan(window.desk, b"2990000000019")
    assert window.desk.till.said("scan") == [((b"2990000000019", None), {})]


def test_what_is_marked_outlives_a_look_at_why(window, receipt):
    window.desk.till.answers["explain"] = done(trace=(), receipt_number="A000017")
    enter(window, "2")
    perform(window.desk, "why")
    perform(window.desk, "why")
    assert marked(window) == [(2, "1")]
    shown = {one.text() for one in page(window).findChildren(QLabel)}
    assert "1\xa0шт" in shown or "1 шт" in shown
