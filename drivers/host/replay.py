"""Plays a recording: the same requests to the same driver, the same bytes in its device's place.

Never ends without having played everything, and never waits for ever: it ends by itself.
"""

import json
import queue
from collections.abc import Callable
from typing import Any

from drivers.config_file import ConfigError
from drivers.contract import DeviceKind, Health
from drivers.host.process import Host
from drivers.registry.misfit import Misfit
from drivers.registry.replay import Recording
from drivers.transport import monotonic_ms

SLICE_MS = 50
QUIET_MS = 600
"""A driver that waits for silence has had it."""
ANSWER_MS = 30_000
Tell = Callable[[dict[str, Any]], None]


class Replay:
    """`tell` gets each line that the host said then, as it says it now.

    `keep_timing`: with the pauses of then; else they are cut short.
    """

    def __init__(self, recording: Recording, tell: Tell, *, keep_timing: bool = True) -> None:
        self._tell = tell
        self._said: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._tape = recording.tape(hasty=not keep_timing)
        tables = recording.playable(hasty=not keep_timing)
        self._host = Host({"device": tables}, self, tape=self._tape)
        self._open: set[int] = set()
        for device in self._host.devices.all():
            if isinstance(device, Misfit):
                raise ConfigError(device.health().last_error or "")

    @property
    def strays(self) -> int:
        """Places where the driver did otherwise than then; 0 for a faithful replay."""
        return self._tape.strays

    def run(self) -> tuple[Health, ...]:
        """Plays it to its end; how the devices stand then."""
        self._host.open_all()
        self._ready()
        while not self._tape.ended:
            asked = self._tape.next_request(SLICE_MS)
            if asked is not None:
                self._ask(asked)
            self._listen(0)
        end_ms = monotonic_ms() + ANSWER_MS
        while self._open and monotonic_ms() < end_ms:
            self._listen(SLICE_MS)
        end_ms = monotonic_ms() + QUIET_MS
        while monotonic_ms() < end_ms:
            self._listen(SLICE_MS)
        rows = self._host.devices.health()
        self._tape.finish()
        self._host.close_all()
        return rows

    def write(self, text: str, /) -> int:
        """The host's way out, from any thread."""
        self._said.put(json.loads(text))
        return len(text)

    def flush(self) -> None:
        """Every line is there at once."""

    def _ask(self, asked: bytes) -> None:
        fields = json.loads(asked)
        waits = not (fields.get("do") == "check" and self._is_scanner(fields.get("device")))
        if not waits:
            return  # the label that was waited for is told as a scan
        self._open.add(fields["id"])
        self._host.take(json.dumps(fields))

    def _is_scanner(self, name: object) -> bool:
        device = self._host.devices.find(str(name))
        return device is not None and device.kind is DeviceKind.SCANNER

    def _ready(self) -> None:
        """A till that takes every scan at once."""
        self._host.take('{"id": 0, "do": "enable_data"}')

    def _listen(self, wait_ms: int) -> None:
        while True:
            try:
                said = (
                    self._said.get(timeout=wait_ms / 1000) if wait_ms else self._said.get_nowait()
                )
            except queue.Empty:
                return
            if said.get("id") == 0:
                continue
            if said.get("event") != "progress":
                self._open.discard(said.get("id", 0))
            self._tell(said)
            if said.get("event") == "data":
                self._ready()
