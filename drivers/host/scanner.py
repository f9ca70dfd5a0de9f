"""Scans on their way to the till: one by one, and only when it is ready. Never drops one."""

from collections.abc import Callable
from threading import Lock

from drivers.contract import (
    Call,
    DataEvent,
    DoneEvent,
    ErrorCode,
    ErrorEvent,
    Event,
    InputQueue,
    ResultEvent,
)
from drivers.host.outlet import Outlet
from drivers.host.request import Handler, Request
from drivers.registry import DeviceSet

_NOTHING = ErrorEvent("", ErrorCode.E_TIMEOUT, "nothing was scanned")


class ScanGate:
    """Hears every device; what is no scan passes at once."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._input = InputQueue()
        self._lock = Lock()
        self._taster: Call | None = None

    def heard(self, event: Event) -> None:
        """From any device's thread."""
        if not isinstance(event, DataEvent):
            self._outlet.tell(event)
            return
        if self._tasted(event):
            return
        with self._lock:
            now = self._input.put(event)
            if now is not None:
                self._outlet.tell(now)

    def taste(self, call: Call) -> None:
        """The next scan answers this live test and never reaches the sale."""
        with self._lock:
            former, self._taster = self._taster, call
        if former is not None:
            former.answer(_NOTHING)

        def give_up() -> None:
            with self._lock:
                if self._taster is call:
                    self._taster = None
            call.answer(_NOTHING)

        call.on_cancel(give_up)

    def _tasted(self, event: DataEvent) -> bool:
        with self._lock:
            call, self._taster = self._taster, None
        if call is None:
            return False
        scan = event.payload
        payload = {
            "raw": scan.raw.hex(),
            "aim": scan.aim,
            "symbology": scan.symbology,
            "text": scan.text,
            "source": scan.source,
        }
        call.answer(ResultEvent(event.device, payload))
        return True

    def requests(self) -> dict[str, Handler]:
        """What the till may ask of the gate."""
        return {
            "enable_data": self._enable,
            "disable_data": self._done_after(self._input.disable),
            "clear_input": self._done_after(self._input.clear),
        }

    def _enable(self, _devices: DeviceSet, request: Request) -> None:
        with self._lock:
            request.reply(DoneEvent())
            scan = self._input.enable()
            if scan is not None:
                self._outlet.tell(scan)

    def _done_after(self, act: Callable[[], object]) -> Handler:
        def handle(_devices: DeviceSet, request: Request) -> None:
            with self._lock:
                act()
            request.reply(DoneEvent())

        return handle
