"""What the courier sends, what the server answered, and what an old copy of the database does."""

import shutil
from datetime import timedelta

import pytest

from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.storage.errors import AllowanceOverused, GrantsFrozen
from pos_app.storage.outbox import Outbox
from pos_app.workstation.ports import Facts
from sync.wire.codec import GENESIS, chain_hash
from tests.storage.builders import (
    NOON,
    grant,
    identity,
    journal_of,
    member,
    open_at,
    sale,
    sale_facts,
    uid,
)


@pytest.fixture
def till(tmp_path):
    till = open_at(tmp_path / "till.db")
    yield till
    till.close()


@pytest.fixture
def outbox(till):
    return Outbox(till)


def sell(till, *numbers, member_id=None):
    for n in numbers:
        journal_of(till).record(sale_facts(n, member_id))


def test_a_batch_is_cut_by_count_and_by_bytes_but_is_never_empty(till, outbox):
    sell(till, 1, 2, 3, 4)
    size = len(outbox.batch(0, 1, 1)[0].body)
    assert [e.seq for e in outbox.batch(0, 3, 1 << 20)] == [1, 2, 3]
    assert [e.seq for e in outbox.batch(1, 9, size * 2 + 50)] == [2, 3]
    assert [e.seq for e in outbox.batch(3, 9, 1)] == [4]
    assert outbox.batch(4, 9, 1 << 20) == []


def test_an_acknowledgement_is_cumulative_and_an_old_one_changes_nothing(till, outbox):
    sell(till, 1, 2, 3)
    assert outbox.ack(2, 1)
    assert outbox.ack(1, 0)
    assert outbox.position()[3:] == (2, 1)
    assert journal_of(till).unsent() == 1
    generation = till.chain().generation
    assert outbox.ack(2, 1)
    assert till.chain().generation == generation


def test_a_server_that_is_ahead_means_that_this_database_went_back(till, outbox):
    sell(till, 1)
    assert not outbox.ack(2, 0)
    assert outbox.position().acked == 0


def test_what_the_server_lost_is_sent_again(till, outbox):
    sell(till, 1, 2, 3)
    outbox.ack(3, 2)
    outbox.unack(1)
    assert outbox.position()[3:] == (1, 1)
    outbox.unack(3)
    assert outbox.position().acked == 1


def test_the_hash_at_a_place_is_known_for_what_is_kept(till, outbox):
    sell(till, 1, 2)
    assert outbox.hash_at(0) == GENESIS
    assert outbox.hash_at(2) == outbox.position().head_hash
    assert outbox.hash_at(3) is None
    assert outbox.head() == 2


def test_only_what_is_acknowledged_safe_and_old_is_pruned(till, outbox):
    sell(till, 1, 2, 3, 4, member_id="m1")
    later = NOON + timedelta(days=30, minutes=3, seconds=30)
    assert outbox.retention(later) == 0
    outbox.ack(4, 2)
    assert outbox.retention(NOON + timedelta(days=30)) == 0
    assert outbox.retention(later, max_events=1) == 1
    assert outbox.retention(later) == 1
    assert outbox.retention(later) == 0
    outbox.ack(4, 4)
    assert outbox.retention(later) == 1
    journal = journal_of(till)
    assert [e.seq for e in outbox.batch(3, 9, 1 << 20)] == [4]
    assert journal.document("A-000003") is None
    assert journal.last_document() == sale(4, "m1")
    assert [e.entry_id for e in journal.unposted("m1", 0)] == [uid(3, 4)]
    event = outbox.batch(3, 1, 1)[0]
    assert chain_hash(outbox.hash_at(3), 4, event.id, event.kind, event.body) == event.hash
    assert outbox.hash_at(2) is None


def test_everything_pruned_still_continues_the_chain(till, outbox):
    sell(till, 1, 2)
    last = outbox.position().head_hash
    outbox.ack(2, 2)
    assert outbox.retention(NOON + timedelta(days=40)) == 2
    assert outbox.hash_at(2) == last
    sell(till, 3)
    event = outbox.batch(2, 1, 1)[0]
    assert (event.seq, event.hash) == (3, chain_hash(last, 3, event.id, event.kind, event.body))


def test_a_local_member_and_printed_jobs_go_with_the_events_they_came_from(till, outbox):
    journal = journal_of(till)
    journal.record(sale_facts(1))
    journal.record(Facts(local_member=(member(), (("card", "7"),))))
    journal.set_job_state(uid(4, 1), "printed")
    outbox.ack(1, 1)
    outbox.retention(NOON + timedelta(days=40))
    assert journal.local_member("card", "7") is None
    assert till.driver.execute("SELECT count(*) FROM local_member_key").fetchall()[0][0] == 0
    assert till.driver.execute("SELECT count(*) FROM print_job").fetchall()[0][0] == 0


