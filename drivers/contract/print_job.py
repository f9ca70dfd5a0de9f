"""Laid-out content for a receipt printer and its JSON form. Never knows what the lines mean."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from drivers.contract.lenient import flag, number_of, objects_of, text_of, word_of

COLUMNS_MIN = 16
COLUMNS_MAX = 96
FEED_LINES_MAX = 64
QR_BYTES_MAX = 2300
BARCODE_CHARACTERS_MAX = 48
LABEL_DOTS_MAX = 2400
LOGO_KEY_CHARACTERS = 2


class JobError(ValueError):
    """A job that no printer could print as asked; the message says which part."""


class Align(StrEnum):
    """Where a line stands on the paper."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Symbology(StrEnum):
    """Bar codes a receipt may carry."""

    EAN13 = "ean13"
    EAN8 = "ean8"
    UPCA = "upca"
    CODE39 = "code39"
    ITF = "itf"
    CODE128 = "code128"


@dataclass(frozen=True, slots=True)
class Style:
    """How a line of text looks."""

    bold: bool = False
    double_width: bool = False
    double_height: bool = False
    underline: bool = False
    align: Align = Align.LEFT


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Text:
    """Text; what does not fit the width goes on in the next line, nothing is lost."""

    text: str
    style: Style = PLAIN


@dataclass(frozen=True, slots=True)
class Columns:
    """A left part and a right part on one line; `style.align` does not apply."""

    left: str
    right: str
    style: Style = PLAIN


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper, drawn with one character."""

    character: str = "-"


@dataclass(frozen=True, slots=True)
class QRCode:
    """A QR code in the middle; `module_dots` 0 lets the driver choose."""

    data: str
    module_dots: int = 0


@dataclass(frozen=True, slots=True)
class Barcode:
    """A bar code in the middle with its characters below."""

    symbology: Symbology
    data: str
    height_dots: int = 72


@dataclass(frozen=True, slots=True)
class Image:
    """A picture, PNG bytes; dark pixels are printed, wider pictures are made narrower."""

    png: bytes
    align: Align = Align.CENTER


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that may lie in the printer's own memory under `key` (two printable characters).

    `png` is printed where it does not, so that a receipt never lacks it.
    """

    key: str
    png: bytes
    align: Align = Align.CENTER


@dataclass(frozen=True, slots=True)
class Feed:
    """Empty lines."""

    lines: int = 1


@dataclass(frozen=True, slots=True)
class Cut:
    """Feed to the knife and cut."""

    full: bool = False


@dataclass(frozen=True, slots=True)
class OpenDrawer:
    """A pulse to the drawer's socket as part of the job; pin 0 or 1."""

    pin: int = 0


LabelElement = Text | Columns | Rule | QRCode | Barcode | Image | Feed


@dataclass(frozen=True, slots=True)
class Label:
    """A piece of paper of an exact height (8 dots are a millimetre), then a gap to the next one.

    It is one picture, so it looks the same on every model; what does not fit refuses the job.
    """

    elements: tuple[LabelElement, ...]
    height_dots: int
    gap_dots: int = 0


Element = LabelElement | Logo | Label | Cut | OpenDrawer


@dataclass(frozen=True, slots=True)
class PrintJob:
    """What to print, laid out for `columns` characters of the standard font. `job_id` is unique.

    `replaces` names a job that a person gave up: a printer that can drops what is left of it.
    """

    job_id: str
    elements: tuple[Element, ...]
    columns: int = 42
    replaces: str = ""

    def __post_init__(self) -> None:
        if not self.job_id:
            raise JobError("a job needs an id")
        if not COLUMNS_MIN <= self.columns <= COLUMNS_MAX:
            raise JobError(f"columns must be {COLUMNS_MIN} to {COLUMNS_MAX}")
        for element in self.elements:
            _check(element)


def _check(element: Element) -> None:
    """Raises JobError for what no printer could print as asked."""
    match element:
        case QRCode(data) if not 0 < len(data.encode()) <= QR_BYTES_MAX:
            raise JobError("a QR code needs 1 to 2300 bytes")
        case Barcode():
            check_barcode(element)
        case Feed(lines) if not 0 <= lines <= FEED_LINES_MAX:
            raise JobError(f"feed 0 to {FEED_LINES_MAX} lines")
        case OpenDrawer(pin) if pin not in (0, 1):
            raise JobError("the drawer's pin is 0 or 1")
        case Rule(character) if len(character) != 1:
            raise JobError("a rule is drawn with one character")
        case _:
            _check_picture(element)


def _check_picture(element: Element) -> None:
    match element:
        case Logo(key) if len(key) != LOGO_KEY_CHARACTERS or not key.isascii() or " " in key:
            raise JobError("a logo's key is two printable characters")
        case Label(elements, height, gap):
            if not 0 < height <= LABEL_DOTS_MAX or not 0 <= gap <= LABEL_DOTS_MAX:
                raise JobError(f"a label is 1 to {LABEL_DOTS_MAX} dots high")
            for one in elements:
                if isinstance(one, Logo | Label | Cut | OpenDrawer):
                    raise JobError(f"no {type(one).__name__} within a label")
                _check(one)


_DIGITS = {
    Symbology.EAN13: (12, 13),
    Symbology.EAN8: (7, 8),
    Symbology.UPCA: (11, 12),
}
_CODE39 = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%+-./")


def check_barcode(code: Barcode) -> None:
    """Raises JobError for data that the symbology cannot carry (a printer would print nothing)."""
    data, kind = code.data, code.symbology
    numeric = data.isascii() and data.isdigit()
    fits = 0 < len(data) <= BARCODE_CHARACTERS_MAX
    if kind in _DIGITS:
        fits = numeric and len(data) in _DIGITS[kind] and _check_digit_is_right(data, kind)
    elif kind is Symbology.ITF:
        fits = fits and numeric and len(data) % 2 == 0
    elif kind is Symbology.CODE39:
        fits = fits and set(data) <= _CODE39
    else:
        fits = fits and data.isascii() and data.isprintable()
    if not fits:
        raise JobError(f"{kind.value} cannot carry {data!r}")


