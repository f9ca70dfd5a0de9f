"""Laid-out content to ESC/POS bytes.

Pure: never touches a port, and never prints a wrong character.
A line that no code page of the model can say is drawn with the given font; without a font its
characters are replaced by the nearest that can be said.
"""

import re

from PIL.Image import Image as Dots

from drivers.contract import (
    Align,
    Barcode,
    Columns,
    Cut,
    Element,
    Feed,
    Image,
    JobError,
    Label,
    Logo,
    OpenDrawer,
    PrintJob,
    QRCode,
    Rule,
    Style,
    Symbology,
    Text,
)
from drivers.contract.code128 import PAIRS_WORTH_DIGITS
from drivers.pos_printer.drawn import (
    BARCODE_MODULE_DOTS,
    barcode_picture,
    label_picture,
    qr_module_dots,
)
from drivers.pos_printer.layout import Line, lines_of
from drivers.pos_printer.logo import logo_print_command, logo_store_command
from drivers.pos_printer.profiles import Profile
from drivers.pos_printer.raster import (
    QUIET_MODULES,
    RasterFont,
    inline_picture,
    picture_commands,
    picture_of_png,
    qr_matrix,
    qr_picture,
    text_picture,
)

_INLINE_ROWS = 24
_REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")
_DRAWER_PULSE = bytes((50, 50))
_ALIGN = {Align.LEFT: 0, Align.CENTER: 1, Align.RIGHT: 2}
_SUBSTITUTES = str.maketrans(
    {"₽": "р", "«": '"', "»": '"', "—": "-", "–": "-", "−": "-", "…": ".", "’": "'", "×": "x"}
)
# The same look in every code page: such marks are not worth drawing a line for.
_EQUIVALENTS = str.maketrans(
    {"—": "-", "–": "-", "−": "-", "×": "x", "\u00a0": " ", "\u202f": " ", "\u2009": " "}
)
_BARCODES = {
    Symbology.UPCA: (65, 113),
    Symbology.EAN13: (67, 113),
    Symbology.EAN8: (68, 81),
    Symbology.CODE39: (69, 0),
    Symbology.ITF: (70, 0),
    Symbology.CODE128: (73, 0),
}


class EscPosEncoder:
    """Encodes jobs for one model."""

    def __init__(self, profile: Profile, font: RasterFont | None = None) -> None:
        self._profile = profile
        self._font = font

    def encode(self, job: PrintJob) -> bytes:
        """All bytes of the job, from initialise to cut; raises JobError before anything is sent."""
        return _Run(self._profile, self._font, job.columns).bytes_of(job.elements)

    def encode_logo(self, key: str, png: bytes) -> bytes:
        """Writes a picture into the printer's memory; JobError when it has none."""
        return logo_store_command(self._profile, key, png)


