"""Printed bars that stand for a key of the till: `K1X:CA7QX2MBWT`. Never says what a key may do.

Behind the prefix stand two letters of the command and eight of a tag that only the till which
printed the sheet can make (RFC 2104, HMAC-SHA256 cut to 40 bits, RFC 4648 base 32). So nobody can
draw one for themselves; a photograph of the sheet is what is left (docs/adr/0188).
"""

import base64
import hmac
import re
from collections.abc import Mapping
from types import MappingProxyType

PREFIX = "K1X:"
"""No card, coupon, gift card, receipt or article may begin like this: `LabelRules` refuses it."""
KEY_BYTES = 16
_TAG_BYTES = 5
_SHAPE = re.compile(r"K1X:([A-Z0-9]{2})([A-Z2-7]{8})")

DIGITS: Mapping[str, str] = MappingProxyType({f"D{n}": f"digit_{n}" for n in range(10)})
MONEY: Mapping[str, str] = MappingProxyType(
    {"CA": "cash", "CD": "card", "QR": "qr", "FI": "complete"}
)
"""They begin to take money, or to give it back; another code, Enter, says that it is so."""
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "OK": "enter",
        "ES": "back",
        "UP": "up",
        "DN": "down",
        **MONEY,
        "PT": "points",
        "ME": "member",
        "MO": "more",
        "LE": "less",
        "VL": "void_line",
        "UN": "undo",
        "VT": "void_transaction",
        "SU": "suspend",
        "RP": "reprint",
        "MN": "menu",
        "SO": "sign_off",
        "A1": "first_answer",
        "A2": "second_answer",
        **DIGITS,
        "DC": "point",
    }
)
"""Two letters -> what is meant. Letters never change their meaning: sheets hang on walls."""


def begins_so(text: str) -> bool:
    """Whether a label claims to be one, whatever it is worth."""
    return text[: len(PREFIX)].upper() == PREFIX


def code_of(key: bytes, letters: str) -> str:
    """What is printed for a command."""
    return f"{PREFIX}{letters}{_tag(key, letters)}"


def letters_of(text: str) -> str | None:
    """The command that a label names, true or not; None: no such command, or no such shape."""
    found = _SHAPE.fullmatch(text.upper())
    return found[1] if found and found[1] in COMMANDS else None


def is_true(key: bytes, text: str) -> bool:
    """Whether whoever made the label had the key."""
    letters = letters_of(text)
    if letters is None:
        return False
    return hmac.compare_digest(text.upper().encode(), code_of(key, letters).encode())


def _tag(key: bytes, letters: str) -> str:
    digest = hmac.digest(key, b"kopilka control " + letters.encode(), "sha256")
    return base64.b32encode(digest[:_TAG_BYTES]).decode()
