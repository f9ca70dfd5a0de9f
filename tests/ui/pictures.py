"""Reference pictures of the main screens and what counts as another picture.

    python -m tests.ui.pictures            make the references anew (look at them before committing)
    python -m tests.ui.pictures --compare  say what differs

A picture is compared block by block: the mean luminance and the mean colour of 8 by 8 pixels. How a
font is hinted moves ink inside a block; a label moved by a block, another colour and a missing row
move whole blocks.
"""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtGui import QImage

from tests.ui.gallery import photograph

FOLDER = Path(__file__).parent.parent / "data" / "pictures"
SIZE = (1366, 768)
BLOCK = 8
LUMINANCE, COLOUR = 14, 18  # of 255, the mean of a block
MOST_OF_ONE = 44  # of 255, in any one block: the same rasteriser differs by 32 at most
MOST_BLOCKS = 8  # that may differ of 16 000: another rasteriser of fonts differs in five
SCREENS = (
    ("selling", "ru", "light"),
    ("selling", "en", "dark"),
    ("cash", "ru", "light"),
    ("points", "ru", "contrast"),
    ("nobody", "ru", "light"),
    ("closed", "ru", "light"),
    ("why", "ru", "light"),
    ("sign_on", "ru", "light"),
)  # the most settled screens; each look at least once


@dataclass(frozen=True, slots=True)
class Difference:
    """Blocks that differ; `worst` is (column, row, how much of 255)."""

    blocks: int
    worst: tuple[int, int, int]

    @property
    def is_another_picture(self) -> bool:
        """More than another machine's fonts would do."""
        return self.blocks > MOST_BLOCKS or self.worst[2] > MOST_OF_ONE


def path_of(name: str, language: str, theme: str) -> Path:
    """Where a reference lies."""
    return FOLDER / f"{name}-{language}-{theme}.png"


def blocks(picture: QImage) -> list[tuple[int, int, int]]:
    """The mean (red, green, blue) of every block, row by row; the last ones may be smaller."""
    even = picture.convertToFormat(QImage.Format.Format_RGB888)
    whole = Image.frombuffer("RGB", even.size().toTuple(), even.constBits(), "raw", "RGB",
                             even.bytesPerLine())  # fmt: skip
    raw = whole.reduce(BLOCK).tobytes()
    return list(zip(raw[::3], raw[1::3], raw[2::3], strict=True))


def luminance(colour: tuple[int, int, int]) -> int:
    """How light a block is, 0 to 255."""
    red, green, blue = colour
    return (299 * red + 587 * green + 114 * blue) // 1000


def difference(shown: QImage, reference: QImage) -> Difference:
    """What differs; pictures of other sizes differ everywhere."""
    across = -(-reference.width() // BLOCK)
    if shown.size() != reference.size():
        return Difference(across * -(-reference.height() // BLOCK), (0, 0, 255))
    found = []
    for place, (one, other) in enumerate(zip(blocks(shown), blocks(reference), strict=True)):
        light = abs(luminance(one) - luminance(other))
        tint = max(abs(a - b) for a, b in zip(one, other, strict=True))
        if light > LUMINANCE or tint > COLOUR:
            found.append((place % across, place // across, max(light, tint)))
    return Difference(len(found), max(found, key=lambda f: f[2], default=(0, 0, 0)))


def keep(picture: QImage, place: Path) -> None:
    """As it is committed: 128 colours without dither, a third of the bytes."""
    picture.save(str(place))
    with Image.open(place) as whole:
        small = whole.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    small.save(place, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="reference pictures of the main screens")
    parser.add_argument("--compare", action="store_true")
    given = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for screen in SCREENS:
        picture, place = photograph(*screen, SIZE), path_of(*screen)
        if given.compare:
            print(place.name, difference(picture, QImage(str(place))))
        else:
            keep(picture, place)
            print(f"{place.name}: {place.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
