"""A test strip that shows which code page number of an unknown printer is Cyrillic. Never guesses.

A person looks which line can be read and says what stands before it; that is the printer's setting.
"""

from collections.abc import Iterable

from drivers.pos_printer.models import Pages
from drivers.pos_printer.profiles import PROFILES

SAMPLE = "Съешь ещё булок №1"
NOTHING_READABLE = "none"
_RESET = b"\x1b@\x1c."
_CUT = b"\x1dVB\x00"


def strip_choices() -> tuple[str, ...]:
    """What stands before each line, `17 cp866`; the answers a person can give but `none`."""
    pages = sorted({page for profile in PROFILES.values() for page in profile.pages})
    return tuple(f"{number} {codec}" for number, codec in pages)


def code_page_strip() -> bytes:
    """One line per page number and encoding that any known model uses, and a cut."""
    out = bytearray(_RESET)
    for choice in strip_choices():
        number, codec = choice.split()
        out += b"\x1bt" + bytes((int(number),)) + f"{choice}: ".encode("ascii")
        out += SAMPLE.encode(codec) + b"\n"
    return bytes(out) + _CUT


def pages_of(readable: Iterable[str]) -> Pages:
    """The answers as code pages, best first; `none` draws every line. ValueError for another."""
    said = [" ".join(str(one).split()) for one in readable]
    if said == [NOTHING_READABLE]:
        return ()
    known = strip_choices()
    for one in said:
        if one not in known:
            raise ValueError(f"{one!r} is no line of the test strip: {', '.join(known)}")
    return tuple((int(number), codec) for number, codec in (one.split() for one in said))
