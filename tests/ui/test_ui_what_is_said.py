"""What the screen says by itself: the link, training, offers, refusals, good news."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtTest import QTest

from pos_app.domain.sentence import say
from pos_app.ui.gestures import scan
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import Tone, done, notice, refused
from pos_app.workstation.view import DeviceView
from tests.ui.builders import (
    NOW,
    SellingTill,
    a_last_sale,
    a_member,
    a_transaction,
    offline,
    selling,
    signed_on,
)
from tests.ui.looks import in_every_look
from tests.ui.test_ui_money_and_day import K, become, tap_named, words_on


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def test_the_link_is_taken_away_and_given_back(window):
    perform(window.desk, "link")
    become(window, link=offline())
    perform(window.desk, "link")
    assert window.desk.till.said("link") == [((False,), {}), ((True,), {})]


def test_offline_is_said_in_words_with_the_time_and_what_waits(window):
    become(window, link=offline(), devices=(DeviceView("Star", "printer", "paper_low"),))
    assert "Нет связи с 10:40" in window.top.link.accessibleName()
    assert "37" in window.top.unsent.accessibleName()
    assert "мало бумаги" in window.top.device.accessibleName()
    become(window, link=replace(offline(), stale=True))
    assert "Вчерашние" in window.top.link.accessibleName()
    become(window, link=replace(offline(), trouble=say("link.fenced")))
    assert "другая машина" in window.top.link.accessibleName()


@in_every_look
def test_with_nothing_to_send_the_bar_says_one_thing_of_the_link(open_till, look):
    """At the start "no link" stood beside "all sent"."""
    window = open_till(SellingTill(selling()), **look)
    assert window.top.unsent.isVisible(), "on-line: all is sent"
    for link in (
        replace(offline(), since=None, unsent=0),
        replace(offline(), unsent=0, stale=True),
        replace(offline(), unsent=0, trouble=say("link.fenced")),
    ):
        become(window, link=link)
        assert not window.top.unsent.isVisible()
        assert window.top.link.isVisible()
    become(window, link=offline())
    assert window.top.unsent.isVisible(), "what waits is always told"


def test_training_is_marked(window):
    become(window, training=True)
    assert window.top._training.isVisible()
    assert window.training.isVisible()
    assert "ОБУЧЕНИЕ" in words_on(window)
    become(window, training=False)
    assert not window.training.isVisible()


def test_training_begins_and_ends_by_the_menu_with_the_pin_of_whoever_may(window):
    till = window.desk.till
    till.answers["train"] = lambda on, override=None: till.become(training=on)
    perform(window.desk, "training")
    assert window.training.isVisible()
    perform(window.desk, "training")
    assert [args for args, _who in till.said("train")] == [(True,), (False,)]
    till.answers["train"] = refused("needs_override", right="training")
    perform(window.desk, "training")
    assert window.desk.ask.name == "override"


def test_one_offer_at_a_time_and_none_again_once_dismissed(window):
    become(window, offers=(say("hint.one"), say("hint.two")))
    assert "One" in words_on(window)
    assert "Two" not in words_on(window)
    tap_named(window, "Больше не предлагать")
    assert "Two" in words_on(window)
    perform(window.desk, "dismiss")
    assert window.desk.offer() is None
    become(window, transaction=replace(a_transaction(), id="another"))
    assert window.desk.offer() is not None


def test_a_blocked_card_says_why_and_the_sale_goes_on(window):
    member = a_member(blocked=say("member.blocked", reason="lost"), chips=(), redeem_limit=None)
    become(window, member=replace(member, pending=20, next_tier_name=None))
    assert "заблокирована" in words_on(window)
    assert "20 баллов" in words_on(window)
    assert window.screen_shown.totals.pay.buttons[0].isEnabled()


def test_a_teaser_without_savings_speaks_of_points_only(window):
    teaser = replace(a_transaction().teaser, saves_minor=0)
    become(window, member=None, transaction=replace(a_transaction(), teaser=teaser))
    assert "159 баллов" in words_on(window)
    become(window, transaction=replace(a_transaction(), teaser=None))
    assert "159" not in words_on(window)


def test_a_teaser_that_is_still_priced_leaves_its_room_and_no_old_figure(window, qapp):
    scanned, teaser = a_transaction(), a_transaction().teaser
    become(window, member=None, transaction=scanned)
    panel = window.screen_shown.member.nobody
    below = panel.mapToGlobal(panel.children()[-1].pos())
    become(window, transaction=replace(scanned, teaser=None))
    qapp.processEvents()
    assert "159" not in words_on(window)
    assert panel.mapToGlobal(panel.children()[-1].pos()) == below
    become(window, transaction=replace(scanned, teaser=replace(teaser, points=161)))
    qapp.processEvents()
    assert "161" in words_on(window)
    assert panel.mapToGlobal(panel.children()[-1].pos()) == below
    become(window, transaction=None)
    for _ in range(3):
        qapp.processEvents()
    assert panel.mapToGlobal(panel.children()[-1].pos()).y() < below.y()


def test_a_refund_and_a_sale_without_change_are_said_so(window):
    refund = a_last_sale(kind="return", drawer_minor=10000, change_due_minor=0)
    become(window, transaction=None, member=None, last_sale=refund)
    assert "100,00\u00a0₽" in window.screen_shown.idle._figure.text()
    become(window, last_sale=a_last_sale(change_due_minor=0, points_earned=0, points_redeemed=0))
    assert window.screen_shown.idle._title.text() == "Оплачено, без сдачи"


def test_good_news_goes_by_itself_and_trouble_stays(window, qtbot):
    window.desk.do(done(notice("suspended", Tone.GOOD)))
    line = window.screen_shown.notice
    assert line.isVisible()
    line._soon.setInterval(0)
    line._soon.start()
    qtbot.waitUntil(lambda: window.desk.said is None)
    window.desk.do(refused("no_line"))
    assert not line._soon.isActive()
    assert line.isVisible()


def test_what_the_selected_line_says_already_is_not_said_again(window):
    window.desk.do(done(notice("item_added", Tone.GOOD, name="Молоко")))
    assert window.desk.said is None


def test_an_empty_answer_of_enter_closes_a_page(window):
    perform(window.desk, "why")
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.page is None


def test_a_scan_closes_the_page_that_lies_over_the_lines(window):
    perform(window.desk, "why")
    window.desk.do(window.desk.till.scan(b"4600000000001"))

    scan(window.desk, b"4600000000002")
    assert window.desk.page is None


def test_the_clock_moves_with_the_till(window):
    window.desk.till.shown = replace(window.desk.till.shown, now=NOW.replace(minute=59))
    window.tick()
    assert window.top._clock.text() == "11:59"


def test_a_device_that_goes_hides_no_trouble_and_its_coming_back_hides_its_going(window):
    def tell(code, tone, **args):
        window.desk.till.push(done(notice(code, tone, None, **args)))
        return [text.key for text in window.desk.said.texts]

    tell("scan_torn", Tone.WARNING)
    both = ["notice.scan_torn", "notice.device_lost"]
    assert tell("device_lost", Tone.WARNING, name="scanner") == both
    assert window.desk.said.tone is Tone.WARNING
    both = ["notice.scan_torn", "notice.device_back"]
    assert tell("device_back", Tone.GOOD, name="scanner") == both
    window.desk.hush()
    assert tell("device_lost", Tone.WARNING, name="scanner") == ["notice.device_lost"]
    assert tell("device_back", Tone.GOOD, name="scanner") == ["notice.device_back"]
    assert window.desk.said.tone is Tone.GOOD


@pytest.mark.parametrize(
    ("hours", "words", "tone"),
    [(2, "годен до 22", "warning"), (-1, "устарел 22", "error"), (7, "", ""), (None, "", "")],
)
def test_the_marking_modules_lists_are_told_of_before_they_end(open_till, qapp, hours, words, tone):
    until = None if hours is None else NOW + timedelta(hours=hours)
    module = DeviceView("marking", "marking", "ok", until)
    window = open_till(SellingTill(signed_on(devices=(module,), now=NOW)))
    window.tick()
    qapp.processEvents()
    pill = window.top.module
    assert pill.isVisible() == bool(words)
    if words:
        assert words in pill.accessibleName()
        assert pill._tone == tone
