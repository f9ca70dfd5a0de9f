"""Sheets of cards or labels as PDF pages and preview pictures. Never scales a code to fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from pos_app.gear.studio.codes import StudioError
from pos_app.gear.studio.designs import MODULE_NORM, Area, Design, PriceLabel
from pos_app.gear.studio.surface import Colour, PdfPages, Picture, Surface

CUT: Colour = (190, 190, 190)
LINE = 0.1
PREVIEW_DOTS = 8.0
"""Dots of a millimetre in a preview: 203 dpi."""
A4 = (210.0, 297.0)
CR80 = (85.6, 53.98)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where labels lie on a page, in millimetres. `cut`: thin lines to cut along."""

    name: str
    page: tuple[float, float]
    label: tuple[float, float]
    columns: int
    rows: int
    margin: tuple[float, float] = (0.0, 0.0)
    gap: tuple[float, float] = (0.0, 0.0)
    cut: bool = True

    def places(self) -> tuple[Area, ...]:
        """One area a label, row by row."""
        width, height = self.label
        return tuple(
            Area(
                self.margin[0] + column * (width + self.gap[0]),
                self.margin[1] + row * (height + self.gap[1]),
                width,
                height,
            )
            for row in range(self.rows)
            for column in range(self.columns)
        )


def _centred(
    name: str,
    label: tuple[float, float],
    columns: int,
    rows: int,
    gap: tuple[float, float] = (0, 0),
) -> Sheet:
    """An A4 sheet whose labels lie in its middle."""
    across = columns * label[0] + (columns - 1) * gap[0]
    down = rows * label[1] + (rows - 1) * gap[1]
    margin = ((A4[0] - across) / 2, (A4[1] - down) / 2)
    return Sheet(name, A4, label, columns, rows, margin, gap)


_ALL = (
    _centred("cards-a4", CR80, 2, 5, (4.0, 2.0)),
    Sheet("card", CR80, CR80, 1, 1, cut=False),
    Sheet("58x40", (58.0, 40.0), (58.0, 40.0), 1, 1, cut=False),
    Sheet("58x30", (58.0, 30.0), (58.0, 30.0), 1, 1, cut=False),
    Sheet("43x25", (43.0, 25.0), (43.0, 25.0), 1, 1, cut=False),
    _centred("a4-3x8", (70.0, 37.0), 3, 8),
    _centred("a4-2x7", (99.1, 38.1), 2, 7, (2.5, 0.0)),
    _centred("a4-3x11", (70.0, 25.4), 3, 11),
)
SHEETS = {sheet.name: sheet for sheet in _ALL}
PAGES_MOST = 2_000


def pdf_of(designs: Sequence[Design], sheet: Sheet, title: str = "") -> bytes:
    """All of them, as many pages as they take; the same input gives the same bytes."""
    if not designs:
        raise StudioError("there is nothing to print")
    if len(designs) > PAGES_MOST * sheet.columns * sheet.rows:
        raise StudioError(f"more than {PAGES_MOST} pages at once")
    pages = PdfPages(*sheet.page, title)
    waiting = iter(designs)
    while page := list(islice(waiting, sheet.columns * sheet.rows)):
        pages.page()
        _draw(pages, page, sheet)
    return pages.done()


def png_of(designs: Sequence[Design], sheet: Sheet, dots: float = PREVIEW_DOTS) -> bytes:
    """The first page as a picture, to look at before paper is spent."""
    if not designs:
        raise StudioError("there is nothing to print")
    picture = Picture(*sheet.page, dots)
    _draw(picture, designs[: sheet.columns * sheet.rows], sheet)
    return picture.done()


def narrow_bars(designs: Sequence[Design], sheet: Sheet) -> tuple[tuple[str, float], ...]:
    """(code, millimetres) of each price label whose bars a scanner at a till may not read."""
    area = sheet.places()[0]
    labels = [one for one in designs if isinstance(one, PriceLabel)]
    found = [(one.code, one.module(PdfPages.grid, area)) for one in labels if one.code]
    return tuple(one for one in found if one[1] < MODULE_NORM)


def _draw(surface: Surface, designs: Sequence[Design], sheet: Sheet) -> None:
    for design, area in zip(designs, sheet.places(), strict=False):
        design.draw(surface, area)
        if sheet.cut:
            _frame(surface, area)


def _frame(surface: Surface, area: Area) -> None:
    """Lines to cut along, drawn last: a band may reach to the edge."""
    for across, down, width, height in (
        (0.0, 0.0, area.width, LINE),
        (0.0, area.height - LINE, area.width, LINE),
        (0.0, 0.0, LINE, area.height),
        (area.width - LINE, 0.0, LINE, area.height),
    ):
        surface.box(area.x + across, area.y + down, width, height, CUT)
