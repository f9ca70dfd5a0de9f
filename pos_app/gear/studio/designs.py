"""How a member card and a price label look. Never cuts a price, a number or a code.

Sizes are millimetres; names that are too long are made smaller, then wrapped, then shortened.
"""

from dataclasses import dataclass
from math import ceil

from pos_app.domain.money import RUB, Currency
from pos_app.gear.studio.codes import QUIET, CodeKind, StudioError, bars, check, modules
from pos_app.gear.studio.surface import BLACK, WHITE, Colour, Surface

MODULE_LEAST, MODULE_MOST = 0.19, 0.5
"""Narrowest bar that hand scanners read from paper of an office printer, and a comfortable one."""
MODULE_NORM = 0.264
"""Narrowest bar of goods at a till (GS1 General Specifications, 5.12: X-dimension)."""
NOTE_LEAST = 8.0
"""Millimetres that a note needs to stand beside a code."""
INK: Colour = (24, 41, 84)
GREY: Colour = (110, 110, 110)
LETTERS_LEAST = 1.6


@dataclass(frozen=True, slots=True)
class Area:
    """Where a design is drawn: the upper left corner and the size."""

    x: float
    y: float
    width: float
    height: float

    def inside(self, margin: float) -> "Area":
        """The same without a margin all round."""
        across, down = self.width - 2 * margin, self.height - 2 * margin
        return Area(self.x + margin, self.y + margin, across, down)


@dataclass(frozen=True, slots=True)
class Card:
    """One member card. `with_qr`: the number as a QR code beside the bars."""

    number: str
    title: str = ""
    holder: str = ""
    kind: CodeKind = CodeKind.EAN13
    with_qr: bool = True
    note: str = ""

    def __post_init__(self) -> None:
        check(self.kind, self.number)

    def draw(self, surface: Surface, area: Area) -> None:
        """A band with the programme's name, the code with its number, and the note below."""
        band = Area(area.x, area.y, area.width, area.height * 0.26)
        surface.box(band.x, band.y, band.width, band.height, INK)
        fitted(surface, band.inside(band.height * 0.26), self.title, bold=True, colour=WHITE)
        inner = Area(area.x, band.y + band.height, area.width, area.height - band.height).inside(
            area.width * 0.045
        )
        foot = area.height * 0.075
        below = Area(inner.x, inner.y + inner.height - foot, inner.width, foot)
        fitted(surface, below, " · ".join(t for t in (self.holder, self.note) if t), colour=GREY)
        room = Area(inner.x, inner.y, inner.width, inner.height - foot - area.height * 0.02)
        self._codes(surface, room)

    def _codes(self, surface: Surface, room: Area) -> None:
        if self.kind is CodeKind.QR:
            side = min(room.height * 0.86, room.width)
            square(surface, room.x + (room.width - side) / 2, room.y, side, self.number)
            label = Area(room.x, room.y + side, room.width, room.height - side)
            fitted(surface, label, self.number, bold=True, centred=True)
            return
        side = min(room.height, room.width * 0.36) if self.with_qr else 0.0
        gap = room.width * 0.03 if self.with_qr else 0.0
        code = Area(room.x, room.y, room.width - side - gap, room.height)
        barred(surface, code, self.kind, self.number)
        if self.with_qr:
            top = room.y + (room.height - side) / 2
            square(surface, room.x + room.width - side, top, side, self.number)


