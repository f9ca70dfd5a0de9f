"""Draws what a printer's own characters cannot say.

Never looks for a font by itself: its bytes are given.
"""

import io
import re

import qrcode
from PIL import Image, ImageDraw, ImageFont

from drivers.contract import Align, JobError, Style
from drivers.pos_printer.layout import Line
from drivers.pos_printer.profiles import PictureCommand

PIXELS_MAX = 16_000_000
BAND_ROWS = 240
LINE_GAP_ROWS = 6  # what the usual line spacing of 30 dots leaves below 24
QUIET_MODULES = 4
_WHITE = 255
_BLACK = 0


class RasterFont:
    """A fixed-pitch font, scaled so that its characters stand in the printer's own grid."""

    def __init__(self, font: bytes) -> None:
        self._bytes = font
        self._sizes: dict[tuple[int, int], ImageFont.FreeTypeFont] = {}

    def fitted(self, cell: tuple[int, int]) -> ImageFont.FreeTypeFont:
        """The largest size whose characters fit `cell` (width, height in dots)."""
        if cell not in self._sizes:
            self._sizes[cell] = self._fit(cell)
        return self._sizes[cell]

    def _fit(self, cell: tuple[int, int]) -> ImageFont.FreeTypeFont:
        width, height = cell
        font = ImageFont.truetype(io.BytesIO(self._bytes), 4)
        for size in range(5, height + 1):
            bigger = ImageFont.truetype(io.BytesIO(self._bytes), size)
            if round(bigger.getlength("M")) > width or sum(bigger.getmetrics()) > height:
                break
            font = bigger
        return font


def text_picture(line: Line, columns: int, cell: tuple[int, int], font: RasterFont) -> Image.Image:
    """One line as dots, `columns` cells wide, aligned as its style says."""
    width, height = cell
    small = Image.new("L", (max(1, len(line.text)) * width, height), _WHITE)
    for index, character in enumerate(line.text):
        small.paste(_cell_picture(character, cell, font, bold=line.style.bold), (index * width, 0))
    draw = ImageDraw.Draw(small)
    if line.style.underline:
        draw.line((0, height - 2, small.width, height - 2), fill=_BLACK, width=2)
    scaled = small.resize(_scaled(small.size, line.style), Image.Resampling.NEAREST)
    return _placed(scaled, columns * width, line.style.align)


def inline_picture(character: str, cell: tuple[int, int], font: RasterFont, *, bold: bool) -> bytes:
    """One character as dots among the others of a line (ESC * 33: columns of 24 dots)."""
    dots = _dots_of(_cell_picture(character, cell, font, bold=bold)).crop((0, 0, *cell))
    turned = dots.transpose(Image.Transpose.ROTATE_270).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return b"\x1b*\x21" + cell[0].to_bytes(2, "little") + harmless(turned.tobytes())


def _cell_picture(
    character: str, cell: tuple[int, int], font: RasterFont, *, bold: bool
) -> Image.Image:
    """One character, clipped to its cell as a printer's own are; bold is a double strike."""
    picture = Image.new("L", cell, _WHITE)
    draw = ImageDraw.Draw(picture)
    draw.fontmode = "1"
    face = font.fitted(cell)
    for shift in (0, 1) if bold else (0,):
        draw.text((shift, 0), character, font=face, fill=_BLACK)
    return picture


def _scaled(size: tuple[int, int], style: Style) -> tuple[int, int]:
    return (
        size[0] * (2 if style.double_width else 1),
        size[1] * (2 if style.double_height else 1),
    )


