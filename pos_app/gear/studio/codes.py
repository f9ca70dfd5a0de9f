"""Bars and modules of a code as zeros and ones. Never draws, never puts a wrong check digit right.

The symbols are those of python-barcode (EAN) and qrcode; Code 128 is our own, because
python-barcode 0.16 drops digits behind a pair 99.
"""

from enum import StrEnum

import qrcode
from barcode.ean import EAN8, EAN13
from qrcode.constants import ERROR_CORRECT_M

from drivers.contract.code128 import code128_bits
from pos_app.domain.identification.check_digits import (
    gs1_check_digit,
    has_gs1_check_digit,
    is_digits,
)

CODE128_MOST = 40
QR_MOST = 300
QUIET = {"ean13": (11, 7), "ean8": (7, 7), "code128": (10, 10), "qr": (4, 4)}
"""Empty modules that must stand left and right (GS1 General Specifications, 5.2; ISO 18004)."""


class StudioError(ValueError):
    """A card, label or sheet that cannot be made; the message says why, in words."""


class CodeKind(StrEnum):
    """How a number is printed."""

    EAN13 = "ean13"
    EAN8 = "ean8"
    CODE128 = "code128"
    QR = "qr"


GTIN_LENGTHS = (8, 12, 13, 14)
OWN_LENGTHS = (8,)
"""A shop's own number may have as many digits as the shortest EAN."""


def checked_gtin(data: str, *, is_ean: bool) -> str:
    """The code to print: a UPC of 12 digits as the EAN that it is, everything else as it stands.

    Raises StudioError where the check digit is wrong: such a label would scan as nothing, or be
    printed as a number that is no goods. `is_ean` False lets a shop's own number pass.
    """
    if not is_digits(data) or len(data) not in GTIN_LENGTHS:
        if is_ean:
            raise StudioError(f"{data!r} is no EAN: 8, 12, 13 or 14 digits")
        return data
    if has_gs1_check_digit(data):
        return f"0{data}" if len(data) == 12 else data
    if not is_ean and len(data) in OWN_LENGTHS:
        return data
    raise StudioError(
        f"{data}: the check digit is wrong, {data[:-1]} would end with {gs1_check_digit(data[:-1])}"
    )


def code_kind_of(data: str) -> CodeKind:
    """The shop code that a number of the catalogue is: an EAN where it is one, else Code 128."""
    if is_digits(data) and has_gs1_check_digit(data):
        if len(data) == 13:
            return CodeKind.EAN13
        if len(data) == 8:
            return CodeKind.EAN8
    return CodeKind.CODE128


def check(kind: CodeKind, data: str) -> None:
    """Raises StudioError for data that the symbol cannot carry or whose check digit is wrong."""
    digits = {CodeKind.EAN13: 13, CodeKind.EAN8: 8}.get(kind)
    if digits is not None:
        if len(data) != digits or not is_digits(data):
            raise StudioError(f"{data!r} is not {digits} digits")
        if not has_gs1_check_digit(data):
            raise StudioError(f"{data}: the check digit is wrong")
    elif kind is CodeKind.CODE128:
        if not 0 < len(data) <= CODE128_MOST or not (data.isascii() and data.isprintable()):
            raise StudioError(f"Code 128 takes 1 to {CODE128_MOST} plain characters, not {data!r}")
    elif not 0 < len(data.encode()) <= QR_MOST:
        raise StudioError(f"a QR code of a card takes 1 to {QR_MOST} bytes")


def bars(kind: CodeKind, data: str) -> str:
    """One row of modules, `1` dark, without quiet zones; raises StudioError."""
    check(kind, data)
    if kind is CodeKind.EAN13:
        built = EAN13(data).build()
    elif kind is CodeKind.EAN8:
        built = EAN8(data).build()
    elif kind is CodeKind.CODE128:
        built = [code128_bits(data)]
    else:
        raise StudioError("a QR code has no bars")
    return str(built[0]).replace("G", "1")


def modules(data: str) -> tuple[str, ...]:
    """The rows of a QR code, `1` dark, without its quiet zone; raises StudioError."""
    check(CodeKind.QR, data)
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(data)
    code.make(fit=True)
    return tuple("".join("1" if dark else "0" for dark in row) for row in code.get_matrix())
