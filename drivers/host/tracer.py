"""Bytes of each device in a file of its own, for service and for replay as a test.

Never writes unless it was asked to, never without bound, and masks people unless told not to.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from drivers.contract import Device, DeviceKind
from drivers.transport import Trace, TraceEntry
from drivers.transport.masking import Mask

FILE_BYTES_MAX = 1_000_000
FILES_KEPT = 3
PLAIN_KINDS = frozenset({DeviceKind.SCALE, DeviceKind.DRAWER})
"""Kinds whose bytes say nothing of a person: a masked weight would be useless."""


class Tracer:
    """`folder` None: no files. A line an entry, {"t_ms", "way", "hex"}; the first has the table."""

    def __init__(self, folder: Path | None, *, full: bool = False) -> None:
        self._folder = folder
        self._full = full
        self._files: dict[str, _TraceFile] = {}

    def follow(self, device: Device, table: dict[str, Any], trace: Trace) -> None:
        """From now on the device's bytes go to its file."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        former = self._files.pop(device.name, None)
        if former is not None:
            former.close()
        masked = not self._full and device.kind not in PLAIN_KINDS
        head = {"device": device.name, "masked": masked, "table": table}
        path = self._folder / f"{safe_name(device.name)}.jsonl"
        file = self._files[device.name] = _TraceFile(
            path, head, getattr(device, "trace_mask", Mask)() if masked else None
        )
        trace.also = file.add

    def close(self) -> None:
        """No more."""
        for file in self._files.values():
            file.close()


def safe_name(name: str) -> str:
    """A device's name as a file's."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name)


class _TraceFile:
    """One device's file; called from its thread, under the trace's lock."""

    def __init__(self, path: Path, head: dict[str, Any], mask: "Mask | None") -> None:
        self._path, self._head, self._mask = path, head, mask
        self._file: TextIO | None = None
        self._bytes = 0
        self._open_next()

    def add(self, entry: TraceEntry) -> None:
        """One line. A full disk ends the trace, never the device."""
        data = entry.data if self._mask is None else self._mask.masked(entry.direction, entry.data)
        self._write({"t_ms": entry.t_ms, "way": entry.direction.value, "hex": data.hex()})
        if self._bytes >= FILE_BYTES_MAX:
            self.close()
            self._open_next()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open_next(self) -> None:
        def rotate() -> None:
            for number in range(FILES_KEPT - 1, 0, -1):
                older = self._numbered(number)
                if older.exists():
                    older.replace(self._numbered(number + 1))
            if self._path.exists():
                self._path.replace(self._numbered(1))
            self._file = self._path.open("w", encoding="utf-8", newline="\n")

        _unless_full(rotate)
        self._bytes = 0
        self._write(self._head)

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.stem}.{number}.jsonl")

    def _write(self, line: dict[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
        self._bytes += len(text)
        file = self._file
        if file is None:
            return

        def write() -> None:
            file.write(text)
            file.flush()

        _unless_full(write)


def _unless_full(act: Callable[[], object]) -> None:
    try:
        act()
    except (OSError, ValueError):  # no room, no right, closed meanwhile: the device goes on
        return
