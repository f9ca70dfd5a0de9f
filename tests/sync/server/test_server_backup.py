"""Backups of a running server, the way back, and tills that come together again by themselves."""

import asyncio
import json
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest

from sync.server.engine import epoch_file, keys
from sync.server.engine.database import SqliteDatabase
from sync.server.lives import epochs
from sync.server.server import open_server
from sync.server.settings import reference
from sync.server.watch import backup
from tests.sync.client import virtual
from tests.sync.client.test_courier_processes import (
    CourierProcess,
    server,
    till,
    unsent,
    until,
)
from tests.sync.server.test_server_process import run
from tests.sync.server.till import Till

__all__ = ["server", "till"]


def events_of(folder) -> list[int]:
    with closing(sqlite3.connect(folder / "server.db")) as db:
        return [seq for (seq,) in db.execute("SELECT seq FROM event ORDER BY seq")]


@pytest.mark.slow
def test_after_a_restore_tills_bring_back_by_themselves_what_the_backup_lacks(
    server, till, tmp_path
) -> None:
    """Case 19 on one machine: sales, backup of the running server, more sales, restore."""
    courier = CourierProcess(till.folder, server.url)
    try:
        for _ in range(10):
            till.tell()
        assert courier.ask("sync", wait=True)["unsent"] == 0
        said = server.command("backup", tmp_path / "copy")
        assert "what it holds is safe: 1 terminals" in said
        for _ in range(7):
            till.tell()
        assert courier.ask("sync", wait=True)["unsent"] == 0
        assert till.outbox.position().safe_head == 10
        server.kill()
        assert events_of(server.data) == list(range(1, 18))
        shutil.rmtree(server.data)
        said = server.command("restore", tmp_path / "copy")
        assert "sends again what came after the backup" in said
        assert events_of(server.data) == list(range(1, 11))
        server.start()
        for _ in range(3):
            till.tell()
        until("everything to be on the server", lambda: len(events_of(server.data)) == 20)
        assert events_of(server.data) == list(range(1, 21))
        until("everything to be acknowledged", lambda: unsent(till) == 0)
    finally:
        courier.end()
    server.kill()
    assert server.command("doctor", "--deep") == "the books are right"


def test_a_backup_is_a_folder_with_everything_and_a_manifest(tmp_path, capsys) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    run(capsys, "store", "add", "shop", "--name", "Shop", "--data", data)
    code, said, _ = run(capsys, "backup", copy, "--data", data)
    assert code == 0
    assert "it holds the keys: keep it like the server itself" in said
    manifest = json.loads((copy / "manifest.json").read_text())
    assert set(manifest["files"]) == {p.name for p in copy.iterdir()} - {"manifest.json"}
    assert {"server.db", "server.epoch"} <= set(manifest["files"])
    assert copy.stat().st_mode & 0o077 == 0
    code, _, said = run(capsys, "backup", copy, "--data", data)
    assert code == 1
    assert "a backup replaces nothing" in said
    postgres = ("backup", tmp_path / "other", "--database", f"{tmp_path}/x.db")
    assert "PostgreSQL has its own tools" in run(capsys, *postgres)[2]


def test_a_backup_without_keys_wants_them_first(tmp_path, capsys) -> None:
    data, copy, new = tmp_path / "data", tmp_path / "copy", tmp_path / "new"
    run(capsys, "store", "add", "shop", "--name", "Shop", "--data", data)
    code, said, _ = run(capsys, "backup", copy, "--without-keys", "--data", data)
    assert code == 0
    assert "it holds no keys" in said
    assert not (copy / "server.keys").exists()
    assert "put server.keys there first" in run(capsys, "restore", copy, "--data", new)[2]
    new.mkdir()
    shutil.copy(data / "server.keys", new / "server.keys")
    assert run(capsys, "restore", copy, "--data", new)[0] == 0
    assert (new / "server.keys").read_bytes() == (data / "server.keys").read_bytes()


