"""A test strip that shows which code page number of an unknown printer is Cyrillic. Never guesses.

A person looks which line can be read; its number says which model profile fits.
"""

from drivers.pos_printer.profiles import PROFILES

SAMPLE = "Съешь ещё булок №1"
_RESET = b"\x1b@\x1c."
_CUT = b"\x1dVB\x00"


def code_page_strip() -> bytes:
    """One line per page number and encoding that any known model uses, and a cut."""
    pages = sorted({page for profile in PROFILES.values() for page in profile.pages})
    out = bytearray(_RESET)
    for number, codec in pages:
        label = f"{number} {codec}: ".encode("ascii")
        out += b"\x1bt" + bytes((number,)) + label + SAMPLE.encode(codec) + b"\n"
    return bytes(out) + _CUT