@dataclass(frozen=True, slots=True)
class PriceLabel:
    """One price label. `unit` is said behind the price (`за 1 кг`); `old_minor` is struck out."""

    name: str
    price_minor: int
    code: str = ""
    kind: CodeKind = CodeKind.EAN13
    unit: str = ""
    old_minor: int | None = None
    note: str = ""
    currency: Currency = RUB
    sign: str = "₽"

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise StudioError("a price label needs a name")
        if self.price_minor <= 0:
            raise StudioError(f"the price must be above zero, not {self.said(self.price_minor)}")
        if self.old_minor is not None and self.old_minor <= self.price_minor:
            raise StudioError(
                f"the old price {self.said(self.old_minor)} is not above"
                f" the price {self.said(self.price_minor)}"
            )
        if self.code:
            check(self.kind, self.code)

    @property
    def whole(self) -> str:
        """The price before the point."""
        return f"{self.price_minor // self.currency.scale:,}".replace(",", "\u00a0")

    @property
    def part(self) -> str:
        """The price behind the point."""
        digits = self.currency.minor_digits
        return f"{self.price_minor % self.currency.scale:0{digits}d}" if digits else ""

    def said(self, minor: int) -> str:
        """An amount in one line: `129,90 ₽`."""
        digits, sign = self.currency.minor_digits, "-" if minor < 0 else ""
        major, rest = divmod(abs(minor), self.currency.scale)
        whole = f"{sign}{major:,}".replace(",", "\u00a0")
        part = f",{rest:0{digits}d}" if digits else ""
        return f"{whole}{part}\u00a0{self.sign}"

    def draw(self, surface: Surface, area: Area) -> None:
        """Name on top, the price large below it, code and note at the foot."""
        inner = _inner(area)
        name = Area(inner.x, inner.y, inner.width, inner.height * 0.29)
        wrapped(surface, name, self.name, lines=2)
        foot = inner.height * (0.34 if self.code else 0.1)
        across = self._across(surface.grid, inner) if self.code else inner.width
        bottom = inner.y + inner.height
        beside = Area(inner.x + across, bottom - foot * 0.3, inner.width - across, foot * 0.25)
        strip = 0.0
        if not self.code:
            beside = Area(inner.x, bottom - foot, inner.width, foot)
        elif self.note and across == inner.width:
            strip = inner.height * 0.09
            beside = Area(inner.x, bottom - foot - strip, inner.width, strip)
        above = name.height + foot + strip
        price = Area(inner.x, name.y + name.height, inner.width, inner.height - above)
        self._price(surface, price)
        if self.code:
            barred(surface, Area(inner.x, bottom - foot, across, foot), self.kind, self.code)
        fitted(surface, beside, self.note, colour=GREY)

    def module(self, grid: float, area: Area) -> float:
        """How wide the narrowest bar is on a printer of these dots; 0 where it has no code."""
        if not self.code:
            return 0.0
        across = self._across(grid, _inner(area))
        return whole_dots(grid, min(MODULE_MOST, across / span(self.kind, self.code)))

    def _across(self, grid: float, inner: Area) -> float:
        """The code's place: a note stands beside it only where the bars keep their width."""
        if not self.note:
            return inner.width
        dots = ceil(MODULE_NORM / grid - 1e-6)
        wanted = max(inner.width * 0.7, dots * grid * span(self.kind, self.code))
        return wanted if wanted <= inner.width - NOTE_LEAST else inner.width

    def _price(self, surface: Surface, area: Area) -> None:
        side = f"\u00a0{self.sign}"
        size = area.height * 0.92
        small = 0.5
        while size > LETTERS_LEAST:
            across = surface.width(self.whole, size, bold=True)
            across += max(
                surface.width(self.part + side, size * small, bold=True),
                surface.width(self.unit, size * small * 0.6),
            )
            if across <= area.width * (0.72 if self.old_minor else 1.0):
                break
            size *= 0.94
        base = area.y + area.height * 0.86
        surface.text(area.x, base, self.whole, size, bold=True)
        x = area.x + surface.width(self.whole, size, bold=True) + size * 0.06
        surface.text(x, base - size * 0.33, self.part + side, size * small, bold=True)
        surface.text(x, base, self.unit, size * small * 0.6, colour=GREY)
        self._old(surface, area, base)

    def _old(self, surface: Surface, area: Area, base: float) -> None:
        if self.old_minor is None:
            return
        said = self.said(self.old_minor).rpartition("\u00a0")[0]
        size = area.height * 0.36
        across = surface.width(said, size)
        left = area.x + area.width - across
        surface.text(left, base, said, size, colour=GREY)
        surface.box(left, base - size * 0.38, across, max(0.2, size * 0.07), GREY)


@dataclass(frozen=True, slots=True)
class KeyLabel:
    """A key of the till as bars: what it does above, the code below."""

    name: str
    code: str
    note: str = ""

    def __post_init__(self) -> None:
        check(CodeKind.CODE128, self.code)

    def draw(self, surface: Surface, area: Area) -> None:
        """The name in one line, the bars, and whose till it is."""
        inner = area.inside(min(area.width, area.height) * 0.06)
        head, foot = inner.height * 0.22, inner.height * 0.1
        fitted(surface, Area(inner.x, inner.y, inner.width, head), self.name, bold=True)
        top, tall = inner.y + head * 1.15, inner.height - head * 1.15 - foot
        barred(surface, Area(inner.x, top, inner.width, tall), CodeKind.CODE128, self.code)
        below = Area(inner.x, inner.y + inner.height - foot, inner.width, foot)
        fitted(surface, below, self.note, colour=GREY)


