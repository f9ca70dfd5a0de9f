"""How simulated scales speak, written from the documents and not from our drivers.

Never shares a line with `drivers.scale`: what both get wrong alike no test would find.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Reading:
    """What the scale would show; `broken`: the weighing module has failed."""

    grams: int
    stable: bool
    net: bool
    over: bool
    under: bool
    tare_g: int
    broken: bool = False


class Weigher(Protocol):
    """The scale behind a dialect."""

    def read(self) -> Reading:
        """One reading."""

    def tare(self, tare_g: int | None) -> bool:
        """None: what lies on the pan."""

    def zero(self) -> bool:
        """False when it cannot."""


class ScaleDialect(Protocol):
    """Bytes in, answers out."""

    def feed(self, data: bytes, scale: Weigher) -> Iterator[bytes]:
        """The answers to what is complete; the rest waits."""


class MassaDialect:
    """Protocol 100. The register of the checksum is that of the maker's own listing."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes, scale: Weigher) -> Iterator[bytes]:
        self._buffer += data
        while True:
            at = self._buffer.find(b"\xf8\x55\xce")
            if at < 0 or len(self._buffer) < at + 5:
                return
            size = struct.unpack_from("<H", self._buffer, at + 3)[0]
            if len(self._buffer) < at + 7 + size:
                return
            body = self._buffer[at + 5 : at + 5 + size]
            told = struct.unpack_from("<H", self._buffer, at + 5 + size)[0]
            self._buffer = self._buffer[at + 7 + size :]
            if told == _massa_crc(body) and body:
                yield _massa_frame(self._answer(body, scale))
            else:
                yield _massa_frame(b"\xf0")

    def _answer(self, body: bytes, scale: Weigher) -> bytes:
        match body[0]:
            case 0x23:
                return _massa_weight(scale.read())
            case 0x72:
                return b"\x27" if scale.zero() else b"\x28\x15"
            case 0xA3 if len(body) == 5:
                return b"\x12" if scale.tare(struct.unpack("<i", body[1:])[0]) else b"\x15"
            case 0x75:
                return b"\x76" + "15 кг\r\n20 г\r\n5 г\r\n".encode("cp1251")
            case _:
                return b"\x28\x07"


def _massa_weight(reading: Reading) -> bytes:
    if reading.broken:
        return b"\x28\x17"
    if reading.over:
        return b"\x28\x08"
    flags = (reading.stable, reading.net, reading.grams == 0)
    return struct.pack("<BiB3Bi", 0x24, reading.grams, 1, *flags, reading.tare_g)


def _massa_frame(body: bytes) -> bytes:
    return (
        b"\xf8\x55\xce" + struct.pack("<H", len(body)) + body + struct.pack("<H", _massa_crc(body))
    )


def _massa_crc(body: bytes) -> int:
    value = 0
    for byte in body:
        rest = value & 0xFF00
        for _ in range(8):
            rest = (rest << 1 ^ 0x1021 if rest & 0x8000 else rest << 1) & 0xFFFF
        value = rest ^ (value << 8 & 0xFFFF) ^ byte
    return value


class CasDialect:
    """Type 6. `wide`: seven characters of weight and no EOT."""

    def __init__(self, *, wide: bool = False) -> None:
        self._wide = wide

    def feed(self, data: bytes, scale: Weigher) -> Iterator[bytes]:
        for byte in data:
            if byte == 0x05:
                yield b"\x06"
            elif byte == 0x11:
                yield self._block(scale.read())

    def _block(self, reading: Reading) -> bytes:
        status = "F" if reading.over or reading.broken else "S" if reading.stable else "U"
        sign = "-" if reading.grams < 0 else " "
        kilograms, grams = divmod(abs(reading.grams), 1000)
        shown = f"{kilograms % 100:{'03' if self._wide else '02'}d}.{grams:03d}"
        body = f"{status}{sign}{shown}kg".encode("ascii")
        check = 0
        for byte in body:
            check ^= byte
        end = b"\x03" if self._wide else b"\x03\x04"
        return b"\x01\x02" + body + bytes((check,)) + end


