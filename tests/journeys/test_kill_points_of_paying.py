"""The till is killed at every arrow between card, fiscal document and receipt, with real devices.

A real till process, its real device host, a ZVT terminal over TCP and a registrar over HTTP; both
live on while the till is dead, as they do in a shop.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from drivers.config_file import write_config
from drivers.fake.fiscal import VirtualFiscal
from drivers.fake.zvt_terminal import ZvtTerminal
from pos_app.wiring.courier import first_sync
from pos_app.wiring.memory import open_memory

SCRIPT = Path(__file__).with_name("till_that_pays.py")
ARROWS = ("tender.kept", "tender.sent", "tender.approved", "complete.durable")
FISCAL_ARROWS = (
    "tender.sent",
    "tender.approved",
    "fiscal.kept",
    "fiscal.sent",
    "fiscal.issued",
    "record.before_commit",
    "complete.durable",
)


class Counter:
    """One till and its devices."""

    def __init__(self, shop, name: str, terminal: ZvtTerminal, registrar=None) -> None:
        self.terminal, self.registrar = terminal, registrar
        port = {"driver": "zvt", "host": "127.0.0.1", "port": terminal.endpoint.port}
        devices = [{"kind": "payment", "name": "eft", "ack_ms": 5000, "pay_s": 20, **port}]
        if registrar is not None:
            devices.append({"kind": "fiscal", "name": "kkt", **registrar.config()})
        self.place = shop.till(name, devices={"device": devices})
        write_config(self.place.device_path(), self.place.devices)
        first_sync(self.place.data, self.place.server)

    @property
    def receipts(self) -> int:
        memory = open_memory(self.place.data)
        try:
            return memory.journal.next_receipt_counter() - 1
        finally:
            memory.close()

    def run(self, step: str, point: str = "none") -> tuple[dict[str, str], int]:
        run = subprocess.run(
            [sys.executable, str(SCRIPT), str(self.place.data), self.place.server, point, step],
            capture_output=True,
            encoding="utf-8",
            timeout=180,
        )
        said = dict(line.split(" ", 1) for line in run.stdout.splitlines() if " " in line)
        assert said or run.returncode == -9, run.stderr
        return said, run.returncode

    @property
    def sold(self) -> int:
        papers = self.registrar.storage.papers
        return sum(paper.kind == "sell" for paper in papers)


@pytest.fixture(scope="module")
def terminal():
    with ZvtTerminal() as one:
        yield one


@pytest.fixture(scope="module")
def counter(shop, terminal):
    return Counter(shop, "till-that-pays", terminal)


@pytest.fixture(scope="module")
def fiscal(shop):
    terminal = ZvtTerminal().start()
    registrar = VirtualFiscal().start()
    yield Counter(shop, "till-with-registrar", terminal, registrar)
    registrar.stop()
    terminal.stop()


def killed_and_recovered(counter: Counter, point: str) -> dict[str, str]:
    before = counter.terminal.net_minor
    receipts = counter.receipts
    said, status = counter.run("sell", point)
    assert status == -9, said
    after, status = counter.run("recover")
    assert status == 0
    charged = len([one for one in counter.terminal.bank if one.kind == "purchase"])
    made = int(after["receipts"]) - receipts
    assert (after["undecided"], after["tenderings"]) == ("0", "0")
    assert made in (0, 1)
    amounts = {one.amount_minor for one in counter.terminal.bank}
    assert counter.terminal.net_minor - before == made * max(amounts, default=0), point
    assert charged == len({one.trace for one in counter.terminal.bank if one.kind == "purchase"})
    return after


@pytest.mark.parametrize("point", ARROWS)
def test_killed_at_an_arrow_the_card_is_charged_exactly_as_often_as_receipts(counter, point):
    killed_and_recovered(counter, point)


def test_a_sale_that_nobody_interrupts(counter):
    before = counter.terminal.net_minor
    said, status = counter.run("sell")
    assert (status, said["tenderings"]) == (0, "0")
    assert said["paid"] != "-"
    assert counter.terminal.net_minor > before


@pytest.mark.parametrize("point", FISCAL_ARROWS)
def test_killed_at_an_arrow_there_is_one_charge_one_document_one_receipt(fiscal, point):
    sold = fiscal.sold
    receipts = fiscal.receipts
    after = killed_and_recovered(fiscal, point)
    assert fiscal.sold - sold == int(after["receipts"]) - receipts
