"""The host's way out: events as JSON lines. Never raises at a device's thread."""

import json
from threading import Lock
from typing import Protocol

from drivers.contract import Event, event_to_json


class Out(Protocol):
    """Where lines go: a standard output, or something that takes them apart again."""

    def write(self, text: str, /) -> int:
        """One line with its end."""
        ...

    def flush(self) -> None:
        """Nothing is kept back."""
        ...


class Outlet:
    """Writes events, one JSON object a line, from any thread. Silent once nobody reads."""

    def __init__(self, out: Out) -> None:
        self._out = out
        self._lock = Lock()
        self._broken = False

    def tell(self, event: Event, request_id: int | None = None) -> None:
        """An answer carries the `id` of its request; what devices tell by themselves has none."""
        said = event_to_json(event)
        if request_id is not None:
            said = {"id": request_id, **said}
        line = json.dumps(said, ensure_ascii=True, separators=(",", ":")) + "\n"
        with self._lock:
            if self._broken:
                return
            try:
                self._out.write(line)
                self._out.flush()
            except (OSError, ValueError):  # the till died; our input ends next
                self._broken = True
