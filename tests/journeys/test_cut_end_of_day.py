"""kill -9 at each step of the end of the day: one Z, one fiscal document, one event, one sum.

Real server, courier, device host, registrar over HTTP and a terminal that closes its day by wire.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.fake.fiscal import VirtualFiscal
from drivers.fake.zvt_terminal import ZvtTerminal
from pos_app.storage.outbox import Outbox
from pos_app.wiring.console_till import build_console_till
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import head_office
from pos_app.wiring.memory import open_memory
from pos_app.wiring.till import Place

SCRIPT = Path(__file__).with_name("till_that_closes.py")
PATIENCE_S = 60
FAST = {"look_ms": 20, "poll_ms": 300}
POINTS = ("day.counted", "day.closed", "day.terminal_sent", "day.terminal_answered", "day.settled")
"""The other arrows are in tests/workstation/test_till_day_end.py, without processes."""


@pytest.fixture
def rig():
    terminal = ZvtTerminal().start()
    with VirtualFiscal() as fiscal:
        yield fiscal, terminal
    terminal.stop()


@pytest.mark.parametrize("point", POINTS)
def test_a_cut_at_any_step_of_the_end_of_the_day_doubles_nothing(shop, rig, point):
    fiscal, terminal = rig
    plain = shop.till(f"till-{point.replace('.', '-')}")
    first_sync(plain.data, plain.server)
    zvt = {"driver": "zvt", "host": "127.0.0.1", "port": terminal.endpoint.port, "busy_ms": 2000}
    tables = {"device": [
        {"name": "kkt", "kind": "fiscal", **fiscal.config(), **FAST},
        {"name": "eft", "kind": "payment", **zvt},
    ]}  # fmt: skip
    run = subprocess.run(
        [sys.executable, str(SCRIPT), str(plain.data), plain.server, json.dumps(tables), point],
        capture_output=True, encoding="utf-8", timeout=180,
    )  # fmt: skip
    assert run.returncode == -9, (run.stdout, run.stderr)
    finish(Place(plain.data, plain.server, tables))
    assert [paper.kind for paper in fiscal.storage.papers].count("closeShift") == 1
    assert terminal.commands.count("0650") == 1
    events = kinds(plain.data)
    assert (events.count("day_closed"), events.count("session_closed")) == (1, 1)
    assert head_office(shop.data, "doctor") == ["the books are right"]


def finish(place: Place) -> None:
    """The morning: whoever signs on takes up what the cut has left."""
    driver = build_console_till(place)
    till = driver.till.terminal

    def until(ready) -> None:
        told = till.view().day
        assert driver.wait_for(ready, PATIENCE_S), told

    try:
        assert till.sign_on("anna", "1111").ok
        assert till.view().day is not None, "it is on the screen again"
        until(lambda: till.station.registrar.trouble() is None)
        until(lambda: all(one.state == "ok" for one in till.view().devices))
        until(lambda: till.view().link.online)
        if not till.view().day.closed:
            assert till.count_drawer(till.station.session.cash_minor).ok
            assert till.day_choice("count", "close").ok
        until(lambda: till.view().day.closed and over(till))
    finally:
        till.close()


def over(till) -> bool:
    """Nothing works any more; a terminal nobody is sure of was looked at by a person."""
    for step in till.view().day.steps:
        if step.choices == ("again", "closed"):
            till.day_choice(step.name, "closed")
    return all(step.state.value in ("done", "cannot") for step in till.view().day.steps)


def kinds(data: Path) -> list[str]:
    memory = open_memory(data)
    found = [event.kind for event in Outbox(memory.file).batch(0, 500, 1 << 20)]
    memory.close()
    return found
