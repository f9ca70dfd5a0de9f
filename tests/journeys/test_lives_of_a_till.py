"""The life of a till with the product's own processes and commands: restored, damaged, and a server
put back from its backup."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from pos_app.domain.events import UnknownCodeSeen
from pos_app.wiring.memory import open_memory
from pos_app.workstation.ports import Facts
from tests.sync.client.test_courier_processes import HOUSE, ServerProcess
from tests.sync.client.till import AT

KEY = "00" * 32


def kopilka(*arguments, ok=(0,)):
    """One command of the product; its words."""
    done = subprocess.run(
        [sys.executable, "-m", "pos_app", *map(str, arguments)],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        env={**os.environ, "KOPILKA_DATABASE_KEY": KEY},
        check=False,
    )
    assert done.returncode in ok, done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def server(tmp_path):
    server = ServerProcess(tmp_path)
    server.command("store", "add", "s1", "--name", "Store 1")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def folder(tmp_path, server, monkeypatch):
    monkeypatch.setenv("KOPILKA_DATABASE_KEY", KEY)
    folder = tmp_path / "till"
    code = server.command("enrolment-code", "--store", "s1")
    kopilka("enrol", "--data", folder, "--server", server.url, "--code", code)
    return folder


def tell(folder, count):
    memory = open_memory(folder)
    for _ in range(count):
        event = UnknownCodeSeen("4600000000001", "op-1", AT)
        memory.journal.record(Facts(events=((_id(), event),)))
    memory.file.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    memory.close()


def _id():
    from pos_app.gear.ids import Uuid7Source

    return Uuid7Source().new_id()


def synced(folder, server):
    from pos_app.wiring.courier import first_sync

    return first_sync(folder, server.url)


def known(server) -> dict[str, str]:
    """Event id -> outcome at the server, each once posted."""
    with closing(sqlite3.connect(server.data / "server.db")) as db:
        rows = db.execute("SELECT id, outcome FROM event").fetchall()
    return {event_id: outcome for event_id, outcome in rows if outcome != "exists"}


def terminal(server):
    with closing(sqlite3.connect(server.data / "server.db")) as db:
        return db.execute("SELECT incarnation, head, machine FROM terminal").fetchall()[0]


@pytest.mark.slow
def test_a_restored_image_goes_on_under_a_new_life_and_a_person_may_take_the_place(folder, server):
    """Case 26: with real files, real processes and the commands a person is told."""
    tell(folder, 5)
    assert synced(folder, server)["unsent"] == 0
    shutil.copy(folder / "till.db", folder.parent / "image.db")
    tell(folder, 3)
    assert synced(folder, server)["unsent"] == 0
    shutil.copy(folder.parent / "image.db", folder / "till.db")
    tell(folder, 2)
    assert synced(folder, server)["unsent"] == 0
    assert terminal(server)[0] == 2
    assert len(known(server)) == 10
    said = kopilka(
        *("till", "take-over", "--data", folder, "--by", "Anna", "--reason", "the other one broke")
    )
    assert "incarnation 3" in said
    assert synced(folder, server)["unsent"] == 0
    assert terminal(server)[0] == 3
    assert len(known(server)) == 11, "the deed itself is in the audit chain"
    assert "every till was heard" in server.command("waiting")
    assert "2  2026-11-22  spoken" in server.command("protocols")


@pytest.mark.slow
def test_a_damaged_till_is_refused_saved_and_goes_on(folder, server):
    """Case 24: refused, copied, salvaged, sent again; what the server had is not lost."""
    tell(folder, 400)
    assert synced(folder, server)["unsent"] == 0
    path = folder / "till.db"
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 2, len(data) // 2 + 9000, 500):
        data[at] ^= 0xFF
    path.write_bytes(data)
    said = kopilka("till", "--console", "--data", folder, "--server", server.url, ok=(2,))
    assert "is damaged" in said
    assert "kopilka till salvage --data" in said
    assert path.read_bytes() == bytes(data)
    said = kopilka("till", "salvage", "--data", folder, ok=(0, 1))
    assert "the damaged file is kept in damaged-1" in said
    assert "nothing is lost" in said
    tell(folder, 2)
    assert synced(folder, server)["unsent"] == 0
    assert len(known(server)) == 402


@pytest.mark.slow
def test_a_server_put_back_from_its_backup_gets_everything_again(folder, server, tmp_path):
    """Case 19: backup, more receipts, a lost disk, restore: another epoch, everything once."""
    tell(folder, 5)
    assert synced(folder, server)["unsent"] == 0
    server.command("backup", tmp_path / "backup")
    tell(folder, 7)
    assert synced(folder, server)["unsent"] == 0
    assert len(known(server)) == 12
    server.kill()
    shutil.rmtree(server.data)
    server.command("restore", tmp_path / "backup")
    server.start()
    assert len(known(server)) == 5
    waits = server.command("waiting")
    assert "nothing new is granted before they speak" in waits
    synced(folder, server)
    assert synced(folder, server)["unsent"] == 0
    assert len(known(server)) == 12
    assert "every till was heard" in server.command("waiting")
