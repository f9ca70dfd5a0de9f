"""Under which keys a row is found, and how they are written. Never decides what a row means.

`pos_app.storage.mirror_keys` must say the same, and a test holds them together: the till's storage
and the sync rooms do not know each other, the file's version is their contract.
"""

import unicodedata
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

Key = tuple[str, str | bytes]
GTIN_DIGITS = 14
SHORTEST_GTIN = 8


class _MemberKeys(Struct):
    phone_last4: str = ""
    keys: tuple[tuple[str, str], ...] = ()


class _ItemKeys(Struct):
    name: str = ""
    brand: str = ""
    codes: tuple[str, ...] = ()
    plu: str = ""


class _ProgramKeys(Struct):
    valid_from: str
    version: int


_MEMBER = msgspec.json.Decoder(_MemberKeys)
_ITEM = msgspec.json.Decoder(_ItemKeys)
_PROGRAM = msgspec.json.Decoder(_ProgramKeys)


def keys_of(kind: str, body: bytes) -> tuple[list[Key], str]:
    """(keys, words for the search) of a living row.

    A body that is not what its kind promises has no keys: it is kept and never blocks a page.
    """
    try:
        if kind == "member":
            return _member(body), ""
        if kind == "item":
            return _item(body)
        if kind == "program":
            program = _PROGRAM.decode(body)
            return [("program", program_key(program.valid_from, program.version))], ""
    except (msgspec.MsgspecError, ValueError):
        return [], ""
    return [], ""


def _member(body: bytes) -> list[Key]:
    member = _MEMBER.decode(body)
    keys: list[Key] = [(kind, packed_key(kind, key)) for kind, key in member.keys]
    if member.phone_last4:
        keys.append(("last4", member.phone_last4))
    return keys


def _item(body: bytes) -> tuple[list[Key], str]:
    item = _ITEM.decode(body)
    keys: list[Key] = [("item_code", code_key(code)) for code in item.codes]
    if item.plu:
        keys.append(("plu", plu_key(item.plu)))
    return keys, folded(f"{item.name} {item.brand}")


def packed_id(text: str) -> str | bytes:
    """A canonical UUID as 16 bytes, any other id as it is."""
    if len(text) == 36 and text[8:24:5] == "----":
        digits = text.replace("-", "")
        return (_from_hex(digits) or text) if len(digits) == 32 else text
    return text


def unpacked_id(value: str | bytes) -> str:
    """The reverse of `packed_id`."""
    if isinstance(value, str):
        return value
    digits = value.hex()
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return "-".join(parts)


def packed_key(kind: str, key: str) -> str | bytes:
    """A key of a member: phone HMACs as bytes."""
    return (_from_hex(key) or key) if kind == "phone" else key


def _from_hex(digits: str) -> bytes:
    """The bytes that are written so, in small letters and nothing between; b"" for any others.

    A million ids are read so: to write them again and compare costs half of a regular expression.
    """
    try:
        found = bytes.fromhex(digits)
    except ValueError:
        return b""
    return found if found.hex() == digits else b""


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