def _check_digit_is_right(data: str, kind: Symbology) -> bool:
    """A code given whole: a printer would print nothing, or silently another number."""
    if len(data) < _DIGITS[kind][1]:
        return True
    body, check = [int(digit) for digit in data[:-1]], int(data[-1])
    weighted = sum(3 * body[i] for i in range(len(body) - 1, -1, -2))
    return (weighted + sum(body[i] for i in range(len(body) - 2, -1, -2)) + check) % 10 == 0


def job_to_json(job: PrintJob) -> dict[str, object]:
    """An object of plain JSON values; pictures are base64."""
    said: dict[str, object] = {
        "job_id": job.job_id,
        "columns": job.columns,
        "elements": [_element_to_json(element) for element in job.elements],
    }
    return {**said, "replaces": job.replaces} if job.replaces else said


def job_from_json(data: object) -> PrintJob:
    """Reads `job_to_json`; raises JobError with the reason."""
    if not isinstance(data, dict):
        raise JobError("a job is an object")
    try:
        return PrintJob(
            job_id=text_of(data, "job_id"),
            columns=number_of(data, "columns", 42),
            elements=tuple(_element_from_json(item) for item in objects_of(data, "elements")),
            replaces=word_of(data, "replaces") or "",
        )
    except (ValueError, binascii.Error) as bad:
        raise JobError(str(bad)) from bad


def _style_to_json(style: Style) -> dict[str, object]:
    said: dict[str, object] = {
        key: True
        for key in ("bold", "double_width", "double_height", "underline")
        if getattr(style, key)
    }
    if style.align is not Align.LEFT:
        said["align"] = style.align.value
    return said


def _style_from_json(data: dict[str, object]) -> Style:
    return Style(
        bold=bool(flag(data, "bold")),
        double_width=bool(flag(data, "double_width")),
        double_height=bool(flag(data, "double_height")),
        underline=bool(flag(data, "underline")),
        align=Align(str(data.get("align", "left"))),
    )


def _element_to_json(element: Element) -> dict[str, object]:
    match element:
        case Text(text, style):
            return {"el": "text", "text": text, **_style_to_json(style)}
        case Columns(left, right, style):
            return {"el": "columns", "left": left, "right": right, **_style_to_json(style)}
        case QRCode(data, module_dots):
            return {"el": "qr", "data": data, "module_dots": module_dots}
        case Barcode(symbology, data, height):
            return {"el": "barcode", "symbology": symbology, "data": data, "height_dots": height}
        case Image() | Logo() | Label():
            return _picture_to_json(element)
        case _:
            return _motion_to_json(element)


def _picture_to_json(element: Image | Logo | Label) -> dict[str, object]:
    match element:
        case Image(png, align):
            return {"el": "image", "png": base64.b64encode(png).decode(), "align": align.value}
        case Logo(key, png, align):
            picture = base64.b64encode(png).decode()
            return {"el": "logo", "key": key, "png": picture, "align": align.value}
        case Label(elements, height, gap):
            inside = [_element_to_json(one) for one in elements]
            return {"el": "label", "elements": inside, "height_dots": height, "gap_dots": gap}


def _motion_to_json(element: Rule | Feed | Cut | OpenDrawer) -> dict[str, object]:
    match element:
        case Rule(character):
            return {"el": "rule", "character": character}
        case Feed(lines):
            return {"el": "feed", "lines": lines}
        case Cut(full):
            return {"el": "cut", "full": full}
        case OpenDrawer(pin):
            return {"el": "open_drawer", "pin": pin}


def _png_of(data: dict[str, object]) -> bytes:
    return base64.b64decode(text_of(data, "png"), validate=True)


_READERS: dict[str, Callable[[dict[str, object]], Element]] = {
    "text": lambda d: Text(text_of(d, "text"), _style_from_json(d)),
    "columns": lambda d: Columns(text_of(d, "left"), text_of(d, "right"), _style_from_json(d)),
    "rule": lambda d: Rule(text_of(d, "character")),
    "qr": lambda d: QRCode(text_of(d, "data"), number_of(d, "module_dots")),
    "barcode": lambda d: Barcode(
        Symbology(text_of(d, "symbology")), text_of(d, "data"), number_of(d, "height_dots", 72)
    ),
    "image": lambda d: Image(_png_of(d), Align(str(d.get("align", "center")))),
    "logo": lambda d: Logo(text_of(d, "key"), _png_of(d), Align(str(d.get("align", "center")))),
    "label": lambda d: _label_from_json(d),
    "feed": lambda d: Feed(number_of(d, "lines", 1)),
    "cut": lambda d: Cut(bool(flag(d, "full"))),
    "open_drawer": lambda d: OpenDrawer(number_of(d, "pin")),
}


def _element_from_json(data: dict[str, object]) -> Element:
    reader = _READERS.get(str(data.get("el")))
    if reader is None:
        raise JobError(f"unknown element {data.get('el')!r}")
    return reader(data)


def _label_from_json(data: dict[str, object]) -> Label:
    inside = [_element_from_json(item) for item in objects_of(data, "elements")]
    plain = tuple(one for one in inside if not isinstance(one, Logo | Label | Cut | OpenDrawer))
    if len(plain) != len(inside):
        raise JobError("only text, codes, pictures and feeds within a label")
    return Label(plain, number_of(data, "height_dots"), number_of(data, "gap_dots"))
