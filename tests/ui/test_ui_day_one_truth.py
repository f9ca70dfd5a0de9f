"""What is not sent and how the settlement stands are said once, whatever report is on show."""

from dataclasses import replace

import pytest
from PySide6.QtTest import QTest

from pos_app.ui.desk import Page
from pos_app.ui.top_bar import Pill
from pos_app.workstation.answer import Part, done
from pos_app.workstation.report import Settlement
from tests.ui import day_samples
from tests.ui.builders import NOW
from tests.ui.looks import in_every_look
from tests.ui.test_ui_day import DayTill, words_on


@pytest.fixture
def closing(open_till):
    """The page of a report that counted five events which were not sent when it was made."""

    def show(report, **look):
        window = open_till(DayTill(None), **look)
        window.desk.turn_to(Page("report", replace(report, unsent=5)))
        return window

    return show


def link_is(window, **changes):
    till = window.desk.till
    link = replace(till.shown.link, **changes)
    till.shown = replace(till.shown, link=link)
    till.push(done(changed=frozenset({Part.LINK})))
    QTest.qWait(0)


@in_every_look
def test_a_closing_page_never_says_that_events_wait_under_a_bar_that_says_all_is_sent(
    closing, look
):
    window = closing(day_samples.a_closed_session(NOW), **look)
    say_ = window.look.say
    assert any(say_("ui.all_sent") == one.accessibleName() for one in window.findChildren(Pill))
    assert say_("report.unsent") not in words_on(window)
    link_is(window, unsent=137)
    assert say_("report.unsent") in words_on(window)
    assert "137" in words_on(window)
    link_is(window, unsent=0)
    assert say_("report.unsent") not in words_on(window)


def test_a_z_that_is_on_show_says_that_the_server_counts_then_what_it_said(closing):
    z = day_samples.a_report(NOW)
    window = closing(z)
    assert "Сервер считает" in words_on(window)
    link_is(window, online=False)
    assert "когда будет связь" in words_on(window)
    window.desk.till.push(done(settled=replace(z, settlement=Settlement(True, True))))
    QTest.qWait(0)
    assert "Итоги сервера и кассы сходятся" in words_on(window)


def test_a_settlement_of_another_day_changes_no_page(closing):
    z = day_samples.a_report(NOW)
    window = closing(day_samples.a_closed_session(NOW))
    window.desk.till.push(done(settled=replace(z, settlement=Settlement(True, True))))
    assert window.desk.page.content.kind == "session"
