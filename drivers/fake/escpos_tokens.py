"""Cuts ESC/POS bytes into commands. Pure; never executes one, keeps a part of one for later.

Names and lengths are those of Epson's ESC/POS Command Reference. `data` of a token begins right
after the two bytes of its name, whatever further letters the reference puts into the name.
"""

from collections.abc import Callable
from dataclasses import dataclass

_ESC, _GS, _FS, _DLE = 0x1B, 0x1D, 0x1C, 0x10
_PREFIX_NAMES = {_ESC: "ESC", _GS: "GS", _FS: "FS"}
_LONG_CUTS = frozenset({65, 66, 97, 98, 103, 104})
_FUNCTION_A_MAX = 6
_FUNCTION_B = range(65, 80)
_TABS_MAX = 32
_SINGLE = {
    0x0A: "LF",
    0x0D: "CR",
    0x09: "HT",
    0x0C: "FF",
    0x18: "CAN",
}
_LENGTHS: dict[int, dict[int, int]] = {
    _ESC: {
        **dict.fromkeys(b"@2im<LSvZ\x0c", 0),
        **dict.fromkeys(b"ta!E-dJMG3RV{rU=%?eKTu ", 1),
        **dict.fromkeys(b"c$\\f", 2),
        ord("p"): 3,
        ord("W"): 8,
    },
    _GS: {
        **dict.fromkeys(b":c\x0c", 0),
        **dict.fromkeys(b"!hwHfraBIb/jTE", 1),
        **dict.fromkeys(b"LWP$\\", 2),
        **dict.fromkeys(b"^z", 3),
        ord("g"): 4,
    },
    _FS: {
        **dict.fromkeys(b".&", 0),
        **dict.fromkeys(b"C!-W", 1),
        **dict.fromkeys(b"Sp?", 2),
    },
}
_DC4_LENGTHS = {1: 2, 2: 2, 3: 5, 7: 1, 8: 7}
_EOT_WITH_SECOND = frozenset({7, 8, 18})


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
        at = 0
        while at < len(self._buffer):
            found = _first(self._buffer[at:] if at else self._buffer)
            if found is None:
                break
            token, length = found
            at += length
            tokens.append(token)
        self._buffer = self._buffer[at:]
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
    return Token(f"{_PREFIX_NAMES[head]} {_letter(letter)}", data[2:length]), length


def _letter(code: int) -> str:
    return {0x20: "SP", 0x0C: "FF"}.get(code, chr(code))


def _realtime(data: bytes) -> tuple[Token, int] | None:
    names = {0x04: "DLE EOT", 0x05: "DLE ENQ", 0x14: "DLE DC4"}
    name = names.get(data[1])
    if name is None:
        return Token("Unknown", data[:2]), 2
    if len(data) < 3:
        return None
    more = {0x14: _DC4_LENGTHS.get(data[2], 0), 0x04: int(data[2] in _EOT_WITH_SECOND)}
    length = 3 + more.get(data[1], 0)
    if len(data) < length:
        return None
    return Token(name, data[2:length]), length


def _cut(data: bytes) -> int:
    if len(data) < 3:
        return 0
    return 4 if data[2] in _LONG_CUTS else 3


def _barcode(data: bytes) -> int:
    if len(data) < 3:
        return 0
    if data[2] <= _FUNCTION_A_MAX:
        end = data.find(b"\x00", 3)
        return end + 1 if end >= 0 else 0
    if data[2] not in _FUNCTION_B:
        return 3
    return 4 + data[3] if len(data) > 3 else 0


def _parenthesis(data: bytes) -> int:
    if len(data) < 5:
        return 0
    return 5 + int.from_bytes(data[3:5], "little")


def _graphics(data: bytes) -> int:
    """GS 8 L, the long form of GS ( L."""
    if len(data) < 7:
        return 0
    return 7 + int.from_bytes(data[3:7], "little")


def _counter(data: bytes) -> int:
    """The serial number counter: GS C 0 n m, GS C 1 aL aH bL bH n r, GS C 2 nL nH."""
    if len(data) < 3:
        return 0
    return {ord("0"): 5, ord("1"): 9, ord("2"): 5}.get(data[2], 3)


def _raster(data: bytes) -> int:
    if len(data) < 8:
        return 0
    return 8 + int.from_bytes(data[4:6], "little") * int.from_bytes(data[6:8], "little")


def _bit_image(data: bytes) -> int:
    if len(data) < 5:
        return 0
    return 5 + int.from_bytes(data[3:5], "little") * (3 if data[2] in (32, 33) else 1)


def _downloaded(data: bytes) -> int:
    """GS * x y: x * y * 8 bytes."""
    return 4 + data[2] * data[3] * 8 if len(data) > 3 else 0


def _nv_pictures(data: bytes) -> int:
    """FS q n: n pictures of x * y * 8 bytes each."""
    if len(data) < 3:
        return 0
    at = 3
    for _ in range(data[2]):
        if len(data) < at + 4:
            return 0
        sides = (
            int.from_bytes(data[at : at + 2], "little"),
            int.from_bytes(data[at + 2 : at + 4], "little"),
        )
        at += 4 + sides[0] * sides[1] * 8
    return at


def _characters(data: bytes) -> int:
    """ESC & y c1 c2 [x d1...]: characters of the user's own."""
    if len(data) < 5:
        return 0
    at = 5
    for _ in range(max(0, data[4] - data[3] + 1)):
        if len(data) <= at:
            return 0
        at += 1 + data[2] * data[at]
    return at


def _tabs(data: bytes) -> int:
    """ESC D n1...nk NUL; positions rise, and what does not is text again."""
    previous = 0
    for at, position in enumerate(data[2:], start=2):
        if position == 0:
            return at + 1
        if position <= previous or at - 2 == _TABS_MAX:
            return at
        previous = position
    return 0


_SPECIAL: dict[tuple[int, int], Callable[[bytes], int]] = {
    (_GS, ord("V")): _cut,
    (_GS, ord("k")): _barcode,
    (_GS, ord("(")): _parenthesis,
    (_ESC, ord("(")): _parenthesis,
    (_FS, ord("(")): _parenthesis,
    (_GS, ord("8")): _graphics,
    (_GS, ord("v")): _raster,
    (_GS, ord("Q")): _raster,
    (_GS, ord("C")): _counter,
    (_GS, ord("*")): _downloaded,
    (_FS, ord("q")): _nv_pictures,
    (_ESC, ord("*")): _bit_image,
    (_ESC, ord("&")): _characters,
    (_ESC, ord("D")): _tabs,
}
