"""Tallies and choices on a till's own disk, and as its mirror tells them."""

from dataclasses import replace

import pytest

from pos_app.domain.events import CategoriesChosen, TransactionCompleted
from pos_app.domain.loyalty.choosing import Chosen
from pos_app.domain.loyalty.tally import TallyEntry
from pos_app.storage.mirror_rows import member_of
from pos_app.storage.outbox import Outbox
from pos_app.storage.salvage import salvage
from pos_app.workstation.ports import Facts
from sync.translate import WireCodec, member_row
from sync.wire.codec import canonical
from tests.storage.builders import (
    DAY,
    KEY,
    NOON,
    identity,
    journal_of,
    member,
    open_at,
    sale,
    sale_facts,
    uid,
)

VISIT = TallyEntry("visits", "", 1)
STAMPS = TallyEntry("stamps/tea", "", 2, (1, 2))
CHOICE = CategoriesChosen("m1", "2026-11", ("Чай", "Хлеб"), "s1", "op1", NOON, DAY)


def sold(n, *tallies, member_id="m1", **more):
    facts = sale_facts(n, member_id)
    document = replace(sale(n, member_id), tallies=tallies, **more)
    return replace(facts, events=((uid(2, n), TransactionCompleted(document)),))


def chosen(n, event=CHOICE):
    return Facts(events=((uid(5, n), event),))


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
def test_own_tallies_and_choices_after_the_posted_number_survive_a_restart(tmp_path, key):
    till = open_at(tmp_path / "till.db", key)
    journal = journal_of(till)
    journal.record(sold(1, VISIT))
    journal.record(chosen(1))
    journal.record(sold(2, VISIT, STAMPS))
    journal.record(sold(3, VISIT, member_id="m2"))
    till.close()
    till = open_at(tmp_path / "till.db", key)
    journal = journal_of(till)
    assert journal.unposted_tallies("m1", 0) == (VISIT, VISIT, STAMPS)
    assert journal.unposted_tallies("m1", 1) == (VISIT, STAMPS)
    assert journal.unposted_tallies("m1", 3) == ()
    assert journal.unposted_choices("m1", 0) == (CHOICE,)
    assert journal.unposted_choices("m1", 2) == ()
    assert journal.unposted_choices("m2", 0) == ()
    assert journal.unposted_spend("m1", 0) == ((DAY, 2000), (DAY, 2000))
    assert len(journal.unposted("m1", 0)) == 2
    till.close()


def test_points_for_somebody_else_bring_that_one_no_tallies(tmp_path):
    till = open_at(tmp_path / "till.db")
    journal = journal_of(till)
    document = replace(sale(1, "m1"), tallies=(VISIT,))
    friend = replace(document.entries[0], entry_id=uid(3, 99), member_id="m2")
    document = replace(document, entries=(*document.entries, friend))
    journal.record(Facts(events=((uid(2, 1), TransactionCompleted(document)),)))
    assert journal.unposted_tallies("m2", 0) == ()
    assert journal.unposted_tallies("m1", 0) == (VISIT,)
    till.close()


def test_a_salvaged_till_still_knows_what_was_chosen(tmp_path):
    till = open_at(tmp_path / "old.db")
    Outbox(till).save_identity(identity())
    journal = journal_of(till)
    journal.record(chosen(1))
    journal.record(sold(1, STAMPS))
    till.close()
    new = open_at(tmp_path / "new.db")
    salvage(tmp_path / "old.db", new, WireCodec(), None)
    assert journal_of(new).unposted_choices("m1", 0) == (CHOICE,)
    assert journal_of(new).unposted_tallies("m1", 0) == (STAMPS,)
    new.close()


def test_a_member_enrolled_here_is_kept_without_tallies_and_with_choices(tmp_path):
    till = open_at(tmp_path / "till.db")
    choices = {"2026-11": Chosen("2026-11", ("Чай",), NOON)}
    one = replace(member(), tallies={("visits", ""): 1}, choices=choices)
    journal_of(till).record(Facts(local_member=(one, (("card", "7"),))))
    assert journal_of(till).local_member("card", "7") == replace(one, tallies={})
    till.close()


def test_a_mirrored_member_has_tallies_and_choices_and_an_old_row_has_none():
    choices = {"2026-11": Chosen("2026-11", ("Чай",), NOON)}
    tallies = {
        ("stamps/tea", ""): 2,
        ("earned/month", "2026-11"): 70,
        ("earned/month", "2026-10"): 5,
    }
    one = replace(member(), tallies=tallies, choices=choices)
    found = member_of(canonical(member_row(one)))
    assert (found.tallies, found.choices) == (tallies, choices)
    old = member_of(b'{"id":"m1","display_name":"A"}')
    assert (dict(old.tallies), dict(old.choices)) == ({}, {})
