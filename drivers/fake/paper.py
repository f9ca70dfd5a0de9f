"""Simulated receipt paper: what was printed, as text, as a picture and as a list of codes.

Never shows a character or a code that the bytes did not ask for.
"""

import io
from dataclasses import dataclass

from PIL import Image

from drivers.fake.glyphs import Cell, Glyphs

_WHITE = 255
MARGIN_DOTS = 16


@dataclass(frozen=True, slots=True)
class PaperCode:
    """A code on the paper: `QR`, `EAN13`, ... and its data."""

    symbology: str
    data: str


@dataclass(frozen=True, slots=True)
class PrintedPaper:
    """One receipt from cut to cut. Codes stand in the text as `[QR] data`."""

    text: str
    png: bytes
    codes: tuple[PaperCode, ...]


class PaperRoll:
    """Collects rows until the knife falls."""

    def __init__(self, dots: int, glyphs: Glyphs) -> None:
        self._dots = dots
        self._glyphs = glyphs
        self._text: list[str] = []
        self._pictures: list[Image.Image] = []
        self._codes: list[PaperCode] = []
        self.margin = 0
        self.area = dots

    @property
    def text(self) -> str:
        """What stands on the paper so far."""
        return "\n".join(self._text)

    def add_line(self, cells: list[Cell], align: int, line_dots: int) -> None:
        """One line of characters; `align` 0 left, 1 middle, 2 right."""
        picture = self._glyphs.line(cells, line_dots)
        indent = self._left(picture.width, align)
        first_width = cells[0].size[0] if cells else 1
        blanks = " " * (indent // first_width) if cells else ""
        self._text.append((blanks + "".join(cell.character for cell in cells)).rstrip())
        self._place(picture, indent)

    def add_picture(self, picture: Image.Image, align: int, text: list[str]) -> None:
        """Dots, and what they say."""
        self._text.extend(text)
        self._place(picture, self._left(picture.width, align))

    def add_code(self, code: PaperCode, picture: Image.Image, align: int) -> None:
        """A bar code or QR code."""
        self._codes.append(code)
        self.add_picture(picture, align, [f"[{code.symbology}] {code.data}"])

    def feed(self, lines: int, line_dots: int) -> None:
        """Empty lines."""
        self._text.extend([""] * lines)
        self._pictures.append(Image.new("L", (self._dots, max(1, lines * line_dots)), _WHITE))

    def feed_dots(self, dots: int) -> None:
        """A strip of blank paper."""
        if dots:
            self._pictures.append(Image.new("L", (self._dots, dots), _WHITE))

    def cut(self) -> PrintedPaper | None:
        """What was printed since the last cut, None when nothing was."""
        if not any(line.strip() for line in self._text) and not self._codes:
            self._text, self._pictures = [], []
            return None
        paper = PrintedPaper(self.text.rstrip("\n"), self._png(), tuple(self._codes))
        self._text, self._pictures, self._codes = [], [], []
        return paper

    def _left(self, width: int, align: int) -> int:
        room = max(0, self.area - width)
        return (0, room // 2, room)[align if align in (0, 1, 2) else 0]

    def _place(self, picture: Image.Image, left: int) -> None:
        row = Image.new("L", (self._dots, max(1, picture.height)), _WHITE)
        row.paste(picture, (self.margin + left, 0))
        self._pictures.append(row)

    def _png(self) -> bytes:
        height = sum(picture.height for picture in self._pictures)
        size = (self._dots + 2 * MARGIN_DOTS, height + 2 * MARGIN_DOTS)
        sheet = Image.new("L", size, _WHITE)
        top = MARGIN_DOTS
        for picture in self._pictures:
            sheet.paste(picture, (MARGIN_DOTS, top))
            top += picture.height
        out = io.BytesIO()
        sheet.convert("1").save(out, format="PNG")
        return out.getvalue()
