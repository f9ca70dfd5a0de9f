"""Draws bar codes and QR codes as a printer would. Never corrects the data it is given."""

import barcode
import qrcode
from PIL import Image

_WHITE = 255
QUIET_MODULES = 4
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
    """A QR code of model 2; `level` is the parameter of function 169."""
    correction = _LEVELS.get(level, qrcode.constants.ERROR_CORRECT_L)
    code = qrcode.QRCode(error_correction=correction, border=QUIET_MODULES)
    code.add_data(data, optimize=0)
    code.make(fit=True)
    return _picture(code.get_matrix(), module_dots, module_dots)


def barcode_picture(
    symbology: str, data: bytes, module_dots: int, height_dots: int
) -> tuple[str, Image.Image] | None:
    """The characters and the bars; None for data that the symbology cannot carry."""
    text = data.decode("latin-1")
    if symbology == "CODE128":
        text = text[2:].replace("{{", "{") if text[:2] in ("{A", "{B", "{C") else text
    maker = barcode.get_barcode_class(symbology.lower())
    options = {"add_checksum": False} if symbology == "CODE39" else {}
    try:
        bits: str = maker(text, **options).build()[0]
    except (barcode.errors.BarcodeError, ValueError, KeyError, IndexError):
        return None
    row = [False] * 10 + [bit == "1" for bit in bits] + [False] * 10
    return text, _picture([row], module_dots, max(1, height_dots))


def _picture(matrix: list[list[bool]], width: int, height: int) -> Image.Image:
    small = Image.new("L", (len(matrix[0]), len(matrix)), _WHITE)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                small.putpixel((x, y), 0)
    size = (small.width * width, small.height * height)
    return small.resize(size, Image.Resampling.NEAREST)
