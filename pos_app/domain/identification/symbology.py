"""What kind of code a scanner says it read (ISO/IEC 15424). Never looks at the data behind it."""

import re

UNKNOWN = "UNKNOWN"

_EXACT = {
    "E0": "EAN13", "E1": "ADDON2", "E2": "ADDON5", "E3": "EAN13", "E4": "EAN8",
    "C1": "GS1_128",
    "d2": "GS1_DATAMATRIX", "d5": "GS1_DATAMATRIX", "d8": "GS1_DATAMATRIX",
    "Q3": "GS1_QR", "Q4": "GS1_QR",
    "J1": "GS1_DOTCODE", "J4": "GS1_DOTCODE",
    "h1": "GS1_HANXIN",
    "z1": "GS1_AZTEC",
    "I1": "ITF14",
}  # fmt: skip
_BY_LETTER = {
    "A": "CODE39", "C": "CODE128", "F": "CODABAR", "G": "CODE93", "H": "CODE11", "I": "ITF",
    "J": "DOTCODE", "K": "CODE16K", "L": "PDF417", "M": "MSI", "O": "CODABLOCK",
    "P": "PLESSEY", "Q": "QR", "R": "STRAIGHT25", "S": "STRAIGHT25", "U": "MAXICODE", "X": "OTHER",
    "d": "DATAMATRIX", "e": "GS1_DATABAR", "h": "HANXIN", "z": "AZTEC",
}  # fmt: skip
_AIM = re.compile(r"\]([A-Za-z])([0-9A-Ca-c])")

TWO_DIMENSIONAL = frozenset(
    {"QR", "DATAMATRIX", "PDF417", "AZTEC", "DOTCODE", "HANXIN", "MAXICODE"}
)


def split_aim(text: str) -> tuple[str | None, str]:
    """(`]E0` or None, the data). `]` with anything unknown behind it is data."""
    match = _AIM.match(text)
    if match is None or symbology_of(match.group()) == UNKNOWN:
        return None, text
    return match.group(), text[match.end() :]


def symbology_of(aim: str | None) -> str:
    """`EAN13`, `GS1_DATAMATRIX`, ...; `UNKNOWN` for no identifier or a strange one."""
    if aim is None or len(aim) != 3 or aim[0] != "]":
        return UNKNOWN
    code = aim[1:]
    if code[0] == "E":
        return _EXACT.get(code, UNKNOWN)
    return _EXACT.get(code) or _BY_LETTER.get(code[0], UNKNOWN)


def is_gs1(symbology: str) -> bool:
    """Whether the symbology promises GS1 element strings."""
    return symbology.startswith("GS1_")
