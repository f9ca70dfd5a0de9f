"""Where the money of a return goes, on the screen: the drawer's share stands apart, and large."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.ui.controls import Paragraph
from pos_app.ui.return_screen import ReturnPage
from pos_app.workstation.tender_shown import TenderView
from tests.ui.builders import SellingTill, signed_on
from tests.ui.counter_samples import an_exchange, become
from tests.ui.looks import in_every_look
from tests.ui.return_samples import (
    SPLIT,
    half_among_the_suspended,
    half_an_exchange,
    money_back_two_ways,
    open_two_ways,
    returned,
    the_other_half,
)


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(signed_on()))


def plain(text):
    return text.replace("\xa0", " ").replace("\u202f", " ")


def lines_of(idle):
    return plain(idle._ways.text()).splitlines()


def test_the_large_figure_after_a_return_is_what_leaves_the_drawer(window):
    returned(window, *SPLIT[1:], drawer=99_50)
    idle = window.screen_shown.idle
    assert (idle._over.text(), plain(idle._figure.text())) == ("Из ящика", "99,50 ₽")
    assert lines_of(idle) == ["Подарочная ··0001 120,40 ₽"]


@in_every_look
def test_money_that_goes_back_to_a_card_alone_says_that_the_drawer_gives_nothing(open_till, look):
    window = open_till(SellingTill(signed_on()), **look)
    returned(window, TenderView("card", 219_90), TenderView("qr", 1_00))
    idle, say = window.screen_shown.idle, window.look.say
    assert idle._title.text() == say("ui.drawer_stays")
    assert not idle._figure.isVisible()
    assert len(lines_of(idle)) == 2
    returned(window, drawer=5_00)
    assert not idle._ways.isVisible()


def test_the_large_figure_of_an_open_return_is_what_will_leave_the_drawer(window):
    open_two_ways(window)
    totals = window.screen_shown.totals
    assert plain(totals.figure.accessibleName()) == "Из ящика 99,50 ₽"
    shown = {
        one.text(): plain(two.text())
        for one, two in zip(totals._names, totals._values, strict=True)
    }
    assert shown["Подарочная ··0001"] == "120,40 ₽"


def test_an_open_return_to_a_card_alone_says_that_the_drawer_gives_nothing(window):
    open_two_ways(window, TenderView("card", 219_90))
    totals = window.screen_shown.totals
    assert plain(totals.figure.accessibleName()) == "Из ящика 0,00 ₽"


def test_an_open_return_in_cash_alone_is_to_be_refunded_whole(window):
    open_two_ways(window, TenderView("cash", 219_90))
    totals = window.screen_shown.totals
    assert plain(totals.figure.accessibleName()) == "К возврату 219,90 ₽"


def test_the_page_of_a_receipt_tells_the_split_before_anything_is_opened(window):
    money_back_two_ways(window)
    page = window.screen_shown.findChild(ReturnPage)
    told = plain([one.text() for one in page.findChildren(Paragraph)][-1])
    assert told.startswith("Вернётся 219,90 ₽: Из ящика 99,50 ₽, Подарочная ··0001 120,40 ₽"), told


def test_an_exchange_names_what_pays_for_its_goods_and_what_goes_to_the_card_beside(window):
    swap = an_exchange(out=904_00, due=0, apart=(TenderView("card", -904_00),))
    become(window, transaction=swap, member=None)
    totals = window.screen_shown.totals
    pairs = zip(totals._names, totals._values, strict=True)
    shown = {one.text(): plain(two.text()) for one, two in pairs if one.isVisible()}
    assert shown["Возвращается"] == "−1 349,90 ₽"
    assert shown["На карту, отдельно"] == "904,00 ₽"
    assert plain(totals.figure.accessibleName()) == "К оплате 0,00 ₽"


@in_every_look
def test_half_of_an_exchange_reads_as_nothing_to_hand_out(open_till, look):
    window = open_till(SellingTill(signed_on()), **look)
    half_an_exchange(window)
    idle, say = window.screen_shown.idle, window.look.say
    assert idle._title.text() == say("ui.half_exchange")
    assert not idle._figure.isVisible()
    assert plain(idle._ways.text()).startswith(say("refund_to.exchange"))


def test_the_receipt_that_waits_says_that_a_return_has_paid_of_it(window):
    half_among_the_suspended(window)
    (row,) = window.desk.rows
    assert "половина обмена: возврат оплатил 109,90 ₽" in plain(row.detail)


def test_brought_back_what_is_owed_is_the_large_figure_and_only_f8_is_live(window):
    the_other_half(window)
    totals = window.screen_shown.totals
    assert plain(totals.figure.accessibleName()) == "К выдаче 51,74 ₽"
    assert [one.text() for one in totals.pay.buttons if one.isVisible()] == ["Обменять"]
    QTest.keyClick(window.entry, Qt.Key.Key_F9)
    assert window.desk.till.said("complete") == [((), {})]