Design = Card | PriceLabel | KeyLabel


def _inner(area: Area) -> Area:
    return area.inside(min(area.width, area.height) * 0.055)


def span(kind: CodeKind, data: str) -> int:
    """How many modules a code is wide, with its quiet zones."""
    return len(bars(kind, data)) + sum(QUIET[kind.value])


def fitted(
    surface: Surface,
    area: Area,
    said: str,
    *,
    bold: bool = False,
    colour: Colour = BLACK,
    centred: bool = False,
) -> None:
    """One line, as large as the area takes; shortened when even small letters are too wide."""
    size = area.height
    while size > LETTERS_LEAST and surface.width(said, size, bold=bold) > area.width:
        size *= 0.95
    said = _shortened(surface, said, size, area.width, bold=bold)
    left = (area.width - surface.width(said, size, bold=bold)) / 2 if centred else 0.0
    base = area.y + (area.height + size * 0.72) / 2
    surface.text(area.x + left, base, said, size, bold=bold, colour=colour)


def wrapped(surface: Surface, area: Area, said: str, *, lines: int) -> None:
    """At most `lines` lines of words, bold; the last one is shortened where it must be."""
    size = area.height / lines * 0.8
    rows: list[str] = []
    rest = said.split()
    while rest and len(rows) < lines:
        taken = 1
        while taken < len(rest) and surface.width(
            " ".join(rest[: taken + 1]), size, bold=True
        ) <= area.width:  # fmt: skip
            taken += 1
        last = len(rows) == lines - 1
        rows.append(" ".join(rest if last else rest[:taken]))
        rest = [] if last else rest[taken:]
    for number, row in enumerate(rows):
        shown = _shortened(surface, row, size, area.width, bold=True)
        base = area.y + area.height / lines * number + size
        surface.text(area.x, base, shown, size, bold=True)


def _shortened(surface: Surface, said: str, size: float, width: float, *, bold: bool) -> str:
    if surface.width(said, size, bold=bold) <= width:
        return said
    while said and surface.width(said + "…", size, bold=bold) > width:
        said = said[:-1]
    return said.rstrip() + "…" if said else ""


def barred(surface: Surface, area: Area, kind: CodeKind, data: str) -> None:
    """Bars with their quiet zones in the middle of the area, the number below them."""
    row = bars(kind, data)
    before, after = QUIET[kind.value]
    module = min(MODULE_MOST, area.width / (len(row) + before + after))
    if module < MODULE_LEAST:
        raise StudioError(f"{data}: the code is too wide for {area.width:.0f} mm")
    module = snapped(surface, module)
    number = min(area.height * 0.24, 4.2)
    tall = area.height - number
    left = area.x + (area.width - module * (len(row) + before + after)) / 2 + module * before
    left = snapped(surface, left)
    for start, length in runs(row):
        surface.box(left + start * module, area.y, length * module, tall)
    below = Area(left, area.y + tall, module * len(row), number)
    fitted(surface, below.inside(number * 0.1), data, centred=True)


def square(surface: Surface, x: float, y: float, side: float, data: str) -> None:
    """A QR code with its quiet zone in a square."""
    rows = modules(data)
    quiet = QUIET["qr"][0]
    module = side / (len(rows) + 2 * quiet)
    if module < MODULE_LEAST:
        raise StudioError(f"a QR code of {len(data)} characters is too small in {side:.0f} mm")
    module = snapped(surface, module)
    margin = (side - len(rows) * module) / 2
    x, y = snapped(surface, x + margin), snapped(surface, y + margin)
    for down, row in enumerate(rows):
        for start, length in runs(row):
            surface.box(x + start * module, y + down * module, length * module, module)


def snapped(surface: Surface, size: float) -> float:
    """As many whole dots of the surface as fit into it."""
    return whole_dots(surface.grid, size)


def whole_dots(grid: float, size: float) -> float:
    """The same for a printer whose finest dot is `grid` millimetres."""
    return max(1, int(size / grid + 1e-6)) * grid


def runs(row: str) -> list[tuple[int, int]]:
    """(start, length) of each dark run."""
    found: list[tuple[int, int]] = []
    start = 0
    for dark in row.replace("01", "0 1").replace("10", "1 0").split():
        if dark[0] == "1":
            found.append((start, len(dark)))
        start += len(dark)
    return found
