"""Price labels and member cards as jobs for the receipt printer. Never printer commands.

All words and amounts come said already, in the shop's language; sizes are of the paper in the
printer. A receipt printer has 8 dots to the millimetre.
"""

from dataclasses import dataclass

from drivers.contract import (
    Align,
    Barcode,
    Columns,
    Cut,
    Element,
    Feed,
    Label,
    LabelElement,
    PrintJob,
    QRCode,
    Style,
    Symbology,
    Text,
)

DOTS_PER_MM = 8
CODE_HEIGHT_DOTS = 64
CARD_CODE_HEIGHT_DOTS = 96
CARD_QR_MODULE_DOTS = 8
_EAN13_DIGITS = 13
_BOLD = Style(bold=True)
_CENTER = Style(align=Align.CENTER)
_TITLE = Style(bold=True, align=Align.CENTER)
_PRICE = Style(bold=True, double_width=True, double_height=True)


@dataclass(frozen=True, slots=True)
class LabelPaper:
    """The labels in the printer; 58 x 40 mm with a gap of 2 mm are the usual ones.

    `columns` characters of 12 dots are what the printer's head reaches, 48 mm of 58.
    """

    columns: int = 32
    height_mm: int = 40
    gap_mm: int = 2


@dataclass(frozen=True, slots=True)
class PriceFace:
    """What stands on a price label. `code` is 13 digits or what Code 128 carries; empty for none.

    `was` is the price before a discount, `unit` what the price is for, `on` the day of printing.
    """

    name: str
    price: str
    code: str = ""
    unit: str = ""
    was: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class CardFace:
    """What stands on a member card. `symbology` None prints `code` as a QR code."""

    title: str
    code: str
    symbology: Symbology | None = None
    number: str = ""
    lines: tuple[str, ...] = ()


def price_label_job(
    face: PriceFace, job_id: str, paper: LabelPaper | None = None, *, cut: bool = False
) -> PrintJob:
    """One label of exact height, as many lines of the name as there is room for. `cut`: off the
    roll of receipts, where it would else wait for the next customer's; labels lie apart already.

    Raises JobError for a code that no symbology carries; the driver refuses what does not fit.
    """
    paper = paper or LabelPaper()
    label = Label(
        _price_elements(face, paper), paper.height_mm * DOTS_PER_MM, paper.gap_mm * DOTS_PER_MM
    )
    return PrintJob(job_id, (label, Cut()) if cut else (label,), paper.columns)


def _price_elements(face: PriceFace, paper: LabelPaper) -> tuple[LabelElement, ...]:
    name = _shortened(face.name, 2 * paper.columns)
    elements: list[LabelElement] = [Text(name, _BOLD), Columns(face.price, "", _PRICE)]
    if face.unit or face.was:
        elements.append(Columns(face.unit, face.was))
    if face.code:
        elements.append(Barcode(symbology_of(face.code), face.code, CODE_HEIGHT_DOTS))
    if face.on:
        elements.append(Text(face.on, Style(align=Align.RIGHT)))
    return tuple(elements)


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def symbology_of(code: str) -> Symbology:
    """EAN-13 for 13 digits, else Code 128."""
    numeric = code.isascii() and code.isdigit() and len(code) == _EAN13_DIGITS
    return Symbology.EAN13 if numeric else Symbology.CODE128


def member_card_job(face: CardFace, job_id: str, columns: int = 42) -> PrintJob:
    """A card of receipt paper, cut off: until the plastic one comes. Raises JobError."""
    code: Element = QRCode(face.code, CARD_QR_MODULE_DOTS)
    if face.symbology is not None:
        code = Barcode(face.symbology, face.code, CARD_CODE_HEIGHT_DOTS)
    elements: list[Element] = [Text(face.title, _TITLE), Feed(), code]
    if face.number:
        elements.append(Text(face.number, _TITLE))
    elements += [Text(line, _CENTER) for line in face.lines]
    return PrintJob(job_id, (*elements, Feed(), Cut()), columns)
