"""What a thief reads off a till's disk and off the server's database after a real day: nothing."""

import csv
import json
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from itertools import islice

import pytest

from pos_app.gear.keystore import KeyFile
from pos_app.storage.connect import is_plain
from pos_app.wiring.commands import command
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import head_office, packaged
from pos_app.wiring.memory import open_memory, terminal_key
from pos_app.wiring.protection import KEY_FILE, database_key
from tests.demo_shop_once import furnished

CARD, PIN = "2990000000019", "1111"
NAME, LAST, PHONE = "Ефросиния", "Заозёрная", "+79161234567"
GOODS = "2000000000350"
PATIENCE_S = 60.0
PEOPLE = 150
DEED = ("--by", "head", "--reason", "asked by letter")


class Clerk:
    """`kopilka till --console` as a process of its own, with its courier and device host."""

    def __init__(self, place) -> None:
        argv = command("till", "--console", "--data", str(place.data), "--server", place.server)
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )

    def end(self, *, killed: bool = False) -> None:
        """End of input, or no time for anything."""
        if killed:
            self.process.send_signal(signal.SIGKILL)
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()

    def do(self, name: str, /, **fields):
        """One command; what it answered."""
        self.process.stdin.write(json.dumps({"command": name, **fields}) + "\n")
        self.process.stdin.flush()
        while True:
            line = self.process.stdout.readline()
            assert line, "the till ended"
            said = json.loads(line)
            if "ok" in said:
                return said

    def done(self, name: str, /, **fields):
        answer = self.do(name, **fields)
        assert answer["ok"], answer
        return answer


@pytest.fixture(scope="module")
def day(request, tmp_path_factory):
    """A day at an encrypted till that is killed in the middle of its work."""
    with furnished(tmp_path_factory.mktemp("stolen")) as shop:
        place = shop.till("till-1", devices=shop.counter().devices, encrypted=True)
        first_sync(place.data, place.server)
        clerk = Clerk(place)
        request.addfinalizer(lambda: clerk.process.poll() is None and clerk.end(killed=True))
        clerk.done("sign_on", operator="anna", pin=PIN)
        clerk.done("open_session", float="100.00")
        for by, value in (("card", CARD), ("phone", "+79990000001")):
            clerk.done("type", text=GOODS)
            clerk.done("member", by=by, value=value)
            clerk.done("tender", kind="cash", amount="5000.00")
            clerk.done("complete")
        clerk.done("type", text=GOODS)
        clerk.done("enrol", phone=PHONE, name=f"{NAME} {LAST}", consents=["processing"])
        clerk.done("tender", kind="cash", amount="5000.00")
        clerk.done("complete")
        clerk.done("sync", wait=30)
        clerk.done("type", text=GOODS)
        clerk.done("member", by="phone", value=PHONE)
        clerk.done("suspend", label="вернётся")
        clerk.do("type", text="79161234568901")
        clerk.do("balance", by="phone", value="+79990000002")
        clerk.end(killed=True)
        yield shop, place


def people():
    with packaged("demo", "members.csv").open(encoding="utf-8", newline="") as file:
        rows = list(islice(csv.DictReader(file), PEOPLE))
    phones = [row["phone"][-10:] for row in rows if row["phone"]]
    return phones, [row["last_name"] for row in rows], [row["card_ean"] for row in rows]


def found(data: bytes, words) -> list[str]:
    return sorted({word for word in words if word and word.encode() in data})


def bytes_of(folder, without=()):
    return b"\n".join(
        path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in without
    )


def test_the_tills_disk_shows_nothing(day):
    _, place = day
    names = {path.name for path in place.data.iterdir()}
    assert {"till.db", "till.key", KEY_FILE} <= names
    for path in place.data.glob("*.db"):
        assert not is_plain(path)
        with closing(sqlite3.connect(path)) as thief, pytest.raises(sqlite3.DatabaseError):
            thief.execute("SELECT * FROM sqlite_master").fetchall()
    disk = bytes_of(place.data, without=(KEY_FILE,))
    phones, last_names, cards = people()
    assert found(disk, [*phones, PHONE[-10:], "79161234568901"]) == []
    assert found(disk, [*last_names, LAST, NAME, "Анита К"]) == []
    assert found(disk, cards) == []
    assert found(disk, ["argon2", "display_name", GOODS, "вернётся"]) == []
    key, pair = database_key(place.data), terminal_key(place.data)
    for secret in (key, pair.private):
        assert secret not in disk
        assert secret.hex().encode() not in disk


