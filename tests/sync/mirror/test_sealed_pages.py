"""Pages that a till seals while it unpacks are a SQLCipher file like any other."""

import sqlite3
from contextlib import closing

import pytest
from sqlcipher3 import dbapi2

from pos_app.storage.connect import MIRROR_HMAC, connect_mirror
from pos_app.storage.mirror import MirrorReader, mirror_path
from sync.mirror.apply import apply_page
from sync.mirror.load import finish, load_rows
from sync.mirror.pages import PAGE_BYTES, PageSealer, has_room, make_room
from sync.mirror.schema import create
from sync.wire.messages import PullReply
from tests.sync.mirror.feeds import AS_OF, member

KEY = bytes(range(32))


def snapshot(path, count=700):
    make_room(path)
    rows = [member(n, n + 1, keys=(("card", f"77{n:010d}"),)) for n in range(count)]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        create(connection, bulk=True)
        load_rows(connection, rows)
        finish(connection, {"store:s1": count}, "e1", AS_OF)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return path.read_bytes()


def sealed_at(path, data, pages_a_piece):
    sealer, step = PageSealer(KEY), pages_a_piece * PAGE_BYTES
    path.write_bytes(
        b"".join(sealer.seal(data[at : at + step]) for at in range(0, len(data), step))
    )


@pytest.mark.parametrize("pages_a_piece", [1, 7, 10_000])
def test_sealed_pages_are_whole_searched_and_written_on(tmp_path, pages_a_piece):
    data = snapshot(tmp_path / "plain.db")
    assert has_room(data)
    path = mirror_path(tmp_path, 1)
    sealed_at(path, data, pages_a_piece)
    assert path.stat().st_size == len(data)
    driver = connect_mirror(path, KEY, writing=True)
    assert driver.execute("PRAGMA cipher_integrity_check").fetchall() == []
    assert list(driver.execute("PRAGMA integrity_check").fetchall()[0]) == ["ok"]
    page = PullReply("e1", (member(3, 9000, debt=5),), {"store:s1": 9000}, False, 0, 0, AS_OF)
    apply_page(driver, page)
    driver.close()
    reader = MirrorReader(tmp_path, lambda: 1, KEY)
    assert reader.member_by_key("card", "770000000003").debt == 5
    assert reader.member_by_key("card", "770000000699") is not None
    reader.close()
    assert b"770000000" not in path.read_bytes()
    assert b"display_name" not in path.read_bytes()
    with closing(sqlite3.connect(path)) as plain, pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT * FROM row")


def test_a_changed_page_is_told(tmp_path):
    path = mirror_path(tmp_path, 1)
    sealed_at(path, snapshot(tmp_path / "plain.db"), 64)
    data = bytearray(path.read_bytes())
    data[5 * PAGE_BYTES + 100] ^= 1
    path.write_bytes(data)
    driver = dbapi2.connect(str(path))
    driver.execute(f"PRAGMA key=\"x'{KEY.hex()}'\"")
    driver.execute(f"PRAGMA cipher_hmac_algorithm={MIRROR_HMAC}")
    told = driver.execute("PRAGMA cipher_integrity_check").fetchall()
    assert [row[0] for row in told] == ["HMAC verification failed for page 6"]
    driver.close()


def test_no_two_pages_and_no_two_files_begin_alike(tmp_path):
    data = snapshot(tmp_path / "plain.db", 10)
    zeros = bytes(3 * PAGE_BYTES)
    once, twice = PageSealer(KEY).seal(zeros), PageSealer(KEY).seal(zeros)
    pages = {once[at : at + PAGE_BYTES] for at in range(0, len(once), PAGE_BYTES)}
    assert len(pages) == 3
    assert once != twice
    assert PageSealer(KEY).seal(b"") == b""
    with pytest.raises(ValueError, match="whole"):
        PageSealer(KEY).seal(data[:100])


def test_a_database_without_room_is_known(tmp_path):
    path = tmp_path / "plain.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE t (a)")
    assert not has_room(path.read_bytes())