def test_small_values_of_the_courier_are_kept(till, outbox):
    assert outbox.get("server_key") is None
    outbox.put("server_key", b"k1")
    outbox.put("server_key", b"k2")
    assert outbox.get("server_key") == b"k2"
    assert outbox.epoch() == ""
    outbox.set_epoch("e1")
    assert outbox.epoch() == "e1"
    outbox.set_mirror_generation(4)
    assert outbox.mirror_generation() == journal_of(till).mirror_generation() == 4
    assert outbox.identity() is None
    outbox.save_identity(identity())
    assert outbox.identity() == identity()


def test_a_grant_is_planned_before_it_is_asked_and_answered_once(till, outbox):
    outbox.plan_grant("g1", "m1", 50, "identified")
    outbox.plan_grant("g1", "m1", 50, "identified")
    assert outbox.planned_grants() == [("g1", "m1", "identified", 50)]
    assert journal_of(till).allowances("m1") == ()
    outbox.store_grant("g1", "m1", 40, "identified", None)
    assert outbox.planned_grants() == []
    journal_of(till).record(Facts(uses=(AllowanceUse("g1", 40),)))
    outbox.store_grant("g1", "m1", 40, "identified", None)
    found = journal_of(till).allowances("m1")[0]
    assert (found.granted, found.spent, found.kind) == (40, 40, "identified")


def test_a_plan_that_nobody_will_answer_is_forgotten(till, outbox):
    outbox.plan_grant("g1", "m1", 50, "identified")
    outbox.forget_plan("g1")
    assert outbox.planned_grants() == []


def test_the_feed_never_gives_back_what_was_spent_here(till, outbox):
    outbox.apply_rows([("g1", "m1", 100, "placed", (0, 0, None, 0), 0)])
    journal_of(till).record(Facts(uses=(AllowanceUse("g1", 60),)))
    outbox.apply_rows([("g1", "m1", 100, "placed", (10, 0, None, 1), 0)])
    assert journal_of(till).allowances("m1")[0].left == 40


def test_a_reclaimed_grant_shrinks_to_what_is_spent_and_never_below(till, outbox):
    outbox.apply_rows([("g1", "m1", 100, "placed", (0, 0, None, 0), 0)])
    journal_of(till).record(Facts(uses=(AllowanceUse("g1", 60),)))
    outbox.apply_rows([("g1", "m1", 20, "placed", (0, 0, None, 1), 0)])
    found = journal_of(till).allowances("m1")[0]
    assert (found.granted, found.spent, found.left) == (60, 60, 0)
    outbox.apply_rows([("g2", "m1", 5, "placed", (0, 0, None, 1), 0)])
    outbox.apply_rows(["g2"])
    assert sum(a.left for a in journal_of(till).allowances("m1")) == 0


def test_a_grant_that_the_feed_told_first_is_not_changed_by_the_late_answer(till, outbox):
    until = NOON + timedelta(hours=72)
    outbox.apply_rows([("g1", "m1", 100, "placed", (0, 0, until, 0), 0)])
    outbox.store_grant("g1", "m1", 70, "placed", None)
    found = journal_of(till).allowances("m1")[0]
    assert (found.granted, found.lease_until) == (100, until)


def restored(tmp_path, till, sales):
    """The database as it was now, with the sentinel of after those sales."""
    till.driver.execute("VACUUM INTO ?", (str(tmp_path / "image.db"),))
    sales()
    till.close()
    for leftover in ("till.db-wal", "till.db-shm"):
        (tmp_path / leftover).unlink(missing_ok=True)
    shutil.copy(tmp_path / "image.db", tmp_path / "till.db")
    return open_at(tmp_path / "till.db")


def test_a_restored_backup_is_noticed_and_starts_a_new_chain(tmp_path):
    """Case 26: an old image."""
    till = open_at(tmp_path / "till.db")
    Outbox(till).save_identity(identity())
    grant(till)
    sell(till, 1, 2, 3, member_id="m1")
    Outbox(till).ack(2, 1)
    till = restored(tmp_path, till, lambda: sell(till, 4))
    outbox, journal = Outbox(till), journal_of(till)
    assert journal.sentinel_mismatch()
    assert outbox.sentinel_mismatch()
    kept = outbox.batch(1, 9, 1 << 20)
    assert outbox.new_incarnation() == 2
    assert not journal.sentinel_mismatch()
    assert outbox.identity().incarnation == 2
    again = outbox.batch(0, 9, 1 << 20)
    assert [(e.id, e.kind, e.v, e.body) for e in again] == [
        (e.id, e.kind, e.v, e.body) for e in kept
    ]
    assert [e.seq for e in again] == [1, 2]
    previous = GENESIS
    for event in again:
        previous = chain_hash(previous, event.seq, event.id, event.kind, event.body)
        assert event.hash == previous
    assert outbox.position() == (2, 2, previous, 0, 0)
    assert journal.document("A-000001") == sale(1, "m1")
    assert journal.last_document() == sale(3, "m1")
    assert journal.next_receipt_counter() == 5
    till.close()


