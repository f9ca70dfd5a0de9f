"""The thread of one device: back-off, refusals, and a defect that must not end it."""

import logging

import pytest
from device_bench import Ear, until

from drivers.contract import PowerState
from drivers.transport import BACKOFF_MS, LinkDownError, LinkWorker, Task, Trace, TracedLink
from drivers.transport.trace import Direction


class Wire:
    """A link that opens when `plugged`; the way to a device is not what is tested here."""

    def __init__(self) -> None:
        self.plugged = True
        self.opened = 0

    def open(self) -> None:
        self.opened += 1
        if not self.plugged:
            raise LinkDownError("no such port")

    def read(self, timeout_ms: int) -> bytes:
        if not self.plugged:
            raise LinkDownError("gone")
        return b""

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class User:
    def __init__(self) -> None:
        self.powers: list[PowerState] = []

    def idle(self, link) -> None:
        link.read(1)

    def power_changed(self, power, reason) -> None:
        self.powers.append(power)


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def worker(wire):
    worker = LinkWorker("w", wire, User(), wait_ms=1)
    yield worker
    worker.stop()


def test_a_missing_device_is_tried_again_with_back_off_and_a_task_is_refused(wire, worker) -> None:
    wire.plugged = False
    worker.start()
    reasons: list[str] = []
    until(lambda: wire.opened >= 1)
    worker.post(Task(lambda _link: reasons.append("ran"), reasons.append))
    until(lambda: reasons)
    assert reasons == ["the device does not answer"]
    wire.plugged = True
    until(lambda: PowerState.ONLINE in worker._user.powers)
    assert BACKOFF_MS == (250, 500, 1000, 2000)


def test_a_defect_in_one_task_is_logged_and_the_next_task_runs(worker, caplog) -> None:
    worker.start()
    ran = Ear()

    def defect(_link) -> None:
        raise RuntimeError("a defect")

    with caplog.at_level(logging.ERROR):
        worker.post(Task(defect, ran))
        worker.post(Task(lambda _link: ran("next"), ran))
        ran.wait(lambda _event: True)
    assert "a defect" in caplog.text
    assert ran.heard == ["next"]


def test_what_waits_when_the_device_is_closed_is_refused(worker) -> None:
    reasons: list[str] = []
    worker.post(Task(lambda _link: None, reasons.append))
    worker.stop()
    assert reasons == ["the device was closed"]
    worker.post(Task(lambda _link: None, reasons.append))
    assert reasons[1:] == ["the device is closed"]


def test_a_trace_keeps_the_last_bytes_only(wire) -> None:
    trace = Trace(entries_max=2)
    link = TracedLink(wire, trace.add)
    for data in (b"a", b"b", b"c"):
        link.write(data)
    assert link.read(1) == b""
    assert [(e.direction, e.data) for e in trace.entries()] == [
        (Direction.SENT, b"b"),
        (Direction.SENT, b"c"),
    ]