def _placed(picture: Image.Image, width: int, align: Align) -> Image.Image:
    room = max(0, width - picture.width)
    left = {Align.LEFT: 0, Align.CENTER: room // 2, Align.RIGHT: room}[align]
    paper = Image.new("L", (width, picture.height + LINE_GAP_ROWS), _WHITE)
    paper.paste(picture, (left, 0))
    return paper


def picture_of_png(png: bytes, dots: int) -> Image.Image:
    """A PNG in black and white, at most `dots` wide; raises JobError when it cannot be read."""
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as opened:
            if opened.width * opened.height > PIXELS_MAX:
                raise JobError("the picture is too large for paper")
            rgba = opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as bad:
        raise JobError(f"the picture cannot be read: {bad}") from bad
    paper = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
    paper.alpha_composite(rgba)
    grey = paper.convert("L")
    if grey.width > dots:
        height = max(1, grey.height * dots // grey.width)
        grey = grey.resize((dots, height), Image.Resampling.LANCZOS)
    return grey.convert("1").convert("L")


def qr_matrix(data: str) -> list[list[bool]]:
    """The modules of the QR code that a printer would choose too (level M, bytes in UTF-8)."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(data.encode("utf-8"), optimize=0)
    code.make(fit=True)
    matrix: list[list[bool]] = code.get_matrix()
    return matrix


def qr_picture(matrix: list[list[bool]], module_dots: int) -> Image.Image:
    """A QR code with its quiet zone, for printers that cannot draw one."""
    side = len(matrix) + 2 * QUIET_MODULES
    picture = Image.new("L", (side, side), _WHITE)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x + QUIET_MODULES, y + QUIET_MODULES), _BLACK)
    size = (side * module_dots, side * module_dots)
    return picture.resize(size, Image.Resampling.NEAREST)


def picture_commands(picture: Image.Image, how: PictureCommand) -> bytes:
    """Commands that print the picture from top to bottom; dark is below half grey."""
    if how is PictureCommand.COLUMNS:
        return _columns_of(_dots_of(picture), picture.width)
    return b"".join(bands_of(picture))


def bands_of(picture: Image.Image) -> list[bytes]:
    """`GS v 0` commands, each of a height that every printer's buffer takes."""
    row_bytes, dots = raster_of(picture)
    bands = []
    for top in range(0, picture.height, BAND_ROWS):
        rows = min(BAND_ROWS, picture.height - top)
        head = b"\x1dv0\x00" + row_bytes.to_bytes(2, "little") + rows.to_bytes(2, "little")
        bands.append(head + dots[top * row_bytes : (top + rows) * row_bytes])
    return bands


def raster_of(picture: Image.Image) -> tuple[int, bytes]:
    """Bytes per row, and the rows: 1 is ink, the first bit is leftmost."""
    row_bytes = (picture.width + 7) // 8
    return row_bytes, harmless(_dots_of(picture).tobytes())


def _dots_of(picture: Image.Image) -> Image.Image:
    """1 is ink; the width is a whole number of bytes."""
    padded = Image.new("L", ((picture.width + 7) // 8 * 8, picture.height), _WHITE)
    padded.paste(picture, (0, 0))
    return padded.point([255] * 128 + [0] * 128).convert("1")


def _columns_of(dots: Image.Image, width: int) -> bytes:
    """Strips of eight dots (ESC * 1) for needle printers; the paper moves on by their height."""
    out = bytearray(b"\x1b3\x10")
    head = b"\x1b*\x01" + width.to_bytes(2, "little")
    for top in range(0, dots.height, 8):
        strip = dots.crop((0, top, width, top + 8)).transpose(Image.Transpose.ROTATE_270)
        flipped = strip.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        out += head + harmless(flipped.tobytes()) + b"\n"
    return bytes(out + b"\x1b2")


_REAL_TIME = re.compile(rb"\x10([\x05\x14])(?=[\x01-\x08])")


def harmless(dots: bytes) -> bytes:
    """One dot more where dots would be a real-time command: a picture must not open the drawer.

    A printer obeys DLE DC4 and DLE ENQ wherever they stand (Epson, "real-time commands").
    """
    return _REAL_TIME.sub(lambda found: b"\x18" + found[1], dots)
