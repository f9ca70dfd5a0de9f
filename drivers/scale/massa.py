"""Massa-K Protocol 100 over a serial port or TCP 5001. Never takes a frame whose CRC is wrong.

Frame: F8 55 CE | length u16 | body | CRC u16, all little-endian. The checksum is not the CCITT one
that public imitations use: this routine reproduces a frame captured from a real scale.
Codes: seen alike in several independent public drivers of the protocol (Mk.2.790.237).
"""

import struct

from drivers.contract.scale import Weight
from drivers.scale.line import Line, NoWeight, Refused

HEADER = b"\xf8\x55\xce"
GET_MASSA, ACK_MASSA = 0x23, 0x24
SET_ZERO, ACK_SET = 0x72, 0x27
SET_TARE, ACK_TARE, NACK_TARE = 0xA3, 0x12, 0x15
GET_PAR, ACK_PAR = 0x75, 0x76
ERROR, NACK = 0x28, 0xF0
OVERLOAD = 0x08
BODY_MAX = 1024
_PREFIX, _CRC = len(HEADER) + 2, 2
_MILLIGRAMS = {0: 100, 1: 1_000, 2: 10_000, 3: 100_000, 4: 1_000_000}
_ERRORS = {
    0x07: "the command is not supported",
    0x09: "not in weighing mode",
    0x0A: "wrong data",
    0x0B: "the data were not saved",
    0x15: "zero cannot be set",
    0x17: "no contact with the weighing module",
    0x18: "there was a load when it was switched on",
    0x19: "the scale is defective",
}


def crc16(body: bytes) -> int:
    """Shifts the old value eight bits through 0x1021, then xors the byte; starts at 0."""
    crc = 0
    for byte in body:
        bits = 0
        temp = (crc >> 8) << 8
        for _ in range(8):
            bits = (bits << 1) ^ 0x1021 if (temp ^ bits) & 0x8000 else bits << 1
            bits &= 0xFFFF
            temp = (temp << 1) & 0xFFFF
        crc = bits ^ ((crc << 8) & 0xFFFF) ^ byte
    return crc


def frame(body: bytes) -> bytes:
    """A frame around a body."""
    return HEADER + struct.pack("<H", len(body)) + body + struct.pack("<H", crc16(body))


def body_of(data: bytes) -> bytes | None:
    """The body of the first sound frame in `data`; None when there is none yet."""
    at = data.find(HEADER)
    while at >= 0:
        whole = data[at:]
        if len(whole) >= _PREFIX:
            length = int.from_bytes(whole[3:5], "little")
            end = _PREFIX + length
            if 0 < length <= BODY_MAX and len(whole) >= end + _CRC:
                body = whole[_PREFIX:end]
                if crc16(body) == int.from_bytes(whole[end : end + _CRC], "little"):
                    return body
        at = data.find(HEADER, at + 1)
    return None


def weight_of(body: bytes) -> Weight:
    """The reading in an answer to GET_MASSA; raises NoWeight with the reason."""
    if body[:1] == bytes((ERROR,)):
        code = body[1] if len(body) > 1 else 0
        if code == OVERLOAD:
            return Weight(None, stable=False, over=True)
        raise NoWeight(f"the scale says: {_ERRORS.get(code, f'error {code:#04x}')}")
    if body[:1] != bytes((ACK_MASSA,)) or len(body) not in (9, 13):
        raise NoWeight(f"not a weight: {body[:16].hex()}")
    value, division, stable, net, zero = struct.unpack("<iBBBB", body[1:9])
    if division not in _MILLIGRAMS or max(stable, net, zero) > 1:
        raise NoWeight(f"not a weight: {body.hex()}")
    tare = int.from_bytes(body[9:13], "little", signed=True) if len(body) == 13 else None
    return Weight(
        grams=_grams(value, division),
        stable=stable == 1,
        net=net == 1,
        zero=zero == 1,
        under=value < 0,
        tare_g=None if tare is None else _grams(tare, division),
    )


def _grams(value: int, division: int) -> int:
    """Tenths of a gram are cut off towards zero: never more is sold than lies there."""
    milligrams = abs(value) * _MILLIGRAMS[division]
    return (milligrams // 1_000) * (-1 if value < 0 else 1)


class MassaProtocol:
    """Questions and answers of Protocol 100."""

    name = "massa100"
    framing = "8E1"
    baud = 19200
    readings = 2

    def read(self, line: Line) -> Weight:
        """One reading."""
        return weight_of(line.ask(frame(bytes((GET_MASSA,))), body_of))

    def set_zero(self, line: Line) -> None:
        """Sets zero; raises NoWeight."""
        self._order(line, bytes((SET_ZERO,)), ACK_SET)

    def set_tare(self, line: Line, grams: int | None) -> None:
        """The scale tares by a given weight; what lies on the pan is read first."""
        if grams is None:
            now = self.read(line)
            if not now.stable or now.grams is None or now.grams < 0:
                raise Refused("the pan is not at rest")
            grams = now.grams + (now.tare_g or 0)
        self._order(line, bytes((SET_TARE,)) + struct.pack("<i", grams), ACK_TARE)

    def _order(self, line: Line, body: bytes, wanted: int) -> None:
        answer = line.ask(frame(body), body_of)
        if answer[0] not in (wanted, ACK_SET):
            code = answer[1] if len(answer) > 1 and answer[0] == ERROR else answer[0]
            raise Refused(f"the scale says: {_ERRORS.get(code, f'no ({code:#04x})')}")