class _Run:
    """One job being encoded; remembers what the printer was told last."""

    def __init__(self, profile: Profile, font: RasterFont | None, columns: int) -> None:
        self._profile = profile
        self._font = font
        self._columns = columns
        fitting = [cell for cell in profile.cells if columns * cell[0] <= profile.dots]
        if not fitting:
            raise JobError(f"{columns} columns do not fit {profile.dots} dots")
        self._cell = fitting[0]
        self._room = columns * self._cell[0]
        self._out = bytearray()
        self._told: dict[bytes, int] = {}

    def bytes_of(self, elements: tuple[Element, ...]) -> bytes:
        self._out += b"\x1b@"
        if self._profile.cancel_kanji:
            self._out += b"\x1c."
        if self._cell != self._profile.cells[0]:
            self._out += b"\x1bM\x01"
        self._center_the_area()
        for element in elements:
            self._put(element)
        return bytes(self._out)

    def _center_the_area(self) -> None:
        """Margin and width (GS L, GS W), so that `center` and `right` keep to the columns."""
        margin = (self._profile.dots - self._room) // 2
        if margin:
            self._out += b"\x1dL" + margin.to_bytes(2, "little")
            self._out += b"\x1dW" + self._room.to_bytes(2, "little")

    def _put(self, element: Element) -> None:
        match element:
            case Text() | Columns() | Rule():
                for line in lines_of(element, self._columns):
                    self._line(line)
            case QRCode():
                self._qr(element)
            case Barcode():
                self._barcode(element)
            case Image(png, align):
                self._picture(picture_of_png(png, self._room), align)
            case Logo():
                self._logo(element)
            case Label():
                self._label(element)
            case _:
                self._motion(element)

    def _motion(self, element: Feed | Cut | OpenDrawer) -> None:
        match element:
            case Feed(lines):
                self._out += b"\x1bd" + bytes((lines,))
            case Cut(full):
                self._out += b"\x1dVA\x00" if full else b"\x1dVB\x00"
            case OpenDrawer(pin):
                self._out += b"\x1bp" + bytes((pin,)) + _DRAWER_PULSE

    def _tell(self, command: bytes, value: int) -> None:
        """Sends a mode only when it changes."""
        if self._told.get(command) != value:
            self._told[command] = value
            self._out += command + bytes((value,))

    def _line(self, line: Line) -> None:
        said = self._in_a_page(line.text) or self._in_a_page(line.text.translate(_EQUIVALENTS))
        if said is None and self._mixed(line):
            return
        if said is None and self._font is not None:
            self._picture(text_picture(line, self._columns, self._cell, self._font), Align.LEFT)
            return
        page, data = said or self._substituted(line.text)
        self._typed(page, data, line.style)

    def _mixed(self, line: Line) -> bool:
        """Characters of the page, and between them the dots of the few that it has not."""
        style, text = line.style, line.text
        large = style.double_width or style.double_height or style.underline
        fits = self._profile.inline and self._cell[1] == _INLINE_ROWS and not large
        if not fits or self._font is None or not self._profile.pages:
            return False
        lacking = {page: _lacking(text, page[1]) for page in self._profile.pages}
        page = min(lacking, key=lambda one: len(lacking[one]))
        pieces = bytearray()
        for character in text:
            if character in lacking[page]:
                pieces += inline_picture(character, self._cell, self._font, bold=style.bold)
            else:
                pieces += character.encode(page[1])
        self._typed(page[0], bytes(pieces), style)
        return True

    def _typed(self, page: int | None, data: bytes, style: Style) -> None:
        if page is not None:
            self._tell(b"\x1bt", page)
        self._tell(b"\x1ba", _ALIGN[style.align])
        self._tell(b"\x1bE", int(style.bold))
        self._tell(b"\x1b-", int(style.underline))
        self._tell(b"\x1d!", 0x10 * style.double_width + 0x01 * style.double_height)
        self._out += data + b"\n"

    def _in_a_page(self, text: str) -> tuple[int | None, bytes] | None:
        if text.isascii():
            return None if not self._profile.pages and self._font else (None, text.encode())
        for page, codec in self._profile.pages:
            try:
                return page, text.encode(codec)
            except UnicodeEncodeError:
                continue
        return None

    def _substituted(self, text: str) -> tuple[int | None, bytes]:
        text = text.translate(_SUBSTITUTES)
        if not self._profile.pages:
            return None, text.encode("ascii", "replace")
        page, codec = self._profile.pages[0]
        return page, text.encode(codec, "replace")

    def _picture(self, picture: Dots, align: Align) -> None:
        self._tell(b"\x1ba", _ALIGN[align])
        self._out += picture_commands(picture, self._profile.picture)

    def _logo(self, logo: Logo) -> None:
        if logo.key not in self._profile.logos:
            self._picture(picture_of_png(logo.png, self._room), logo.align)
            return
        self._tell(b"\x1ba", _ALIGN[logo.align])
        self._out += logo_print_command(logo.key)

    def _label(self, label: Label) -> None:
        """One picture, and the way to the next label in steps that one byte can say."""
        if self._font is None:
            raise JobError("a label is drawn, and the printer's table has no key font")
        self._picture(label_picture(label, self._columns, self._cell, self._font), Align.LEFT)
        gap = label.gap_dots
        while gap:
            self._out += b"\x1bJ" + bytes((min(gap, 255),))
            gap -= min(gap, 255)

    def _qr(self, code: QRCode) -> None:
        matrix = qr_matrix(code.data)
        module = qr_module_dots(len(matrix), code.module_dots, self._room)
        if not self._profile.native_qr:
            self._picture(qr_picture(matrix, module), Align.CENTER)
            return
        data = code.data.encode("utf-8")
        self._tell(b"\x1ba", _ALIGN[Align.CENTER])
        quiet = b"\x1bJ" + bytes((module * QUIET_MODULES,))  # the printer leaves none by itself
        self._out += quiet + b"\x1d(k\x04\x001A2\x00"
        self._out += b"\x1d(k\x03\x001C" + bytes((module,))
        self._out += b"\x1d(k\x03\x001E1"
        self._out += b"\x1d(k" + (len(data) + 3).to_bytes(2, "little") + b"1P0" + data
        self._out += b"\x1d(k\x03\x001Q0" + quiet

    def _barcode(self, code: Barcode) -> None:
        if not self._profile.native_barcodes:
            self._picture(barcode_picture(code, self._columns, self._cell, self._font), Align.LEFT)
            return
        number, modules = _BARCODES[code.symbology]
        data = code.data.encode("ascii")
        if code.symbology is Symbology.CODE128:
            data, characters = code128_data(code.data)
            modules = 11 * (characters + 2) + 13
        elif not modules:
            modules = 16 * (len(data) + 2)
        if modules * BARCODE_MODULE_DOTS > self._room:
            raise JobError(f"the bar code of {len(code.data)} characters is wider than the paper")
        self._tell(b"\x1ba", _ALIGN[Align.CENTER])
        height = max(1, min(255, code.height_dots))
        self._out += b"\x1dh" + bytes((height,)) + b"\x1dw" + bytes((BARCODE_MODULE_DOTS,))
        self._out += b"\x1dH\x02\x1dk" + bytes((number, len(data))) + data


def _lacking(text: str, codec: str) -> frozenset[str]:
    """The characters that the code page has not."""
    return frozenset(one for one in text if not one.encode(codec, "ignore"))


def code128_data(text: str) -> tuple[bytes, int]:
    """What GS k 73 wants, and how many symbol characters that becomes with the start.

    Digits go in pairs (code set C), which halves the width of a long number; not where the bytes of
    the pairs would be a real-time command, which a printer obeys even there.
    """
    if text.isdigit() and len(text) >= PAIRS_WORTH_DIGITS:
        odd = text[: len(text) % 2]
        pairs = bytes(int(text[at : at + 2]) for at in range(len(odd), len(text), 2))
        if not _REAL_TIME.search(pairs):
            head = b"{B" + odd.encode("ascii") if odd else b""
            return head + b"{C" + pairs, len(pairs) + (3 if odd else 1)
    return b"{B" + text.encode("ascii").replace(b"{", b"{{"), len(text) + 1
