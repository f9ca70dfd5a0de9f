"""ZVT messages on a line: bare on a socket, framed with DLE and a CRC on a serial port.

Never hands out a message whose check sum is wrong.
"""

from typing import Protocol

from drivers.payment_terminal.zvt_apdu import Apdu, ZvtError, first_apdu

DLE, STX, ETX = 0x10, 0x02, 0x03
SERIAL_ACK, SERIAL_NAK = b"\x06", b"\x15"
_POLYNOMIAL = 0x8408
BUFFER_MAX = 16384


def crc16(data: bytes) -> int:
    """CRC-16/KERMIT: reflected 1021, from 0."""
    value = 0
    for byte in data:
        value ^= byte
        for _bit in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
    return value


class Framing(Protocol):
    """How messages lie on a line."""

    def wrap(self, apdu: Apdu) -> bytes:
        """The bytes to send."""
        ...

    def feed(self, data: bytes) -> tuple[list[Apdu], bytes]:
        """Whole messages in what has arrived, and what must be answered at once below them.

        Raises ZvtError where the line makes no sense any more.
        """
        ...

    def clear(self) -> None:
        """Forgets a message that was begun."""
        ...


class SocketFraming:
    """TCP: messages as they are."""

    def __init__(self) -> None:
        self._buffer = b""

    def wrap(self, apdu: Apdu) -> bytes:
        return apdu.to_bytes()

    def feed(self, data: bytes) -> tuple[list[Apdu], bytes]:
        self._buffer += data
        found = []
        while (one := first_apdu(self._buffer)) is not None:
            apdu, size = one
            found.append(apdu)
            self._buffer = self._buffer[size:]
        return found, b""

    def clear(self) -> None:
        self._buffer = b""


class SerialFraming:
    """RS-232: doubled DLEs, CRC over message and ETX, low byte first; ACK or NAK to each frame."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def wrap(self, apdu: Apdu) -> bytes:
        raw = apdu.to_bytes()
        crc = crc16(raw + bytes((ETX,)))
        body = raw.replace(bytes((DLE,)), bytes((DLE, DLE)))
        return bytes((DLE, STX)) + body + bytes((DLE, ETX, crc & 0xFF, crc >> 8))

    def feed(self, data: bytes) -> tuple[list[Apdu], bytes]:
        self._buffer += data
        found: list[Apdu] = []
        answers = bytearray()
        while (frame := self._frame()) is not None:
            apdu = _checked(frame)
            answers += SERIAL_NAK if apdu is None else SERIAL_ACK
            if apdu is not None:
                found.append(apdu)
        if len(self._buffer) > BUFFER_MAX:
            self.clear()
            raise ZvtError("no end of a frame")
        return found, bytes(answers)

    def clear(self) -> None:
        self._buffer.clear()

    def _frame(self) -> bytes | None:
        """The message and the CRC of the first whole frame; None while there is none."""
        start = self._buffer.find(bytes((DLE, STX)))
        if start < 0:
            del self._buffer[: max(len(self._buffer) - 1, 0)]
            return None
        del self._buffer[:start]
        at, body = 2, bytearray()
        while at + 1 < len(self._buffer):
            one, after = self._buffer[at], self._buffer[at + 1]
            if one != DLE:
                body.append(one)
                at += 1
            elif after == DLE:
                body.append(DLE)
                at += 2
            elif after == ETX:
                return self._taken(bytes(body), at + 2)
            else:  # a frame that broke off, and another that began
                del self._buffer[:at]
                return b""
        return None

    def _taken(self, body: bytes, at: int) -> bytes | None:
        if len(self._buffer) < at + 2:
            return None
        frame = body + bytes(self._buffer[at : at + 2])
        del self._buffer[: at + 2]
        return frame


def _checked(frame: bytes) -> Apdu | None:
    """The message, if its CRC is right and it fills its frame."""
    body, crc = frame[:-2], frame[-2:]
    if len(frame) < 5 or crc16(body + bytes((ETX,))).to_bytes(2, "little") != crc:
        return None
    try:
        one = first_apdu(body)
    except ZvtError:
        return None
    return one[0] if one is not None and one[1] == len(body) else None
