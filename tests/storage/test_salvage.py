"""A damaged till: what can be read goes on under a new chain, what cannot is named by number."""

import pytest

from pos_app.storage.outbox import Outbox
from pos_app.storage.salvage import salvage
from pos_app.workstation.ports import Facts, StorageBroken, SuspendedDraft
from sync.translate import WireCodec
from sync.wire.codec import GENESIS, chain_hash
from tests.storage.builders import (
    KEY,
    NOON,
    grant,
    identity,
    journal_of,
    member,
    open_at,
    sale,
    sale_facts,
    session,
    uid,
)


def sold(path, key=None, count=30):
    till = open_at(path, key)
    Outbox(till).save_identity(identity())
    grant(till)
    journal = journal_of(till)
    for n in range(1, count + 1):
        journal.record(sale_facts(n, "m1", lines=10))
    journal.record(Facts(local_member=(member(), (("card", "7"),))))
    journal.record(Facts(suspend=SuspendedDraft(uid(1, 99), "x", NOON, "op1", 1, 5, b"{}")))
    Outbox(till).ack(10, 5)
    events = Outbox(till).batch(0, 1000, 1 << 30)
    till.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    till.close()
    return events


def assert_whole(till, known):
    previous = GENESIS
    events = Outbox(till).batch(0, 1000, 1 << 30)
    for event in events:
        previous = chain_hash(previous, event.seq, event.id, event.kind, event.body)
        assert event.hash == previous
        assert (event.id, event.body) in known
    assert Outbox(till).position()[:2] == (2, len(events))
    return events


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
def test_a_healthy_file_is_salvaged_whole(tmp_path, key):
    events = sold(tmp_path / "old.db", key)
    till = open_at(tmp_path / "till.db", key)
    found = salvage(tmp_path / "old.db", till, WireCodec(), key)
    assert (found.events, found.lost) == (30, ())
    assert len(assert_whole(till, {(e.id, e.body) for e in events})) == 30
    journal = journal_of(till)
    assert journal.identity().incarnation == 2
    assert journal.next_receipt_counter() == 31
    assert journal.session() == session(receipts=30)
    assert journal.document("A-000030") == sale(30, "m1", lines=10)
    assert journal.local_member("card", "7") == member()
    assert len(journal.suspended()) == 1
    assert len(journal.jobs()) == 30
    assert len(journal.unposted("m1", 0)) == 30
    assert journal.allowances("m1") == ()
    assert journal.unsent() == 30
    journal.record(sale_facts(31, "m1"))
    till.close()


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
def test_what_pages_took_with_them_is_named(tmp_path, key):
    """Case 24: salvage."""
    events = sold(tmp_path / "old.db", key)
    content = bytearray((tmp_path / "old.db").read_bytes())
    middle = len(content) // 4096 // 2 * 4096
    content[middle : middle + 3 * 4096] = b"\xff" * (3 * 4096)
    (tmp_path / "old.db").write_bytes(content)
    till = open_at(tmp_path / "till.db", key)
    found = salvage(tmp_path / "old.db", till, WireCodec(), key)
    kept = assert_whole(till, {(e.id, e.body) for e in events})
    assert 0 < len(kept) == found.events < 30
    ids = {e.id for e in kept}
    lost = {e.seq for e in events if e.id not in ids}
    assert set(found.lost) == lost
    journal_of(till).record(sale_facts(31))
    till.close()


def test_a_changed_body_is_not_taken_for_the_event(tmp_path):
    """Case 49: on the disk."""
    events = sold(tmp_path / "old.db", count=5)
    old = open_at(tmp_path / "old.db")
    changed = events[2].body.replace(b"A-000003", b"A-000009")
    old.driver.execute("UPDATE event SET body = ? WHERE place & 255 = 3", (changed,))
    old.driver.execute("UPDATE event SET body = x'7b' WHERE place & 255 = 1")
    old.driver.execute("DELETE FROM chain")
    old.close()
    (tmp_path / "old.sentinel").rename(tmp_path / "till.sentinel")
    till = open_at(tmp_path / "till.db")
    found = salvage(tmp_path / "old.db", till, WireCodec())
    assert journal_of(till).next_receipt_counter() == 6
    assert not journal_of(till).sentinel_mismatch()
    assert found.events == 3
    assert found.lost == (1, 3)
    assert [e.id for e in assert_whole(till, {(e.id, e.body) for e in events})] == [
        uid(2, 2),
        uid(2, 4),
        uid(2, 5),
    ]
    till.close()


def test_a_file_that_is_none_is_refused_and_the_fresh_one_stays_empty(tmp_path):
    (tmp_path / "old.db").write_bytes(b"nothing left of it" * 999)
    till = open_at(tmp_path / "till.db")
    with pytest.raises(StorageBroken):
        salvage(tmp_path / "old.db", till, WireCodec())
    assert Outbox(till).position().head == 0
    till.close()
