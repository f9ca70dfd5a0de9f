"""How a mirror file names things: must equal `sync.mirror.keys`, and a test holds them together.

Two copies, because the till's storage and the sync rooms do not know each other; the file's
`user_version` is their contract. Never reads a file.
"""

import re
import unicodedata
from datetime import UTC, datetime

MIRROR_APPLICATION_ID = 0x4B504D52  # "KPMR"
MIRROR_VERSION = 1
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEX = re.compile(r"([0-9a-f]{2})+")
GTIN_DIGITS = 14
SHORTEST_GTIN = 8


def packed_id(text: str) -> str | bytes:
    """A canonical UUID as 16 bytes, any other id as it is."""
    if len(text) == 36 and _UUID.fullmatch(text):
        return bytes.fromhex(text.replace("-", ""))
    return text


def packed_key(kind: str, key: str) -> str | bytes:
    """A key of a member: phone HMACs as bytes."""
    return bytes.fromhex(key) if kind == "phone" and _HEX.fullmatch(key) else key


def code_key(code: str) -> str:
    """GTIN-8, -12, -13 and -14 of one article are one key: 14 digits."""
    if SHORTEST_GTIN <= len(code) <= GTIN_DIGITS and code.isascii() and code.isdigit():
        return code.zfill(GTIN_DIGITS)
    return code


def plu_key(plu: str) -> str:
    """A PLU without leading zeros."""
    return plu.lstrip("0") or "0"


def folded(text: str) -> str:
    """Lower case, ё as е: what is indexed and what is asked."""
    return unicodedata.normalize("NFC", text).casefold().replace("ё", "е")


def instant_key(text: str) -> str:
    """An ISO instant or day as UTC text that sorts by time; ValueError if it is none."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def program_key(valid_from: str, version: int) -> str:
    """Sorts programs by the instant from which they are valid, then by version."""
    return f"{instant_key(valid_from)}#{version:010d}"