def test_a_restore_replaces_nothing_and_believes_no_changed_byte(tmp_path, capsys) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    run(capsys, "store", "add", "shop", "--name", "Shop", "--data", data)
    run(capsys, "backup", copy, "--data", data)
    code, _, said = run(capsys, "restore", copy, "--data", data)
    assert code == 1
    assert "restore replaces nothing" in said
    new = tmp_path / "new"
    assert run(capsys, "restore", copy, "--database", "x.db")[0] == 1
    assert "no manifest" in run(capsys, "restore", tmp_path, "--data", new)[2]
    whole = (copy / "server.db").read_bytes()
    (copy / "server.db").write_bytes(whole[:-1] + b"\1")
    assert "server.db is not what was backed up" in run(capsys, "restore", copy, "--data", new)[2]
    (copy / "server.db").unlink()
    assert "server.db is missing" in run(capsys, "restore", copy, "--data", new)[2]
    assert not new.exists()
    (copy / "server.db").write_bytes(whole)
    before = epoch_file.read(data / "server.epoch").epoch
    assert run(capsys, "restore", copy, "--data", new)[0] == 0
    assert epoch_file.read(new / "server.epoch").epoch != before
    assert run(capsys, "doctor", "--data", new)[1] == "the books are right\n"


def test_a_copy_with_a_fault_in_it_is_no_backup(tmp_path) -> None:
    from sync.server.engine.refusal import Refusal

    async def made() -> None:
        server = await open_server(data=tmp_path / "data", inline=True)
        await server.close()

    asyncio.run(made())
    file = tmp_path / "data/server.db"
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA journal_mode=DELETE")
        page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'terminal'").fetchone()[
            0
        ]
        size = db.execute("PRAGMA page_size").fetchone()[0]
    data = bytearray(file.read_bytes())
    data[(page - 1) * size : (page - 1) * size + 8] = b"\xff" * 8
    file.write_bytes(bytes(data))
    with pytest.raises((Refusal, sqlite3.DatabaseError)):
        backup.make(tmp_path / "data", tmp_path / "copy", "now")
    assert not (tmp_path / "copy").exists()


def test_a_database_put_back_by_hand_is_noticed_at_the_next_start(tmp_path, caplog) -> None:
    data = tmp_path / "data"

    async def epoch() -> str:
        server = await open_server(data=data, inline=True)
        await server.close()
        return server.services.epoch

    first = asyncio.run(epoch())
    assert asyncio.run(epoch()) == first
    shutil.copytree(data, tmp_path / "kept")
    assert asyncio.run(epoch()) == first, "a restart begins nothing"
    for file in data.glob("server.db*"):
        file.unlink()
    shutil.copy(tmp_path / "kept/server.db", data / "server.db")
    second = asyncio.run(epoch())
    assert second != first
    assert "the database was put back" in caplog.text
    assert asyncio.run(epoch()) == second
    (data / "server.epoch").write_bytes(b"not json")
    assert asyncio.run(epoch()) == second, "a file that cannot be read says nothing"


def put_back(copy, data) -> None:
    for file in data.glob("server.db*"):
        file.unlink()
    shutil.copy(copy, data / "server.db")


@pytest.mark.parametrize("ends", ["closed", "killed"])
def test_a_copy_made_since_the_last_start_and_put_back_by_hand_is_noticed(tmp_path, caplog, ends):
    """Case 19, past all commands: no start lies between the copy and its coming back."""
    data, copy = tmp_path / "data", tmp_path / "server.db"

    async def day() -> str:
        server = await open_server(data=data, inline=True)
        marking = asyncio.ensure_future(server.marks_for_ever(server.database))
        add = reference.add_store
        await server.database.write(lambda c: add(c, server.services, "one", "One"))
        await asyncio.sleep(10)
        backup.copy(data / "server.db", copy)
        await server.database.write(lambda c: add(c, server.services, "two", "Two"))
        if ends == "closed":
            await server.close()
        else:
            await asyncio.sleep(10)
            server.database._engine.dispose()
        marking.cancel()
        await asyncio.wait([marking])
        return server.services.epoch

    async def again() -> str:
        server = await open_server(data=data, inline=True)
        barred = await server.database.read(keys.barred)
        await server.close()
        assert barred == ("put back" in caplog.text)
        return server.services.epoch

    first = virtual.run(day())
    assert virtual.run(again()) == first
    put_back(copy, data)
    second = virtual.run(again())
    assert second != first
    assert virtual.run(again()) == second


def test_a_new_epoch_by_command_is_no_other_database(tmp_path, capsys, caplog) -> None:
    """The command, the file beside the database and a server that runs agree."""
    data = tmp_path / "data"

    async def story() -> None:
        server = await open_server(data=data, inline=True)
        _, said, _ = await asyncio.to_thread(run, capsys, "new-epoch", "--data", data)
        epoch = said.strip()
        assert epoch_file.read(data / "server.epoch").epoch == epoch
        await server.mark(server.database)
        assert epoch_file.read(data / "server.epoch").epoch == epoch
        assert await server.database.read(lambda c: epochs.refresh(c, server.services)) == epoch
        await server.close()
        again = await open_server(data=data, inline=True)
        assert again.services.epoch == epoch
        await again.close()

    asyncio.run(story())
    assert "put back" not in caplog.text


