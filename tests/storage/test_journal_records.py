"""What the journal was told is there after a restart, all of it; what failed is not, none of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_app.domain.events import RightUsed, UnknownCodeSeen
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.storage.errors import AllowanceOverused, ReceiptOutOfOrder
from pos_app.storage.outbox import Outbox
from pos_app.workstation.ports import Facts, StorageBroken, SuspendedDraft, Tendering
from sync.wire.codec import GENESIS, chain_hash
from tests.storage.builders import (
    DAY,
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


@pytest.fixture(params=[None, KEY], ids=["plain", "encrypted"])
def till(request, tmp_path):
    till = open_at(tmp_path / "till.db", request.param)
    yield till
    till.close()


@pytest.fixture
def journal(till):
    return journal_of(till)


def test_a_new_till_knows_nothing(journal):
    assert journal.identity() is None
    assert journal.session() is None
    assert journal.last_session() is None
    assert journal.last_document() is None
    assert journal.document("A-000001") is None
    assert journal.next_receipt_counter() == 1
    assert journal.unsent() == 0
    assert journal.mirror_generation() == 0
    assert not journal.sentinel_mismatch()


def test_enrolment_is_remembered_with_its_secrets(till, journal):
    Outbox(till).save_identity(replace(identity(), incarnation=3))
    assert journal.identity() == replace(identity(), incarnation=3)
    journal.record(sale_facts(1))
    Outbox(till).save_identity(replace(identity(), incarnation=7, store_name="Другой"))
    assert journal.identity() == replace(identity(), incarnation=3, store_name="Другой")


def test_a_sale_is_found_by_id_by_number_and_as_the_last(journal):
    for n in (1, 2, 3):
        journal.record(sale_facts(n, "m1"))
    assert journal.document(uid(1, 2)) == sale(2, "m1")
    assert journal.document("A-000003") == sale(3, "m1")
    assert journal.last_document() == sale(3, "m1")
    assert journal.next_receipt_counter() == 4
    assert journal.unsent() == 3


def test_a_sale_survives_a_restart(tmp_path):
    for key in (None, KEY):
        path = tmp_path / f"{key is None}.db"
        till = open_at(path, key)
        journal_of(till).record(sale_facts(1, "m1"))
        till.close()
        again = open_at(path, key)
        journal = journal_of(again)
        assert journal.last_document() == sale(1, "m1")
        assert journal.session() == session(receipts=1)
        assert [job.job_id for job in journal.jobs()] == [uid(4, 1)]
        assert not journal.sentinel_mismatch()
        again.close()


def test_the_chain_is_dense_and_each_hash_covers_the_one_before(till, journal):
    for n in range(1, 6):
        journal.record(sale_facts(n))
    previous = GENESIS
    batch = Outbox(till).batch(0, 100, 1 << 20)
    assert [event.seq for event in batch] == [1, 2, 3, 4, 5]
    for event in batch:
        previous = chain_hash(previous, event.seq, event.id, event.kind, event.body)
        assert event.hash == previous
    assert Outbox(till).position().head_hash == previous


def test_the_event_table_shows_incarnation_and_seq_to_a_person(till, journal):
    journal.record(sale_facts(1))
    rows = till.driver.execute("SELECT incarnation, seq FROM event").fetchall()
    assert [tuple(row) for row in rows] == [(1, 1)]


def test_a_receipt_number_that_is_not_the_next_is_refused(journal):
    journal.record(sale_facts(1))
    with pytest.raises(ReceiptOutOfOrder):
        journal.record(replace(sale_facts(2), receipt_counter=3))
    with pytest.raises(ReceiptOutOfOrder):
        journal.record(replace(sale_facts(2), receipt_counter=1))
    assert journal.document("A-000002") is None
    journal.record(sale_facts(2))


def test_an_event_id_is_never_recorded_twice(journal):
    journal.record(sale_facts(1))
    with pytest.raises(StorageBroken):
        journal.record(Facts(events=sale_facts(1).events))
    assert journal.unsent() == 1


def test_points_beyond_a_grant_are_refused_with_the_whole_sale(till, journal):
    grant(till, points=30)
    journal.record(sale_facts(1, "m1", uses=(AllowanceUse("g1", 20),)))
    with pytest.raises(AllowanceOverused):
        journal.record(sale_facts(2, "m1", uses=(AllowanceUse("g1", 11),)))
    with pytest.raises(AllowanceOverused):
        journal.record(sale_facts(2, "m1", uses=(AllowanceUse("unknown", 1),)))
    with pytest.raises(AllowanceOverused):
        journal.record(sale_facts(2, "m1", uses=(AllowanceUse("g1", 0),)))
    assert journal.document("A-000002") is None
    assert journal.allowances("m1")[0].left == 10
    journal.record(sale_facts(2, "m1", uses=(AllowanceUse("g1", 10),)))
    assert journal.allowances("m1")[0].left == 0


def test_returned_points_cannot_be_spent_any_more(till, journal):
    grant(till, points=30)
    journal.record(Facts(returned=(AllowanceUse("g1", 25),)))
    found = journal.allowances("m1")[0]
    assert (found.spent, found.returned, found.left) == (0, 25, 5)
    with pytest.raises(AllowanceOverused):
        journal.record(Facts(uses=(AllowanceUse("g1", 6),)))


def test_a_lease_comes_back_to_the_microsecond(till, journal):
    until = NOON + timedelta(hours=72, microseconds=1)
    Outbox(till).store_grant("g1", "m1", 5, "identified", until)
    found = journal.allowances("m1")[0]
    assert found.lease_until == until
    assert found.kind == "identified"


def test_unposted_entries_are_those_after_the_posted_number(journal):
    for n in range(1, 6):
        journal.record(sale_facts(n, "m1" if n % 2 else "m2"))
    assert [e.entry_id for e in journal.unposted("m1", 0)] == [uid(3, 1), uid(3, 3), uid(3, 5)]
    assert [e.entry_id for e in journal.unposted("m1", 3)] == [uid(3, 5)]
    assert journal.unposted("m1", 5) == ()
    assert journal.unposted_spend("m1", 1) == ((DAY, 2000), (DAY, 2000))
    assert journal.unposted("nobody", 0) == ()


def test_a_return_lowers_the_spend_of_the_day_of_its_sale(journal):
    journal.record(sale_facts(1, "m1", on=DAY - timedelta(days=40)))
    journal.record(sale_facts(2, "m1", lines=1, original_id=uid(1, 1)))
    journal.record(sale_facts(3, "m1", lines=1, original_id="sold elsewhere"))
    assert journal.returns_of(uid(1, 1)) == (sale(2, "m1", lines=1, original_id=uid(1, 1)),)
    sold_on = DAY - timedelta(days=40)
    assert journal.unposted_spend("m1", 0) == ((sold_on, 2000), (sold_on, -1000), (DAY, -1000))


def test_a_draft_is_kept_until_it_is_dropped(journal):
    first = SuspendedDraft(uid(1, 9), "тележка", NOON, "op1", 3, 4500, b"{}")
    second = replace(first, transaction_id=uid(1, 8), label="ещё")
    journal.record(Facts(suspend=first))
    journal.record(Facts(suspend=second))
    assert journal.suspended() == (first, second)
    journal.record(Facts(drop_suspended=uid(1, 9)))
    assert journal.suspended() == (second,)


def test_resuming_and_suspending_again_is_one_commit(journal):
    draft = SuspendedDraft(uid(1, 9), "тележка", NOON, "op1", 3, 4500, b"{}")
    journal.record(Facts(suspend=draft))
    journal.record(Facts(drop_suspended=uid(1, 9), suspend=replace(draft, lines=4)))
    assert [d.lines for d in journal.suspended()] == [4]


def test_an_open_receipt_is_kept_as_it_is_now_under_the_label_that_stands_there(journal):
    draft = SuspendedDraft(uid(1, 9), "", NOON, "op1", 3, 4500, b"{}")
    journal.keep_open(draft)
    journal.keep_open(replace(draft, lines=4, body=b'{"open":1}'))
    assert [(d.lines, d.body) for d in journal.suspended()] == [(4, b'{"open":1}')]
    journal.record(Facts(suspend=replace(draft, label="тележка")))
    journal.keep_open(replace(draft, lines=5))
    assert [(d.lines, d.label) for d in journal.suspended()] == [(5, "тележка")]
    assert journal.suspended(but=uid(1, 9)) == ()


def test_a_completed_receipt_is_not_kept_open(journal):
    journal.record(sale_facts(1))
    journal.keep_open(SuspendedDraft(uid(1, 1), "", NOON, "op1", 3, 4500, b"{}"))
    assert journal.suspended() == ()


def test_money_that_is_moving_is_known_after_a_restart(journal):
    moving = Tendering(uid(1, 1), NOON, b'{"card":1}')
    journal.begin_tendering(moving)
    journal.begin_tendering(replace(moving, body=b'{"card":2}'))
    assert journal.tenderings() == (replace(moving, body=b'{"card":2}'),)
    journal.record(sale_facts(1))
    assert journal.tenderings() == ()


def test_a_printed_job_is_not_offered_again(journal):
    journal.record(sale_facts(1))
    journal.record(sale_facts(2))
    journal.set_job_state(uid(4, 1), "printed")
    journal.set_job_state(uid(4, 2), "sent")
    assert [(job.job_id, job.state) for job in journal.jobs()] == [(uid(4, 2), "sent")]


def test_a_session_that_closed_is_the_last_but_not_the_open_one(journal):
    journal.record(Facts(session=session(1)))
    journal.record(Facts(session=session(1, receipts=7, is_open=False)))
    assert journal.session() is None
    assert journal.last_session() == session(1, receipts=7, is_open=False)
    journal.record(Facts(session=session(2)))
    assert journal.session() == session(2)


def test_a_member_enrolled_here_is_found_by_every_key_and_the_first_keeps_it(journal):
    journal.record(Facts(local_member=(member(), (("phone", "ab12"), ("card", "777")))))
    journal.record(Facts(local_member=(member("m2", "Борис"), (("phone", "ab12"), ("code", "c")))))
    assert journal.local_member("phone", "ab12") == member()
    assert journal.local_member("card", "777") == member()
    assert journal.local_member("code", "c") == member("m2", "Борис")
    assert journal.local_member("id", "m2") == member("m2", "Борис")
    assert journal.local_member("card", "778") is None


def test_what_cannot_be_stored_is_our_bug_and_leaves_nothing(journal):
    odd = replace(member(), segments=object())
    with pytest.raises(TypeError, match="cannot store object"):
        journal.record(Facts(local_member=(odd, ())))
    with pytest.raises(StorageBroken):
        journal.record(Facts(local_member=(member(), (("card", object()),))))
    assert journal.local_member("id", "m1") is None


def test_other_events_than_sales_join_the_chain_and_no_index(till, journal):
    audit = RightUsed("no_sale", "drawer", "op1", "", "", 0, 1, NOON)
    code = UnknownCodeSeen("4600", "op1", NOON)
    journal.record(Facts(events=((uid(2, 1), audit), (uid(2, 2), code))))
    assert journal.unsent() == 2
    assert journal.last_document() is None
    assert [e.kind for e in Outbox(till).batch(0, 9, 9999)] == ["right_used", "unknown_code_seen"]


POINTS = (
    "record.begin",
    "record.events",
    "record.allowance",
    "record.session",
    "record.member",
    "record.before_commit",
)


class Trip(Exception):
    pass


@pytest.mark.parametrize("point", POINTS)
def test_a_failure_at_any_step_leaves_nothing_and_a_usable_journal(tmp_path, point):
    armed = []

    def points(name):
        if name in armed:
            raise Trip(name)

    till = open_at(tmp_path / "till.db", points=points)
    journal = journal_of(till)
    grant(till)
    journal.record(sale_facts(1, "m1"))
    before = _content(till)
    armed.append(point)
    facts = replace(
        sale_facts(2, "m1", uses=(AllowanceUse("g1", 5),)),
        local_member=(member("m9"), (("card", "9"),)),
    )
    with pytest.raises(Trip):
        journal.record(facts)
    assert _content(till) == before
    armed.clear()
    journal.record(facts)
    assert journal.last_document() == facts.events[0][1].document
    till.close()


def _content(till):
    tables = [
        name
        for (name,) in till.driver.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall()
    ]
    return {name: till.driver.execute(f"SELECT * FROM {name}").fetchall() for name in tables}


def test_a_failure_after_commit_loses_nothing(tmp_path):
    def points(name):
        if name in ("record.after_commit",):
            raise Trip(name)

    till = open_at(tmp_path / "till.db", points=points)
    with pytest.raises(Trip):
        journal_of(till).record(sale_facts(1))
    assert journal_of(till).last_document() == sale(1)
    till.close()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(uses=st.lists(st.integers(1, 40), max_size=12))
def test_a_grant_never_gives_more_than_it_has(tmp_path_factory, uses):
    till = open_at(tmp_path_factory.mktemp("grant") / "till.db")
    journal = journal_of(till)
    grant(till, points=100)
    spent = 0
    for points in uses:
        facts = Facts(uses=(AllowanceUse("g1", points),))
        if spent + points <= 100:
            journal.record(facts)
            spent += points
        else:
            with pytest.raises(AllowanceOverused):
                journal.record(facts)
    assert journal.allowances("m1")[0].spent == spent
    till.close()
