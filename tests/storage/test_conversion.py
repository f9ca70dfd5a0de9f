"""A till's database changes its key: whole before, whole after, whenever the process dies."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from pos_app.storage.connect import is_plain
from pos_app.storage.conversion import SUFFIX, convert
from pos_app.storage.errors import StorageBusy
from pos_app.workstation.ports import StorageBroken
from tests.storage.builders import KEY, journal_of, open_at, sale_facts

OTHER = bytes(reversed(range(32)))
POINTS = (
    "convert.alone",
    "convert.exported",
    "convert.proven",
    "convert.durable",
    "convert.replaced",
)
CHILD = """
import os, signal, sys
from pathlib import Path
from pos_app.storage.conversion import convert
path, old, new, at = Path(sys.argv[1]), *sys.argv[2:5]
def points(name):
    if name == at:
        os.kill(os.getpid(), signal.SIGKILL)
convert(path, bytes.fromhex(old) or None, bytes.fromhex(new) or None, points=points)
"""


def sold(path, key, sales=3):
    till = open_at(path, key)
    for number in range(1, sales + 1):
        journal_of(till).record(sale_facts(number, "m1"))
    till.close()


def receipts(path, key):
    till = open_at(path, key)
    try:
        events = till.driver.execute("SELECT place, body, hash FROM event ORDER BY place")
        return events.fetchall(), journal_of(till).next_receipt_counter()
    finally:
        till.close()


@pytest.mark.parametrize(
    ("old", "new"), [(None, KEY), (KEY, None), (KEY, OTHER)], ids=["on", "off", "another"]
)
def test_every_row_is_there_under_the_new_key_and_the_till_sells_on(tmp_path, old, new):
    path = tmp_path / "till.db"
    sold(path, old)
    before = receipts(path, old)
    convert(path, old, new)
    assert receipts(path, new) == before
    assert is_plain(path) is (new is None)
    till = open_at(path, new)
    journal_of(till).record(sale_facts(4))
    till.close()
    assert [p.name for p in tmp_path.glob(f"*{SUFFIX}*")] == []
    if new is not None:
        with closing(sqlite3.connect(path)) as plain, pytest.raises(sqlite3.DatabaseError):
            plain.execute("SELECT * FROM event")
        assert "Молоко".encode() not in path.read_bytes()


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize(("old", "new"), [(None, KEY), (KEY, None)], ids=["on", "off"])
def test_killed_at_any_step_one_whole_database_stands_under_the_name(tmp_path, point, old, new):
    path = tmp_path / "till.db"
    sold(path, old)
    before = receipts(path, old)
    texts = [(key or b"").hex() for key in (old, new)]
    child = subprocess.run([sys.executable, "-c", CHILD, str(path), *texts, point], check=False)
    assert child.returncode == -signal.SIGKILL
    now = None if is_plain(path) else KEY
    assert now == (new if point == "convert.replaced" else old)
    assert receipts(path, now) == before
    if now == old:
        convert(path, old, new)
    assert receipts(path, new) == before
    assert [p.name for p in tmp_path.glob(f"*{SUFFIX}*")] == []


def test_a_database_that_is_open_elsewhere_is_not_converted(tmp_path):
    path = tmp_path / "till.db"
    sold(path, None)
    other = open_at(path, None)
    with pytest.raises(StorageBusy, match="close the till"):
        convert(path, None, KEY)
    assert is_plain(path)
    journal_of(other).record(sale_facts(4))
    other.close()
    convert(path, None, KEY)
    assert len(receipts(path, KEY)[0]) == 4


def test_a_wrong_key_converts_nothing(tmp_path):
    path = tmp_path / "till.db"
    sold(path, KEY)
    before = path.read_bytes()
    with pytest.raises(StorageBroken):
        convert(path, OTHER, None)
    assert path.read_bytes() == before
