"""What an encoder must know of a model. Never asks a device, never guesses a code page.

The numbers come from `models`; a shop whose printer is not there prints the test strip (`strip`)
and says which line can be read.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from drivers.pos_printer.models import MODELS, Pages, Row

DOTS_80_MM = 576
DOTS_58_MM = 384
THERMAL_CELLS = ((12, 24), (9, 24))
NEEDLE_CELLS = ((9, 16),)


class PictureCommand(StrEnum):
    """How a model takes dots."""

    RASTER = "GS v 0"
    COLUMNS = "ESC *"


@dataclass(frozen=True, slots=True)
class Profile:
    """A model. `pages` pairs the number of ESC t with a Python codec, best first.

    `inline`: dots can stand among the characters of a line, so one strange sign is not a whole line
    of dots (two seconds of a slow serial line). `logos` are the keys of pictures that were stored
    in the printer (see `logo`). `process_id`: the printer repeats a name that we give (GS ( H),
    tells its state by itself (GS a) and can drop what it has not printed (DLE DC4 8).
    """

    name: str
    pages: Pages = ()
    dots: int = DOTS_80_MM
    native_qr: bool = True
    native_barcodes: bool = True
    process_id: bool = False
    cancel_kanji: bool = False
    graphics: bool = False
    inline: bool = False
    picture: PictureCommand = PictureCommand.RASTER
    cells: tuple[tuple[int, int], ...] = THERMAL_CELLS
    logos: frozenset[str] = frozenset()

    def with_dots(self, dots: int) -> "Profile":
        """The same model with another paper width."""
        return replace(self, dots=dots)

    def with_pages(self, pages: Pages) -> "Profile":
        """The same model with the code pages that a person found readable; () draws all."""
        return replace(self, pages=pages)

    def with_logos(self, keys: Iterable[str]) -> "Profile":
        """The same model with these pictures in its memory; none if it has no memory."""
        return replace(self, logos=frozenset(keys) if self.graphics else frozenset())


def _profile(row: Row) -> Profile:
    name, dots, pages, abilities = row
    needle = abilities == "needle"
    letters = set() if needle else set(abilities)
    return Profile(
        name,
        pages,
        dots,
        native_qr="q" in letters,
        native_barcodes="b" in letters,
        process_id="n" in letters,
        cancel_kanji="k" in letters,
        graphics="g" in letters,
        inline="c" in letters,
        picture=PictureCommand.COLUMNS if needle else PictureCommand.RASTER,
        cells=NEEDLE_CELLS if needle else THERMAL_CELLS,
    )


PROFILES = {row[0]: _profile(row) for row in MODELS}
