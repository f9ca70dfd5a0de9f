"""Shtrih-M POS2 (Shtrih-Slim, M7 and others). Never takes a frame whose xor is wrong.

ENQ -> NAK (ready) or ACK (an answer waits); STX length command password... LRC -> ACK, then
STX length command error data... LRC, which is acknowledged with ACK.
Source: the maker's own shtrih-m/jpos_scale (Pos2Serial, ScaleStatus).
"""

import struct

from drivers.contract.scale import Weight
from drivers.scale.line import Line, NoWeight, Refused

STX, ENQ, ACK, NAK = 0x02, 0x05, 0x06, 0x15
READ, ZERO, TARE, SET_TARE = 0x3A, 0x30, 0x31, 0x32
_ENABLED, _TARE, _STABLE, _OVER = 1 << 2, 1 << 3, 1 << 4, 1 << 6
_MEASURE_ERROR, _UNDER, _NO_ADC, _ZERO_ERROR = 1 << 7, 1 << 8, 1 << 9, 1 << 5
_BROKEN = _MEASURE_ERROR | _NO_ADC | _ZERO_ERROR
_STATUS, _TARE_MAX = "<HiH", 0xFFFF


def lrc(data: bytes) -> int:
    """The xor of everything behind STX."""
    check = 0
    for byte in data:
        check ^= byte
    return check


def frame(body: bytes) -> bytes:
    """STX, length, body, LRC."""
    inner = bytes((len(body),)) + body
    return bytes((STX,)) + inner + bytes((lrc(inner),))


def body_of(data: bytes) -> bytes | None:
    """The body of the first sound frame in `data`; None when there is none yet."""
    at = data.find(STX)
    while at >= 0:
        length = data[at + 1] if len(data) > at + 1 else 0
        end = at + 2 + length
        if length >= 2 and len(data) > end and lrc(data[at + 1 : end]) == data[end]:
            return data[at + 2 : end]
        at = data.find(STX, at + 1)
    return None


def weight_of(body: bytes) -> Weight:
    """The reading in an answer to READ; raises NoWeight with the reason."""
    if len(body) >= 2 and body[1]:
        raise NoWeight(f"the scale says: error {body[1]}")
    if body[:1] != bytes((READ,)) or len(body) not in (8, 10):
        raise NoWeight(f"not a weight: {body[:16].hex()}")
    status, grams, tare = struct.unpack(_STATUS, body[2:].ljust(8, b"\0"))
    if status & _OVER:
        return Weight(None, stable=False, over=True)
    if status & _BROKEN or not status & _ENABLED or status >> 10:
        raise NoWeight(f"the weighing channel says {status:#06x}")
    return Weight(
        grams=grams,
        stable=bool(status & _STABLE),
        net=bool(status & _TARE),
        zero=grams == 0,
        under=bool(status & _UNDER) or grams < 0,
        tare_g=tare if len(body) == 10 else None,
    )


class ShtrihProtocol:
    """Questions and answers of POS2. `password` has four digits; 0030 is the maker's."""

    name = "shtrih_pos2"
    framing = "8N1"
    baud = 9600
    readings = 3

    def __init__(self, password: str = "0030") -> None:  # noqa: S107  the maker's, in its manual
        self._password = password.encode("ascii")

    def read(self, line: Line) -> Weight:
        """One reading."""
        return weight_of(self._execute(line, READ))

    def set_zero(self, line: Line) -> None:
        """Sets zero; raises NoWeight."""
        self._order(line, ZERO)

    def set_tare(self, line: Line, grams: int | None) -> None:
        """What lies on the pan, or so many grams (at most 65 535)."""
        if grams is None:
            self._order(line, TARE)
            return
        if not 0 <= grams <= _TARE_MAX:
            raise Refused("the tare is out of range")
        self._order(line, SET_TARE, struct.pack("<H", grams))

    def _order(self, line: Line, command: int, data: bytes = b"") -> None:
        answer = self._execute(line, command, data)
        if answer[1]:
            raise Refused(f"the scale says: error {answer[1]}")

    def _execute(self, line: Line, command: int, data: bytes = b"") -> bytes:
        """Asks whether it listens, sends, takes the answer to this very command."""
        ready = line.ask(bytes((ENQ,)), _ready)
        if ready[0] == ACK:  # an answer nobody fetched: it is let go
            line.hear(body_of)
            line.say(bytes((ACK,)))
        answer = line.ask(frame(bytes((command,)) + self._password + data), _after_ack)
        line.say(bytes((ACK,)))
        if answer[0] != command:
            raise NoWeight(f"an answer to {answer[0]:#04x}")
        return answer


def _ready(data: bytes) -> bytes | None:
    return next((bytes((one,)) for one in data if one in (ACK, NAK)), None)


def _after_ack(data: bytes) -> bytes | None:
    at = data.find(ACK)
    return body_of(data[at + 1 :]) if at >= 0 else None
