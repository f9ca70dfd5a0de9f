"""A till whose registrar is the shipped simulator, through the device host's own code and HTTP.

Only the pipe between till and device host is a queue in this process.
"""

from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from drivers.contract.fiscal import FiscalState
from drivers.fake.fiscal import VirtualFiscal
from drivers.host.process import Host
from pos_app.wiring.device_link import DeviceLink
from pos_app.wiring.fiscal_place import attach_fiscal
from sync.translate import WireCodec
from tests.workstation.tills import Bench

PATIENCE_S = 30
FAST = {"look_ms": 10, "poll_ms": 100, "answer_ms": 4_000, "http_ms": 3_000}


class LoopedPipe:
    """Both ends of the pipe; the till's side is read when the test pumps."""

    def __init__(self) -> None:
        self.lines: SimpleQueue[str] = SimpleQueue()
        self.host: Host | None = None
        self.restarts = 0

    def send_line(self, line: str) -> None:
        if self.host is None:
            raise OSError("the host is gone")
        self.host.take(line)

    def write(self, text: str) -> None:
        self.lines.put(text)

    def flush(self) -> None:
        """Nothing is kept back."""

    def close(self) -> None:
        if self.host is not None:
            self.host.devices.close_all()
            self.host = None


class FiscalTill(Bench):
    """`fiscal` is the registrar: its documents, its faults."""

    def __init__(self, folder: Any, fiscal: VirtualFiscal, more: tuple[Any, ...] = (),
                 **settings: Any) -> None:  # fmt: skip
        self.fiscal = fiscal
        self.more = more
        self.keys: dict[str, Any] = dict(FAST)
        self.fiscal_setting: Any = {"taxpayer_numbers": {"ivan": "770123456789"}}
        super().__init__(folder, **settings)

    def start(self) -> None:
        super().start()
        self.pipe = LoopedPipe()
        tables = [
            {"name": "kkt", "kind": "fiscal", **self.fiscal.config(), **self.keys},
            *self.more,
        ]
        self.link = DeviceLink(self.pipe, {t["name"]: t["kind"] for t in tables})
        self.pipe.host = Host({"device": tables}, self.pipe)  # type: ignore[arg-type]  # write, flush
        self.pipe.host.devices.open_all()
        station = self.till.station
        station.codec = WireCodec()
        self.tick = attach_fiscal(station, self.link, self.memory.file, lambda: self.fiscal_setting)
        self.now_ms = 0

    def close(self) -> None:
        self.pipe.close()
        super().close()

    def pump(self) -> None:
        """What the device host has said, and a tick."""
        with suppress(Empty):
            self.link.on_line(self.pipe.lines.get(timeout=0.02))
        self.now_ms += 20
        self.link.tick(self.now_ms)
        self.tick(self.now_ms)
        self.till.tick()

    def until(self, ready: Callable[[], object]) -> None:
        end = monotonic() + PATIENCE_S
        while not ready():
            assert monotonic() < end, f"not in time; papers {self.kinds()}, heard {self.said()}"
            self.pump()

    def ready(self) -> "FiscalTill":
        """The registrar can register now."""
        self.until(lambda: self.till.station.registrar and self.trouble() is None)
        return self

    def trouble(self) -> str | None:
        registrar = self.till.station.registrar
        assert registrar is not None
        why = registrar.trouble()
        return None if why is None else why.key

    def kinds(self) -> list[str]:
        return [paper.kind for paper in self.fiscal.storage.papers]

    def said(self) -> list[str]:
        return self.codes_heard()

    def seen(self) -> FiscalState:
        return self.link.host.fiscal("kkt").state

    def begun(self, who: str = "ivan") -> "FiscalTill":
        """Signed on, session open, shift open."""
        self.until(lambda: self.seen().shift != "unknown")
        self.open_shift(who)
        self.until(lambda: "openShift" in self.kinds() and not self.errands())
        return self.ready()

    def errands(self) -> list[str]:
        rows = self.till.station.fiscal.book.open()
        return [row.kind for row in rows if row.kind != "draft"]
