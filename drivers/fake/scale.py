"""A simulated scale on a line: a pan, a tare, motion and faults. Never reached but by a port."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from drivers.fake.endpoints import Endpoint
from drivers.fake.scale_dialects import DIALECTS, Reading, ScaleDialect

CAPACITY_G = 15_000
GARBAGE = bytes.fromhex("00ff7e02f855ce0900243f1301c3000d")
FAULTS = ("silent", "garbage", "torn", "flipped", "broken")
NO_FAULT = "none"


@dataclass
class Pan:
    """What lies there. `settle_after`: so many readings are in motion before it rests.

    `load_g` below 0 is a pan that was taken off after zero was set.
    """

    load_g: int = 0
    tare_g: int = 0
    moving: bool = False
    settle_after: int = 0


class ScaleModel:
    """The scale itself: asked by a dialect, changed by a hand, spoilt by a fault."""

    def __init__(self, capacity_g: int = CAPACITY_G) -> None:
        self._lock = Lock()
        self._pan = Pan()
        self._capacity_g = capacity_g
        self.fault = ""
        self.readings = 0

    def put(self, load_g: int, *, settle_after: int = 0, moving: bool = False) -> None:
        """Something is laid on the pan in place of what was there."""
        with self._lock:
            self._pan.load_g, self._pan.settle_after = load_g, settle_after
            self._pan.moving = moving

    def tare(self, tare_g: int | None) -> bool:
        """None: what lies there. False when that cannot be."""
        with self._lock:
            wanted = self._pan.load_g if tare_g is None else tare_g
            if self._pan.moving or not 0 <= wanted <= self._capacity_g:
                return False
            self._pan.tare_g = wanted
            return True

    def zero(self) -> bool:
        """What lies there becomes nothing, if it is little."""
        with self._lock:
            if self._pan.moving or abs(self._pan.load_g) > self._capacity_g // 50:
                return False
            self._pan.load_g = self._pan.tare_g = 0
            return True

    def read(self) -> Reading:
        """One reading; while in motion the number swings."""
        with self._lock:
            pan = self._pan
            self.readings += 1
            swing = 0
            moving = pan.moving or pan.settle_after > 0
            if moving:
                pan.settle_after = max(0, pan.settle_after - 1)
                swing = 3 + self.readings % 5
            grams = pan.load_g - pan.tare_g + swing
            return Reading(
                grams=grams,
                stable=not moving,
                net=pan.tare_g > 0,
                over=pan.load_g > self._capacity_g,
                under=grams < 0,
                tare_g=pan.tare_g,
                broken=self.fault == "broken",
            )


class VirtualScale:
    """A `ScaleModel` on a line, speaking one dialect."""

    def __init__(
        self, endpoint: Endpoint, dialect: str = "massa100", *, parity: bool = False
    ) -> None:
        """`dialect`: a name of DIALECTS; `parity`: seven bits with even parity on the line."""
        self.endpoint = endpoint
        self.model = ScaleModel()
        self._make: Callable[[], ScaleDialect] = DIALECTS[dialect]
        self._dialect = self._make()
        self._parity = parity

    def start(self) -> None:
        """Switches it on."""
        self.endpoint.start(self._heard, self._connected)

    def stop(self) -> None:
        """Ends."""
        self.endpoint.stop()

    def _connected(self) -> None:
        self._dialect = self._make()

    def _heard(self, data: bytes) -> bool:
        said = bytes(one & 0x7F for one in data) if self._parity else data
        for answer in self._dialect.feed(said, self.model):
            told = _with_parity(answer) if self._parity else answer
            self.endpoint.send(_spoilt(told, self.model.fault))
        return True


def _spoilt(answer: bytes, fault: str) -> bytes:
    if fault == "silent":
        return b""
    if fault == "garbage":
        return GARBAGE
    if fault == "torn":
        return answer[: max(1, len(answer) // 2)]
    if fault == "flipped":
        at = len(answer) // 2
        return answer[:at] + bytes((answer[at] ^ 0x10,)) + answer[at + 1 :]
    return answer


def _with_parity(data: bytes) -> bytes:
    return bytes((one & 0x7F) | (one & 0x7F).bit_count() % 2 << 7 for one in data)
