"""A data folder is encrypted unless somebody turned it off by name; the key is where it was put."""

import io
import json
import sqlite3
import subprocess
from contextlib import closing

import pytest

from pos_app.gear.keystore import KeyFile
from pos_app.storage.connect import connect_mirror, is_plain
from pos_app.storage.mirror import mirror_path
from pos_app.wiring import protection as p
from pos_app.wiring.cli import main
from pos_app.wiring.commands import command
from pos_app.wiring.instance import InstanceLock
from pos_app.wiring.memory import open_memory, terminal_key
from pos_app.workstation.ports import StorageBroken
from sync.mirror.schema import create
from tests.storage.builders import KEY, identity


@pytest.fixture(autouse=True)
def _no_store(monkeypatch):
    for name in ("DBUS_SESSION_BUS_ADDRESS", p.KEY_VARIABLE, p.FILE_VARIABLE):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "till"


def enrolled(folder):
    memory = open_memory(folder)
    memory.outbox.save_identity(identity())
    key = p.database_key(folder)
    writer = connect_mirror(mirror_path(folder, 1), key, writing=True)
    create(writer)
    writer.close()
    memory.outbox.set_mirror_generation(1)
    memory.close()
    return terminal_key(folder)


def events(folder):
    memory = open_memory(folder)
    found = memory.file.driver.execute("SELECT kind, body FROM event ORDER BY place").fetchall()
    memory.close()
    return [(kind, json.loads(body)) for kind, body in found]


def everything(folder):
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.name != p.KEY_FILE)


def test_the_first_start_encrypts_with_a_key_of_its_own(folder):
    keys = enrolled(folder)
    for name in ("till.db", "mirror-1.db"):
        with (
            closing(sqlite3.connect(folder / name)) as plain,
            pytest.raises(sqlite3.DatabaseError),
        ):
            plain.execute("SELECT * FROM sqlite_master")
    assert p.where(folder) == p.OWN_FILE
    assert keys.private not in everything(folder)
    assert p.database_key(folder) not in everything(folder)
    assert p.database_key(folder).hex().encode() not in everything(folder)
    assert terminal_key(folder) == keys


def test_the_keystore_is_taken_where_there_is_one(folder, monkeypatch):
    from tests.gear.test_keystore import Shelf

    shelf = Shelf()
    monkeypatch.setattr(p, "keystore_of_the_system", lambda: shelf)
    keys = enrolled(folder)
    assert p.where(folder) == p.KEYSTORE
    assert len(shelf.kept) == 1
    assert not (folder / p.KEY_FILE).exists()
    assert list(shelf.kept.values()) == [p.database_key(folder).hex()]
    assert bytes.fromhex(*shelf.kept.values()) not in everything(folder)
    assert keys == terminal_key(folder)


def test_a_keystore_that_does_not_answer_is_said_with_the_way_out(folder, monkeypatch):
    from tests.gear.test_keystore import Locked, Shelf

    shelf = Shelf()
    monkeypatch.setattr(p, "keystore_of_the_system", lambda: shelf)
    enrolled(folder)
    for broken in (Locked(), None):
        monkeypatch.setattr(p, "keystore_of_the_system", lambda store=broken: store)
        with pytest.raises(p.KeyLost, match=r"till-key.*unlock"):
            open_memory(folder)


def test_a_keystore_that_keeps_nothing_leaves_the_key_in_the_file(folder, monkeypatch):
    from tests.gear.test_keystore import Forgetful

    monkeypatch.setattr(p, "keystore_of_the_system", Forgetful)
    enrolled(folder)
    assert p.where(folder) == p.OWN_FILE
    open_memory(folder).close()


def test_a_lost_key_opens_nothing_and_head_office_gives_it_back(folder, monkeypatch, capsys):
    enrolled(folder)
    key = p.database_key(folder)
    KeyFile(folder / p.KEY_FILE).forget()
    assert main(["till", "--console", "--data", str(folder)]) == 2
    assert "kopilka till unlock" in capsys.readouterr().err
    assert main(["till", "doctor", "--data", str(folder)]) == 1
    monkeypatch.setattr("sys.stdin", io.StringIO(KEY.hex() + "\n"))
    assert main(["till", "unlock", "--data", str(folder)]) == 2
    monkeypatch.setattr("sys.stdin", io.StringIO(key.hex() + "\n"))
    assert main(["till", "unlock", "--data", str(folder)]) == 0
    open_memory(folder).close()
    assert main(["till", "doctor", "--data", str(folder)]) == 0
    assert key.hex() not in capsys.readouterr().err


