"""AIM identifiers (ISO/IEC 15424): the three characters that say which symbol was read.

Never looks at what the data mean; an identifier it does not know stays in the data.
"""

import re

_AIM = re.compile(rb"^\][ACdEeFGHhIJLMQSUz][0-9A-Fa-f]")

_BY_LETTER = {
    "A": "CODE39",
    "C": "CODE128",
    "d": "DATAMATRIX",
    "E": "EAN13",
    "e": "GS1_DATABAR",
    "F": "CODABAR",
    "G": "CODE93",
    "H": "CODE11",
    "h": "HANXIN",
    "I": "ITF",
    "J": "DOTCODE",
    "L": "PDF417",
    "M": "MSI",
    "Q": "QR",
    "S": "INDUSTRIAL2OF5",
    "U": "MAXICODE",
    "z": "AZTEC",
}
_EXACT = {
    "]C1": "GS1_128",
    "]d2": "GS1_DATAMATRIX",
    "]d5": "GS1_DATAMATRIX",
    "]d8": "GS1_DATAMATRIX",
    "]E1": "ADDON2",
    "]E2": "ADDON5",
    "]E4": "EAN8",
    "]h1": "GS1_HANXIN",
    "]J1": "GS1_DOTCODE",
    "]Q3": "GS1_QR",
    "]Q4": "GS1_QR",
}
_ITF14_DIGITS = 14


def split_aim(frame: bytes) -> tuple[str | None, bytes]:
    """Splits `]Q1https://...` into (`]Q1`, rest); (None, frame) when there is no identifier."""
    if _AIM.match(frame):
        return frame[:3].decode("ascii"), frame[3:]
    return None, frame


def symbology_of(aim: str | None, data: bytes = b"") -> str | None:
    """The symbol's name, None when the scanner did not say. `data` tells ITF14 from other ITF."""
    if aim is None:
        return None
    name = _EXACT.get(aim) or _BY_LETTER.get(aim[1])
    if name == "ITF" and len(data) == _ITF14_DIGITS:
        return "ITF14"
    return name
