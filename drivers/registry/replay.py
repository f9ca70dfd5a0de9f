"""A recorded trace, read again and made ready to be played through the same driver.

Never plays one that would touch something real: a program that orders, a queue that prints.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.config_file import ConfigError
from drivers.contract import DeviceKind
from drivers.transport import Direction, TraceEntry
from drivers.transport.masking import WebMask, classes
from drivers.transport.tape import Same, Tape

Table = dict[str, Any]
HASTY_POLL_MS = 50
_POLLING = frozenset({DeviceKind.PRINTER, DeviceKind.SCALE, DeviceKind.FISCAL})
_OWN_LINE = {"cups": "a queue would print", "windows": "a queue would print"}
_OWN_LINE |= {"camera": "a camera has no line", "wedge": "the window reads it"}
_OWN_LINE |= {"program": "the program would order it again", "manual": "it has no line"}
_SECRETS = ("password", "local_password", "online_key", "local_user")
_KEPT_FILES = ("journal", "token_file")
_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Recording:
    """A trace file: the device's table as it was, whether it was masked, and what happened.

    `tables`: the device with all that share its line, a drawer and its printer.
    """

    table: Table
    masked: bool
    entries: tuple[TraceEntry, ...]
    tables: tuple[Table, ...] = ()

    @property
    def name(self) -> str:
        """The device's."""
        return str(self.table.get("name") or self.table.get("kind"))

    def bytes_of(self, way: Direction) -> bytes:
        """Everything that went one way."""
        return b"".join(one.data for one in self.entries if one.direction is way)

    def tape(self, *, hasty: bool = False) -> Tape:
        """The line of then. `hasty`: without its long pauses."""
        return Tape(self.entries, self._same(), hasty=hasty)

    def playable(self, *, hasty: bool = False) -> list[Table]:
        """The tables to build it with; ConfigError for what no recording can stand in for."""
        return [_playable(one, hasty=hasty) for one in self.tables or (self.table,)]

    def _same(self) -> Same:
        if self.table.get("kind") == DeviceKind.FISCAL:
            return _SameRequest(masked=self.masked)
        return _masked_same if self.masked else lambda then, now: then == now


def without_secrets(table: Table) -> Table:
    """A table as a trace keeps it: what opens something is as long and says nothing."""
    return {
        key: "0" * len(str(value)) if key in _SECRETS else value for key, value in table.items()
    }


def _playable(table: Table, *, hasty: bool) -> Table:
    kind, driver = table.get("kind"), str(table.get("driver"))
    if kind == DeviceKind.MARKING or driver in _OWN_LINE:
        why = _OWN_LINE.get(driver, "the service would be asked")
        raise ConfigError(f"device {table.get('name')!r} is not replayed: {why}")
    found = {key: value for key, value in table.items() if key not in _KEPT_FILES}
    if "font" in found and not Path(str(found["font"])).is_file():
        del found["font"]  # recorded on another machine
    if hasty and kind in _POLLING:
        found["poll_ms"] = HASTY_POLL_MS
    return found


def read_recording(path: Path) -> Recording:
    """Raises ConfigError with the line that is wrong; a last line that was torn is left out."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as bad:
        raise ConfigError(f"{path.name} is no trace: it is no text") from bad
    except OSError as bad:
        raise ConfigError(f"{path} cannot be read: {bad.strerror}") from bad
    head: dict[str, Any] = {}
    entries: list[TraceEntry] = []
    for number, line in enumerate(lines[:-1], start=1):
        try:
            said = json.loads(line)
            if number == 1:
                head = _head(said)
            else:
                entries.append(entry_from_row(said))
        except (ValueError, KeyError, TypeError) as bad:
            why = f"{bad} is missing" if isinstance(bad, KeyError) else str(bad)
            raise ConfigError(f"{path.name}, line {number}, is no trace: {why}") from bad
    if not head:
        raise ConfigError(f"{path.name} is no trace: it has no first line")
    return Recording(**head, entries=tuple(entries))


def _head(said: dict[str, Any]) -> dict[str, Any]:
    found = {"table": dict(said["table"]), "masked": bool(said["masked"])}
    return {**found, "tables": tuple(dict(one) for one in said.get("tables", ()))}


def row_of(entry: TraceEntry) -> dict[str, Any]:
    """A line of a trace file."""
    row = {"t_ms": entry.t_ms, "way": entry.direction.value}
    if entry.direction.is_bytes:
        return {**row, "hex": entry.data.hex()}
    if entry.direction is Direction.LOST:
        return {**row, "why": entry.data.decode("utf-8", "replace")}
    return {**row, "ask": json.loads(entry.data)} if entry.data else row


def entry_from_row(said: Mapping[str, Any]) -> TraceEntry:
    """The reverse; raises ValueError, KeyError, TypeError."""
    way, t_ms = Direction(said["way"]), int(said["t_ms"])
    if way.is_bytes:
        return TraceEntry(t_ms, way, bytes.fromhex(said["hex"]))
    if way is Direction.LOST:
        return TraceEntry(t_ms, way, str(said["why"]).encode())
    if way is Direction.ASKED:
        return TraceEntry(t_ms, way, json.dumps(dict(said["ask"])).encode())
    return TraceEntry(t_ms, way)


def _masked_same(then: bytes, now: bytes) -> bool:
    """What is left of both without people."""
    return classes(then) == classes(now)


class _SameRequest:
    """Web requests whose keys are made anew: the same question under another key is the same."""

    def __init__(self, *, masked: bool) -> None:
        self._then: dict[bytes, bytes] = {}
        self._shown: Callable[[bytes], bytes] = _masked_request if masked else bytes

    def __call__(self, then: bytes, now: bytes) -> bool:
        if now.startswith(b"POST"):
            same = _UUID.sub(b"*", self._shown(then)) == _UUID.sub(b"*", self._shown(now))
            if same:
                self._then |= dict(
                    zip(_UUID.findall(now)[:1], _UUID.findall(then)[:1], strict=True)
                )
            return same
        return then == _UUID.sub(lambda found: self._then.get(found[0], found[0]), now)


def _masked_request(data: bytes) -> bytes:
    return WebMask().masked(Direction.SENT, data)
