"""Bar codes and whole labels as pictures, for what a printer cannot draw by itself.

Never changes the data of a code: what cannot be carried or does not fit refuses the job.
"""

from typing import Any

import barcode
from PIL import Image

from drivers.contract import (
    Align,
    Barcode,
    Columns,
    Feed,
    JobError,
    Label,
    LabelElement,
    QRCode,
    Rule,
    Style,
    Symbology,
    Text,
)
from drivers.contract import Image as Picture
from drivers.contract.code128 import code128_bits
from drivers.pos_printer.layout import Line, lines_of
from drivers.pos_printer.raster import (
    LINE_GAP_ROWS,
    QUIET_MODULES,
    RasterFont,
    picture_of_png,
    qr_matrix,
    qr_picture,
    text_picture,
)

BARCODE_MODULE_DOTS = 2
BARCODE_QUIET_MODULES = 10
QR_MODULE_DOTS = 6
QR_MODULE_DOTS_MIN = 2  # a quarter of a millimetre: no phone reads less
_WHITE = 255
_MAKER_OPTIONS: dict[Symbology, dict[str, Any]] = {
    Symbology.CODE39: {"add_checksum": False},
    Symbology.ITF: {"narrow": 1, "wide": 3},
}
_CENTER = Style(align=Align.CENTER)


def qr_module_dots(modules: int, wanted: int, room: int) -> int:
    """Dots per module of a code with its quiet zone in `room` dots; JobError when it is no room."""
    fits = room // (modules + 2 * QUIET_MODULES)
    if fits < QR_MODULE_DOTS_MIN:
        raise JobError("the QR code is too large for the paper")
    return min(wanted or QR_MODULE_DOTS, fits, 16)


def barcode_bits(code: Barcode) -> str:
    """The modules, "1" is a bar; JobError for data that the symbology cannot carry."""
    if code.symbology is Symbology.CODE128:
        return code128_bits(code.data)
    maker: Any = barcode.get_barcode_class(code.symbology.value)
    try:
        bits = str(maker(code.data, **_MAKER_OPTIONS.get(code.symbology, {})).build()[0])
    except (barcode.errors.BarcodeError, ValueError, KeyError, IndexError) as bad:
        raise JobError(f"{code.symbology.value} cannot carry {code.data!r}") from bad
    return "".join("0" if bit == "0" else "1" for bit in bits)


def barcode_picture(code: Barcode, columns: int, cell: tuple[int, int], font: RasterFont | None,
                    ) -> Image.Image:  # fmt: skip
    """Bars with a quiet zone and, where there is a font, the characters below; JobError if wide."""
    bits = barcode_bits(code)
    room = columns * cell[0]
    quiet = "0" * BARCODE_QUIET_MODULES
    row = bytes(0 if bit == "1" else _WHITE for bit in quiet + bits + quiet)
    module = min(BARCODE_MODULE_DOTS, room // len(row))
    if module < 1 or (module < BARCODE_MODULE_DOTS and code.symbology is not Symbology.CODE128):
        raise JobError(f"the bar code of {len(code.data)} characters is wider than the paper")
    bars = Image.frombytes("L", (len(row), 1), row)
    bars = bars.resize((len(row) * module, max(1, code.height_dots)), Image.Resampling.NEAREST)
    below = text_picture(Line(code.data, _CENTER), columns, cell, font) if font else None
    paper = Image.new("L", (room, bars.height + (below.height if below else 0)), _WHITE)
    paper.paste(bars, ((room - bars.width) // 2, 0))
    if below:
        paper.paste(below, (0, bars.height))
    return paper


def label_picture(label: Label, columns: int, cell: tuple[int, int], font: RasterFont
                  ) -> Image.Image:  # fmt: skip
    """The label from its upper edge to its lower one; JobError for what does not fit."""
    rows = [piece for one in label.elements for piece in _pieces(one, columns, cell, font)]
    height = sum(piece.height for piece in rows)
    if rows:
        height -= _blank_below(rows[-1])
    if height > label.height_dots:
        raise JobError(f"the label needs {height} dots and has {label.height_dots}")
    paper = Image.new("L", (columns * cell[0], label.height_dots), _WHITE)
    top = 0
    for piece in rows:
        paper.paste(piece, (0, top))
        top += piece.height
    return paper


def _blank_below(piece: Image.Image) -> int:
    """Rows without ink under the last piece: they may lie beyond the edge."""
    ink = piece.point([255] * 128 + [0] * 128).getbbox()
    return piece.height - (ink[3] if ink else 0)


def _pieces(element: LabelElement, columns: int, cell: tuple[int, int], font: RasterFont
            ) -> list[Image.Image]:  # fmt: skip
    match element:
        case Text() | Columns() | Rule():
            return [text_picture(line, columns, cell, font) for line in lines_of(element, columns)]
        case Barcode():
            return [barcode_picture(element, columns, cell, font)]
        case QRCode(data, module_dots):
            matrix = qr_matrix(data)
            module = qr_module_dots(len(matrix), module_dots, columns * cell[0])
            return [_centred(qr_picture(matrix, module), columns * cell[0])]
        case Picture(png):
            return [_centred(picture_of_png(png, columns * cell[0]), columns * cell[0])]
        case Feed(lines):
            height = lines * (cell[1] + LINE_GAP_ROWS)
            return [Image.new("L", (columns * cell[0], height), _WHITE)] if lines else []


def _centred(picture: Image.Image, room: int) -> Image.Image:
    paper = Image.new("L", (room, picture.height), _WHITE)
    paper.paste(picture, ((room - picture.width) // 2, 0))
    return paper
