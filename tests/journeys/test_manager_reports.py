"""A manager at a real window: the day's receipts become a report of the server, read section by
section and saved as CSV, Excel and PDF by keys, in Russian and in English: one set of figures.
"""

import csv
import io
import re
import shutil
import subprocess
import zipfile
from decimal import Decimal

import pytest
from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtTest import QTest

from pos_app.ui.menu_flows import GROUPS, MENU
from pos_app.ui.period_page import PeriodPage
from pos_app.ui.plots import Bars, Ranks
from pos_app.ui.report_sheets import SECTIONS
from resources.words import LANGUAGES, Words
from tests.journeys.clerks import goods
from tests.journeys.test_members_window import ask_is, keys, row

CARD = "2990000000019"


def through_the_menu(at, group, entry):
    QTest.keyClick(at.window.entry, Qt.Key.Key_F1)
    keys(at, str([name for name, _ in MENU].index(group) + 1))
    at.until(ask_is(at.window.desk, f"menu_{group}"))
    assert entry in dict(GROUPS[group])
    keys(at, row(at.window.desk, entry))


def sold(at, codes, card=""):
    """A receipt under the scanner, paid in cash by key; what it came to."""
    hands = at.hands
    for number, code in enumerate(codes, start=1):
        hands.scan(code)
        at.until(lambda number=number: hands.lines() == number)
    if card:
        hands.scan(card)
        at.until(lambda: hands.view.member is not None)
    due = hands.view.transaction.due_minor
    hands.press(Qt.Key.Key_F8, Qt.Key.Key_Return)
    at.until(lambda: hands.view.transaction is None)
    return due


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda where: str(tmp_path))
    return tmp_path / "Kopilka"


def saved(at, folder, kind):
    for old in folder.glob(f"*.{kind}"):
        old.unlink()
    keys(at, row(at.window.desk, f"save_{kind}"))
    at.until(lambda: at.window.desk.said is not None)
    assert at.window.desk.said.texts[0].key == "notice.report_saved"
    (path,) = folder.glob(f"*.{kind}")
    return path.read_bytes()


def figures(body, voice):
    """What the CSV says under the names of the overview."""
    separator = {",": ";", ".": ","}[voice.point]
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=separator))
    found = {one[0]: one[1].replace(voice.point, ".") for one in rows if len(one) > 1}
    names = ("sales", "receipts", "average", "points_earned", "member_count")
    return {name: found[voice.text(f"period.{name}")] for name in names}


def test_a_days_receipts_are_read_and_saved_by_keys_in_both_languages(cashier, folder):
    at = cashier("till-reports")
    desk, till = at.window.desk, at.till.terminal
    assert till.sign_on("anna", "1111").ok
    assert till.open_session(0).ok
    at.window.tick()
    at.until(lambda: at.till.courier.status().online)
    codes = goods()
    taken = [sold(at, codes[:3]), sold(at, codes[3:5], CARD), sold(at, codes[5:6])]
    earned = at.till.memory.journal.last_session().totals.points_earned
    assert earned > 0
    desk.do(till.sync_now())
    at.until(lambda: at.hands.view.link.unsent == 0)

    told = {}
    for language in ("ru", "en"):
        through_the_menu(at, "settings", "language")
        keys(at, str(list(LANGUAGES).index(language) + 1))
        assert desk.settings.language == language
        through_the_menu(at, "day", "reports")
        at.until(ask_is(desk, "report_period"))
        keys(at, "1")
        at.until(lambda: desk.page is not None and desk.page.kind == "period")
        at.until(lambda: desk.page.content.report.whole)
        report = desk.page.content.report
        assert (report.sums.receipts, report.sums.net_minor) == (3, sum(taken))
        for section in SECTIONS:
            keys(at, row(desk, section))
            assert desk.page.content.section == section
            page = at.window.findChildren(PeriodPage)[-1]
            if section == "overview":
                assert page.findChildren(Bars)
            elif section == "goods":
                assert page.findChildren(Ranks)
        voice = Words(language)
        told[language] = figures(saved(at, folder, "csv"), voice)
        with zipfile.ZipFile(io.BytesIO(saved(at, folder, "xlsx"))) as book:
            assert book.testzip() is None
            page = book.read("xl/worksheets/sheet1.xml").decode()
            cells = {Decimal(one) for one in re.findall(r"<v>([0-9.]+)</v>", page)}
            assert Decimal(told[language]["sales"]) in cells
        body = saved(at, folder, "pdf")
        assert body.startswith(b"%PDF")
        if shutil.which("pdftotext"):
            read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=body,
                                  capture_output=True, check=True).stdout.decode()  # fmt: skip
            flat = re.sub(r"\s+", "", read)
            amount = voice.decimal(told[language]["sales"])
            assert re.sub(r"\s+", "", amount) in flat
            assert re.sub(r"\s+", "", voice.text("period.top_items")) in flat
        QTest.keyClick(at.window.entry, Qt.Key.Key_Escape)
        QTest.keyClick(at.window.entry, Qt.Key.Key_Escape)
        assert (desk.page, desk.ask) == (None, None)
    assert told["ru"] == told["en"]
    assert Decimal(told["ru"]["sales"]) * 100 == sum(taken)
    assert int(told["ru"]["points_earned"]) == earned
