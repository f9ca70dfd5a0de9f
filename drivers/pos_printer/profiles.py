"""What printer models differ in: code page numbers above all. Never asks a device.

Numbers are from escpos-printer-db (CC-BY-4.0) and the makers' command references.
"""

from dataclasses import dataclass, replace

DOTS_80_MM = 576
DOTS_58_MM = 384


@dataclass(frozen=True, slots=True)
class Profile:
    """A model. `pages` pairs the number of ESC t with a Python codec, best first."""

    name: str
    pages: tuple[tuple[int, str], ...] = ()
    dots: int = DOTS_80_MM
    native_qr: bool = True
    process_id: bool = False
    cancel_kanji: bool = False

    def with_dots(self, dots: int) -> "Profile":
        """The same model with another paper width."""
        return replace(self, dots=dots)


_ALL = (
    Profile("epson", ((17, "cp866"), (46, "cp1251")), process_id=True),
    Profile("epson-old", ((17, "cp866"),)),
    Profile("citizen", ((17, "cp866"),)),
    Profile("bixolon", ((17, "cp866"),)),
    Profile("seiko", ((17, "cp866"),)),
    Profile("munbyn", ((17, "cp866"),), cancel_kanji=True),
    Profile("zjiang", ((59, "cp866"), (73, "cp1251")), DOTS_58_MM, cancel_kanji=True),
    Profile("netum", ((59, "cp866"), (73, "cp1251")), DOTS_58_MM, cancel_kanji=True),
    Profile("pbm", ((59, "cp866"), (73, "cp1251")), DOTS_58_MM, cancel_kanji=True),
    Profile("rongta", ((7, "cp866"), (6, "cp1251")), cancel_kanji=True),
    Profile("wincor-th230", ((7, "cp866"),)),
    Profile("yhd", ((12, "cp866"),), cancel_kanji=True),
    Profile("kefar", ((37, "cp866"),), cancel_kanji=True),
    Profile("raster", native_qr=False),
)
PROFILES = {profile.name: profile for profile in _ALL}
