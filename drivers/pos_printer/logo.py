"""Pictures in a printer's own memory: written once at set-up, printed by two characters afterwards.

Never part of a receipt: that memory wears out by writing.
"""

from drivers.contract import JobError
from drivers.pos_printer.profiles import Profile
from drivers.pos_printer.raster import picture_of_png, raster_of

_SHORT_MAX = 65_535


def logo_print_command(key: str) -> bytes:
    """Prints the stored picture at its own size (GS ( L function 69)."""
    return b"\x1d(L\x06\x000E" + key.encode("ascii") + b"\x01\x01"


def logo_store_command(profile: Profile, key: str, png: bytes) -> bytes:
    """Writes a picture into the memory (GS ( L or GS 8 L, function 67); JobError if it cannot."""
    if not profile.graphics:
        raise JobError(f"{profile.name} has no memory for pictures")
    picture = picture_of_png(png, profile.dots)
    row_bytes, dots = raster_of(picture)
    size = (row_bytes * 8).to_bytes(2, "little") + picture.height.to_bytes(2, "little")
    body = b"0C0" + key.encode("ascii") + b"\x01" + size + b"1" + dots
    if len(body) <= _SHORT_MAX:
        return b"\x1d(L" + len(body).to_bytes(2, "little") + body
    return b"\x1d8L" + len(body).to_bytes(4, "little") + body
