"""Draws bar codes and QR codes as a printer would. Never corrects the data it is given."""

import barcode
import qrcode
from PIL import Image

from drivers.contract.code128 import code128_bits

_WHITE = 255
_PAIRS = 100
_LEVELS = {
    0x30: qrcode.constants.ERROR_CORRECT_L,
    0x31: qrcode.constants.ERROR_CORRECT_M,
    0x32: qrcode.constants.ERROR_CORRECT_Q,
    0x33: qrcode.constants.ERROR_CORRECT_H,
}
BARCODES = {
    0: "UPCA",
    2: "EAN13",
    3: "EAN8",
    4: "CODE39",
    5: "ITF",
    65: "UPCA",
    67: "EAN13",
    68: "EAN8",
    69: "CODE39",
    70: "ITF",
    73: "CODE128",
}


def qr_picture(data: bytes, module_dots: int, level: int) -> Image.Image:
    """A QR code of model 2 without a quiet zone, as printers print it; `level`: function 169."""
    correction = _LEVELS.get(level, qrcode.constants.ERROR_CORRECT_L)
    code = qrcode.QRCode(error_correction=correction, border=0)
    code.add_data(data, optimize=0)
    code.make(fit=True)
    return _picture(code.get_matrix(), module_dots, module_dots)


def barcode_picture(
    symbology: str, data: bytes, module_dots: int, height_dots: int
) -> tuple[str, Image.Image] | None:
    """The characters and the bars; None for data that the symbology cannot carry."""
    text = code128_text(data) if symbology == "CODE128" else data.decode("latin-1")
    if not text or not text.isprintable():
        return None
    if symbology == "CODE128":
        return text, _bars(code128_bits(text), module_dots, height_dots)
    maker = barcode.get_barcode_class(symbology.lower())
    options = {"add_checksum": False} if symbology == "CODE39" else {}
    try:
        bits: str = maker(text, **options).build()[0]
    except (barcode.errors.BarcodeError, ValueError, KeyError, IndexError):
        return None
    return text, _bars(bits, module_dots, height_dots)


def _bars(bits: str, module_dots: int, height_dots: int) -> Image.Image:
    row = [False] * 10 + [bit == "1" for bit in bits] + [False] * 10
    return _picture([row], module_dots, max(1, height_dots))


def code128_text(data: bytes) -> str | None:
    """The characters of GS k 73, whose code sets are told by {A, {B, {C; None when they are not."""
    out: list[str] = []
    code_set = ""
    at = 0
    while at < len(data):
        if data[at : at + 1] == b"{" and data[at + 1 : at + 2] in (b"A", b"B", b"C"):
            code_set = chr(data[at + 1])
            at += 2
        elif not code_set:
            return None
        elif code_set == "C":
            if data[at] >= _PAIRS:
                return None
            out.append(f"{data[at]:02d}")
            at += 1
        else:
            out.append(chr(data[at]))
            at += 2 if data[at : at + 2] == b"{{" else 1
    return "".join(out)


def _picture(matrix: list[list[bool]], width: int, height: int) -> Image.Image:
    small = Image.new("L", (len(matrix[0]), len(matrix)), _WHITE)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                small.putpixel((x, y), 0)
    size = (small.width * width, small.height * height)
    return small.resize(size, Image.Resampling.NEAREST)
