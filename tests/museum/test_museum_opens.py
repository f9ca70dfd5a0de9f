"""A till of every released version opens, migrates and keeps every byte it will be held to."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlcipher3 import dbapi2

from pos_app.storage import places, schema
from pos_app.storage.core.compiled import DIALECT
from pos_app.storage.migrations import STEPS
from pos_app.storage.outbox import Outbox
from pos_app.workstation.ports import TerminalIdentity
from sync.wire.codec import GENESIS, chain_hash
from tests.storage.builders import identity, journal_of, open_at, sale, sale_facts, uid

MUSEUM = Path(__file__).parent
EXHIBITS = sorted(MUSEUM.glob("till-v*.db"))


def test_every_released_version_is_in_the_museum():
    versions = {int(re.findall(r"\d+", path.stem)[0]) for path in EXHIBITS}
    assert versions == set(range(1, places.SCHEMA_VERSION + 1))
    assert len(STEPS) == places.SCHEMA_VERSION


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda path: path.stem)
def test_an_old_till_opens_and_keeps_its_events(exhibit, tmp_path):
    """Case 38: bytes and hashes stay."""
    path = tmp_path / "till.db"
    shutil.copy(exhibit, path)
    till = open_at(path)
    outbox, journal = Outbox(till), journal_of(till)
    events = outbox.batch(0, 1000, 1 << 30)
    told = [
        {
            "seq": e.seq,
            "id": e.id,
            "kind": e.kind,
            "v": e.v,
            "body_sha256": hashlib.sha256(e.body).hexdigest(),
            "hash": e.hash.hex(),
        }
        for e in events
    ]
    assert told == json.loads(exhibit.with_suffix(".json").read_text(encoding="utf-8"))
    previous = GENESIS
    for event in events:
        previous = chain_hash(previous, event.seq, event.id, event.kind, event.body)
        assert previous == event.hash
    assert journal.identity() == identity()
    assert isinstance(journal.identity(), TerminalIdentity)
    assert journal.document(uid(1, 2)) == sale(2)
    assert len(journal.returns_of(uid(1, 1))) == 1
    assert journal.next_receipt_counter() == 4
    assert journal.unsent() == 1
    assert journal.allowances("m1")[0].left == 70
    assert journal.local_member("card", "777") is not None
    assert (
        len(journal.suspended()) == len(journal.tenderings()) == len(outbox.planned_grants()) == 1
    )
    assert [job.job_id for job in journal.jobs()] == [uid(4, 2), uid(4, 3)]
    journal.record(sale_facts(4, "m1"))
    assert outbox.head() == 4
    till.close()


def test_the_migrations_end_at_the_schema_of_today(tmp_path):
    till = open_at(tmp_path / "till.db")
    today = dbapi2.connect(":memory:")
    for table in schema.TILL.sorted_tables:
        today.execute(str(CreateTable(table).compile(dialect=DIALECT)))
        for index in table.indexes:
            today.execute(str(CreateIndex(index).compile(dialect=DIALECT)))
    assert _schema(till.driver) == _schema(today)
    till.close()


def _schema(driver) -> dict[str, str]:
    rows = driver.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: " ".join(sql.split()) for name, sql in rows}
