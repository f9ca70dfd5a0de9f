"""Real processes, kills and limits: what was said is there, the rest is whole or absent."""

import random
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest

from pos_app.storage import connect as connecting
from pos_app.storage.connect import connect, connect_mirror
from pos_app.storage.errors import DatabaseFromTheFuture, StorageBusy
from pos_app.storage.outbox import Outbox
from pos_app.workstation.ports import StorageBroken, StorageFull
from sync.wire.codec import GENESIS, chain_hash
from tests.storage.builders import (
    KEY,
    identity,
    journal_of,
    member,
    open_at,
    sale,
    sale_facts,
    session,
    uid,
)

CHILD = [sys.executable, "-m", "tests.storage.till_in_a_child"]
POINTS = (
    "record.begin",
    "record.events",
    "record.allowance",
    "record.session",
    "record.before_commit",
    "record.after_commit",
    "record.sentinel",
)


def run_child(*arguments, **more):
    command = [*CHILD, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **more)


def assert_chain_is_whole(till):
    previous = GENESIS
    for event in Outbox(till).batch(0, 10_000, 1 << 30):
        previous = chain_hash(previous, event.seq, event.id, event.kind, event.body)
        assert event.hash == previous
    assert Outbox(till).position().head_hash == previous


@pytest.mark.parametrize("point", POINTS)
def test_a_till_killed_anywhere_has_each_sale_whole_or_absent(tmp_path, point):
    """Case 1: by the hundred."""
    path = tmp_path / "till.db"
    ended = run_child("killed", path, point, 1, 3)
    assert ended.returncode == -9, ended.stderr
    assert ended.stdout.split() == ["1", "2"]
    till = open_at(path, KEY)
    journal = journal_of(till)
    present = 3 if point in ("record.after_commit", "record.sentinel") else 2
    assert journal.next_receipt_counter() == present + 1
    assert journal.last_document() == sale(present, "m1")
    assert journal.session() == session(receipts=present)
    assert [job.job_id for job in journal.jobs()] == [uid(4, n) for n in range(1, present + 1)]
    assert len(journal.unposted("m1", 0)) == present == journal.unsent()
    assert not journal.sentinel_mismatch()
    assert_chain_is_whole(till)
    journal.record(sale_facts(present + 1))
    till.close()


def test_the_disk_of_an_encrypted_till_shows_nothing(tmp_path):
    path = tmp_path / "till.db"
    till = open_at(path, KEY)
    Outbox(till).save_identity(identity())
    facts = sale_facts(1, "m1")
    journal_of(till).record(facts)
    journal_of(till).record(
        type(facts)(local_member=(member(name="Анна Петровна"), (("card", "7700112233"),)))
    )
    secrets = ("Анна", "Молоко", "Магазин", "7700112233", "SQLite format", "CREATE TABLE")
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert not [text for text in secrets if text.encode() in content], file.name
    till.close()
    with closing(sqlite3.connect(path)) as plain, pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT * FROM event")
    with pytest.raises(StorageBroken):
        open_at(path)
    with pytest.raises(StorageBroken):
        open_at(path, bytes(32))


def test_a_key_of_the_wrong_length_is_our_bug(tmp_path):
    with pytest.raises(ValueError, match="32 bytes"):
        connect(tmp_path / "till.db", b"short")


