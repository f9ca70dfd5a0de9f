"""Bytes without what they say of a person: lengths, commands and framing stay. Never undone.

Every digit becomes 0, every letter x, every byte from 128 on 0x80, in whatever pieces they came;
only three bytes after a command or a frame's start stay: AIM identifiers and commands.
"""

from drivers.transport.trace import Direction

COMMANDS = frozenset(b"\x02\x04\x05\x10\x1b\x1c\x1d\x1f")
FRAME_ENDS = frozenset(b"\r\n\t\x03")
KEPT_BYTES = 3


class Mask:
    """Remembers for each direction where in a frame it stands."""

    def __init__(self) -> None:
        self._kept = {Direction.SENT: KEPT_BYTES, Direction.RECEIVED: KEPT_BYTES}

    def masked(self, way: Direction, data: bytes) -> bytes:
        """The same number of bytes."""
        return bytes(self._one(way, byte) for byte in data)

    def _one(self, way: Direction, byte: int) -> int:
        if byte in COMMANDS or (byte in FRAME_ENDS and way is Direction.RECEIVED):
            self._kept[way] = KEPT_BYTES
            return byte
        if self._kept[way]:
            self._kept[way] -= 1
            return byte
        return _class_of(byte)


def _class_of(byte: int) -> int:
    if byte >= 0x80:
        return 0x80
    letter = chr(byte)
    if letter.isdigit():
        return ord("0")
    return ord("x") if letter.isalpha() else byte
