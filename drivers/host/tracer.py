"""Bytes of each device in a file of its own, for service and for replay as a test.

Never writes unless it was asked to, never without bound, and masks people unless told not to.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from drivers.contract import Device, DeviceKind
from drivers.registry.replay import Table, row_of, without_secrets
from drivers.transport import Direction, Trace, TraceEntry
from drivers.transport.masking import Mask, masked_words

FILE_BYTES_MAX = 1_000_000
FILES_KEPT = 3
PLAIN_KINDS = frozenset({DeviceKind.SCALE})
"""Kinds whose bytes say nothing of a person: a masked weight would be useless."""
HIDDEN_KINDS = frozenset({DeviceKind.PAYMENT})
"""Kinds that note their bytes without a card's number by themselves, in every trace."""


def head_of(device: Device, tables: list[Table], *, full: bool) -> Table:
    """The first line of a trace file: `table`, and `tables` of all that share the line."""
    plain = [without_secrets(one) for one in tables]
    own = next(one for one in plain if device.name in (one.get("name"), one.get("kind")))
    masked = not full and device.kind not in PLAIN_KINDS
    return {"device": device.name, "masked": masked, "table": own, "tables": plain}


class Masked:
    """Entries of one device as its file may have them."""

    def __init__(self, device: Device, *, full: bool) -> None:
        self._bytes: Any = None
        if not full and device.kind not in PLAIN_KINDS | HIDDEN_KINDS:
            self._bytes = getattr(device, "trace_mask", Mask)()
        self._full = full

    def __call__(self, entry: TraceEntry) -> TraceEntry:
        """The same without people, as long as before."""
        data = entry.data
        if entry.direction.is_bytes and self._bytes is not None:
            data = self._bytes.masked(entry.direction, data)
        elif entry.direction is Direction.ASKED and not self._full:
            data = json.dumps(masked_words(json.loads(data)), ensure_ascii=False).encode()
        return TraceEntry(entry.t_ms, entry.direction, data)


class Tracer:
    """`folder` None: no files. A line an entry (`row_of`); the first has the tables."""

    def __init__(self, folder: Path | None, *, full: bool = False) -> None:
        self._folder = folder
        self._full = full
        self._files: dict[str, _TraceFile] = {}

    def follow(self, device: Device, tables: list[Table], trace: Trace) -> None:
        """From now on what happens on the device's line goes to its file."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        former = self._files.pop(device.name, None)
        if former is not None:
            former.close()
        path = self._folder / f"{safe_name(device.name)}.jsonl"
        head, masked = head_of(device, tables, full=self._full), Masked(device, full=self._full)
        file = self._files[device.name] = _TraceFile(path, head, masked)
        trace.listen(file.add)

    def close(self) -> None:
        """No more."""
        for file in self._files.values():
            file.close()


def safe_name(name: str) -> str:
    """A device's name as a file's."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name)


class _TraceFile:
    """One device's file; called from its thread, under the trace's lock."""

    def __init__(self, path: Path, head: Table, mask: Masked) -> None:
        self._path, self._head, self._mask = path, head, mask
        self._file: TextIO | None = None
        self._bytes = 0
        self._open_next()

    def add(self, entry: TraceEntry) -> None:
        """One line. A full disk ends the trace, never the device."""
        self._write(row_of(self._mask(entry)))
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
