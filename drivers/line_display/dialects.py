"""The command sets of two-line displays. Pure: lines to bytes; never touches a port.

Sources: CD5220 and DSP800 manuals, Epson DM-D / Bixolon BCD command references, Aures OCD.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

COLUMNS = 20
ROWS = 2
PAGE = "cp866"
PAGES = ("cp866", "cp1251")
"""A CD5220 or DSP800 has no command for them: its switches must say the same."""
_ESC, _CLR, _CR = b"\x1b", b"\x0c", b"\x0d"
_SUBSTITUTES = str.maketrans(
    {"₽": "р", "«": '"', "»": '"', "—": "-", "–": "-", "−": "-", "…": ".", "×": "x", "\u202f": " "}
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One command set: bytes at power-up, to clear, and to show exactly two full lines.

    `pages`: what chooses a code page, where the model knows a command for it; sent after `start`.
    """

    name: str
    start: bytes
    clear: bytes
    show: Callable[[tuple[bytes, bytes]], bytes]
    pages: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))

    def start_in(self, page: str) -> bytes:
        """What to send at power-up for text of this code page."""
        return self.start + self.pages.get(page, b"")


def line_bytes(text: str, page: str = PAGE) -> bytes:
    """Twenty bytes of the code page; the few signs it lacks are replaced by their nearest."""
    plain = unicodedata.normalize("NFC", text).replace("\u00a0", " ").translate(_SUBSTITUTES)
    plain = "".join(char if char.isprintable() else " " for char in plain)
    return plain[:COLUMNS].ljust(COLUMNS).encode(page, "replace")


def _epson_show(lines: tuple[bytes, bytes]) -> bytes:
    return b"".join(b"\x1f$\x01" + bytes((row,)) + line for row, line in enumerate(lines, 1))


def _cd5220_show(lines: tuple[bytes, bytes]) -> bytes:
    """After ESC Q only CLR and CAN are obeyed, so each picture begins with CLR."""
    upper, lower = lines
    return _CLR + _ESC + b"QA" + upper + _CR + _ESC + b"QB" + lower + _CR


def _dsp800_show(lines: tuple[bytes, bytes]) -> bytes:
    upper, lower = lines
    return b"\x04\x01P1\x17" + upper + b"\x04\x01PE\x17" + lower


def _pages(cp866: int, cp1251: int) -> Mapping[str, bytes]:
    return {"cp866": b"\x1bt" + bytes((cp866,)), "cp1251": b"\x1bt" + bytes((cp1251,))}


_ALL = (
    Dialect("epson", b"\x1b@\x1b=\x02\x1fC\x00", _CLR, _epson_show, _pages(0x11, 0x0F)),
    Dialect("aures", b"\x1b@\x1fC\x00", _CLR, _epson_show, _pages(0x0B, 0x0C)),
    Dialect("cd5220", b"\x1b@\x0c\x1b_\x00", _CLR, _cd5220_show),
    Dialect("dsp800", b"\x04\x01%\x17", b"\x04\x01C1X\x17", _dsp800_show),
)
DIALECTS = {dialect.name: dialect for dialect in _ALL}
