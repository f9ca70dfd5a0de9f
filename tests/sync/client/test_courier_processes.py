"""Real processes on loopback: a server, a courier beside a till, and kill -9 for both."""

import asyncio
import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pos_app.gear.clock import SystemClock
from pos_app.gear.secrets import Ed25519Signer
from sync.client.enrol import enrol
from tests.sync.client.till import Till

HOUSE = Path(__file__).parents[3]
CHILD = Path(__file__).with_name("courier_in_a_child.py")
DEADLINE_S = 60


def python(*arguments) -> list[str]:
    return [sys.executable, *map(str, arguments)]


def until(what, condition):
    """Poll for something a process does; nothing is measured."""
    end = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end, f"waited for: {what}"
        time.sleep(0.02)


class ServerProcess:
    """`python -m sync.server serve` on a free port that it keeps."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "server"
        self.port = 0
        self.process = None

    def command(self, *arguments) -> str:
        done = subprocess.run(
            python("-m", "sync.server", *arguments, "--data", self.data),
            cwd=HOUSE,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stderr}{done.stdout}"
        return done.stdout.strip()

    def start(self) -> None:
        port_file = self.data / "port"
        port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            python(
                *("-m", "sync.server", "serve", "--data", self.data),
                *("--port", self.port, "--port-file", port_file),
                *self.arguments(),
            ),
            cwd=HOUSE,
        )
        until("the server to listen", port_file.exists)
        self.port = int(port_file.read_text().rpartition(":")[2])

    def arguments(self) -> tuple:
        """What another server is told beside it."""
        return ()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class CourierProcess:
    """The child, and what it says."""

    def __init__(self, folder: Path, url: str) -> None:
        self.process = subprocess.Popen(
            python(CHILD, folder, url),
            cwd=HOUSE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(HOUSE)},
        )
        self.lines: queue.Queue[dict] = queue.Queue()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        self._number = 0

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def ask(self, do: str, **fields) -> dict:
        """Ask and wait for the answer; events on the way are read past."""
        self._number += 1
        request = {"id": self._number, "do": do, **fields}
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        return self.hear(lambda line: line.get("id") == self._number)

    def hear(self, wanted) -> dict:
        while True:
            line = self.lines.get(timeout=DEADLINE_S)
            if wanted(line):
                return line

    def end(self) -> int:
        """The front end goes away."""
        self.process.stdin.close()
        code = self.process.wait(DEADLINE_S)
        self._finish()
        return code

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self._finish()

    def _finish(self) -> None:
        self._reading.join()
        self.process.stdout.close()


@pytest.fixture
def server(tmp_path):
    server = ServerProcess(tmp_path)
    server.command("store", "add", "s1", "--name", "Store 1")
    server.command("settings", "set", "taxes", '{"standard": 220000}')
    server.start()
    yield server
    server.kill()


def enrolled_till(folder: Path, server: ServerProcess) -> Till:
    """The front end's side of a till of store s1, enrolled at a server that runs."""
    folder.mkdir()
    code = server.command("enrolment-code", "--store", "s1")

    async def enrolled():
        till = Till(folder, None, SystemClock(), server.url)
        sign = Ed25519Signer(till.key.private).sign
        await enrol(till.connection, till, code=code, name="Till", key=till.key, sign=sign)
        await till.client.aclose()
        return till

    return asyncio.run(enrolled())


@pytest.fixture
def till(tmp_path, server):
    """One of them, closed at the end."""
    till = enrolled_till(tmp_path / "till", server)
    yield till
    till.file.close()


def server_has(server) -> list[int]:
    """Sequence numbers in the server's table, read beside it."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(server.data / "server.db")) as db:
        return [seq for (seq,) in db.execute("SELECT seq FROM event ORDER BY seq")]


def unsent(till) -> int:
    position = till.outbox.position()
    return position.head - position.acked


@pytest.mark.slow
def test_a_courier_process_syncs_beside_a_selling_till_and_ends_with_it(server, till):
    courier = CourierProcess(till.folder, server.url)
    try:
        assert courier.hear(lambda line: line.get("event") == "status")
        courier.hear(lambda line: line.get("online") and line.get("mirror_as_of"))
        for _ in range(50):
            till.tell()
        answer = courier.ask("sync", wait=True)
        assert answer["unsent"] == 0
        assert courier.ask("dance")["error"] == "bad_request"
        reader = till.reader()
        assert reader.setting("taxes") == {"standard": 220_000}
        reader.close()
        assert server_has(server) == list(range(1, 51))
    finally:
        assert courier.end() == 0


@pytest.mark.slow
def test_killing_server_and_courier_in_the_middle_loses_and_doubles_nothing(server, till):
    """Cases 5 and 15: real processes."""
    courier = CourierProcess(till.folder, server.url)
    told = 0
    for round_ in range(4):
        for _ in range(150):
            till.tell()
            told += 1
        courier.process.stdin.write(b'{"do":"nudge"}\n')
        courier.process.stdin.flush()
        if round_ % 2:
            server.kill()
            server.start()
        else:
            courier.kill()
            courier = CourierProcess(till.folder, server.url)
    until("everything to be acknowledged", lambda: unsent(till) == 0)
    assert courier.end() == 0
    assert server_has(server) == list(range(1, told + 1))
