"""CAS type 6 (PD-II, AD, ER and the many scales that follow it). Never takes a wrong block check.

ENQ -> ACK, DC1 -> SOH STX status sign weight unit BCC ETX [EOT]. Two layouts of the same block:
six weight characters and an EOT, or seven without one. Sent as 7E1 and read as eight bits, SOH is
81h: then every byte carries even parity, which is checked and taken off.
Source: CAS PD-II manual, p. 23; r-keeper's page of weight drivers.
"""

import re

from drivers.contract.scale import Weight
from drivers.scale.line import Line, NoWeight, Refused

ENQ, ACK, NAK, DC1 = b"\x05", b"\x06", b"\x15", b"\x11"
SOH, STX, ETX, EOT = 0x01, 0x02, 0x03, 0x04
PARITY_BIT = 0x80
_BLOCK = re.compile(
    rb"\x01\x02(?P<body>(?P<status>[SUF])(?P<sign>[ +-])"
    rb"(?P<weight>[ 0-9.]{6,7}?)(?P<unit>kg|KG| g|lb|oz))(?P<check>[\x00-\x7f])\x03",
    re.DOTALL,
)
_KILOGRAMS = re.compile(rb" *[0-9]{1,4}\.[0-9]{1,3}")
_GRAMS = re.compile(rb" *[0-9]{1,7}(\.0+)?")
_PARITY_BITS = frozenset({SOH | PARITY_BIT, ENQ[0] | PARITY_BIT})


def block_check(body: bytes) -> int:
    """The xor of status to unit."""
    check = 0
    for byte in body:
        check ^= byte
    return check


def has_even_parity(byte: int) -> bool:
    """Whether the bits of a byte that was read as eight add up."""
    return byte.bit_count() % 2 == 0


def plain(data: bytes) -> bytes:
    """Seven bits of each byte where the data carry even parity; damaged bytes become FFh."""
    at = data.find(bytes((SOH | PARITY_BIT,)))
    if at < 0:
        return data
    return bytes(one & 0x7F if has_even_parity(one) else 0xFF for one in data[at:])


def block_of(data: bytes) -> bytes | None:
    """The first block whose check is right; None when there is none yet."""
    for found in _BLOCK.finditer(plain(data)):
        if found["check"][0] == block_check(found["body"]):
            return found[0]
    return None


def weight_of(block: bytes) -> Weight:
    """The reading in a whole block; raises NoWeight."""
    found = _BLOCK.fullmatch(block)
    if found is None or found["check"][0] != block_check(found["body"]):
        raise NoWeight(f"not a block: {block[:20].hex()}")
    if found["status"] == b"F":
        return Weight(None, stable=False, over=True)
    grams = _grams(found["weight"], found["unit"].strip().lower())
    grams = -grams if found["sign"] == b"-" else grams
    stable = found["status"] == b"S"
    return Weight(grams, stable=stable, zero=grams == 0, under=grams < 0)


def _grams(digits: bytes, unit: bytes) -> int:
    """Kilograms have a point, grams no fraction; any other unit is no weight to sell by."""
    whole, _dot, part = digits.strip().partition(b".")
    if unit == b"kg" and _KILOGRAMS.fullmatch(digits):
        return int(whole) * 1000 + int(part.ljust(3, b"0"))
    if unit == b"g" and _GRAMS.fullmatch(digits):
        return int(whole)
    raise NoWeight(f"not a weight: {digits!r} {unit!r}")


class CasProtocol:
    """Questions and answers of type 6. It cannot be told to tare or to zero."""

    name = "cas6"
    framing = "8N1"
    baud = 9600
    readings = 3

    def read(self, line: Line) -> Weight:
        """One reading."""
        line.ask(ENQ, _acknowledged)
        return weight_of(line.ask(DC1, block_of))

    def set_zero(self, line: Line) -> None:
        """Refused."""
        raise Refused("CAS type 6 has no command for zero")

    def set_tare(self, line: Line, grams: int | None) -> None:
        """Refused."""
        raise Refused("CAS type 6 has no command for a tare")


def _acknowledged(data: bytes) -> bytes | None:
    return ACK if ACK in bytes(one & 0x7F for one in data) else None
