"""Devices without a till, for the service command line: asked one thing at a time.

Never used while a till runs on the same devices: ports are claimed, and it would be told so.
"""

import json
import queue
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

from drivers.contract import Device, DoneEvent, Event, Health, PowerState, event_from_json
from drivers.host.process import Host
from drivers.host.tracer import Masked, Tracer, head_of
from drivers.registry.replay import Table, row_of
from drivers.transport import Trace


class _Lines:
    """The host's way out, as a queue of events."""

    def __init__(self) -> None:
        self.said: queue.Queue[dict[str, Any]] = queue.Queue()

    def write(self, text: str) -> int:
        self.said.put(json.loads(text))
        return len(text)

    def flush(self) -> None:
        """Every line is there at once."""


class Follower(Tracer):
    """The trace of one device as it grows: lines of a trace file, the first one at once."""

    def __init__(self, name: str, *, full: bool = False) -> None:
        super().__init__(None, full=full)
        self._name = name
        self._full = full
        self._rows: queue.SimpleQueue[Table] = queue.SimpleQueue()
        self.follows = False

    def follow(self, device: Device, tables: list[Table], trace: Trace) -> None:
        """See Tracer; other devices are not followed."""
        if device.name != self._name:
            return
        self.follows = True
        masked = Masked(device, full=self._full)
        self._rows.put(head_of(device, tables, full=self._full))
        trace.listen(lambda entry: self._rows.put(row_of(masked(entry))))

    def rows(self, seconds: float) -> Iterator[Table]:
        """For so long."""
        end = monotonic() + seconds
        while (rest := end - monotonic()) > 0:
            try:
                yield self._rows.get(timeout=rest)
            except queue.Empty:
                return


class Service:
    """Use as a context manager: the devices are open inside; of many only those of `only`."""

    def __init__(
        self, config: Mapping[str, Any], tracer: Tracer | None = None, only: Collection[str] = ()
    ) -> None:
        self._out = _Lines()
        self._host = Host(config, self._out, tracer=tracer)
        self._only = only
        self._last_id = 0

    def __enter__(self) -> "Service":
        self._host.open_all(self._only)
        return self

    def __exit__(self, *_exc: object) -> None:
        self._host.close_all()

    def ask(self, do: str, wait_s: float, **fields: object) -> Event | None:
        """The answer to one request; None when there was none in time."""
        self._last_id += 1
        self._host.take(json.dumps({"id": self._last_id, "do": do, **fields}))
        end = monotonic() + wait_s
        while (rest := end - monotonic()) > 0:
            try:
                said = self._out.said.get(timeout=rest)
            except queue.Empty:
                break
            if said.get("id") == self._last_id and said.get("event") != "progress":
                return event_from_json(said)
        return None

    def health(self, settle_s: float) -> tuple[Health, ...]:
        """Rows, once every device has said how it is or the time is over."""
        end = monotonic() + settle_s
        while True:
            event = self.ask("health", 5)
            told = event.health if isinstance(event, DoneEvent) else ()
            rows = tuple(one for one in told if not self._only or one.name in self._only)
            unknown = [one for one in rows if one.power is PowerState.UNKNOWN]
            if all(one.last_error for one in unknown) or monotonic() > end:
                return rows
            with suppress(queue.Empty):
                self._out.said.get(timeout=0.05)

    def names(self) -> list[str]:
        """Every device's name."""
        return [one.name for one in self._host.devices.all()]

    def stands_by(self, name: str, kind: type) -> bool:
        """Whether the device of this name is one of this class: a misfit, a keyboard's place."""
        return isinstance(self._host.devices.find(name), kind)
