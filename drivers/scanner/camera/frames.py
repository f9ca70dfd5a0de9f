"""Where a camera's pictures come from: a camera, a video file or a picture file.

Never gives colour: a code is read from luminance.
"""

import os
import sys
from pathlib import Path
from typing import Any, Protocol

from drivers.contract import DeviceError
from drivers.scanner.camera.extras import opencv
from drivers.transport import LinkDownError

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff"})
IN_MEMORY = "/dev/shm/"  # files, the only ones under /dev
FRAME_STEP_MS = 200
WIDTH, HEIGHT = 1280, 720


class Frames(Protocol):
    """A source of luminance pictures; opened, used and closed by one thread."""

    def open(self) -> None:
        """Raises LinkDownError while there is no camera."""
        ...

    def skip(self) -> None:
        """Passes over what nobody will decode, so that the next frame is a fresh one."""
        ...

    def frame(self) -> Any | None:
        """The next picture (rows of bytes), None when there is none now; raises LinkDownError."""
        ...

    def close(self) -> None:
        """Never raises."""
        ...


def frames_of(port: str) -> Frames:
    """A file by its suffix, else a camera: /dev/v4l/by-id/..., /dev/video0 or its number."""
    path = Path(port)
    device = port.startswith("/dev/") and not port.startswith(IN_MEMORY)
    if path.suffix and not device:
        return FileFrames(path)
    return DeviceFrames(port)


def _opencv() -> Any:
    try:
        return opencv()
    except DeviceError as missing:
        raise LinkDownError(missing.message) from missing


class DeviceFrames:
    """A camera of the system. A stable name (by-id) is resolved at every open."""

    def __init__(self, port: str) -> None:
        self._port = port
        self._capture: Any = None

    def open(self) -> None:
        cv2 = _opencv()
        capture = cv2.VideoCapture(self._number(), cv2.CAP_V4L2 if _is_linux() else cv2.CAP_ANY)
        if not capture.isOpened():
            capture.release()
            raise LinkDownError(f"camera {self._port}: it cannot be opened")
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, WIDTH)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self._capture = capture

    def skip(self) -> None:
        if not self._opened().grab():
            raise LinkDownError(f"camera {self._port}: unplugged")

    def frame(self) -> Any | None:
        taken, picture = self._opened().read()
        if not taken:
            raise LinkDownError(f"camera {self._port}: unplugged")
        return luminance(picture)

    def close(self) -> None:
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()

    def _opened(self) -> Any:
        if self._capture is None:
            raise LinkDownError(f"camera {self._port}: not open")
        return self._capture

    def _number(self) -> int:
        name = os.path.basename(os.path.realpath(self._port)) if "/" in self._port else self._port
        digits = name.removeprefix("video")
        if not digits.isdigit():
            raise LinkDownError(f"camera {self._port}: not plugged in")
        return int(digits)


class FileFrames:
    """A video, one frame for each 200 ms of it; or a picture, shown again when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._video: Any = None
        self._shown: tuple[int, int] | None = None
        self._next_ms = 0.0

    def open(self) -> None:
        cv2 = _opencv()
        if not self._path.is_file():
            raise LinkDownError(f"camera {self._path}: there is no such file")
        if self._is_picture:
            return
        video = cv2.VideoCapture(str(self._path), cv2.CAP_ANY)
        if not video.isOpened():
            video.release()
            raise LinkDownError(f"camera {self._path}: no video that can be read")
        self._video, self._next_ms = video, 0.0

    def skip(self) -> None:
        """A file waits."""

    def frame(self) -> Any | None:
        return self._picture() if self._is_picture else self._video_frame()

    def close(self) -> None:
        video, self._video = self._video, None
        if video is not None:
            video.release()

    @property
    def _is_picture(self) -> bool:
        return self._path.suffix.lower() in PICTURES

    def _picture(self) -> Any | None:
        try:
            stamp = self._path.stat()
            now = (stamp.st_mtime_ns, stamp.st_size)
            if now == self._shown:
                return None
            data = self._path.read_bytes()
        except OSError as gone:
            raise LinkDownError(f"camera {self._path}: {gone}") from gone
        picture = decoded_picture(data)
        if picture is not None:  # else it is still being written
            self._shown = now
        return picture

    def _video_frame(self) -> Any | None:
        if self._video is None:
            raise LinkDownError(f"camera {self._path}: not open")
        cv2 = _opencv()
        while self._video.grab():
            if self._video.get(cv2.CAP_PROP_POS_MSEC) >= self._next_ms:
                self._next_ms += FRAME_STEP_MS
                return luminance(self._video.retrieve()[1])
        return None


def decoded_picture(data: bytes) -> Any | None:
    """Luminance of a PNG, JPEG and the like; None when the bytes are no whole picture."""
    if not data:
        return None
    import numpy  # comes with OpenCV

    cv2 = _opencv()
    return cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_GRAYSCALE)


def luminance(picture: Any) -> Any:
    """One byte a pixel of what OpenCV gave."""
    cv2 = _opencv()
    return picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)


def _is_linux() -> bool:
    return sys.platform == "linux"
