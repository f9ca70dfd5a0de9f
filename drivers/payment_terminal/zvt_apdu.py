"""ZVT messages as bytes: commands, BCD, bit-map fields. Never touches a link.

Source: ZVT interface protocol PA00P015. A message is class, instruction, length (one byte, or FF
and two bytes, low first) and data; amounts are packed decimal.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from drivers.contract.payment import mask_card

REGISTRATION = (0x06, 0x00)
AUTHORISATION = (0x06, 0x01)
REPEAT_RECEIPT = (0x06, 0x20)
REVERSAL = (0x06, 0x30)
REFUND = (0x06, 0x31)
END_OF_DAY = (0x06, 0x50)
DIAGNOSIS = (0x06, 0x70)
INITIALISATION = (0x06, 0x93)
ABORT_BY_TILL = (0x06, 0xB0)
STATUS_INFORMATION = (0x04, 0x0F)
INTERMEDIATE = (0x04, 0xFF)
COMPLETION = (0x06, 0x0F)
ABORT = (0x06, 0x1E)
PRINT_LINE = (0x06, 0xD1)
PRINT_BLOCK = (0x06, 0xD3)
POSITIVE = (0x80, 0x00)
NEGATIVE_CLASS = 0x84

LONG_LENGTH = 0xFF
APDU_BYTES_MAX = 8192
AMOUNT_DIGITS = 12
CONFIG_BYTE = 0xBA
"""The till prints, wants intermediate states, starts every payment and every end of day itself."""


class ZvtError(ValueError):
    """Bytes that are no ZVT message, or one that breaks its own lengths."""


@dataclass(frozen=True, slots=True)
class Apdu:
    """One message."""

    control: tuple[int, int]
    data: bytes = b""

    def to_bytes(self) -> bytes:
        """As on a socket."""
        size = len(self.data)
        if size < LONG_LENGTH:
            return bytes((*self.control, size)) + self.data
        return bytes((*self.control, LONG_LENGTH, size & 0xFF, size >> 8)) + self.data


ACK = Apdu(POSITIVE)


def first_apdu(raw: bytes) -> tuple[Apdu, int] | None:
    """The first message and how many bytes it took; None while it is not whole.

    Raises ZvtError for a length that no terminal sends.
    """
    if len(raw) < 3:
        return None
    size, start = raw[2], 3
    if size == LONG_LENGTH:
        if len(raw) < 5:
            return None
        size, start = raw[3] | raw[4] << 8, 5
    if size > APDU_BYTES_MAX:
        raise ZvtError(f"a message of {size} bytes")
    if len(raw) < start + size:
        return None
    return Apdu((raw[0], raw[1]), raw[start : start + size]), start + size


# --- packed decimal ---------------------------------------------------------------------------


def bcd(value: int, digits: int) -> bytes:
    """A number as packed decimal of so many digits (an even number)."""
    text = str(value).rjust(digits, "0")
    if value < 0 or len(text) > digits:
        raise ZvtError(f"{value} has more than {digits} digits")
    return bytes.fromhex(text)


def number_of_bcd(raw: bytes) -> int:
    """The reverse; raises ZvtError where a half byte is no digit."""
    text = raw.hex()
    if not text.isdigit():
        raise ZvtError(f"{text} is no packed decimal")
    return int(text)


def masked_bcd(raw: bytes) -> str:
    """A card's number: its last digits before the filler; E is the terminal's own mask."""
    text = raw.hex().lower().split("d", 1)[0].rstrip("f").replace("e", "*")
    return mask_card(text)


# --- commands ---------------------------------------------------------------------------------


def registration(password: str, currency: str, config: int = CONFIG_BYTE) -> Apdu:
    """06 00."""
    data = bytes.fromhex(password) + bytes((config,)) + bcd(int(currency), 4)
    return Apdu(REGISTRATION, data)


def authorisation(amount_minor: int, currency: str) -> Apdu:
    """06 01: amount, currency."""
    return Apdu(AUTHORISATION, _amount(amount_minor) + _currency(currency))


def refund(password: str, amount_minor: int, currency: str) -> Apdu:
    """06 31."""
    return Apdu(REFUND, bytes.fromhex(password) + _amount(amount_minor) + _currency(currency))


def reversal(password: str, receipt_no: str) -> Apdu:
    """06 30: the receipt that is undone."""
    if not receipt_no.isdigit():
        raise ZvtError(f"receipt number {receipt_no!r}")
    return Apdu(REVERSAL, bytes.fromhex(password) + b"\x87" + bcd(int(receipt_no), 4))


def with_password(control: tuple[int, int], password: str) -> Apdu:
    """06 20, 06 50, 06 93: nothing but the password."""
    return Apdu(control, bytes.fromhex(password))


def _amount(amount_minor: int) -> bytes:
    return b"\x04" + bcd(amount_minor, AMOUNT_DIGITS)


def _currency(number: str) -> bytes:
    return b"\x49" + bcd(int(number), 4)


# --- bit-map fields ---------------------------------------------------------------------------

_FIXED = {
    0x01: 1, 0x02: 1, 0x03: 1, 0x04: 6, 0x05: 1, 0x0B: 3, 0x0C: 3, 0x0D: 2, 0x0E: 2, 0x17: 2,
    0x19: 1, 0x27: 1, 0x29: 4, 0x2A: 15, 0x37: 3, 0x3A: 2, 0x3B: 8, 0x3D: 3, 0x49: 2, 0x87: 2,
    0x88: 3, 0x8A: 1, 0x8C: 1, 0xA0: 1, 0xBA: 5, 0xD0: 1,
}  # fmt: skip
_LLVAR = frozenset({0x22, 0x23, 0x2D, 0x4C, 0x8B, 0xA7, 0xD1, 0xD2})
_LLLVAR = frozenset({0x24, 0x2E, 0x3C, 0x60, 0x92, 0x9A, 0xAF})
_TLV = 0x06
_DIGIT_PREFIX = 0xF0


@dataclass(frozen=True, slots=True)
class Status:
    """A status information (04 0F) as far as it could be read; `unread` is what nobody knows."""

    fields: dict[int, bytes] = field(default_factory=dict)
    unread: bytes = b""

    @property
    def result_code(self) -> int | None:
        """0 is approved; None: it did not say."""
        raw = self.fields.get(0x27)
        return raw[0] if raw else None

    @property
    def amount_minor(self) -> int | None:
        """What was moved; None where it did not say, or not in digits."""
        return self._number(0x04)

    @property
    def currency(self) -> int | None:
        """ISO 4217 number; None where it did not say."""
        return self._number(0x49)

    @property
    def trace(self) -> int | None:
        """Counts the terminal's transactions."""
        return self._number(0x0B)

    @property
    def receipt_no(self) -> str:
        """What a reversal needs."""
        found = self._number(0x87)
        return "" if found is None else f"{found:04d}"

    @property
    def terminal_id(self) -> str:
        """Its number at the bank."""
        found = self._number(0x29)
        return "" if found is None else f"{found:08d}"

    @property
    def card(self) -> str:
        """Masked."""
        return masked_bcd(self.fields.get(0x22, b""))

    @property
    def auth_code(self) -> str:
        """AID of the authorisation, printable characters only."""
        text = self.fields.get(0x3B, b"").decode("ascii", "replace")
        return "".join(one for one in text if one.isalnum())

    def _number(self, tag: int) -> int | None:
        raw = self.fields.get(tag)
        try:
            return None if raw is None else number_of_bcd(raw)
        except ZvtError:
            return None


