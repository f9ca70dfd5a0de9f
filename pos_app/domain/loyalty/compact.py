"""Bytes as text that fits a small QR code, and names as few bytes. Never a secret, never a rule.

The alphabet is that of base45 (RFC 9285) without space, `$`, `%` and `*`, which trimmed fields and
keyboard wedges lose: 41 letters still hold two bytes in three (41**3 > 2**16), and a QR code in
alphanumeric mode takes them at 5.5 bits each.
"""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+-./:"
_BASE = len(ALPHABET)
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
_EMPTY, _UUID, _HEX, _TEXT = range(4)
NAME_BYTES_MOST = 40
_FIRST_DAY = date(1970, 1, 1)
_FIRST_SECOND = datetime(1970, 1, 1, tzinfo=UTC)
DAYS_MOST = 0xFFFF
SECONDS_MOST = 0xFFFF_FFFF


def to_text(data: bytes) -> str:
    """Three letters for two bytes, two letters for a last one."""
    pairs = [data[at : at + 2] for at in range(0, len(data), 2)]
    return "".join(_letters(int.from_bytes(pair), len(pair) + 1) for pair in pairs)


def _letters(value: int, count: int) -> str:
    found = ""
    for _ in range(count):
        value, digit = divmod(value, _BASE)
        found = ALPHABET[digit] + found
    return found


def from_text(text: str) -> bytes:
    """The reverse, in any case of letters; ValueError for a text that nothing was written as."""
    found = bytearray()
    folded = text.upper()
    for at in range(0, len(folded), 3):
        letters = folded[at : at + 3]
        value = 0
        for letter in letters:
            if letter not in _VALUES:
                raise ValueError(f"{letter!r} is no letter of this text")
            value = value * _BASE + _VALUES[letter]
        count = len(letters) - 1
        if not count or value >= 1 << 8 * count:
            raise ValueError("no bytes are written so")
        found += value.to_bytes(count)
    return bytes(found)


def packed_name(name: str) -> bytes:
    """An identifier: nothing, a UUID (17 bytes), hex or short text. ValueError if it is long."""
    if not name:
        return bytes((_EMPTY,))
    if _is_uuid(name):
        return bytes((_UUID,)) + UUID(name).bytes
    if _is_hex(name):
        body = bytes.fromhex(name)
        kind = _HEX
    else:
        body, kind = name.encode(), _TEXT
    if len(body) > NAME_BYTES_MOST:
        raise ValueError(f"a name of more than {NAME_BYTES_MOST} bytes does not fit a code")
    return bytes((kind, len(body))) + body


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _is_hex(name: str) -> bool:
    try:
        return bytes.fromhex(name).hex() == name
    except ValueError:
        return False


def packed_day(day: date) -> bytes:
    """Days since 1970, two bytes (to 2149)."""
    return (day - _FIRST_DAY).days.to_bytes(2)


def packed_second(at: datetime) -> bytes:
    """Whole seconds since 1970 in UTC, four bytes (to 2106)."""
    return ((at - _FIRST_SECOND) // timedelta(seconds=1)).to_bytes(4)


class Unpacker:
    """Takes what was packed, in order. Every method raises ValueError where bytes are missing."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        """So many bytes."""
        part = self._data[self.at : self.at + count]
        if len(part) != count:
            raise ValueError("the code is cut short")
        self.at += count
        return part

    def number(self, count: int) -> int:
        """A number of so many bytes."""
        return int.from_bytes(self.take(count))

    def name(self) -> str:
        """See `packed_name`."""
        kind = self.number(1)
        if kind == _EMPTY:
            return ""
        if kind == _UUID:
            return str(UUID(bytes=self.take(16)))
        body = self.take(self.number(1))
        if kind == _HEX:
            return body.hex()
        if kind != _TEXT:
            raise ValueError("a name of an unknown kind")
        return body.decode()

    def day(self) -> date:
        """See `packed_day`."""
        return _FIRST_DAY + timedelta(days=self.number(2))

    def second(self) -> datetime:
        """See `packed_second`."""
        return _FIRST_SECOND + timedelta(seconds=self.number(4))

    def finish(self) -> None:
        """Nothing may be left."""
        if self.at != len(self._data):
            raise ValueError("the code goes on where it should end")
