"""The simulated printer's own characters: draws lines, and reads lines that came as dots.

Reading compares dots with its own glyphs cell by cell, so it says only what it recognises exactly.
"""

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

CELLS = ((12, 24), (9, 24), (9, 16))
TEXT_ROWS_MAX = 60
_WHITE = 255
_EXTRA = "₽«»—–…€×№°§±‘’“”•™©®"  # noqa: RUF001  the very characters a code page may lack
_PAGES = ("cp866", "cp1251")
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed character: its grid cell in dots and how many times it is enlarged."""

    character: str
    base: tuple[int, int] = (12, 24)
    wide: int = 1
    high: int = 1
    bold: bool = False
    underline: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height on paper, in dots."""
        return self.base[0] * self.wide, self.base[1] * self.high


class Glyphs:
    """Characters of one font; without a font only Latin ones have a shape."""

    def __init__(self, font: bytes | None) -> None:
        self._font = font
        self._faces: dict[tuple[int, int], _Font] = {}
        self._known: dict[tuple[tuple[int, int], bool], dict[bytes, list[str]]] = {}

    def line(self, cells: list[Cell], line_dots: int) -> Image.Image:
        """The characters side by side, standing on a common base."""
        width = sum(cell.size[0] for cell in cells)
        base = max((cell.size[1] for cell in cells), default=0)
        height = max(base, line_dots)
        picture = Image.new("L", (max(1, width), height), _WHITE)
        left = 0
        for cell in cells:
            picture.paste(self._drawn(cell), (left, base - cell.size[1]))
            left += cell.size[0]
        return picture

    def character(self, picture: Image.Image, base: tuple[int, int]) -> tuple[str, bool] | None:
        """The one character that these dots are, and whether it is bold; None if it is none."""
        if self._font is None or picture.size != base:
            return None
        for bold in (False, True):
            alike = self._table(base, bold).get(picture.tobytes())
            if alike:
                return alike[0], bold
        return None

    def read(self, picture: Image.Image) -> str | None:
        """The characters of a line drawn as dots; None when it is no text of this font."""
        if self._font is None or picture.height > TEXT_ROWS_MAX:
            return None
        shapes = [
            Cell("", base, wide, high) for base in CELLS for high in (1, 2) for wide in (1, 2)
        ]
        for shape in shapes:
            rows = shape.size[1]
            if picture.height < rows or _has_ink_below(picture, rows):
                continue
            text = self._read_at(picture.crop((0, 0, picture.width, rows)), shape)
            if text is not None:
                return text
        return None

    def _read_at(self, picture: Image.Image, shape: Cell) -> str | None:
        small = picture.resize(
            (picture.width // shape.wide, picture.height // shape.high), Image.Resampling.NEAREST
        )
        width = shape.base[0]
        for offset in sorted({0, width // 2, *range(width)}, key=lambda at: (at % 3, at)):
            for bold in (False, True):
                text = self._read_row(small, shape.base, offset, self._table(shape.base, bold))
                if text is not None and text.strip():
                    return text
        return None

    def _read_row(
        self, row: Image.Image, base: tuple[int, int], offset: int, table: dict[bytes, list[str]]
    ) -> str | None:
        width, height = base
        text: list[list[str]] = []
        if offset and row.crop((0, 0, offset, height)).getextrema()[0] != _WHITE:
            return None
        for left in range(offset, row.width, width):
            cell = Image.new("L", base, _WHITE)
            cell.paste(row.crop((left, 0, min(left + width, row.width), height)), (0, 0))
            alike = table.get(cell.tobytes())
            if alike is None:
                return None
            text.append(alike)
        return _resolved(text).rstrip()

    def _table(self, base: tuple[int, int], bold: bool) -> dict[bytes, list[str]]:
        if (base, bold) not in self._known:
            characters = [chr(code) for code in range(0x20, 0x7F)]
            for page in _PAGES:
                characters += bytes(range(0x80, 0x100)).decode(page, "ignore")
            table: dict[bytes, list[str]] = {}
            for character in [*characters, *_EXTRA]:
                if character.isprintable():
                    drawn = self._drawn(Cell(character, base, bold=bold))
                    table.setdefault(drawn.tobytes(), []).append(character)
            self._known[base, bold] = table
        return self._known[base, bold]

    def _drawn(self, cell: Cell) -> Image.Image:
        picture = Image.new("L", cell.base, _WHITE)
        draw = ImageDraw.Draw(picture)
        draw.fontmode = "1"
        face = self._face(cell.base)
        draw.text((0, 0), cell.character, font=face, fill=0)
        if cell.bold:
            draw.text((1, 0), cell.character, font=face, fill=0)
        if cell.underline:
            bottom = cell.base[1] - 2
            draw.line((0, bottom, cell.base[0], bottom), fill=0, width=2)
        return picture.resize(cell.size, Image.Resampling.NEAREST)

    def _face(self, base: tuple[int, int]) -> _Font:
        if base not in self._faces:
            self._faces[base] = self._fitted(base)
        return self._faces[base]

    def _fitted(self, base: tuple[int, int]) -> _Font:
        if self._font is None:
            return ImageFont.load_default(base[1] - 6)
        face = ImageFont.truetype(io.BytesIO(self._font), 4)
        for size in range(5, base[1] + 1):
            bigger = ImageFont.truetype(io.BytesIO(self._font), size)
            if round(bigger.getlength("M")) > base[0] or sum(bigger.getmetrics()) > base[1]:
                break
            face = bigger
        return face


def _has_ink_below(picture: Image.Image, rows: int) -> bool:
    if picture.height == rows:
        return False
    return picture.crop((0, rows, picture.width, picture.height)).getextrema()[0] != _WHITE


def _resolved(cells: list[list[str]]) -> str:
    """Latin and Cyrillic letters that look alike are read as the clear letters beside them are."""
    clear = {_script(alike[0]) for alike in cells if len({_script(one) for one in alike}) == 1}
    wanted = "latin" if "latin" in clear and "cyrillic" not in clear else "cyrillic"
    out: list[str] = []
    for alike in cells:
        out.append(next((one for one in alike if _script(one) == wanted), alike[0]))
    return "".join(out)


def _script(character: str) -> str:
    if "\u0400" <= character <= "\u052f":
        return "cyrillic"
    return "latin" if character.isalpha() else "neither"
