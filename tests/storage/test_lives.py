"""The lives of one database: rolled back on its own machine, copied to another, taken over."""

import shutil
from datetime import timedelta

import pytest

from pos_app.gear.machine import fingerprint
from pos_app.storage.errors import AllowanceOverused
from pos_app.storage.lives import MOVED, ROLLED_BACK, Lives
from pos_app.storage.outbox import Outbox
from pos_app.workstation.ports import Facts
from tests.storage.builders import NOON, grant, identity, journal_of, open_at, sale_facts
from tests.storage.test_outbox import restored, sell

HERE, THERE = "a" * 32, "b" * 32


@pytest.fixture
def till(tmp_path):
    till = open_at(tmp_path / "till.db")
    Outbox(till).save_identity(identity())
    yield till
    till.close()


def test_a_till_that_is_where_it_was_goes_on(till):
    lives = Lives(till, HERE)
    assert lives.begin() == ""
    sell(till, 1)
    assert lives.begin() == ""
    assert Outbox(till).position().incarnation == 1


def test_a_till_that_was_never_enrolled_has_no_life_to_lose(tmp_path):
    till = open_at(tmp_path / "till.db")
    till.set_meta("x", b"y")
    assert Lives(till, HERE).begin() == ""
    till.close()


@pytest.mark.parametrize("spent", [False, True], ids=["nothing sold since", "sold since"])
def test_an_old_image_on_its_own_machine_begins_another_life_by_itself(tmp_path, spent):
    """Case 26: an old image restored, with and without sales since; the sentinel tells it."""
    till = open_at(tmp_path / "till.db")
    Outbox(till).save_identity(identity())
    Lives(till, HERE).begin()
    grant(till)
    sell(till, 1, 2, member_id="m1")
    changes = (lambda: sell(till, 3)) if spent else (lambda: grant(till, "g2"))
    till = restored(tmp_path, till, changes)
    assert Lives(till, HERE).begin() == ROLLED_BACK
    outbox = Outbox(till)
    assert outbox.position()[:2] == (2, 2)
    assert outbox.frozen()
    assert Lives(till, HERE).begin() == ""
    till.close()


def test_a_copy_on_another_machine_sends_nothing_and_spends_nothing_until_a_person_says_so(
    tmp_path, till
):
    """Case 26: an image cloned onto a second machine waits there for a person."""
    Lives(till, HERE).begin()
    grant(till)
    sell(till, 1)
    till.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (tmp_path / "copy").mkdir()
    for name in ("till.db", "till.sentinel"):
        shutil.copy(tmp_path / name, tmp_path / "copy" / name)
    copy = open_at(tmp_path / "copy/till.db")
    lives = Lives(copy, THERE)
    assert lives.begin() == lives.begin() == MOVED
    assert lives.moved()
    assert journal_of(copy).allowances("m1") == ()
    sell(copy, 2)
    assert lives.take_over(above=4) == 5
    assert not lives.moved()
    assert lives.begin() == ""
    assert [e.seq for e in Outbox(copy).batch(0, 9, 1 << 20)] == [1, 2]
    assert Lives(till, HERE).begin() == ""
    copy.close()


def test_a_machine_without_a_name_is_no_reason_to_stop(till):
    Lives(till, HERE).begin()
    assert Lives(till, "").begin() == ""
    assert not Lives(till, "").moved()


def test_the_server_may_prove_a_roll_back_once_a_week(till):
    lives = Lives(till, HERE)
    sell(till, 1)
    assert lives.again(3, NOON)
    assert Outbox(till).position().incarnation == 4
    till.driver.execute("UPDATE chain SET frozen = 0")
    for later in (timedelta(days=6), timedelta(days=-6)):
        assert not lives.again(5, NOON + later)
    assert Outbox(till).frozen()
    assert Outbox(till).position().incarnation == 4
    assert lives.again(5, NOON + timedelta(days=8))


def test_frozen_once_is_frozen(till):
    grant(till)
    lives = Lives(till, HERE)
    lives.freeze()
    lives.freeze()
    assert journal_of(till).allowances("m1") == ()
    till.driver.execute("UPDATE chain SET frozen = 0")
    assert journal_of(till).allowances("m1")[0].left == 100


def test_a_grant_belongs_to_the_incarnation_that_the_server_gave_it_to(till):
    """Case 26: a fenced double hears grants of its successor and must not spend them."""
    outbox = Outbox(till)
    outbox.apply_rows([("of another", "m1", 50, "placed", (0, 0, None, 0), 2)])
    outbox.apply_rows([("ours", "m1", 30, "placed", (0, 0, None, 0), 1)])
    assert [a.grant_id for a in journal_of(till).allowances("m1")] == ["ours"]
    from pos_app.domain.loyalty.allowance import AllowanceUse

    with pytest.raises(AllowanceOverused):
        journal_of(till).record(Facts(uses=(AllowanceUse("of another", 1),)))


def test_held_grants_are_told_in_pages_with_the_incarnation_they_came_in(till):
    outbox = Outbox(till)
    for n in range(5):
        grant(till, f"g{n}")
    outbox.plan_grant("planned", "m1", 10, "identified")
    outbox.new_incarnation()
    outbox.thaw()
    grant(till, "g9")
    first = outbox.held_grants("", 4)
    rest = outbox.held_grants(first[-1].grant_id, 4)
    assert [(g.grant_id, g.incarnation) for g in (*first, *rest)] == [
        *((f"g{n}", 1) for n in range(5)),
        ("g9", 2),
    ]


def test_a_server_that_lost_what_its_backups_had_is_told_all_that_is_kept(till):
    outbox = Outbox(till)
    sell(till, 1, 2, 3)
    outbox.ack(3, 3)
    assert outbox.new_incarnation() == 2
    assert outbox.position().head == 0
    sell(till, 4)
    outbox.ack(1, 1)
    assert outbox.new_incarnation(whole=True) == 3
    assert outbox.position().head == 1


def test_what_was_lost_is_remembered_until_it_was_told(till):
    outbox = Outbox(till)
    assert outbox.lost() == ""
    outbox.told_lost()
    outbox.put("lost", b"1:4-6")
    assert outbox.lost() == "1:4-6"
    outbox.told_lost()
    assert outbox.lost() == ""
    assert outbox.reconciled_epoch() == ""
    outbox.set_reconciled_epoch("e1")
    assert outbox.reconciled_epoch() == "e1"


def test_a_machine_is_named_by_what_its_system_was_installed_with(tmp_path):
    first, second = tmp_path / "id", tmp_path / "other"
    first.write_text("uninitialized\n")
    assert fingerprint((first,)) == ""
    second.write_text("0123456789abcdef\n")
    named = fingerprint((tmp_path / "none", first, second))
    assert len(named) == 32
    assert named == fingerprint((second,))
    assert "0123456789abcdef" not in named


def test_a_sale_between_the_two_looks_at_sentinel_and_chain_is_no_roll_back(till):
    sell(till, 1)
    read = till._sentinel.read

    def sold_meanwhile():
        mark = read()
        journal_of(till).record(sale_facts(2))
        return mark

    till._sentinel.read = sold_meanwhile
    assert not till.sentinel_mismatch()