def test_a_loss_of_a_grant_alone_is_noticed(tmp_path):
    """Case 26: without sales since."""
    till = open_at(tmp_path / "till.db")
    sell(till, 1)
    till = restored(tmp_path, till, lambda: grant(till))
    assert Outbox(till).sentinel_mismatch()
    till.close()


def test_grants_of_an_older_incarnation_are_never_spent_again(till, outbox):
    grant(till, "old")
    outbox.plan_grant("asked before", "m1", 10, "placed")
    outbox.new_incarnation()
    journal = journal_of(till)
    assert outbox.frozen()
    assert journal.allowances("m1") == ()
    with pytest.raises(GrantsFrozen):
        journal.record(Facts(uses=(AllowanceUse("old", 1),)))
    outbox.apply_rows([("of the lost time", "m1", 50, "placed", (0, 0, None, 0), 0)])
    outbox.store_grant("asked before", "m1", 10, "placed", None)
    outbox.thaw()
    assert not outbox.frozen()
    assert journal.allowances("m1") == ()
    for lost in ("old", "of the lost time", "asked before"):
        with pytest.raises(AllowanceOverused):
            journal.record(Facts(uses=(AllowanceUse(lost, 1),)))
    grant(till, "new")
    assert [a.grant_id for a in journal.allowances("m1")] == ["new"]


def test_points_of_events_renumbered_from_one_are_seen_beside_an_old_posted_number(till, outbox):
    sell(till, 1, 2, 3, 4, 5, member_id="m1")
    outbox.ack(5, 4)
    outbox.new_incarnation()
    journal = journal_of(till)
    assert [e.entry_id for e in journal.unposted("m1", 4)] == [uid(3, 5)]
    assert journal.unposted("m1", 1) == ()
    assert len(journal.unposted_spend("m1", 4)) == 1


def test_the_server_may_name_the_incarnation_to_pass(till, outbox):
    assert outbox.new_incarnation(above=6) == 7


def test_history_of_older_incarnations_is_pruned_by_age(till, outbox):
    sell(till, 1, 2, 3)
    outbox.ack(3, 2)
    outbox.new_incarnation()
    later = NOON + timedelta(days=40)
    assert outbox.retention(later, max_events=1) == 1
    assert outbox.retention(later) == 1
    assert outbox.retention(later) == 0
    assert [e.id for e in outbox.batch(0, 9, 1 << 20)] == [uid(2, 3)]


def test_a_lost_sentinel_of_a_till_with_a_past_is_a_mismatch(tmp_path, till, outbox):
    """Case 50: the sentinel too."""
    (tmp_path / "till.sentinel").unlink(missing_ok=True)
    assert not outbox.sentinel_mismatch()
    sell(till, 1)
    assert not outbox.sentinel_mismatch()
    for garbage in (
        "",
        "1 2 3",
        "1 2 3 4",
        "000000000001 000000000009 000000000001 0000000000\n",
        "ё",
    ):
        (tmp_path / "till.sentinel").write_text(garbage, encoding="utf-8")
        assert outbox.sentinel_mismatch()
    sell(till, 2)
    assert not outbox.sentinel_mismatch()


def test_a_sentinel_that_is_older_means_nothing(tmp_path, till, outbox):
    sell(till, 1)
    old = (tmp_path / "till.sentinel").read_bytes()
    sell(till, 2)
    (tmp_path / "till.sentinel").write_bytes(old)
    assert not outbox.sentinel_mismatch()


def test_a_sentinel_that_cannot_be_written_does_not_stop_a_sale(tmp_path):
    (tmp_path / "till.sentinel").mkdir()
    till = open_at(tmp_path / "till.db")
    sell(till, 1)
    assert journal_of(till).last_document() == sale(1)
    till.close()


def test_a_member_whom_the_server_erased_is_forgotten_here_with_every_key(till, outbox):
    journal = journal_of(till)
    journal.record(Facts(local_member=(member(), (("phone", "ab12"), ("card", "777")))))
    journal.record(Facts(local_member=(member("m2", "Борис"), (("phone", "cd34"),))))
    outbox.forget_members(["m1", "nobody"])
    assert journal.local_member("id", "m1") is None
    assert journal.local_member("card", "777") is None
    assert journal.local_member("phone", "cd34") == member("m2", "Борис")
    keys = till.driver.execute("SELECT key FROM local_member_key").fetchall()
    assert [key for (key,) in keys] == ["cd34"]


def test_the_rows_of_a_page_are_one_transaction_of_the_grants(till, outbox):
    """A first load brings hundreds: a disk that takes its time is waited for once."""
    before = till.chain().generation
    outbox.apply_rows([(f"g{n}", "m1", 5, "placed", (0, 0, None, 0), 0) for n in range(300)])
    assert till.chain().generation == before + 1
