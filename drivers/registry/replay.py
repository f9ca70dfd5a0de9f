"""A recorded trace played through the real driver again. Never touches a real port.

What the device said comes back in the pieces and, if wanted, with the pauses of then; what the
driver says goes nowhere.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Signal
from typing import Any

from drivers.config_file import ConfigError
from drivers.contract import Device, Listener
from drivers.registry.build import BUILDERS, KNOWN
from drivers.registry.device_set import DeviceSet
from drivers.registry.keys import Keys
from drivers.registry.workshop import Workshop
from drivers.transport import Direction, Link, TraceEntry, monotonic_ms

QUIET_MS = 400


@dataclass(frozen=True, slots=True)
class Recording:
    """A trace file: the device's table as it was, whether it was masked, and the bytes."""

    table: dict[str, Any]
    masked: bool
    entries: tuple[TraceEntry, ...]

    def bytes_of(self, way: Direction) -> bytes:
        """Everything that went one way."""
        return b"".join(one.data for one in self.entries if one.direction is way)


def read_recording(path: Path) -> Recording:
    """Raises ConfigError with the line that is wrong; a last line that was torn is left out."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as bad:
        raise ConfigError(f"{path.name} cannot be read: {bad}") from bad
    head: dict[str, Any] = {}
    entries: list[TraceEntry] = []
    for number, line in enumerate(lines[:-1], start=1):
        try:
            said = json.loads(line)
            if number == 1:
                head = {"table": dict(said["table"]), "masked": bool(said["masked"])}
            else:
                entries.append(_entry(said))
        except (ValueError, KeyError, TypeError) as bad:
            raise ConfigError(f"{path.name}, line {number}, is no trace: {bad}") from bad
    if not head:
        raise ConfigError(f"{path.name} is no trace: it has no first line")
    return Recording(head["table"], head["masked"], tuple(entries))


def _entry(said: dict[str, Any]) -> TraceEntry:
    return TraceEntry(int(said["t_ms"]), Direction(said["way"]), bytes.fromhex(said["hex"]))


class ReplayLink:
    """Link of the transport; `ended` is set when everything was read."""

    def __init__(self, entries: tuple[TraceEntry, ...], *, keep_timing: bool) -> None:
        self._waiting = [one for one in entries if one.direction is Direction.RECEIVED]
        self._keep_timing = keep_timing
        self._offset_ms: int | None = None
        self._quiet_ms = 0
        self.ended = Signal()
        self._never = Signal()

    def open(self) -> None:
        if self._offset_ms is None and self._waiting:
            self._offset_ms = monotonic_ms() - self._waiting[0].t_ms

    def read(self, timeout_ms: int) -> bytes:
        if not self._waiting:
            self._never.wait(timeout_ms / 1000)
            self._quiet_ms += timeout_ms
            if self._quiet_ms >= QUIET_MS:  # a driver that waits for silence has had it
                self.ended.set()
            return b""
        due_ms = self._waiting[0].t_ms + (self._offset_ms or 0) - monotonic_ms()
        if self._keep_timing and due_ms > 0:
            self._never.wait(min(due_ms, timeout_ms) / 1000)
            if due_ms > timeout_ms:
                return b""
        return self._waiting.pop(0).data

    def write(self, data: bytes) -> None:
        """Nobody is there to hear it."""

    def close(self) -> None:
        if not self._waiting:
            self.ended.set()


@dataclass(frozen=True, slots=True)
class _ReplayWorkshop(Workshop):
    """Gives every link the recording in place of the port."""

    tape: ReplayLink

    def traced(self, name: str, link: Link) -> Link:
        """The recording, whatever link the table asks for."""
        return self.tape


def build_replay(
    recording: Recording, listener: Listener, *, keep_timing: bool = True
) -> tuple[Device, ReplayLink]:
    """The device of the recording on its tape; ConfigError when it cannot be built alone."""
    keys = Keys(recording.table)
    kind = keys.one_of("kind", KNOWN, "?")
    tape = ReplayLink(recording.entries, keep_timing=keep_timing)
    device = BUILDERS[kind](keys, keys.name, _ReplayWorkshop(DeviceSet(), listener, tape))
    return device, tape