class ShtrihDialect:
    """POS2, with the maker's password 0030."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes, scale: Weigher) -> Iterator[bytes]:
        self._buffer += data
        while self._buffer:
            head = self._buffer[0]
            if head != 0x02:
                self._buffer = self._buffer[1:]
                if head == 0x05:
                    yield b"\x15"
                continue
            size = self._buffer[1] if len(self._buffer) > 1 else 0xFF
            if len(self._buffer) < size + 3:
                return
            inner, told = self._buffer[1 : size + 2], self._buffer[size + 2]
            self._buffer = self._buffer[size + 3 :]
            if _xor(inner) != told:
                yield b"\x15"
                continue
            yield b"\x06"
            yield _shtrih_frame(self._answer(inner[1:], scale))

    def _answer(self, body: bytes, scale: Weigher) -> bytes:
        command, password, data = body[:1], body[1:5], body[5:]
        if password != b"0030":
            return command + b"\x7a"
        match command[0]:
            case 0x3A:
                return command + _shtrih_weight(scale.read())
            case 0x30:
                return command + (b"\0" if scale.zero() else b"\x9a")
            case 0x31:
                return command + (b"\0" if scale.tare(None) else b"\x98")
            case 0x32 if len(data) == 2:
                return command + (b"\0" if scale.tare(struct.unpack("<H", data)[0]) else b"\x97")
            case _:
                return command + b"\x78"


def _shtrih_weight(reading: Reading) -> bytes:
    flags = {0: reading.stable, 2: True, 3: reading.net, 4: reading.stable, 6: reading.over}
    flags |= {8: reading.under, 9: reading.broken}
    status = sum(1 << bit for bit, is_set in flags.items() if is_set)
    return struct.pack("<BHiH", 0, status, reading.grams, reading.tare_g)


def _shtrih_frame(body: bytes) -> bytes:
    inner = bytes((len(body),)) + body
    return b"\x02" + inner + bytes((_xor(inner),))


def _xor(data: bytes) -> int:
    check = 0
    for byte in data:
        check ^= byte
    return check


class ToledoDialect:
    """8217, with its echo mode (E begins, F ends)."""

    def __init__(self) -> None:
        self._echo = False

    def feed(self, data: bytes, scale: Weigher) -> Iterator[bytes]:
        for byte in data:
            letter = chr(byte)
            if self._echo:
                self._echo = letter != "F"
                if self._echo:
                    yield bytes((byte,))
            elif letter == "E":
                self._echo = True
                yield b"\x02E\r"
            elif letter == "W":
                yield _toledo_weight(scale.read())
            elif letter in "TCZ":
                _done = scale.zero() if letter == "Z" else scale.tare(None if letter == "T" else 0)
            else:
                yield b"\x02?\x40\r"


def _toledo_weight(reading: Reading) -> bytes:
    bits = {0: not reading.stable, 1: reading.over, 2: reading.under, 6: reading.broken}
    status = sum(1 << bit for bit, is_set in bits.items() if is_set)
    if status:
        return b"\x02?" + bytes((status | (0x20 if reading.net else 0),)) + b"\r"
    kilograms, grams = divmod(reading.grams, 1000)
    return f"\x02{kilograms:02d}.{grams:03d}{'N' if reading.net else ''}\r".encode("ascii")


MODELS = {
    "massa100": "massa100",
    "cas6": "cas6",
    "cas6_wide": "cas6",
    "shtrih_pos2": "shtrih_pos2",
    "toledo8217": "toledo8217",
}
"""Dialect -> `model` of the configuration that understands it."""

DIALECTS: dict[str, Callable[[], ScaleDialect]] = {
    "massa100": MassaDialect,
    "cas6": CasDialect,
    "cas6_wide": lambda: CasDialect(wide=True),
    "shtrih_pos2": ShtrihDialect,
    "toledo8217": ToledoDialect,
}
