"""A manager asks for a period, looks at it section by section, and takes it home as a file."""

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtTest import QTest

from pos_app.domain.money import RUB
from pos_app.ui import report_sheets as tables
from pos_app.ui.menu_flows import perform
from pos_app.ui.period_page import PeriodPage
from pos_app.ui.plots import Bars, Line, Squares, marks_to
from pos_app.ui.report_flows import periods
from pos_app.ui.report_sheets import Voice
from pos_app.workstation.answer import Tone, done, notice, refused
from resources.words import Words
from tests.ui.builders import SellingTill, signed_on
from tests.ui.report_samples import UNTIL, a_month


@pytest.fixture
def window(open_till):
    opened = open_till(SellingTill(signed_on()))
    opened.desk.till.answers["operators"] = done(operators=(("o1", "Иванова Анна"),))
    return opened


def shown(window):
    return window.findChild(PeriodPage)


def test_a_month_is_two_keys_from_the_menu_and_comes_when_the_server_has_it(window, qapp):
    perform(window.desk, "reports")
    QTest.keyClicks(window.entry, "4")
    QTest.keyClick(window.entry, Qt.Key.Key_Return)
    (args, kwargs) = window.desk.till.said("period_report")[0]
    assert args == (date(2026, 11, 1), date(2026, 11, 22), False)
    assert shown(window) is None, "nothing waits for the server"
    window.desk.till.push(done(period=a_month()))
    qapp.processEvents()
    assert shown(window) is not None
    assert window.findChildren(Bars) and window.findChildren(Line)


def test_a_report_that_came_takes_away_that_it_is_being_made_and_the_row_on_show_is_marked(window):
    window.desk.till.answers["period_report"] = done(notice("report_asked"))
    perform(window.desk, "reports")
    QTest.keyClicks(window.entry, "1")
    QTest.keyClick(window.entry, Qt.Key.Key_Return)
    assert window.desk.said.texts[0].key == "notice.report_asked"
    window.desk.till.push(done(period=a_month()))
    assert window.desk.said is None
    QTest.keyClicks(window.entry, "3")
    QTest.keyClick(window.entry, Qt.Key.Key_Return)
    assert window.desk.page.content.section == "people"
    assert window.desk.cursor == 2, "the section that is shown"
    own = done(notice("report_is_own", Tone.WARNING), period=a_month())
    window.desk.till.push(own)
    assert window.desk.said.texts[0].key == "notice.report_is_own", "what it is not is still said"


def test_what_is_drawn_is_told_as_well(window, qapp):
    window.desk.till.push(done(period=a_month()))
    window.desk.ask.pick(window.desk.rows[3])
    qapp.processEvents()
    squares = window.findChild(Squares)
    assert "5-5: 425" in squares.accessibleDescription()
    assert squares.accessibleName()


def test_a_scan_ends_the_report_and_sells(window, qapp):
    window.desk.till.push(done(period=a_month()))
    from pos_app.ui.gestures import scan

    scan(window.desk, b"4600000000018")
    qapp.processEvents()
    assert window.desk.page is None and window.desk.ask is None
    assert window.desk.view.transaction.lines


def test_somebody_without_the_right_is_asked_for_one_who_has_it(window):
    window.desk.till.answers["period_report"] = refused("needs_override", right="see_reports")
    perform(window.desk, "reports")
    window.desk.ask.pick(window.desk.rows[0])
    assert window.desk.ask.name == "override"


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
def test_the_whole_report_is_saved_among_the_documents(window, monkeypatch, tmp_path, kind):
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda where: str(tmp_path))
    window.desk.till.push(done(period=a_month()))
    row = next(row for row in window.desk.rows if row.value == f"save_{kind}")
    window.desk.ask.pick(row)
    (path,) = (tmp_path / "Kopilka").iterdir()
    assert path.suffix == f".{kind}" and path.stat().st_size > 1000
    assert window.desk.said.texts[0].key == "notice.report_saved"


def test_a_full_or_missing_disk_is_told_and_nothing_falls(window, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    there = str(tmp_path / "file")
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda where: there)
    window.desk.till.push(done(period=a_month()))
    window.desk.ask.pick(window.desk.rows[-1])
    assert window.desk.said.texts[0].key == "ui.not_saved"


def test_with_no_link_members_are_said_to_be_unknown_not_none(window, qapp):
    voice = Voice(Words("ru"), RUB, {})
    own = a_month(whole=False)
    assert tables.sheets_of(own, "members", voice) == []
    assert "только эта касса" in tables.heading(own, voice)
    assert tables.sheets_of(own, "overview", voice)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_word_of_a_report_is_known(language):
    words = Words(language)
    voice = Voice(words, RUB, {"o1": "Anna"})
    for sheet in tables.all_sheets(a_month(), voice):
        for text in (sheet.title, *sheet.columns):
            assert not text.startswith("period"), text
    no_margin = replace(a_month(), program=replace(a_month().program, margin_ppm=None))
    assert tables.sheets_of(no_margin, "program", voice)


def test_periods_end_today_but_for_those_that_are_over():
    found = {name: (since, until) for name, since, until, _ in periods(date(2026, 3, 1))}
    assert found["last_month"] == (date(2026, 2, 1), date(2026, 2, 28))
    assert found["month"] == (date(2026, 3, 1), date(2026, 3, 1))
    assert found["week"][0] == date(2026, 2, 23)
    assert date(2026, 3, 1) < UNTIL


@pytest.mark.parametrize(("top", "marks"), [
    (0, (0, 1)), (4, (0, 1, 2, 3, 4)), (7, (0, 2, 4, 6, 8)), (204, (0, 100, 200, 300)),
    (1000, (0, 500, 1000)),
])  # fmt: skip
def test_the_scale_has_round_values_and_holds_the_largest(top, marks):
    assert marks_to(top) == marks
