"""A registrar's driver at its simulator, over real HTTP; answers waited for with a deadline."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from drivers.contract import Event, StatusUpdateEvent
from drivers.contract.fiscal import FiscalJob, FiscalLine, FiscalState, FiscalTask
from drivers.fake.fiscal import VirtualFiscal
from drivers.fiscal_printer import AtolPrinter, AtolWeb, FiscalTimings

DEADLINE_S = 20
FAST = FiscalTimings(http_ms=3_000, answer_ms=4_000, look_ms=10, poll_ms=60_000)
MILK = FiscalLine("Молоко", 89_90, 2000, 179_80, 11, 0, 1, 4, discount_minor=20_00)


def a_key() -> str:
    return str(uuid.uuid4())


def a_job(task: FiscalTask = FiscalTask.SALE, **fields: object) -> FiscalJob:
    """A receipt over two litres of milk, in cash; or a bare task."""
    plain: dict[str, object] = {"operator": "Орлова", "operator_inn": "770123456789"}
    if task.has_positions:
        lines = fields.get("lines", (MILK,))
        total = sum(line.amount_minor for line in lines)  # type: ignore[attr-defined]  # lines
        money = {"cash_minor", "electronic_minor", "prepaid_minor"} & set(fields)
        plain |= {"lines": lines} | ({} if money else {"cash_minor": total})
    key = str(fields.pop("key", None) or a_key())
    return FiscalJob(key, task, **(plain | fields))  # type: ignore[arg-type]  # by name


@dataclass
class Bench:
    fiscal: VirtualFiscal
    printer: AtolPrinter
    heard: list[Event] = field(default_factory=list)
    notes: list[bytes] = field(default_factory=list)

    def ask(self, call: Callable[[Callable[[Event], None]], None]) -> Event:
        answers: SimpleQueue[Event] = SimpleQueue()
        call(answers.put)
        try:
            return answers.get(timeout=DEADLINE_S)
        except Empty:
            raise AssertionError("no answer") from None

    def register(self, job: FiscalJob) -> Event:
        return self.ask(lambda reply: self.printer.register(job, reply))

    def recover(self, key: str) -> Event:
        return self.ask(lambda reply: self.printer.recover(key, reply))

    def open_shift(self) -> Event:
        return self.register(a_job(FiscalTask.OPEN_SHIFT))

    def state(self) -> FiscalState:
        event = self.ask(self.printer.request_status)
        assert isinstance(event, StatusUpdateEvent)
        assert event.state is not None
        return FiscalState.from_json(event.state)


def a_printer(
    fiscal: VirtualFiscal, heard: list[Event], notes: list[bytes], timings: FiscalTimings = FAST
) -> AtolPrinter:
    base = f"http://127.0.0.1:{fiscal.port}/api/v2"
    web = AtolWeb(base, timings.http_ms, lambda _way, data: notes.append(data))
    return AtolPrinter("registrar", web, heard.append, timings)


@contextmanager
def a_bench(timings: FiscalTimings = FAST) -> Iterator[Bench]:
    heard: list[Event] = []
    notes: list[bytes] = []
    with VirtualFiscal() as fiscal:
        printer = a_printer(fiscal, heard, notes, timings)
        printer.open()
        try:
            yield Bench(fiscal, printer, heard, notes)
        finally:
            printer.close()
