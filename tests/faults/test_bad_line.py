"""Real tills and a real server on a line that cuts, stalls, garbles and drips, while processes
are killed and frozen; afterwards only the databases are asked.
"""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest

from pos_app.gear.clock import SystemClock
from pos_app.gear.secrets import Ed25519Signer
from sync.client.enrol import enrol
from tests.faults.bad_line import FATES, BadLine
from tests.sync.client.test_courier_processes import CourierProcess, ServerProcess, unsent, until
from tests.sync.client.till import Till

TILLS = 4
ROUNDS = 10
EVENTS_A_ROUND = 12


class PostgresServer(ServerProcess):
    """The same on a database of its own."""

    def __init__(self, folder: Path, address: str) -> None:
        super().__init__(folder)
        self.data.mkdir(parents=True, exist_ok=True)
        self.address = address

    def command(self, *arguments) -> str:
        argv = [sys.executable, "-m", "sync.server", *map(str, arguments)]
        where = ["--data", str(self.data), "--database", self.address]
        done = subprocess.run([*argv, *where], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def start(self) -> None:
        port_file = self.data / "port"
        port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sync.server", "serve", "--data", str(self.data), "--database",
             self.address, "--port", str(self.port), "--port-file", str(port_file)],
        )  # fmt: skip
        until("the server to listen", port_file.exists)
        self.port = int(port_file.read_text().rpartition(":")[2])


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, tmp_path) -> Iterator[ServerProcess]:
    if request.param == "sqlite":
        server = ServerProcess(tmp_path)
    else:
        server = PostgresServer(tmp_path, request.getfixturevalue("postgres").database())
    server.command("store", "add", "s1", "--name", "Store 1")
    server.start()
    yield server
    with suppress(ProcessLookupError):
        server.kill()


def new_till(server: ServerProcess, folder: Path) -> Till:
    folder.mkdir()
    code = server.command("enrolment-code", "--store", "s1")

    async def enrolled() -> Till:
        till = Till(folder, None, SystemClock(), server.url)
        sign = Ed25519Signer(till.key.private).sign
        await enrol(till.connection, till, code=code, name=folder.name, key=till.key, sign=sign)
        await till.client.aclose()
        return till

    return asyncio.run(enrolled())


def nemesis(random: Random, server, couriers, tills, line) -> str:
    """One deed: which, for the message of a failure."""
    number = random.randrange(TILLS)
    deed = random.choice(("kill_server", "kill_courier", "freeze_server", "freeze_courier", "none"))
    if deed == "kill_server":
        server.kill()
        server.start()
    elif deed == "kill_courier":
        couriers[number].kill()
        couriers[number] = CourierProcess(tills[number].folder, line.url)
    elif deed.startswith("freeze"):
        victim = server.process if deed == "freeze_server" else couriers[number].process
        os.kill(victim.pid, signal.SIGSTOP)
        tills[(number + 1) % TILLS].tell(2)
        os.kill(victim.pid, signal.SIGCONT)
    return deed


def acknowledged_on_disks(tills) -> dict[str, int]:
    return {t.outbox.identity().terminal_id: t.outbox.position().acked for t in tills}


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_doubled_on_a_bad_line(
    house, tmp_path, untraced
) -> None:
    """Cases 10, 13, 15 with real processes: I1, I6, I9, I11 from the databases only."""
    random = Random(20)
    tills = [new_till(house, tmp_path / f"till{n}") for n in range(TILLS)]
    line = BadLine(house.port, seed=7)
    couriers = [CourierProcess(till.folder, line.url) for till in tills]
    deeds = []
    try:
        for _ in range(ROUNDS):
            for till, courier in zip(tills, couriers, strict=True):
                till.tell(EVENTS_A_ROUND)
                courier.process.stdin.write(b'{"do":"nudge"}\n')
                courier.process.stdin.flush()
            deeds.append(nemesis(random, house, couriers, tills, line))
            time.sleep(0.3)  # chaos needs time to act; nothing is asserted about it
        acked = acknowledged_on_disks(tills)
        line.heal()
        until("every till to be acknowledged", lambda: not any(map(unsent, tills)))
    finally:
        for courier in couriers:
            courier.end()
        line.close()
    assert len(line.fates) >= len(FATES) - 2, line.fates
    house.kill()
    assert house.command("doctor", "--deep") == "the books are right", deeds
    heads = house.command("safe-heads")
    for till in tills:
        position = till.outbox.position()
        name = till.outbox.identity().terminal_id
        assert position.acked == position.head >= acked[name]
        assert f'"{name}":[{position.incarnation},{position.head}]' in heads, "I1: nothing is lost"
        with closing(sqlite3.connect(till.folder / "till.db")) as db:
            assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)
        till.file.close()
