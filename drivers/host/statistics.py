"""Reconnects and when a device was last heard, for the health panel. Never asks a device."""

from dataclasses import replace
from threading import Lock

from drivers.contract import DataEvent, Event, Health, PowerState, StatusUpdateEvent
from drivers.transport import Trace, monotonic_ms


class Statistics:
    """Hears what the devices tell; counts are since the host began."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._was_online: set[str] = set()
        self._is_online: set[str] = set()
        self._reconnects: dict[str, int] = {}
        self._heard_ms: dict[str, int] = {}

    def heard(self, event: Event) -> None:
        """From any device's thread."""
        if not isinstance(event, StatusUpdateEvent | DataEvent):
            return
        with self._lock:
            if isinstance(event, DataEvent) or event.power is PowerState.ONLINE:
                self._heard_ms[event.device] = monotonic_ms()
            if isinstance(event, StatusUpdateEvent):
                self._power(event.device, event.power is PowerState.ONLINE)

    def _power(self, name: str, online: bool) -> None:
        if not online:
            self._is_online.discard(name)
            return
        if name in self._was_online and name not in self._is_online:
            self._reconnects[name] = self._reconnects.get(name, 0) + 1
        self._was_online.add(name)
        self._is_online.add(name)

    def row(self, health: Health, trace: Trace | None) -> Health:
        """The device's own row with what the host knows beside."""
        with self._lock:
            heard = self._heard_ms.get(health.name)
            count = self._reconnects.get(health.name, 0)
        bytes_at = trace.heard_at_ms if trace is not None else None
        last = max((at for at in (heard, bytes_at) if at is not None), default=None)
        silent = None if last is None else max(0, monotonic_ms() - last)
        return replace(health, reconnect_count=count, silent_ms=silent)
