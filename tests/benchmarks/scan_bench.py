"""Last byte of a scan to its event, and the wedge's decision, beside the bare pty in the same run.

Never asserts: a figure of another machine is another figure.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from drivers.contract import DataEvent, Event, StatusUpdateEvent
from drivers.contract.wedge import WedgeDecoder
from drivers.fake.endpoints import PtyEndpoint
from drivers.fake.typist import presses, strokes
from drivers.scanner import SerialScanner
from drivers.transport import SerialLink, SerialSettings
from tests.benchmarks.rows import Row

LABEL = b"]E04006381333931\r"
SCANS = 200
PATIENCE_S = 30
PAUSE_S = 0.003
BASELINE = "a thread that reads the bare pty"


def measure(scans: int = SCANS) -> list[Row]:
    """Microseconds, medians; ways are taken in turn so that a busy machine is busy for all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _bare() as bare, _driver(folder) as driver, _host(folder) as host:
            taken: dict[str, list[float]] = {"bare": [], "driver": [], "host": [], "wedge": []}
            for _ in range(scans):
                for way, shoot in (("bare", bare), ("driver", driver), ("host", host)):
                    taken[way].append(shoot())
                    time.sleep(PAUSE_S)  # a scanner pauses too; the reader waits again by then
                taken["wedge"].append(_wedge())
    raw = median(taken["bare"])
    told = {
        "driver": "scan: last byte to DataEvent (serial driver)",
        "host": "scan: last byte to the event line at the till (device host)",
        "wedge": "scan: last key to the wedge's decision (13 digits)",
    }
    return [
        Row(what, median(taken[way]), raw, "us", BASELINE, None, more_is_better=False)
        for way, what in told.items()
    ]


Shoot = Callable[[], float]


class _Arrivals:
    """When something arrived, told from another thread."""

    def __init__(self) -> None:
        self._came = threading.Event()
        self._at_ns = 0

    def note(self) -> None:
        self._at_ns = time.perf_counter_ns()
        self._came.set()

    def after(self, send: Callable[[], object]) -> float:
        """Microseconds from the end of `send` being called to the arrival."""
        self._came.clear()
        began_ns = time.perf_counter_ns()
        send()
        if not self._came.wait(PATIENCE_S):
            raise TimeoutError("a scan did not arrive")
        return (self._at_ns - began_ns) / 1000


@contextmanager
def _bare() -> Iterator[Shoot]:
    main, other = os.openpty()
    tty.setraw(other)
    arrivals, buffer = _Arrivals(), bytearray()

    def read() -> None:
        while True:
            select.select([other], [], [])
            buffer.extend(os.read(other, 4096))
            if b"END" in buffer:
                return
            if buffer.endswith(b"\r"):
                buffer.clear()
                arrivals.note()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    yield lambda: arrivals.after(lambda: os.write(main, LABEL))
    os.write(main, b"END")
    reader.join(PATIENCE_S)
    os.close(main)
    os.close(other)


@contextmanager
def _driver(folder: Path) -> Iterator[Shoot]:
    end = PtyEndpoint(folder / "driver")
    arrivals, online = _Arrivals(), threading.Event()

    def heard(event: Event) -> None:
        if isinstance(event, DataEvent):
            arrivals.note()
        elif isinstance(event, StatusUpdateEvent):
            online.set()

    scanner = SerialScanner("bench", SerialLink(SerialSettings(str(end.path))), heard)
    scanner.open()
    online.wait(PATIENCE_S)
    yield lambda: arrivals.after(lambda: end.send(LABEL))
    scanner.close()
    end.unplug()


@contextmanager
def _host(folder: Path) -> Iterator[Shoot]:
    end = PtyEndpoint(folder / "host")
    table = {"kind": "scanner", "name": "bench", **end.config()}
    config = folder / "devices.json"
    config.write_text(json.dumps({"device": [table]}), encoding="utf-8")
    host = subprocess.Popen(
        [sys.executable, "-m", "drivers.host", "--config", str(config)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert host.stdin is not None
    assert host.stdout is not None
    arrivals, ready = _Arrivals(), threading.Event()

    def read() -> None:
        for line in host.stdout or ():
            if '"event":"data"' in line:
                arrivals.note()
            elif '"event":"done"' in line or '"event":"status"' in line:
                ready.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    ready.wait(PATIENCE_S)

    def shoot() -> float:
        assert host.stdin is not None
        ready.clear()
        host.stdin.write('{"id":1,"do":"enable_data"}\n')
        host.stdin.flush()
        ready.wait(PATIENCE_S)
        return arrivals.after(lambda: end.send(LABEL))

    yield shoot
    host.stdin.close()
    host.wait(PATIENCE_S)
    reader.join(PATIENCE_S)
    host.stdout.close()
    end.unplug()


def _wedge() -> float:
    *keys, last = presses(strokes(b"4006381333931"))
    decoder = WedgeDecoder()
    for key in keys:
        decoder.press(key)
    began_ns = time.perf_counter_ns()
    decision = decoder.press(last)
    took_us = (time.perf_counter_ns() - began_ns) / 1000
    if decision.scan is None:
        raise AssertionError("no scan")
    return took_us
