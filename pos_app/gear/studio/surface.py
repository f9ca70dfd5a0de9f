"""Something to draw on in millimetres: a PDF page or a picture. Never knows a card or a label.

The origin is the upper left corner; y grows downwards; texts stand on their base line.
"""

import io
from typing import Protocol

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from resources import read_bytes

REGULAR, BOLD = "Inter-Regular", "Inter-Bold"
Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
_POINT_MM = 25.4 / 72


class Surface(Protocol):
    """What a design draws on.

    `grid` is the finest dot of its printer in millimetres: modules of a code are whole dots, else
    their widths differ and a scanner reads another number with a right check digit (measured).
    """

    @property
    def grid(self) -> float:
        """See the class."""

    def box(self, x: float, y: float, width: float, height: float, colour: Colour = BLACK) -> None:
        """A filled rectangle."""

    def text(
        self, x: float, y: float, said: str, size: float, *, bold: bool = False,
        colour: Colour = BLACK,
    ) -> None:  # fmt: skip
        """One line; `size` is the height of the letters' body in millimetres."""

    def width(self, said: str, size: float, *, bold: bool = False) -> float:
        """How wide a line would be."""


class PdfPages:
    """Pages of a PDF with our own fonts inside; `page` begins the next one."""

    grid = 25.4 / 300

    def __init__(self, width: float, height: float, title: str) -> None:
        for name in (REGULAR, BOLD):
            if name not in pdfmetrics.getRegisteredFontNames():
                font = TTFont(name, io.BytesIO(read_bytes("fonts", f"{name}.ttf")))
                pdfmetrics.registerFont(font)
        self._out = io.BytesIO()
        self._height = height
        self._canvas = Canvas(self._out, pagesize=(width * mm, height * mm), invariant=True)
        self._canvas.setTitle(title)
        self._begun = False

    def page(self) -> None:
        """A new page; the first one is there already."""
        if self._begun:
            self._canvas.showPage()
        self._begun = True

    def box(self, x: float, y: float, width: float, height: float, colour: Colour = BLACK) -> None:
        self._canvas.setFillColorRGB(*(one / 255 for one in colour))
        top = (self._height - y - height) * mm
        self._canvas.rect(x * mm, top, width * mm, height * mm, stroke=0, fill=1)

    def text(
        self, x: float, y: float, said: str, size: float, *, bold: bool = False,
        colour: Colour = BLACK,
    ) -> None:  # fmt: skip
        self._canvas.setFillColorRGB(*(one / 255 for one in colour))
        self._canvas.setFont(BOLD if bold else REGULAR, size * mm)
        self._canvas.drawString(x * mm, (self._height - y) * mm, said)

    def width(self, said: str, size: float, *, bold: bool = False) -> float:
        points = pdfmetrics.stringWidth(said, BOLD if bold else REGULAR, size * mm)
        return float(points) * _POINT_MM

    def done(self) -> bytes:
        """The whole file."""
        self._canvas.save()
        return self._out.getvalue()


class Picture:
    """One page as a PNG of `dots` per millimetre."""

    def __init__(self, width: float, height: float, dots: float) -> None:
        self._dots = dots
        self.grid = 1 / dots
        size = (round(width * dots), round(height * dots))
        self._image = Image.new("RGB", size, WHITE)
        self._draw = ImageDraw.Draw(self._image)
        self._fonts: dict[tuple[str, int], ImageFont.FreeTypeFont] = {}

    def page(self) -> None:
        """A picture has one."""

    def box(self, x: float, y: float, width: float, height: float, colour: Colour = BLACK) -> None:
        left, top = round(x * self._dots), round(y * self._dots)
        right, bottom = round((x + width) * self._dots), round((y + height) * self._dots)
        if right > left and bottom > top:
            self._draw.rectangle((left, top, right - 1, bottom - 1), fill=colour)

    def text(
        self, x: float, y: float, said: str, size: float, *, bold: bool = False,
        colour: Colour = BLACK,
    ) -> None:  # fmt: skip
        at = (x * self._dots, y * self._dots)
        self._draw.text(at, said, fill=colour, font=self._font(size, bold=bold), anchor="ls")

    def width(self, said: str, size: float, *, bold: bool = False) -> float:
        return self._font(size, bold=bold).getlength(said) / self._dots

    def done(self) -> bytes:
        """The PNG."""
        out = io.BytesIO()
        self._image.save(out, "PNG")
        return out.getvalue()

    def _font(self, size: float, *, bold: bool) -> ImageFont.FreeTypeFont:
        key = (BOLD if bold else REGULAR, max(1, round(size * self._dots)))
        if key not in self._fonts:
            data = io.BytesIO(read_bytes("fonts", f"{key[0]}.ttf"))
            self._fonts[key] = ImageFont.truetype(data, key[1])
        return self._fonts[key]