def status_of(data: bytes) -> Status:
    """The fields of a status information or a completion; never raises.

    A field that was told twice with different values makes the rest unread: nobody can say which.
    """
    fields: dict[int, bytes] = {}
    at = 0
    for tag, start, after in extents(data):
        value = data[start:after]
        if fields.setdefault(tag, value) != value:
            return Status({}, data)
        at = after
    return Status(fields, data[at:])


def extents(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(tag, where its value begins, where it ends) as far as the lengths are right."""
    at = 0
    while at < len(data):
        tag = data[at]
        start, size = _extent(tag, data, at + 1)
        if size < 0 or start + size > len(data):
            return
        yield tag, start, start + size
        at = start + size


def _extent(tag: int, data: bytes, at: int) -> tuple[int, int]:
    """Where the value begins and how long it is; -1: nobody knows."""
    if tag in _FIXED:
        return at, _FIXED[tag]
    if tag in _LLVAR:
        return at + 2, _digits(data[at : at + 2], 2)
    if tag in _LLLVAR:
        return at + 3, _digits(data[at : at + 3], 3)
    if tag == _TLV:
        return _tlv_extent(data, at)
    return at, -1


def _digits(raw: bytes, count: int) -> int:
    """F1 F1 is 11."""
    if len(raw) != count or any(one & 0xF0 != _DIGIT_PREFIX or one & 0x0F > 9 for one in raw):
        return -1
    return int("".join(str(one & 0x0F) for one in raw))


def _tlv_extent(data: bytes, at: int) -> tuple[int, int]:
    """The length of a container: one byte, or 81 / 82 and one or two."""
    if at >= len(data):
        return at, -1
    first = data[at]
    if first < 0x80:
        return at + 1, first
    if first == 0x81 and at + 1 < len(data):
        return at + 2, data[at + 1]
    if first == 0x82 and at + 2 < len(data):
        return at + 3, data[at + 1] << 8 | data[at + 2]
    return at, -1
