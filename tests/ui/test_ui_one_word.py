"""One word for one thing, one date for one day, and nothing said twice or past its time."""

from dataclasses import replace
from datetime import date

import pytest

from pos_app.domain.money import RUB
from pos_app.ui.desk import Page
from pos_app.ui.menu_flows import perform
from pos_app.ui.report_sheets import Voice, heading
from pos_app.workstation.answer import Part, Tone, done, notice
from resources.words import LANGUAGES, Words
from tests.ui.builders import SUSPENDED, SellingTill, a_last_sale, selling
from tests.ui.counter_samples import become
from tests.ui.report_samples import a_month
from tests.ui.test_ui_money_and_day import a_report, words_on


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def printed(window, state):
    till = window.desk.till
    till.shown = replace(till.shown, last_sale=a_last_sale(print_state=state))
    till.push(done(changed=frozenset({Part.LAST_SALE})))


def test_that_a_receipt_did_not_print_is_over_when_it_has_printed(window):
    become(window, transaction=None, last_sale=a_last_sale(print_state="failed"))
    window.desk.till.push(done(notice("print_failed", Tone.WARNING)))
    printed(window, "queued")
    assert [one.key for one in window.desk.said.texts] == ["notice.print_failed"]
    printed(window, "printed")
    assert window.desk.said is None


def test_what_else_was_said_stays_when_the_receipt_has_printed(window):
    become(window, transaction=None, last_sale=a_last_sale(print_state="failed"))
    lost = notice("device_lost", Tone.WARNING, None, name="A")
    window.desk.till.push(done(notice("print_failed", Tone.WARNING), lost))
    printed(window, "printed")
    assert [one.key for one in window.desk.said.texts] == ["notice.device_lost"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_of_one_day_names_it_once(language):
    words, day = Words(language), date(2026, 11, 23)
    report = replace(a_month(), since=day, until=day)
    told = heading(report, Voice(words, RUB, {}))
    assert told.count(words.format(day)) == 1


@pytest.mark.parametrize(("kind", "people"), [("x", 1), ("session", 2)])
def test_a_report_says_who_opened_the_session_and_who_closed_it(window, kind, people):
    report = a_report(kind, opened_by="Борис", operator="Анна")
    window.desk.turn_to(Page("report", report))
    said = words_on(window)
    assert "открытие: Борис" in said
    assert ("закрытие: Анна" in said) == (people == 2)


def test_a_receipt_that_waits_is_suspended_in_every_sentence_of_the_day():
    words = Words("en")
    for key in ("ui.suspended", "ask.suspended.title"):
        assert "uspended" in words.text(key)
    assert "put aside" not in words.text("notice.put_aside", name="x")


def test_receipts_that_wait_are_told_of_before_the_session_is_closed(window):
    become(window, transaction=None, member=None, suspended=SUSPENDED)
    perform(window.desk, "close_session")
    assert window.desk.ask.name == "close_session"
    assert window.desk.said.texts[0].key == "ui.close_suspended"
    become(window, suspended=())
    perform(window.desk, "back")
    perform(window.desk, "close_session")
    assert window.desk.said is None
