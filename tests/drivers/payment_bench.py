"""A payment terminal under test: the device, its ear, orders with keys, answers waited for."""

import threading
import time
from pathlib import Path

from drivers.contract import ErrorEvent, ProgressEvent, ResultEvent
from drivers.contract.payment import PaymentDo, PaymentOrder, PaymentResult
from drivers.payment_terminal import (
    PaymentJournal,
    QueuedTerminal,
    SocketFraming,
    Timings,
    ZvtAdapter,
    ZvtSettings,
)
from drivers.transport import LiveCall, TcpLink
from pos_app.gear.ids import Uuid7Source

PATIENCE_S = 20
IDS = Uuid7Source()
HASTY = Timings(ack_ms=600, silence_ms=900, busy_ms=600)


def order(amount: int, do: PaymentDo = PaymentDo.PURCHASE, **more: str) -> PaymentOrder:
    return PaymentOrder(more.pop("key", "") or IDS.new_id(), do, amount, **more)


class Asked:
    """One call and what it told."""

    def __init__(self) -> None:
        self.progress: list[dict] = []
        self.event = None
        self._heard = threading.Condition()
        self.call = LiveCall("eft", self._tell)

    def _tell(self, event) -> None:
        with self._heard:
            if isinstance(event, ProgressEvent):
                self.progress.append(dict(event.payload))
            else:
                self.event = event
            self._heard.notify_all()

    def until(self, ready) -> None:
        end = time.monotonic() + PATIENCE_S
        with self._heard:
            while not ready():
                assert self._heard.wait(end - time.monotonic()), (self.progress, self.event)

    def stages(self) -> list[str]:
        return [one["stage"] for one in self.progress]

    def until_stage(self, stage: str) -> "Asked":
        self.until(lambda: stage in self.stages())
        return self

    @property
    def result(self) -> PaymentResult:
        self.until(lambda: self.event is not None)
        assert isinstance(self.event, ResultEvent), self.event
        return PaymentResult.from_json(self.event.payload)

    @property
    def error(self) -> ErrorEvent:
        self.until(lambda: self.event is not None)
        assert isinstance(self.event, ErrorEvent), self.event
        return self.event


class Bench:
    """A device over an adapter, with a journal in a folder; `again` is another process' device."""

    def __init__(self, make, journal: Path | None) -> None:
        self._make, self._journal = make, journal
        self.states: list = []
        self.device = self._built()

    def _built(self) -> QueuedTerminal:
        now_ms = time.time_ns() // 1_000_000 - 1
        journal = PaymentJournal(self._journal, now_ms)
        device = QueuedTerminal("eft", self._make(), self.states.append, journal)
        device.open()
        return device

    def again(self) -> "Bench":
        self.device.close()
        self.device = self._built()
        return self

    def start(self, one: PaymentOrder) -> Asked:
        asked = Asked()
        self.device.carry_out(one, asked.call)
        return asked

    def pay(self, one: PaymentOrder) -> PaymentResult:
        return self.start(one).result

    def look(self, one: PaymentOrder) -> PaymentResult:
        asked = Asked()
        self.device.last_result(one, asked.call)
        return asked.result

    def close(self) -> None:
        self.device.close()


def zvt(port: int, journal: Path | None, timings: Timings = HASTY, **more) -> Bench:
    settings = ZvtSettings(timings=timings, **more)
    return Bench(lambda: ZvtAdapter(TcpLink("127.0.0.1", port), SocketFraming(), settings), journal)
