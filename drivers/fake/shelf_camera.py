"""A simulated camera: pictures and videos of labels held before it, as files. Never opens a device.

The camera driver reads them the way it reads a camera. Needs the extra 'camera'.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SIZE = (720, 1280)
PAPER, SHADE = 245, 190


@dataclass(frozen=True, slots=True)
class ShownLabel:
    """What is held before the camera. `gs1`: `text` is in brackets, `(01)...(21)...`."""

    text: str
    kind: str = "EAN13"
    gs1: bool = False
    scale: int = 3
    turned_degrees: float = 0.0
    shift: tuple[int, int] = (0, 0)


def picture(labels: Sequence[ShownLabel] = (), noise: int = 6, seed: int = 1) -> Any:
    """A grey picture of 1280 x 720: labels on paper, a little turned, noisy and out of focus."""
    import cv2
    import numpy

    scene = numpy.full(SIZE, SHADE, numpy.uint8)
    for label in labels:
        _hold(scene, label)
    grain = numpy.random.default_rng(seed).integers(-noise, noise + 1, SIZE)
    noisy = numpy.clip(scene.astype(int) + grain, 0, 255).astype(numpy.uint8)
    return cv2.GaussianBlur(noisy, (3, 3), 0)


def save_picture(path: Path, labels: Sequence[ShownLabel]) -> Path:
    """Shows a picture file to the camera; the whole file appears at once."""
    import cv2

    written, data = cv2.imencode(path.suffix, picture(labels))
    if not written:
        raise OSError(f"no picture can be written as {path.suffix}")
    new = path.with_suffix(".new")
    new.write_bytes(data.tobytes())
    new.replace(path)
    return path


def save_video(path: Path, shots: Sequence[Sequence[ShownLabel]], shot_ms: int = 400) -> Path:
    """A film (.avi, motion JPEG) of scenes at 25 frames a second; OSError if it cannot be made."""
    import cv2

    code = cv2.VideoWriter.fourcc(*"MJPG")
    film = cv2.VideoWriter(str(path), code, 25.0, (SIZE[1], SIZE[0]), isColor=False)
    if not film.isOpened():
        raise OSError("no film can be written here")
    for place, labels in enumerate(shots):
        scene = picture(labels, seed=place)
        for _ in range(shot_ms // 40):
            film.write(scene)
    film.release()
    return path


def _hold(scene: Any, label: ShownLabel) -> None:
    import cv2
    import numpy
    import zxingcpp

    code = zxingcpp.create_barcode(
        label.text, getattr(zxingcpp.BarcodeFormat, label.kind), gs1=label.gs1
    )
    drawn = numpy.array(zxingcpp.write_barcode_to_image(code, scale=label.scale))
    paper = numpy.full((drawn.shape[0] + 60, drawn.shape[1] + 60), PAPER, numpy.uint8)
    paper[30:-30, 30:-30] = numpy.minimum(drawn, PAPER)
    height, width = paper.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), label.turned_degrees, 1.0)
    turn[0, 2] += SIZE[1] / 2 - width / 2 + label.shift[0]
    turn[1, 2] += SIZE[0] / 2 - height / 2 + label.shift[1]
    size = (SIZE[1], SIZE[0])
    mask = cv2.warpAffine(numpy.full_like(paper, 255), turn, size)
    laid = cv2.warpAffine(paper, turn, size)
    scene[mask > 127] = laid[mask > 127]