def test_two_processes_write_one_chain(tmp_path):
    """Case 5: window and courier on one file."""
    path = tmp_path / "till.db"
    open_at(path).close()
    children = [
        subprocess.Popen(
            [*CHILD, "busy", str(path), "40", str(group)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for group in (1, 2)
    ]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        out, _ = child.communicate(timeout=60)
        assert out == "done\n"
        assert child.returncode == 0
    till = open_at(path)
    assert Outbox(till).head() == 80
    assert_chain_is_whole(till)
    till.close()


def test_the_courier_acknowledges_while_the_front_end_sells(tmp_path):
    front, courier = open_at(tmp_path / "till.db"), open_at(tmp_path / "till.db")
    for n in range(1, 11):
        journal_of(front).record(sale_facts(n))
        assert Outbox(courier).ack(n, n)
        assert journal_of(front).unsent() == 0
    front.close()
    courier.close()


def test_a_lock_held_too_long_is_named_and_leaves_the_journal_usable(tmp_path, monkeypatch):
    monkeypatch.setattr(connecting, "BUSY_TIMEOUT_MS", 1)
    front, other = open_at(tmp_path / "till.db"), open_at(tmp_path / "till.db")
    other.driver.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageBusy):
        journal_of(front).record(sale_facts(1))
    other.driver.execute("ROLLBACK")
    journal_of(front).record(sale_facts(1))
    assert journal_of(front).last_document() == sale(1)
    front.close()
    other.close()


def test_a_database_from_the_future_is_refused_and_left_alone(tmp_path):
    """Case 42: the file itself."""
    path = tmp_path / "till.db"
    till = open_at(path)
    till.driver.execute("PRAGMA user_version=99")
    till.driver.execute("PRAGMA journal_mode=DELETE")
    till.close()
    before = path.read_bytes()
    with pytest.raises(
        DatabaseFromTheFuture, match=r"till\.db has schema version 99.*up to 3"
    ) as e:
        open_at(path)
    assert (e.value.found, e.value.known) == (99, 3)
    assert path.read_bytes() == before


def test_a_file_of_another_program_is_never_written_into(tmp_path):
    path = tmp_path / "till.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (a)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(StorageBroken, match="not a file of this kind"):
        open_at(path)
    assert path.read_bytes() == before


def test_garbage_is_refused_politely(tmp_path):
    path = tmp_path / "till.db"
    path.write_bytes(b"this was a database once" * 500)
    with pytest.raises(StorageBroken):
        open_at(path)
    with pytest.raises(StorageBroken):
        connect_mirror(path)
    with pytest.raises(StorageBroken):
        open_at(tmp_path / "no such folder" / "till.db")


def test_a_damaged_page_breaks_with_a_word_of_ours(tmp_path):
    """Case 24: in till.db."""
    path = tmp_path / "till.db"
    till = open_at(path)
    for n in range(1, 30):
        journal_of(till).record(sale_facts(n, lines=20))
    till.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    till.close()
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    path.write_bytes(content)
    till = open_at(path)
    with pytest.raises(StorageBroken):
        for n in range(1, 30):
            journal_of(till).document(uid(1, n))
    till.close()


def test_a_document_that_rotted_in_place_breaks_with_a_word_of_ours(tmp_path):
    till = open_at(tmp_path / "till.db")
    journal = journal_of(till)
    journal.record(sale_facts(1))
    till.driver.execute("UPDATE event SET body = x'7b00'")
    till.driver.execute("UPDATE chain SET session = x'7b00'")
    for question in (journal.last_document, journal.session):
        with pytest.raises(StorageBroken, match="cannot be read"):
            question()
    till.close()


def test_a_full_disk_stops_a_sale_with_nothing_changed(tmp_path):
    """Case 22: a full disk."""
    till = open_at(tmp_path / "till.db")
    journal = journal_of(till)
    journal.record(sale_facts(1))
    pages = till.driver.execute("PRAGMA page_count").fetchall()[0][0]
    till.driver.execute(f"PRAGMA max_page_count={pages + 4}")
    sold = 1
    with pytest.raises(StorageFull):
        while True:
            journal.record(sale_facts(sold + 1, lines=20))
            sold += 1
    assert journal.next_receipt_counter() == sold + 1
    assert journal.session() == session(receipts=sold)
    till.driver.execute(f"PRAGMA max_page_count={pages + 1000}")
    journal.record(sale_facts(sold + 1))
    assert_chain_is_whole(till)
    till.close()


def test_a_file_size_limit_is_a_full_disk(tmp_path):
    """Case 22: a quota."""
    path = tmp_path / "till.db"
    ended = run_child("full", path, 400_000)
    assert ended.returncode == 0, ended.stderr
    *sold, last = ended.stdout.splitlines()
    assert last.split()[:3] == ["full", f"A-{len(sold):06d}", str(len(sold) + 1)]
    till = open_at(path)
    assert journal_of(till).next_receipt_counter() == len(sold) + 1
    assert_chain_is_whole(till)
    till.close()


@pytest.mark.slow
@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
def test_a_log_torn_at_any_byte_gives_every_sale_whole_or_absent(tmp_path, key):
    """Case 2: what FULL has synced is there; a write torn behind it is as if it had never begun."""
    dice = random.Random(20)
    path, log = tmp_path / "till.db", tmp_path / "till.db-wal"
    till = open_at(path, key)
    ends = []
    for n in range(1, 7):
        journal_of(till).record(sale_facts(n, "m1", lines=5))
        ends.append(log.stat().st_size)
    pieces = path.read_bytes(), log.read_bytes()
    till.close()
    cuts = {dice.randrange(ends[0], ends[-1] + 1) for _ in range(40)} | set(ends)
    for cut in sorted(cuts):
        folder = tmp_path / f"cut-{cut}"
        folder.mkdir()
        (folder / "till.db").write_bytes(pieces[0])
        torn = pieces[1][:cut] + dice.randbytes(dice.choice((0, 700, 5000)))
        (folder / "till.db-wal").write_bytes(torn)
        again = open_at(folder / "till.db", key)
        journal = journal_of(again)
        whole = sum(end <= cut for end in ends)
        assert journal.next_receipt_counter() == whole + 1
        assert journal.last_document() == sale(whole, "m1", lines=5)
        assert journal.session() == session(receipts=whole)
        assert len(journal.unposted("m1", 0)) == whole
        assert_chain_is_whole(again)
        journal.record(sale_facts(whole + 1))
        again.close()


@contextmanager
def files_may_grow_to(limit):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_when_files_may_grow_again_the_till_sells_again(tmp_path):
    """Case 22: and back."""
    till = open_at(tmp_path / "till.db")
    journal = journal_of(till)
    journal.record(sale_facts(1))
    limit = (tmp_path / "till.db-wal").stat().st_size + 8192
    caught = None
    with files_may_grow_to(limit):
        try:
            journal.record(sale_facts(2, lines=120))
        except StorageFull as error:
            caught = error
    assert caught is not None
    assert journal.last_document() == sale(1)
    assert not (tmp_path / "till.db.probe").exists()
    journal.record(sale_facts(2, lines=120))
    assert_chain_is_whole(till)
    till.close()


def test_a_read_only_database_can_be_read_and_says_why_it_cannot_sell(tmp_path):
    """Case 25: read-only."""
    till = open_at(tmp_path / "till.db")
    journal = journal_of(till)
    journal.record(sale_facts(1))
    till.driver.execute("PRAGMA query_only=ON")
    with pytest.raises(StorageBroken, match="readonly"):
        journal.record(sale_facts(2))
    assert journal.last_document() == sale(1)
    till.close()


def test_a_failed_upgrade_leaves_the_old_file_and_its_copy(tmp_path, monkeypatch):
    """Case 39: at the till."""
    from pos_app.storage import migrations

    path = tmp_path / "till.db"
    till = open_at(path)
    journal_of(till).record(sale_facts(1))
    till.close()

    def breaks(driver):
        driver.execute("CREATE TABLE half (a)")
        driver.execute("SELECT * FROM nowhere")

    def adds(driver):
        driver.execute("CREATE TABLE more (a)")

    now = connecting.SCHEMA_VERSION
    steps = migrations.STEPS
    monkeypatch.setattr(connecting, "SCHEMA_VERSION", now + 1)
    monkeypatch.setattr(migrations, "STEPS", (*steps, breaks))
    with pytest.raises(StorageBroken, match="nowhere"):
        open_at(path)
    assert (tmp_path / f"till.db.v{now}.bak").exists()
    monkeypatch.setattr(migrations, "STEPS", (*steps, adds))
    till = open_at(path)
    assert till.driver.execute("PRAGMA user_version").fetchall()[0][0] == now + 1
    names = till.driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert ("more",) in [tuple(n) for n in names]
    assert ("half",) not in [tuple(n) for n in names]
    assert journal_of(till).last_document() == sale(1)
    till.close()
    monkeypatch.undo()
    shutil.copy(tmp_path / f"till.db.v{now}.bak", tmp_path / "old.db")
    old = open_at(tmp_path / "old.db")
    assert journal_of(old).last_document() == sale(1)
    old.close()
