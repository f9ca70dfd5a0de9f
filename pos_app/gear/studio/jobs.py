"""Cards and labels for a receipt printer: jobs of the devices' contract. Never printer commands."""

from collections.abc import Sequence

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
from pos_app.gear.studio.codes import CodeKind, StudioError
from pos_app.gear.studio.designs import Card, PriceLabel

DOTS_A_MM = 8
_SYMBOLOGY = {
    CodeKind.EAN13: Symbology.EAN13,
    CodeKind.EAN8: Symbology.EAN8,
    CodeKind.CODE128: Symbology.CODE128,
}
_TITLE = Style(bold=True, align=Align.CENTER)
_BIG = Style(bold=True, double_width=True, double_height=True)


def card_job(cards: Sequence[Card], job_id: str, columns: int = 42) -> PrintJob:
    """A temporary card a piece of paper: name, bars, QR code, note."""
    if not cards:
        raise StudioError("there is nothing to print")
    elements: list[Element] = []
    for card in cards:
        elements += [Text(card.title, _TITLE)] if card.title else []
        elements += [Text(card.holder, Style(align=Align.CENTER))] if card.holder else []
        if card.kind is not CodeKind.QR:
            elements.append(Barcode(_SYMBOLOGY[card.kind], card.number, 80))
        if card.with_qr or card.kind is CodeKind.QR:
            elements += [Feed(1), QRCode(card.number)]
        elements += [Text(card.note, Style(align=Align.CENTER))] if card.note else []
        elements.append(Cut())
    return PrintJob(job_id, tuple(elements), columns)


def label_job(
    labels: Sequence[PriceLabel],
    job_id: str,
    columns: int = 32,
    size_mm: tuple[int, int] = (40, 3),
) -> PrintJob:
    """A label of exact height each, a gap between, one cut; `size_mm` is height and gap."""
    if not labels:
        raise StudioError("there is nothing to print")
    height, gap = (one * DOTS_A_MM for one in size_mm)
    pieces = tuple(Label(_piece(label), height, gap) for label in labels)
    return PrintJob(job_id, (*pieces, Cut()), columns)


def _piece(label: PriceLabel) -> tuple[LabelElement, ...]:
    price = f"{label.whole}.{label.part} {label.sign}" if label.part else label.whole
    elements: list[LabelElement] = [Text(label.name, Style(bold=True)), Text(price, _BIG)]
    if label.unit or label.note:
        elements.append(Columns(label.unit, label.note))
    if label.code:
        elements.append(Barcode(_SYMBOLOGY[label.kind], label.code, 64))
    return tuple(elements)
