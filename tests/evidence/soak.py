"""Eight hours at one counter in virtual time: the real window and till, and what memory does.

    python -m tests.evidence.soak [--hours 8] [--an-hour 300] [--seed 1]

The window is offscreen, the files are real SQLite, devices and courier answer at once; only the
clock is ours. Two figures are sampled after the warm-up: what malloc has given out (Qt, SQLite,
large Python objects; a leak is in it, a hole is not) and resident memory (holes too). The slope of
each is told in KiB for 1000 receipts; the exit code is 1 where one is above its limit.
"""

import argparse
import ctypes
import gc
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest

from pos_app.storage.outbox import Outbox
from pos_app.ui.app import application
from pos_app.ui.desk import Desk, Settings
from pos_app.ui.main_window import MainWindow
from pos_app.ui.menu_flows import perform
from tests.workstation.tills import BREAD, CARDS, CHEESE, MARIA, MILK, SWEETS, Bench

WARM_UP = 0.5
EVERY = 25
MOST_KIB = 3072
MOST_GIVEN_KIB = 1024
"""For 1000 receipts, when the page cache of `till.db` is full: 1 MiB, some 330 receipts."""
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
GOODS = (MILK, BREAD, CHEESE, SWEETS)
K = Qt.Key


def resident_kib() -> int:
    """What this process holds, of all that it has asked for."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE // 1024


class Mallinfo2(ctypes.Structure):
    """What glibc tells of malloc."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def given_kib() -> int:
    """What malloc has given out and not got back; 0 without glibc, whose word it is."""
    ask = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if ask is None:
        return 0
    ask.restype = Mallinfo2
    said = ask()
    return int(said.uordblks + said.hblkhd) // 1024


def slope(samples: list[tuple[int, int]]) -> float:
    """KiB for 1000 receipts, by least squares; 0 of fewer than two samples."""
    count = len(samples)
    if count < 2:
        return 0.0
    mean_x = sum(x for x, _ in samples) / count
    mean_y = sum(y for _, y in samples) / count
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    return 1000 * sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread


class Counter:
    """One cashier, one window, customers without end."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.bench = Bench(folder)
        self.app = application()
        desk = Desk(self.bench.till, Settings("ru", "light", 100))
        self.window = MainWindow(desk, px_per_mm=3.8)
        self.window.resize(1366, 768)
        self.window.start()
        self.window.show()
        self.done = 0

    @property
    def till(self):
        return self.bench.till

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(self.window.entry, key)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.window.entry, text)
        self.press(K.Key_Return)

    def open(self) -> None:
        assert self.till.sign_on(*MARIA).ok
        assert self.till.open_session(1000_00).ok
        self.settle()

    def settle(self) -> None:
        """Printers, the courier and Qt have done what they had to."""
        for job in tuple(self.bench.devices.jobs):
            self.till.printed(job.job_id, "printed")
        self.bench.devices.jobs.clear()
        self.bench.devices.rows.clear()
        self.bench.courier.asked.clear()
        self.bench.heard.clear()
        outbox = Outbox(self.bench.memory.file)
        head = outbox.position().head
        outbox.ack(head, head)
        self.window.tick()
        for _ in range(2):
            self.app.processEvents()
        QCoreApplication.sendPostedEvents(None, 52)  # deferred deletes, as the event loop does

    def customer(self, pause_s: int) -> None:
        """Goods by scanner and by hand, perhaps a card, points, a word of the menu; then money."""
        chance = self.chance
        for _ in range(chance.choice((1, 2, 3, 5, 8, 13))):
            if chance.random() < 0.2:
                self.type(chance.choice(GOODS))
            else:
                self.till.scanned(chance.choice(GOODS).encode(), None)
        if chance.random() < 0.5:
            self.till.scanned(CARDS[chance.choice(("anna", "tanya", "dina"))].encode(), None)
        if chance.random() < 0.1:
            self.press(K.Key_F11)
            self.press(K.Key_Escape)
        if chance.random() < 0.05:
            self.press(K.Key_Delete)
        self.bench.clock.move(seconds=pause_s)
        self._end(chance.random())
        self.settle()

    def _end(self, dice: float) -> None:
        if dice < 0.03:
            self.press(K.Key_F5, K.Key_F5, K.Key_Return)
        view = self.till.view()
        if view.transaction is None or not view.transaction.lines:
            return
        if dice > 0.97:
            assert self.till.void_transaction("mistake").ok
            return
        kind = "card" if dice > 0.4 else "cash"
        assert self.till.pay(kind).ok
        self.done += 1
        if 0.50 < dice < 0.53:
            number = self.till.view().last_sale.receipt_number
            assert self.till.return_sale(number, reason="defect").ok
            assert self.till.complete().ok

    def hourly(self) -> None:
        """What a shift has between customers."""
        assert self.till.x_report().ok
        perform(self.window.desk, "back")
        cash = self.till.station.session.cash_minor
        assert self.till.cash_movement("pickup", cash // 2 or 1, "to_safe").ok
        for language in ("en", "ru"):
            self.window.desk.change_look(language=language)
        self.settle()

    def close(self) -> None:
        cash = self.till.station.session.cash_minor
        assert self.till.end_of_day(cash).ok
        self.settle()
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, 52)
        self.bench.close()


def soak(hours: int, an_hour: int, seed: int) -> dict[str, object]:
    """What was done, and what memory did."""
    began = time.perf_counter()
    samples: list[tuple[int, int, int]] = []
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        counter = Counter(Path(name), seed)
        counter.open()
        first = resident_kib()
        for _hour in range(hours):
            for customer in range(an_hour):
                counter.customer(3600 // an_hour)
                if customer % EVERY == 0:
                    gc.collect()
                    samples.append((counter.done, resident_kib(), given_kib()))
            counter.hourly()
        counter.close()
        receipts = counter.done
    warm = samples[int(WARM_UP * len(samples)) :]
    return {
        "hours": hours,
        "receipts": receipts,
        "seed": seed,
        "seconds": round(time.perf_counter() - began),
        "first_kib": first,
        "warm_kib": warm[0][1] if warm else first,
        "last_kib": samples[-1][1],
        "samples": len(warm),
        "kib_per_1000_receipts": round(slope([(done, kib) for done, kib, _ in warm]), 1),
        "given_kib_per_1000_receipts": round(slope([(done, kib) for done, _, kib in warm]), 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.evidence.soak")
    parser.add_argument("--hours", type=int, default=8)
    parser.add_argument("--an-hour", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    found = soak(told.hours, told.an_hour, told.seed)
    print(
        f"{found['hours']} hours in virtual time, {found['receipts']} receipts through the window: "
        f"{found['first_kib']} KiB at first, {found['warm_kib']} after the warm-up, "
        f"{found['last_kib']} at the end; slope {found['kib_per_1000_receipts']} KiB for 1000 "
        f"receipts, of what malloc has given out {found['given_kib_per_1000_receipts']}, "
        f"over {found['samples']} samples"
    )
    print(json.dumps(found))
    resident = float(str(found["kib_per_1000_receipts"]))
    given = float(str(found["given_kib_per_1000_receipts"]))
    return int(resident > MOST_KIB or given > MOST_GIVEN_KIB)


if __name__ == "__main__":
    sys.exit(main())
