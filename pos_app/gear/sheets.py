"""Tables into files that people open: CSV, Excel, PDF. Never knows what the tables are about.

Figures stay figures: an amount is a Decimal in the file, not a text. Libraries: csv, xlsxwriter,
reportlab; the last two are loaded when they are needed.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from resources import read_bytes

Cell = str | int | Decimal | date | None
BOM = "\ufeff"
"""So that a spreadsheet takes the file for UTF-8."""
SHORT_DATE = 14
"""Of Excel: a day as the reader's own language writes it."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
FONT, BOLD = "Inter-Regular", "Inter-SemiBold"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. Every row has as many cells as there are columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def _neutral(cell: Cell) -> str:
    return "" if cell is None else f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


@dataclass(frozen=True, slots=True)
class Hand:
    """How a language writes. A spreadsheet takes `1.7` for the first of July where the point of a
    number is a comma: `point` and the `separator` between cells belong together. `shown`: a cell
    on paper, which nobody reckons with."""

    point: str = "."
    separator: str = ","
    shown: Callable[[Cell], str] = _neutral


PLAIN = Hand()
MARGIN_PT, LEAST_PT = 40, 96
"""Around a page; a table begins on the next one where less is left."""
SEPARATORS = {",": ";", ".": ","}
"""Of the cells, by the point of numbers: as spreadsheets of that language read a file."""


def csv_bytes(heading: str, sheets: Sequence[Sheet], hand: Hand = PLAIN) -> bytes:
    """All tables one under the other, a blank line between tables."""
    import csv  # a till that starts writes no table

    out = io.StringIO()
    writer = csv.writer(out, delimiter=hand.separator, lineterminator="\r\n")
    writer.writerow([heading])
    for sheet in sheets:
        writer.writerow([])
        writer.writerow([_safe(sheet.title)])
        writer.writerow([_safe(one) for one in sheet.columns])
        writer.writerows([[_safe(cell, hand.point) for cell in row] for row in sheet.rows])
    return (BOM + out.getvalue()).encode()


def _safe(cell: Cell, point: str = ".") -> str:
    """A name that begins like a formula is not one: no spreadsheet may run what a receipt says."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return "'" + cell if cell.startswith(FORMULA) else cell
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", point)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def xlsx_bytes(heading: str, sheets: Sequence[Sheet], _hand: Hand = PLAIN) -> bytes:
    """A worksheet a table, figures as numbers: who opens it sees them in their own language."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": heading})
    bold = book.add_format({"bold": True})
    kinds = {
        Decimal: book.add_format({"num_format": "#,##0.00"}),
        date: book.add_format({"num_format": SHORT_DATE}),
    }
    for place, sheet in enumerate(sheets, start=1):
        page = book.add_worksheet(_tab(place, sheet.title))
        page.write_string(0, 0, f"{heading}. {sheet.title}", bold)
        for column, name in enumerate(sheet.columns):
            page.write_string(2, column, name, bold)
            page.set_column(column, column, _width(sheet, column))
        for line, row in enumerate(sheet.rows, start=3):
            for column, cell in enumerate(row):
                _write(page, line, column, cell, kinds)
        page.freeze_panes(3, 0)
    book.close()
    return out.getvalue()


def _write(page: Any, line: int, column: int, cell: Cell, kinds: Mapping[type, object]) -> None:
    write: Mapping[type, Callable[..., object]] = {
        str: page.write_string,
        int: page.write_number,
        Decimal: page.write_number,
        date: page.write_datetime,
    }
    if cell is not None:
        write[type(cell)](line, column, cell, kinds.get(type(cell)))


def _tab(place: int, title: str) -> str:
    """Excel takes 31 characters, and some not at all; the number keeps names apart."""
    return f"{place} " + "".join(c for c in title if c not in "[]:*?/\\'")[:28]


def _width(sheet: Sheet, column: int) -> int:
    texts = [sheet.columns[column], *(str(row[column]) for row in sheet.rows[:200])]
    return min(max(len(text) for text in texts) + 2, 48)


def pdf_bytes(heading: str, sheets: Sequence[Sheet], hand: Hand = PLAIN) -> bytes:
    """A4 pages, our own font: nothing of the system is needed. Each page says which it is of how
    many, and from the second on of what."""
    from reportlab.lib.enums import TA_RIGHT
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import CondPageBreak, Paragraph, SimpleDocTemplate, Spacer

    from pos_app.gear.numbered_pages import numbered

    _load_fonts()
    title = ParagraphStyle("title", fontName=BOLD, fontSize=15, leading=20)
    under = ParagraphStyle("under", fontName=BOLD, fontSize=11, leading=16, spaceBefore=10)
    plain = ParagraphStyle("plain", fontName=FONT, fontSize=8.5, leading=11)
    right = ParagraphStyle("right", parent=plain, alignment=TA_RIGHT)
    styles = (plain, right, *(ParagraphStyle(f"head-{one.name}", parent=one, fontName=BOLD)
                              for one in (plain, right)))  # fmt: skip
    story: list[object] = [Paragraph(_escaped(heading), title)]
    for sheet in sheets:
        story += [CondPageBreak(LEAST_PT), Spacer(1, 6)]
        story += [Paragraph(_escaped(sheet.title), under), Spacer(1, 4)]
        story.append(_table(sheet, hand, styles, A4[0] - 2 * MARGIN_PT))
    out = io.BytesIO()
    margins = {f"{side}Margin": MARGIN_PT for side in ("left", "right", "top", "bottom")}
    document = SimpleDocTemplate(out, pagesize=A4, title=heading, invariant=1, **margins)
    document.build(story, canvasmaker=numbered(heading, FONT, MARGIN_PT))
    return out.getvalue()


def _table(sheet: Sheet, hand: Hand, styles: Sequence[Any], wide: float) -> Any:
    """A sheet on paper: names at the left, figures at the right, its heads again on each page;
    where no column has a name there is no row of them. `styles`: name, figure, and their heads."""
    from reportlab.lib import colors
    from reportlab.platypus import Paragraph, Table, TableStyle

    name, number, head, head_number = styles
    more = len(sheet.columns) - 1
    lines = [((name, *[number] * more), tuple(map(hand.shown, row))) for row in sheet.rows]
    if any(sheet.columns):
        lines.insert(0, ((head, *[head_number] * more), sheet.columns))
    cells = [
        [Paragraph(_escaped(one), style) for one, style in zip(row, looks, strict=True)]
        for looks, row in lines
    ]
    share = wide / (more + 2)
    style = TableStyle(
        [
            ("FONT", (0, 0), (-1, -1), FONT, 8.5),
            ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.lightgrey),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ]
    )
    if not cells:
        return Paragraph("", name)
    heads = int(any(sheet.columns))
    return Table(cells, colWidths=[2 * share, *[share] * more], repeatRows=heads, style=style)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _load_fonts() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name in (FONT, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, io.BytesIO(read_bytes("fonts", f"{name}.ttf"))))


WRITERS: Mapping[str, Callable[[str, Sequence[Sheet], Hand], bytes]] = {
    "csv": csv_bytes,
    "xlsx": xlsx_bytes,
    "pdf": pdf_bytes,
}
"""A file by the ending of its name."""
