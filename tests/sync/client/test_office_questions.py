"""A manager's questions over a line that misbehaves: answered truly, a word counted once."""

from contextlib import suppress

import pytest

from pos_app.domain.rights import DEFAULT_ROLES, Operator
from sync.client import errors
from sync.client.office import Office
from sync.server.books.conflicts import Conflict, record
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import conflict
from sync.server.settings import reference
from sync.wire.messages import PATHS
from tests.sync.client.test_sync_with_the_server import play

MARY = "m-mary"


async def here(work):
    return work()


def office(till):
    return Office(till.connection, till.outbox, None, here)


async def with_conflict(shop, till) -> str:
    """One line of this till, and Olga who may sign it."""
    olga = Operator("olga", "Ольга", "manager", "h", DEFAULT_ROLES["manager"])
    terminal = till.outbox.identity().terminal_id
    line = Conflict("clock_skew", terminal=terminal, detail="+00:14:05", money_minor=5)

    def write(connection):
        reference.set_operator(connection, shop.server.services, olga)
        record(connection, bucket_of(terminal), [line], 1)

    await shop.server.database.write(write)
    return line.id


def word(conflict_id, **more):
    return {"conflict": conflict_id, "action": "note", "operator": "olga", "reason": "seen", **more}


@pytest.mark.parametrize("fault", ["lose_request", "lose_reply", "double", "cut:20", "portal"])
def test_a_signature_whose_answer_was_lost_is_said_again_and_counts_once(tmp_path, fault):
    async def scene(shop, till):
        line = await with_conflict(shop, till)
        shop.net.plan(PATHS["sign_off"], fault)
        with suppress(errors.Trouble):
            await office(till).sign_off(word(line))
        said = await office(till).sign_off(word(line))
        assert said["line"]["by"] == "Ольга (olga)"
        rows = await shop.server.database.read(lambda c: c.execute(conflict.select()).all())
        assert [(row.state, row.action, row.reason) for row in rows] == [
            ("signed_off", "note", "seen")
        ]
        told = await office(till).conflicts({"signed": True})
        assert told.get("open", 0) == 0
        assert told["lines"] == [said["line"]]

    play(tmp_path, scene)


def test_what_the_server_says_no_to_is_an_answer_and_a_wrong_epoch_is_asked_again(tmp_path):
    async def scene(shop, till):
        line = await with_conflict(shop, till)
        till.outbox.set_epoch("former")
        assert (await office(till).sign_off(word(line, reason="in the other")))["forgiven"] == 0
        assert await office(till).sign_off(word(line, reason="again")) == {"refused": "signed_off"}
        assert await office(till).sign_off(word("none")) == {"refused": "unknown_conflict"}
        assert await office(till).sign_off(word(line, operator="ivan")) == {"refused": "no_right"}
        told = await office(till).conflicts({})
        assert told["server_time"]
        assert "lines" not in told

    play(tmp_path, scene)


def test_a_member_that_nobody_knows_has_no_history(tmp_path):
    async def scene(shop, till):
        told = await office(till).history({"member": MARY})
        assert told["member"] is None
        shop.net.plan(PATHS["history"], "lose_reply")
        with pytest.raises(errors.Lost):
            await office(till).history({"member": MARY, "most": 5})

    play(tmp_path, scene)
