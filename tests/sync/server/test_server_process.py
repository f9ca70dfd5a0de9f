"""The command line and a real process on loopback: what an owner and a real till meet."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from sync.server.command_line.cli import main
from sync.server.server import open_server
from tests.sync.server.till import Till

DATA = Path(__file__).parents[2] / "data/server"
DEADLINE_S = 60


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main([str(a) for a in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


class Process:
    """A server of its own, killed without mercy or stopped politely."""

    def __init__(self, *where) -> None:
        self.where = where
        self.port_file = Path(where[-1] if Path(where[-1]).is_dir() else ".") / "port"

    def start(self, port_file: Path) -> str:
        port_file.unlink(missing_ok=True)
        self.child = subprocess.Popen(
            [sys.executable, "-m", "sync.server", "serve", *map(str, self.where),
             "--port", "0", "--port-file", str(port_file)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        until = time.monotonic() + DEADLINE_S
        while not port_file.exists():
            assert self.child.poll() is None, self.child.stdout.read().decode()
            assert time.monotonic() < until, "the server does not listen"
            time.sleep(0.02)
        return f"http://{port_file.read_text().strip()}"

    def kill(self) -> None:
        self.child.kill()
        self.child.communicate()

    def stop(self) -> str:
        self.child.send_signal(signal.SIGTERM)
        said, _ = self.child.communicate(timeout=DEADLINE_S)
        assert self.child.returncode == 0, said
        return said.decode()


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path):
    if request.param == "sqlite":
        return ["--data", tmp_path / "data"]
    return ["--database", request.getfixturevalue("postgres").database()]


def test_a_till_sells_through_a_kill_of_the_server(where, tmp_path, capsys) -> None:
    assert run(capsys, "store", "add", "shop", "--name", "Shop", *where)[0] == 0
    code = run(capsys, "enrolment-code", "--store", "shop", *where)[1].strip()
    process = Process(*where)
    address = process.start(tmp_path / "port")

    async def first() -> Till:
        async with httpx.AsyncClient(base_url=address) as client:
            till = Till(client, 1)
            await till.enrol(code)
            anna = till.enrol_member(card="2990000000019")
            for _ in range(20):
                till.sell(member=anna, earn=5)
            assert (await till.push()).head == 21
            return till

    till = asyncio.run(first())
    process.kill()
    address = process.start(tmp_path / "port")

    async def second() -> None:
        async with httpx.AsyncClient(base_url=address) as client:
            till.client = client
            assert (await till.push()).head == 21
            until = time.monotonic() + DEADLINE_S
            while (await till.settlement()).posted_seq < 21:
                assert time.monotonic() < until, "the inbox is not posted"
                await asyncio.sleep(0.02)
            totals = json.loads(bytes((await till.settlement()).totals))
            assert (totals["receipts"], totals["earned"]) == (20, 100)

    asyncio.run(second())
    assert process.stop() == ""
    code, said, _ = run(capsys, "doctor", *where)
    assert (code, said) == (0, "the books are right\n")


def test_an_owner_fills_a_server_from_files(tmp_path, capsys) -> None:
    where = ["--data", tmp_path / "data"]
    assert run(capsys, "store", "add", "shop", "--name", "Shop", *where)[0] == 0
    done = run(capsys, "import-catalog", DATA / "catalog_demo_300.csv", *where)
    assert done[:2] == (0, "300 items, 300 new or changed\n")
    done = run(capsys, "import-members", DATA / "members_200.csv", "--store", "shop", *where)
    assert done[:2] == (0, "200 members, 200 new or changed\n")
    assert run(capsys, "place-allowances", "--store", "shop", *where)[1] == "200 members\n"
    assert run(capsys, "settings", "set", "greeting", '"hello"', *where)[0] == 0
    operator = ("set-operator", "op", "--name", "Anna", "--role", "cashier", "--pin", "1234")
    assert run(capsys, *operator, *where)[0] == 0
    assert run(capsys, "doctor", *where)[1] == "the books are right\n"


def test_an_owner_is_told_what_is_wrong(tmp_path, capsys) -> None:
    where = ["--data", tmp_path / "data"]
    bad = tmp_path / "bad.csv"
    bad.write_text("ean,name\n", encoding="utf-8")
    code, _, said = run(capsys, "import-catalog", bad, *where)
    assert code == 1
    assert "line 1: columns are missing" in said
    assert "nothing was imported" in said
    assert run(capsys, "enrolment-code", "--store", "moon", *where)[0] == 1
    assert run(capsys, "settings", "set", "a", "{", *where)[0] == 1
    role = ("set-operator", "op", "--name", "A", "--role", "emperor", "--pin", "1")
    assert "cashier" in run(capsys, *role, *where)[2]
    bad.write_text("{}", encoding="utf-8")
    code, _, said = run(capsys, "publish-program", bad, *where)
    assert code == 1
    assert "program: is missing" in said
    assert run(capsys, "backup", bad, "--database", f"{tmp_path}/x.db")[0] == 1


def test_a_program_file_is_published(tmp_path, capsys) -> None:
    from tests.sync.server.test_server_imports import program

    file = tmp_path / "program.json"
    file.write_bytes(program())
    code, said, _ = run(capsys, "publish-program", file, "--data", tmp_path / "data")
    assert code == 0
    assert said.startswith("club 1 ")


def test_a_command_wants_to_know_where(capsys, monkeypatch) -> None:
    monkeypatch.delenv("KOPILKA_DATABASE", raising=False)
    assert run(capsys, "doctor")[0] == 2


def test_a_doctor_who_finds_something_says_so(tmp_path, capsys) -> None:
    import sqlite3

    where = ["--data", tmp_path / "data"]
    run(capsys, "import-catalog", DATA / "catalog_demo_300.csv", *where)
    with sqlite3.connect(tmp_path / "data/server.db") as db:
        db.execute("UPDATE feed_head SET total = total + 1")
    db.close()
    code, _, said = run(capsys, "doctor", *where)
    assert (code, said) == (1, "scope catalog: the digest is not that of its rows\n")
    assert "epoch" not in said
    assert len(run(capsys, "new-epoch", *where)[1].strip()) == 16


def test_a_newer_database_is_refused_with_a_word(tmp_path, capsys) -> None:
    import sqlite3

    where = ["--data", tmp_path / "data"]
    run(capsys, "doctor", *where)
    with sqlite3.connect(tmp_path / "data/server.db") as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    code, _, said = run(capsys, "doctor", *where)
    assert code == 1
    assert "update the server" in said


def test_what_a_backup_holds_is_safe_to_forget(tmp_path, capsys) -> None:
    async def sold() -> Till:
        from sync.server.access import enrolment
        from sync.server.settings import reference
        from sync.server.surface.app import build_app

        server = await open_server(data=tmp_path / "data")
        transport = httpx.ASGITransport(app=build_app(server))
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            till = Till(client, 1)
            if not (tmp_path / "copy").exists():
                services = server.services
                await server.database.write(
                    lambda c: reference.add_store(c, services, "shop", "Shop")
                )
                code = await server.database.write(
                    lambda c: enrolment.new_code(c, services, "shop", "")
                )
                await till.enrol(code)
                till.sell()
                assert (await till.push()).safe_head == 0
            await server.close()
            return till

    till = asyncio.run(sold())
    assert run(capsys, "backup", tmp_path / "copy", "--data", tmp_path / "data")[0] == 0

    async def heard() -> None:
        from sync.server.surface.app import build_app

        server = await open_server(data=tmp_path / "data")
        transport = httpx.ASGITransport(app=build_app(server))
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            till.client = client
            till.sell()
            reply = await till.push(2)
            assert (reply.head, reply.safe_head) == (2, 1)
            assert (await till.pull()).safe_head == 1
            await server.close()

    asyncio.run(heard())
    assert os.path.exists(tmp_path / "copy")
