"""The report's CSV, Excel and PDF, opened by other programs' readers: the same figures in each.

CSV by csv, Excel as the zip of XML that it is, PDF by what its pages say.
"""

import csv
import io
import re
import shutil
import subprocess
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QStandardPaths

from pos_app.domain.money import RUB
from pos_app.ui.report_sheets import Voice, all_sheets, figure, heading
from pos_app.workstation.answer import done
from resources.words import Words
from tests.ui.builders import SellingTill, signed_on
from tests.ui.report_samples import a_month

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
PEOPLE = {"o1": "Иванова Анна", "o2": "Петров Борис"}
EPOCH = date(1899, 12, 30)


@pytest.fixture(params=["ru", "en"])
def report(request, open_till):
    """A month and the sheets that it should become; the window shows it."""
    window = open_till(SellingTill(signed_on()), language=request.param)
    window.desk.till.answers["operators"] = done(operators=tuple(PEOPLE.items()))
    month = a_month()
    window.desk.till.push(done(period=month))
    voice = Voice(Words(request.param), RUB, PEOPLE)
    return window, month, voice


def saved(window, kind, folder, monkeypatch) -> bytes:
    """The button pressed, the file as it lies on the disk."""
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda where: str(folder))
    row = next(row for row in window.desk.rows if row.value == f"save_{kind}")
    window.desk.ask.pick(row)
    (path,) = (folder / "Kopilka").glob(f"*.{kind}")
    return path.read_bytes()


def plain(cell, point) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return str(cell).replace(".", point)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def test_csv_holds_every_figure_of_every_table(report, tmp_path, monkeypatch):
    window, month, voice = report
    body = saved(window, "csv", tmp_path, monkeypatch).decode("utf-8-sig")
    point = voice.words.point
    separator = {",": ";", ".": ","}[point]
    read = list(csv.reader(io.StringIO(body), delimiter=separator))
    assert read[0] == [heading(month, voice)]
    for sheet in all_sheets(month, voice):
        begins = read.index([sheet.title])
        assert read[begins + 1] == list(sheet.columns)
        rows = read[begins + 2 : begins + 2 + len(sheet.rows)]
        assert rows == [[plain(cell, point) for cell in row] for row in sheet.rows]


def of_excel(book, number):
    """Rows of cells: texts, and numbers as Decimal."""
    shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
    texts = ["".join(t.text or "" for t in one.iter(f"{S}t")) for one in shared.findall(f"{S}si")]
    page = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    rows = {}
    for row in page.iter(f"{S}row"):
        cells = {}
        for cell in row.findall(f"{S}c"):
            value = cell.find(f"{S}v")
            if value is not None and value.text is not None:
                column = ord(re.sub("[0-9]", "", cell.get("r"))) - ord("A")
                is_text = cell.get("t") == "s"
                cells[column] = texts[int(value.text)] if is_text else Decimal(value.text)
        rows[int(row.get("r"))] = cells
    return rows


def as_excel(cell):
    if isinstance(cell, date):
        return Decimal((cell - EPOCH) // timedelta(days=1))
    return Decimal(cell) if isinstance(cell, int) else cell


def test_excel_holds_the_same_figures_as_numbers(report, tmp_path, monkeypatch):
    window, month, voice = report
    with zipfile.ZipFile(io.BytesIO(saved(window, "xlsx", tmp_path, monkeypatch))) as book:
        assert book.testzip() is None
        for number, sheet in enumerate(all_sheets(month, voice), start=1):
            rows = of_excel(book, number)
            assert sheet.title in rows[1][0]
            for place, row in enumerate(sheet.rows, start=4):
                wanted = {n: as_excel(cell) for n, cell in enumerate(row) if cell is not None}
                assert rows.get(place, {}) == {k: v for k, v in wanted.items() if v != ""}


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no reader of PDF here")
def test_pdf_says_the_same_figures_on_its_pages(report, tmp_path, monkeypatch):
    window, month, voice = report
    body = saved(window, "pdf", tmp_path, monkeypatch)
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=body, capture_output=True,
                          check=True).stdout.decode()  # fmt: skip
    told = re.sub(r"\s+", "", read)
    sheets = all_sheets(month, voice)
    assert len(sheets) >= 12
    for sheet in sheets:
        assert re.sub(r"\s+", "", sheet.title) in told
        for cell in (cell for row in sheet.rows for cell in row):
            if not isinstance(cell, str):  # a long name is broken into lines
                assert re.sub(r"\s+", "", figure(cell, voice)) in told
    assert re.sub(r"\s+", "", heading(month, voice)) in told


def test_every_figure_the_owner_asks_for_stands_in_some_table(report):
    """ux.md, the manager's reports: by name in both languages."""
    _window, month, voice = report
    named = {sheet.title for sheet in all_sheets(month, voice)}
    named |= {str(row[0]) for sheet in all_sheets(month, voice) for row in sheet.rows}
    text = voice.text
    wanted = ("by_hour", "average", "points_earned", "points_redeemed", "liability",
              "liability_money", "tiers", "top_items", "rfm", "lifetime", "seconds", "frequency",
              "active", "program_net", "program_given", "dark_receipts", "dark_redeemed",
              "dark_overdrawn", "enrolled")  # fmt: skip
    assert {text(key) for key in wanted} <= named
    assert f"{text('identified')}, %" in named
    assert f"{text('active_share')}, %" in named
    expiring = text("expiring", until=month.members.expiring_until)
    assert expiring in named