def test_support_turns_it_off_by_name_and_on_again(folder, capsys):
    keys = enrolled(folder)
    first = p.database_key(folder)
    place = ["--data", str(folder)]
    deed = ["--by", "anna", "--reason", "the till freezes"]
    assert main(["till", "decrypt", *place, *deed]) == 0
    assert "NOT encrypted" in capsys.readouterr().err
    for name in ("till.db", "mirror-1.db"):
        with closing(sqlite3.connect(folder / name)) as plain:
            plain.execute("SELECT * FROM sqlite_master")
    assert not (folder / p.KEY_FILE).exists()
    assert terminal_key(folder) == keys
    assert main(["till", "doctor", *place]) == 0

    assert main(["till", "encrypt", *place, *deed]) == 0
    assert not is_plain(folder / "till.db")
    assert not is_plain(folder / "mirror-1.db")
    assert p.database_key(folder) not in (None, first)
    assert terminal_key(folder) == keys
    assert keys.private not in everything(folder)
    deeds = [body for kind, body in events(folder) if kind == "right_used"]
    assert [(d["action"], d["operator"], d["reason"]) for d in deeds] == [
        ("database_decrypted", "anna", "the till freezes"),
        ("database_encrypted", "anna", "the till freezes"),
    ]


def test_a_running_till_is_left_alone(folder, capsys):
    enrolled(folder)
    lock = InstanceLock(folder)
    try:
        said = ["till", "decrypt", "--data", str(folder), "--by", "a", "--reason", "b"]
        assert main(said) == 2
        assert "already runs" in capsys.readouterr().err
    finally:
        lock.release()
    assert not is_plain(folder / "till.db")


def test_a_till_of_yesterday_is_encrypted_at_its_next_start(folder):
    p.leave_plain(folder)
    keys = enrolled(folder)
    (folder / p.PROTECTION_FILE).unlink()
    assert is_plain(folder / "till.db")
    open_memory(folder).close()
    assert p.reconcile(folder) == "encrypted"
    assert p.reconcile(folder) == ""
    assert not is_plain(folder / "till.db")
    assert terminal_key(folder) == keys
    open_memory(folder).close()


def test_a_conversion_cut_short_is_finished_at_the_next_start(folder):
    p.leave_plain(folder)
    keys = enrolled(folder)
    p.decide(folder, p.Protection(p.ON))

    class Cut(Exception):
        pass

    def points(name):
        if name == "convert.proven":
            raise Cut

    with pytest.raises(Cut):
        p.reconcile(folder, points)
    assert terminal_key(folder) == keys
    open_memory(folder).close()
    assert p.reconcile(folder) == "encrypted"
    assert list(folder.glob("*.converting")) == []


def test_a_key_given_from_outside_is_not_written_anywhere(folder, monkeypatch, tmp_path):
    monkeypatch.setenv(p.KEY_VARIABLE, KEY.hex())
    enrolled(folder)
    assert p.where(folder) == p.GIVEN
    assert not (folder / p.KEY_FILE).exists()
    monkeypatch.delenv(p.KEY_VARIABLE)
    credential = tmp_path / "credential"
    monkeypatch.setenv(p.FILE_VARIABLE, str(credential))
    with pytest.raises(p.KeyLost, match="not there"):
        open_memory(folder)
    credential.write_text(KEY.hex())
    credential.chmod(0o644)
    with pytest.raises(p.KeyLost, match="others"):
        open_memory(folder)
    credential.chmod(0o400)
    open_memory(folder).close()


def test_nonsense_is_said_and_not_used(folder, monkeypatch):
    monkeypatch.setenv(p.KEY_VARIABLE, "secret")
    with pytest.raises(p.KeyLost, match="64 hex"):
        open_memory(folder)
    monkeypatch.delenv(p.KEY_VARIABLE)
    folder.mkdir(exist_ok=True)
    for text in ("{", "[]", '{"encryption": "maybe"}'):
        (folder / p.PROTECTION_FILE).write_text(text)
        with pytest.raises(StorageBroken, match=r"till\.protection"):
            open_memory(folder)


def test_doctor_names_what_is_not_as_decided(folder, capsys):
    p.leave_plain(folder)
    enrolled(folder)
    p.decide(folder, p.Protection(p.ON))
    assert main(["till", "doctor", "--data", str(folder)]) == 1
    said = capsys.readouterr().err
    assert "till.db is not encrypted" in said
    assert "till.key is not sealed" in said
    assert main(["till", "doctor", "--data", str(folder / "nowhere")]) == 0


def test_a_till_that_starts_says_that_its_key_lies_on_the_same_disk(folder):
    open_memory(folder).close()
    argv = command("till", "--console", "--data", str(folder))
    run = subprocess.run(argv, input="", capture_output=True, encoding="utf-8", check=False)
    assert run.returncode == 2
    assert "not a stolen disk" in run.stderr