def test_the_till_wakes_up_with_all_that_it_knew(day):
    """What nobody else can read, it can: the killed till lost nothing."""
    _, place = day
    memory = open_memory(place.data)
    kinds = memory.file.driver.execute("SELECT kind, count(*) FROM event GROUP BY 1").fetchall()
    suspended = memory.journal.suspended()
    bodies = memory.file.driver.execute("SELECT body FROM event").fetchall()
    memory.close()
    counted = dict(kinds)
    assert (counted["transaction_completed"], counted["member_enrolled"]) == (3, 1)
    assert "unknown_code_seen" not in counted
    assert [draft.label for draft in suspended] == ["вернётся"]
    inside = b"".join(bytes(body) for (body,) in bodies)
    assert found(inside, [PHONE[-10:], LAST]) == []
    assert NAME.encode() in inside


def test_no_child_is_given_the_key_in_its_command_line(day, tmp_path):
    shop, place = day
    clerk = Clerk(place)
    clerk.do("state")
    key = database_key(place.data).hex()
    listed = subprocess.run(
        ["ps", "-ww", "-e", "-o", "args"], capture_output=True, encoding="utf-8", check=True
    ).stdout
    assert str(place.data) in listed
    assert key not in listed
    clerk.end()


def test_the_servers_database_shows_no_phone_and_no_name(day):
    shop, place = day
    head_office(shop.data, "doctor")
    phones, last_names, _ = people()
    files = b"\n".join(path.read_bytes() for path in shop.data.glob("server.db*"))
    with closing(sqlite3.connect(shop.data / "server.db")) as thief:
        dump = "\n".join(thief.iterdump()).encode()
    keys = json.loads((shop.data / "server.keys").read_text())
    assert (shop.data / "server.keys").stat().st_mode & 0o077 == 0
    for data in (files, dump):
        assert found(data, [*phones, PHONE[-10:]]) == []
        assert found(data, [*last_names, LAST, NAME]) == []
        for name in ("signing", "sealing", "pepper", "profiles"):
            assert keys[name].encode() not in data
            assert bytes.fromhex(keys[name]) not in data
    logs = b"\n".join(path.read_bytes() for path in shop.data.glob("*.jsonl"))
    assert found(logs, [*phones, PHONE[-10:], LAST, NAME]) == []


def test_head_office_unlocks_a_till_whose_keystore_was_lost(day, tmp_path):
    shop, place = day
    memory = open_memory(place.data)
    terminal = memory.outbox.identity().terminal_id
    memory.close()
    key = database_key(place.data)
    KeyFile(place.data / KEY_FILE).forget()
    (read,) = head_office(shop.data, "till-key", terminal, *DEED)
    assert read == key.hex()
    unlocked = subprocess.run(
        command("till", "unlock", "--data", str(place.data)),
        input=f"{read}\n",
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert unlocked.returncode == 0
    assert read not in unlocked.stderr
    open_memory(place.data).close()


def test_an_erased_member_is_gone_from_server_and_till(day):
    shop, place = day
    memory = open_memory(place.data)
    local = memory.journal.local_member
    rows = memory.file.driver.execute("SELECT member_id FROM local_member").fetchall()
    (member_id,) = rows[0]
    assert local("id", member_id) is not None
    told = json.loads("\n".join(head_office(shop.data, "tell-member", member_id, *DEED)))
    assert told["profile"] == {
        "phone": PHONE, "name": f"{NAME} {LAST}", "consents": "processing",
    }  # fmt: skip
    head_office(shop.data, "erase-member", member_id, *DEED)
    memory.close()
    deadline = time.monotonic() + PATIENCE_S
    while True:
        said = first_sync(place.data, place.server)
        memory = open_memory(place.data)
        mirror = memory.mirror()
        here = memory.journal.local_member("id", member_id)
        mirrored = mirror.member_by_key("id", member_id)
        gone = here is None and mirrored is None
        mirror.close()
        memory.close()
        if gone:
            break
        assert time.monotonic() < deadline, (said, here is None, mirrored is None)
    with closing(sqlite3.connect(shop.data / "server.db")) as thief:
        kept = thief.execute("SELECT key FROM sealed_event").fetchall()
        assert kept == [("",)]
        assert thief.execute(
            "SELECT profile_key FROM member WHERE id=?", (member_id,)
        ).fetchone() == ("",)
    assert head_office(shop.data, "doctor") == ["the books are right"]
