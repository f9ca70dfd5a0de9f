"""The till's file is put back from a copy: what waits in it may have been paid since."""

import json
import shutil
from dataclasses import replace

from pos_app.wiring.memory import open_memory
from tests.workstation.power import beat, cut, told
from tests.workstation.tills import BREAD, MILK, ok


def put_back(shop, kept):
    """The copy takes the place of the file, the mark beside it stays: the start sees it."""
    shutil.copy(kept, shop.folder / "till.db")
    memory = open_memory(shop.folder)
    begun = memory.lives.begin()
    memory.close()
    shop.start()
    return begun


def test_from_a_copy_that_was_put_back_the_notice_says_that_it_may_have_been_paid_since(shop):
    shop.scan(MILK)
    ok(shop.till.suspend("куртка"))
    shop.scan(MILK, BREAD)
    beat(shop)
    kept = shop.folder / "copy.db"
    shop.memory.file.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(shop.folder / "till.db", kept)
    ok(shop.till.pay("cash"))
    shop.mirror.close()
    shop.memory.close()
    assert put_back(shop, kept) == "rolled_back"
    assert "cut_short_put_back" in told(shop)
    assert [(one.cut, one.put_back) for one in shop.view.suspended] == [(False, True), (True, True)]
    (cut_one,) = [one for one in shop.view.suspended if one.cut]
    ok(shop.till.resume(cut_one.id))
    ok(shop.till.pay("cash"))
    assert [one.put_back for one in shop.view.suspended] == [True]


def test_what_is_written_after_the_copy_was_put_back_is_told_as_ever(shop):
    shop.scan(MILK)
    ok(shop.till.pay("cash"))
    shop.memory.file.new_incarnation()
    shop.scan(MILK)
    beat(shop)
    cut(shop)
    assert "cut_short" in told(shop)
    assert [one.put_back for one in shop.view.suspended] == [False]


def test_what_an_older_program_has_written_is_not_said_to_be_of_a_copy(shop):
    shop.scan(MILK)
    beat(shop)
    (draft,) = shop.memory.journal.suspended()
    body = json.loads(draft.body)
    del body["life"]
    shop.memory.journal.keep_open(replace(draft, body=json.dumps(body).encode()))
    cut(shop)
    shop.memory.file.new_incarnation()
    assert "cut_short" in told(shop)
