"""ZVT on the terminal's side: written apart from the driver's, so that both cannot be wrong alike.

Never more than a terminal needs: messages, packed decimal, the two framings.
"""

from binascii import hexlify
from typing import Protocol

Message = tuple[int, int, bytes]
"""Class, instruction, data."""

_LENGTHS = {0x04: 6, 0x49: 2, 0x87: 2, 0x19: 1}


def pack(message: Message) -> bytes:
    """As on a socket."""
    kind, instruction, data = message
    size = bytes((len(data),)) if len(data) < 255 else b"\xff" + len(data).to_bytes(2, "little")
    return bytes((kind, instruction)) + size + data


def unpack(buffer: bytes) -> tuple[Message, bytes] | None:
    """The first whole message and the rest."""
    if len(buffer) < 3 or (buffer[2] == 255 and len(buffer) < 5):
        return None
    long = buffer[2] == 255
    size = int.from_bytes(buffer[3:5], "little") if long else buffer[2]
    start = 5 if long else 3
    if len(buffer) < start + size:
        return None
    return (buffer[0], buffer[1], buffer[start : start + size]), buffer[start + size :]


def digits(value: int, count: int) -> bytes:
    """Packed decimal."""
    return bytes.fromhex(f"{value:0{count}d}")


def numbers(data: bytes) -> dict[int, int]:
    """The fields of a command, as numbers; stops at the first that a terminal does not know."""
    found: dict[int, int] = {}
    while data and data[0] in _LENGTHS:
        size = _LENGTHS[data[0]]
        text = hexlify(data[1 : 1 + size]).decode()
        found[data[0]] = int(text) if text.isdigit() else 0
        data = data[1 + size :]
    return found


class Line(Protocol):
    """One of the two framings, with its buffer."""

    def wrap(self, message: Message) -> bytes:
        """To send."""
        ...

    def feed(self, data: bytes) -> tuple[list[Message], bytes]:
        """Whole messages, and acknowledgements that go back at once."""
        ...


class BareLine:
    """A socket."""

    def __init__(self) -> None:
        self._buffer = b""

    def wrap(self, message: Message) -> bytes:
        return pack(message)

    def feed(self, data: bytes) -> tuple[list[Message], bytes]:
        self._buffer += data
        found = []
        while (one := unpack(self._buffer)) is not None:
            found.append(one[0])
            self._buffer = one[1]
        return found, b""


class SerialLine:
    """A serial port: DLE STX ... DLE ETX and a check sum."""

    def __init__(self) -> None:
        self._buffer = b""

    def wrap(self, message: Message) -> bytes:
        body = pack(message)
        check = _kermit(body + b"\x03").to_bytes(2, "little")
        return b"\x10\x02" + body.replace(b"\x10", b"\x10\x10") + b"\x10\x03" + check

    def feed(self, data: bytes) -> tuple[list[Message], bytes]:
        self._buffer += data
        found: list[Message] = []
        answers = b""
        while (end := self._end()) is not None:
            body = self._buffer[2:end].replace(b"\x10\x10", b"\x10")
            check = self._buffer[end + 2 : end + 4]
            self._buffer = self._buffer[end + 4 :]
            right = _kermit(body + b"\x03").to_bytes(2, "little") == check
            one = unpack(body) if right else None
            answers += b"\x06" if one else b"\x15"
            found += [one[0]] if one else []
        return found, answers

    def _end(self) -> int | None:
        """Where DLE ETX stands, when its check sum has arrived."""
        start = self._buffer.find(b"\x10\x02")
        self._buffer = self._buffer[start:] if start >= 0 else b""
        at = 2
        while at + 3 < len(self._buffer):
            if self._buffer[at] != 0x10:
                at += 1
            elif self._buffer[at + 1] == 0x03:
                return at
            else:
                at += 2
        return None


def _kermit(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
        for _bit in range(8):
            value = (value >> 1) ^ 0x8408 if value & 1 else value >> 1
    return value