def test_two_processes_that_mark_at_once_agree_with_their_database(tmp_path, caplog) -> None:
    """A server marks what was written while `backup` or `doctor` opens the same folder.

    Both wrote the file in one place and at any time: one of them died of the other's, or the last
    one to write named a mark that was no longer the database's.
    """
    asyncio.run(_opened_and_closed(tmp_path))
    path = tmp_path / "server.epoch"

    def marks() -> None:
        database = SqliteDatabase(tmp_path / "server.db", inline=True)
        for _ in range(40):
            database.write_now(lambda c: epoch_file.advance(c, path))
            database.write_now(lambda c: epoch_file.confirm(c, path))
        asyncio.run(database.close())

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(marks) for _ in range(2)]:
            done.result()
    with closing(sqlite3.connect(tmp_path / "server.db")) as db:
        (start,) = db.execute("SELECT value FROM meta WHERE name = 'start'").fetchone()
    assert epoch_file.read(path).starts == (start,)
    asyncio.run(_opened_and_closed(tmp_path))
    assert "put back" not in caplog.text


async def _opened_and_closed(data) -> None:
    server = await open_server(data=data, inline=True)
    await server.close()


def test_a_mark_that_cannot_be_written_is_tried_again(tmp_path, caplog) -> None:
    async def story() -> None:
        server = await open_server(data=tmp_path, inline=True)
        marking = asyncio.ensure_future(server.marks_for_ever(server.database))
        before = epoch_file.read(tmp_path / "server.epoch")
        (tmp_path / "server.epoch.part").mkdir()
        await server.database.write(lambda c: reference.add_store(c, server.services, "one", "One"))
        await asyncio.sleep(6)
        assert epoch_file.read(tmp_path / "server.epoch") == before
        (tmp_path / "server.epoch.part").rmdir()
        await asyncio.sleep(6)
        assert epoch_file.read(tmp_path / "server.epoch") != before
        marking.cancel()
        await asyncio.wait([marking])
        await server.close()

    virtual.run(story())
    assert "no mark was made" in caplog.text
    caplog.clear()


def test_a_start_that_died_before_its_commit_is_no_other_database(tmp_path) -> None:
    async def story() -> None:
        server = await open_server(data=tmp_path / "data", inline=True)
        path = tmp_path / "data/server.epoch"

        class PowerCut(Exception):
            pass

        def dies(connection) -> None:
            epoch_file.settle(connection, path, server.services.epoch)
            raise PowerCut

        with pytest.raises(PowerCut):
            await server.database.write(dies)
        epoch = server.services.epoch
        await server.close()
        again = await open_server(data=tmp_path / "data", inline=True)
        assert again.services.epoch == epoch
        await again.close()

    asyncio.run(story())


def test_what_other_tools_copied_is_marked_safe_afterwards(house, tmp_path, capsys) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell()
        await till.push()
        safe = await house.read(backup.heads)
        till.sell()
        await till.push(2)
        assert await house.write(backup.mark_safe, safe) == 1
        assert await house.write(backup.mark_safe, safe) == 0
        assert (await till.pull()).safe_head == 1

    house.run(story())


def test_heads_go_through_a_file(tmp_path, capsys) -> None:
    data = tmp_path / "data"

    async def sold() -> None:
        from sync.server.access import enrolment
        from sync.server.settings import reference
        from sync.server.surface.app import build_app

        server = await open_server(data=data)
        transport = httpx.ASGITransport(app=build_app(server))
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            services = server.services
            await server.database.write(lambda c: reference.add_store(c, services, "shop", "Shop"))
            code = await server.database.write(
                lambda c: enrolment.new_code(c, services, "shop", "")
            )
            till = Till(client, 1)
            await till.enrol(code)
            till.sell()
            await till.push()
        await server.close()

    asyncio.run(sold())
    heads = tmp_path / "heads.json"
    heads.write_text(run(capsys, "safe-heads", "--data", data)[1])
    said = run(capsys, "mark-safe", heads, "--data", data)[1]
    assert said == "1 terminals will hear it\n"
    heads.write_text("{")
    assert run(capsys, "mark-safe", heads, "--data", data)[0] == 1
