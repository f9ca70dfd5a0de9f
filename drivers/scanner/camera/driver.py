"""A camera that reads labels. Never tells a label twice while it stays in view."""

from dataclasses import dataclass

from drivers.contract import DeviceError, Listener, PowerState, Scan
from drivers.scanner.base import LinkScanner
from drivers.scanner.camera.decoder import USUAL_FORMATS, LabelDecoder
from drivers.scanner.camera.frames import Frames
from drivers.transport import Link, LinkDownError, monotonic_ms

WAIT_MS = 20


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """`gone_ms`: for how long a label must be out of view before it counts as shown again."""

    formats: tuple[str, ...] = USUAL_FORMATS
    rotate: bool = False
    frame_ms: int = 200
    gone_ms: int = 1200


class _FramesLink:
    """A frame source as the device's thread opens and closes it; it has no bytes."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames

    def open(self) -> None:
        self._frames.open()

    def read(self, timeout_ms: int) -> bytes:
        raise LinkDownError(f"a camera has no bytes to wait {timeout_ms} ms for")

    def write(self, data: bytes) -> None:
        raise LinkDownError(f"a camera takes no bytes ({len(data)})")

    def close(self) -> None:
        self._frames.close()


class CameraScanner(LinkScanner):
    """Decodes about five pictures a second on its own thread; of several labels the middle one."""

    def __init__(
        self, name: str, frames: Frames, listener: Listener, settings: CameraSettings | None = None
    ) -> None:
        self._frames = frames
        self._settings = settings or CameraSettings()
        self._decoder: LabelDecoder | None = None
        self._next_ms = 0
        self._last_seen_ms: dict[bytes, int] = {}
        super().__init__(name, _FramesLink(frames), listener, wait_ms=WAIT_MS)

    def idle(self, link: Link) -> None:
        now_ms = monotonic_ms()
        if now_ms < self._next_ms:
            self._frames.skip()
            return
        picture = self._frames.frame()
        if picture is None:
            return
        self._next_ms = now_ms + self._settings.frame_ms
        labels = self._reader().labels(picture)
        gone = now_ms - self._settings.gone_ms
        self._last_seen_ms = {k: t for k, t in self._last_seen_ms.items() if t > gone}
        new = bool(labels) and labels[0].frame not in self._last_seen_ms
        self._last_seen_ms |= {one.frame: now_ms for one in labels}
        if new:
            self.tell_scan(Scan.of_frame(labels[0].frame, self.name))

    def forget(self) -> str | None:
        self._last_seen_ms.clear()
        return None

    def power_changed(self, power: PowerState, reason: str | None) -> None:
        super().power_changed(power, reason)
        self._next_ms = 0

    def _reader(self) -> LabelDecoder:
        if self._decoder is None:
            try:
                self._decoder = LabelDecoder(self._settings.formats, rotate=self._settings.rotate)
            except DeviceError as missing:
                raise LinkDownError(missing.message) from missing
        return self._decoder
