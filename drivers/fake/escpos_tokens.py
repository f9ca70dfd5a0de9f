"""Cuts ESC/POS bytes into commands. Pure; never executes one, keeps a part of one for later."""

from collections.abc import Callable
from dataclasses import dataclass

_ESC, _GS, _FS, _DLE = 0x1B, 0x1D, 0x1C, 0x10
_LONG_CUTS = frozenset({65, 66, 97, 98, 103, 104})
_FUNCTION_A_MAX = 6
_SINGLE = {0x0A: "LF", 0x0D: "CR", 0x09: "HT", 0x0C: "FF", 0x18: "CAN"}
_LENGTHS: dict[int, dict[int, int]] = {
    _ESC: {
        **dict.fromkeys(b"@2im<", 0),
        **dict.fromkeys(b"tatE-!dJMG3RV{SrU= %?eKTu", 1),
        **dict.fromkeys(b"c$\\", 2),
        ord("p"): 3,
    },
    _GS: {
        **dict.fromkeys(b":", 0),
        **dict.fromkeys(b"!hwHfraBIb/jT", 1),
        **dict.fromkeys(b"LWP$\\", 2),
        ord("^"): 3,
    },
    _FS: {
        **dict.fromkeys(b".&", 0),
        **dict.fromkeys(b"C!-W", 1),
        **dict.fromkeys(b"Sp", 2),
    },
}
_PREFIX_NAMES = {_ESC: "ESC", _GS: "GS", _FS: "FS"}


@dataclass(frozen=True, slots=True)
class Token:
    """A command or a run of text. `name` is as in Epson's reference; `data` are its parameters."""

    name: str
    data: bytes = b""


class Tokenizer:
    """Takes bytes in any chunks. An unknown command becomes a Token named `Unknown`."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[Token]:
        """Whole tokens; text is given at once, for paper does not wait."""
        self._buffer += data
        tokens: list[Token] = []
        while self._buffer:
            found = _first(self._buffer)
            if found is None:
                break
            token, length = found
            self._buffer = self._buffer[length:]
            tokens.append(token)
        return tokens

    def reset(self) -> None:
        """The client went: half a command is forgotten."""
        self._buffer = b""


def _first(data: bytes) -> tuple[Token, int] | None:
    """The first token and its length; None when more bytes are needed."""
    head = data[0]
    if head in _SINGLE:
        return Token(_SINGLE[head]), 1
    if head >= 0x20:
        length = next((at for at, byte in enumerate(data) if byte < 0x20), len(data))
        return Token("Text", data[:length]), length
    if head not in (_ESC, _GS, _FS, _DLE):
        return Token("Unknown", data[:1]), 1
    if len(data) < 2:
        return None
    return _realtime(data) if head == _DLE else _command(data)


def _command(data: bytes) -> tuple[Token, int] | None:
    head, letter = data[0], data[1]
    special = _SPECIAL.get((head, letter))
    if special is None and letter not in _LENGTHS[head]:
        return Token("Unknown", data[:2]), 2
    length = special(data) if special else 2 + _LENGTHS[head][letter]
    if length == 0 or len(data) < length:
        return None
    return Token(f"{_PREFIX_NAMES[head]} {chr(letter)}", data[2:length]), length


def _realtime(data: bytes) -> tuple[Token, int] | None:
    lengths = {0x04: 3, 0x05: 3, 0x14: 5}
    names = {0x04: "DLE EOT", 0x05: "DLE ENQ", 0x14: "DLE DC4"}
    length = lengths.get(data[1])
    if length is None:
        return Token("Unknown", data[:1]), 1
    if len(data) < length:
        return None
    return Token(names[data[1]], data[2:length]), length


def _cut(data: bytes) -> int:
    if len(data) < 3:
        return 0
    return 4 if data[2] in _LONG_CUTS else 3


def _barcode(data: bytes) -> int:
    if len(data) < 4:
        return 0
    if data[2] > _FUNCTION_A_MAX:
        return 4 + data[3]
    end = data.find(b"\x00", 3)
    return end + 1 if end >= 0 else 0


def _parenthesis(data: bytes) -> int:
    if len(data) < 5:
        return 0
    return 5 + int.from_bytes(data[3:5], "little")


def _raster(data: bytes) -> int:
    if len(data) < 8:
        return 0
    return 8 + int.from_bytes(data[4:6], "little") * int.from_bytes(data[6:8], "little")


def _bit_image(data: bytes) -> int:
    if len(data) < 5:
        return 0
    return 5 + int.from_bytes(data[3:5], "little") * (3 if data[2] in (32, 33) else 1)


def _tabs(data: bytes) -> int:
    end = data.find(b"\x00", 2)
    return end + 1 if end >= 0 else 0


_SPECIAL: dict[tuple[int, int], Callable[[bytes], int]] = {
    (_GS, ord("V")): _cut,
    (_GS, ord("k")): _barcode,
    (_GS, ord("(")): _parenthesis,
    (_ESC, ord("(")): _parenthesis,
    (_GS, ord("v")): _raster,
    (_ESC, ord("*")): _bit_image,
    (_ESC, ord("D")): _tabs,
}
