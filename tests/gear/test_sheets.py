"""Tables as files: read back by other programs' readers, figures as figures."""

import csv
import io
import shutil
import subprocess
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from pos_app.gear.sheets import WRITERS, Hand, Sheet, csv_bytes, pdf_bytes, xlsx_bytes

SHEETS = (
    Sheet("Товары", ("Товар", "Сумма"), (("Сыр «Российский»", Decimal("307.46")), ("Чай", None))),
    Sheet("По дням", ("День", "Чеки"), ((date(2026, 11, 22), 42),)),
)


def rows_of(data, separator=","):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=separator))


def test_a_number_and_the_separator_of_cells_are_of_one_language():
    """`;` with `1.7` is the first of July in a Russian spreadsheet."""
    rows = rows_of(csv_bytes("Отчёт", SHEETS, Hand(",", ";")), ";")
    assert ["Сыр «Российский»", "307,46"] in rows
    assert ["2026-11-22", "42"] in rows, "a day in ISO is a day everywhere"


def test_csv_has_every_table_with_its_figures_as_they_are():
    rows = rows_of(csv_bytes("Отчёт", SHEETS))
    assert rows[0] == ["Отчёт"]
    assert ["Товары"] in rows and ["Сыр «Российский»", "307.46"] in rows
    assert ["Чай", ""] in rows and ["2026-11-22", "42"] in rows
    assert csv_bytes("Отчёт", SHEETS).startswith(b"\xef\xbb\xbf"), "or Excel takes it for Latin"


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t"])
def test_a_name_that_looks_like_a_formula_stays_a_name(begins):
    evil = f"{begins}cmd|' /C calc'!A0"
    sheet = Sheet("t", ("name",), ((evil,),))
    assert rows_of(csv_bytes("h", [sheet]))[-1] == ["'" + evil]
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes("h", [sheet]))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_excel_gets_numbers_and_days_and_one_tab_a_table():
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes("Отчёт", SHEETS))) as book:
        tabs = book.read("xl/workbook.xml").decode()
        assert "1 Товары" in tabs and "2 По дням" in tabs
        first = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<v>307.46</v>" in first
        assert "<v>46348</v>" in book.read("xl/worksheets/sheet2.xml").decode()


def test_a_title_that_no_tab_can_have_is_shortened_and_kept_apart():
    bad = "a/b[c]" + "x" * 60
    made = xlsx_bytes("h", [Sheet(bad, ("n",), ()), Sheet(bad, ("n",), ())])
    with zipfile.ZipFile(io.BytesIO(made)) as book:
        assert len([n for n in book.namelist() if n.startswith("xl/worksheets/sheet")]) == 2


def test_pdf_carries_its_own_font_and_is_the_same_twice():
    made = pdf_bytes("Отчёт <за> ноябрь & декабрь", SHEETS)
    assert made.startswith(b"%PDF") and b"Inter" in made
    assert made == pdf_bytes("Отчёт <за> ноябрь & декабрь", SHEETS)
    many = Sheet("Много", ("a", "b"), tuple((f"строка {n}", n) for n in range(300)))
    assert pdf_bytes("h", [many]).count(b"/Type /Page\n") > 3


def test_a_file_is_written_by_its_ending():
    assert set(WRITERS) == {"csv", "xlsx", "pdf"}


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no reader of PDF here")
def test_every_page_says_which_it_is_of_how_many_and_the_later_ones_of_what():
    many = Sheet("Дни", ("День", "Сумма"), tuple((f"день {n}", n) for n in range(200)))
    made = pdf_bytes("Отчёт за ноябрь", [many, Sheet("Пусто", ("", ""), ())])
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=made, capture_output=True,
                          check=True).stdout.decode().split("\f")  # fmt: skip
    pages = [one.strip().splitlines() for one in read if one.strip()]
    for one, page in enumerate(pages, start=1):
        assert page[-1].replace(" ", "").endswith(f"{one}/{len(pages)}")
    assert pages[0][0] == "Отчёт за ноябрь"
    assert all(page[-1].startswith("Отчёт за ноябрь") for page in pages[1:])
    assert all(page[0].split() == ["День", "Сумма"] for page in pages[1:])
