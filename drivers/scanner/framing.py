"""Cuts a scanner's bytes into scans. Pure: it never reads a port or a clock.

A torn scan is dropped and reported, never glued to the next one.
"""

from dataclasses import dataclass
from enum import StrEnum

from drivers.contract import Scan, split_aim, symbology_of
from drivers.contract.events import decode

IDLE_MS = 80
FRAME_BYTES_MAX = 4096
_CONTROL_MAX = 0x20


class LabelIds(StrEnum):
    """A maker's own letters before the data, when the scanner sends those instead of AIM."""

    NONE = "none"
    UPOS = "upos"
    DATALOGIC = "datalogic"


_LABELS: dict[LabelIds, tuple[tuple[bytes, str], ...]] = {
    LabelIds.NONE: (),
    LabelIds.UPOS: ((b"FF", "EAN8"), (b"F", "EAN13"), (b"A", "UPCA"), (b"E", "UPCE")),
    LabelIds.DATALOGIC: (
        (b"A", "EAN8"),
        (b"B", "EAN13"),
        (b"k", "GS1_128"),
        (b"w", "DATAMATRIX"),
    ),
}


@dataclass(frozen=True, slots=True)
class Framing:
    """How one scanner marks its scans.

    No `suffixes` means that silence of `idle_ms` ends a scan; otherwise silence means a torn scan,
    dropped unless `deliver_torn`. What arrives within `tail_ms` after that is the rest of the torn
    scan and dropped too: no hand scans again so soon.
    """

    suffixes: tuple[bytes, ...] = (b"\r\n", b"\r", b"\n")
    prefix: bytes = b""
    idle_ms: int = IDLE_MS
    tail_ms: int = 0
    bytes_max: int = FRAME_BYTES_MAX
    deliver_torn: bool = False
    label_ids: LabelIds = LabelIds.NONE
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole scan without prefix and suffix; never empty."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Torn:
    """Bytes that were dropped, how many and why; their content is nobody's business."""

    length: int
    reason: str


class Framer:
    """Takes reads as they come; gives whole frames. The same for any chunking of the same bytes."""

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._buffer = bytearray()
        self._last_ms: int | None = None
        self._inside = not framing.prefix
        self._overflow = 0
        self._tail_until_ms: int | None = None
        self._is_tail = False

    def feed(self, t_ms: int, chunk: bytes) -> list[Frame | Torn]:
        """What one read returned at `t_ms` (any monotonic zero)."""
        found = self.idle(t_ms)
        if chunk:
            self._last_ms = t_ms
            until_ms, self._tail_until_ms = self._tail_until_ms, None
            self._is_tail |= until_ms is not None and t_ms < until_ms
        for byte in chunk:
            self._take(byte, found)
        return found

    def idle(self, t_ms: int) -> list[Frame | Torn]:
        """Nothing has arrived until `t_ms`."""
        quiet = self._last_ms is not None and t_ms - self._last_ms >= self._framing.idle_ms
        if not quiet:
            return []
        found: list[Frame | Torn] = []
        if self._overflow or self._is_tail:
            self._end_lost(found)
            self._watch_tail(t_ms)
        elif self._buffer and self._inside and self._silence_ends_a_scan:
            self._deliver(found)
        elif self._buffer and self._inside:
            found.append(Torn(len(self._buffer), "no terminator came"))
            self._watch_tail(t_ms)
        self._restart()
        return found

    def reset(self) -> Torn | None:
        """The port was lost: what was half read is dropped."""
        torn = Torn(len(self._buffer), "the port was lost") if self._buffer else None
        self._restart()
        self._tail_until_ms = None
        return torn

    def spoil(self, t_ms: int) -> None:
        """Something got lost on the way at `t_ms`: the scan in hand must not be delivered."""
        self._is_tail = True
        self._last_ms = t_ms

    def _watch_tail(self, t_ms: int) -> None:
        if self._framing.tail_ms and not self._framing.prefix:
            self._tail_until_ms = t_ms + self._framing.tail_ms

    @property
    def _silence_ends_a_scan(self) -> bool:
        return not self._framing.suffixes or self._framing.deliver_torn

    def _restart(self) -> None:
        self._buffer.clear()
        self._overflow = 0
        self._is_tail = False
        self._last_ms = None
        self._inside = not self._framing.prefix

    def _take(self, byte: int, found: list[Frame | Torn]) -> None:
        self._buffer.append(byte)
        if not self._inside:
            self._look_for_prefix()
            return
        prefix = self._framing.prefix
        if len(prefix) == 1 and prefix[0] < _CONTROL_MAX and byte == prefix[0]:
            self._restart_at_prefix(found)
            return
        suffix = next((s for s in self._framing.suffixes if self._buffer.endswith(s)), None)
        if suffix is not None:
            del self._buffer[-len(suffix) :]
            self._finish(found)
        elif len(self._buffer) > self._framing.bytes_max:
            self._overflow += len(self._buffer)
            self._buffer.clear()

    def _look_for_prefix(self) -> None:
        prefix = self._framing.prefix
        if self._buffer.endswith(prefix):
            self._buffer.clear()
            self._inside = True
        elif len(self._buffer) >= len(prefix):
            del self._buffer[0]

    def _restart_at_prefix(self, found: list[Frame | Torn]) -> None:
        lost = len(self._buffer) - 1 + self._overflow
        if lost:
            found.append(Torn(lost, "a new scan began"))
        self._buffer.clear()
        self._overflow = 0

    def _finish(self, found: list[Frame | Torn]) -> None:
        if self._overflow or self._is_tail:
            self._end_lost(found)
        elif self._buffer:
            self._deliver(found)
        self._buffer.clear()
        self._inside = not self._framing.prefix

    def _end_lost(self, found: list[Frame | Torn]) -> None:
        reason = "longer than any label" if self._overflow else "the rest of a torn scan"
        if self._overflow or self._buffer:
            found.append(Torn(self._overflow + len(self._buffer), reason))
        self._overflow = 0
        self._is_tail = False

    def _deliver(self, found: list[Frame | Torn]) -> None:
        found.append(Frame(bytes(self._buffer)))


def scan_of(frame: bytes, framing: Framing, source: str) -> Scan:
    """A frame as a scan: AIM identifier first, then the maker's letters if configured."""
    aim, raw = split_aim(frame)
    symbology = symbology_of(aim, raw)
    if aim is None:
        for letters, name in _LABELS[framing.label_ids]:
            if raw.startswith(letters):
                symbology, raw = name, raw[len(letters) :]
                break
    return Scan(raw, aim, symbology, decode(raw, framing.encoding), source)
