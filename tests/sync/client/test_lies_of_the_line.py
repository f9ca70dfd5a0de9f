"""Pages, look-ups, grants and enrolments that are messages, and still not what was asked for."""

from contextlib import asynccontextmanager

import httpx
import pytest
from msgspec import Raw, structs

from pos_app.gear.secrets import Ed25519Signer
from sync.client import errors
from sync.client.enrol import enrol
from sync.client.pull import SnapshotNeeded
from sync.wire.codec import canonical
from sync.wire.digest import total_of
from sync.wire.messages import (
    AllowanceReply,
    EnrolReply,
    FeedRow,
    LookupReply,
    Problem,
    PullReply,
    ScopeDigest,
)
from sync.wire.rows import AllowanceRow, OutcomeRow
from tests.sync.client import virtual
from tests.sync.client.test_push_against_lies import TERMINAL, enrolled

OWN = f"t:{TERMINAL}"
AT = "2026-11-22T09:00:00+00:00"


class Script(httpx.AsyncBaseTransport):
    """Answers one after the other; the last for ever."""

    def __init__(self, *replies) -> None:
        self.replies = list(replies)
        self.asked = 0

    async def handle_async_request(self, _request):
        self.asked += 1
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        status, body = reply if isinstance(reply, tuple) else (200, reply)
        return httpx.Response(status, stream=httpx.ByteStream(canonical(body)))


def play(folder, scene, *replies):
    async def whole():
        async with line(folder, *replies) as (till, script, mirror):
            return await scene(till, script, mirror)

    return virtual.run(whole())


@asynccontextmanager
async def line(folder, *replies):
    async with enrolled(folder, None, 2) as (till, _wire):
        script = Script(*replies)
        till.client._transport = script
        mirror = till.mirrors.create(till.mirrors.next_path())
        try:
            yield till, script, mirror
        finally:
            mirror.close()


def page(*rows, **more):
    fields = {
        "epoch": "e1",
        "rows": rows,
        "cursor": {},
        "more": False,
        "head": 0,
        "safe_head": 0,
        "server_time": AT,
    }
    return PullReply(**(fields | more))


def setting(ver, name="a"):
    return FeedRow("chain", ver, "setting", name, Raw(b'{"name":"a","value":1}'))


def own(kind, body, ver=1, deleted=False):
    return FeedRow(OWN, ver, kind, "g1", Raw(body), deleted)


def test_a_refused_epoch_is_remembered_and_asks_for_a_snapshot(tmp_path):
    async def scene(till, _script, mirror):
        till.outbox.ack(2, 0)
        with pytest.raises(SnapshotNeeded):
            await till.pull.run(mirror)
        assert till.outbox.epoch() == "e2"
        assert till.outbox.position().acked == 1

    play(tmp_path, scene, (412, Problem("epoch", epoch="e2", head=1)))


def test_a_pull_never_acknowledges_and_brings_the_safe_head_along(tmp_path):
    async def scene(till, _script, mirror):
        await till.pull.run(mirror)
        assert till.outbox.position().acked == 0
        till.outbox.ack(2, 0)
        await till.pull.run(mirror)
        position = till.outbox.position()
        assert (position.acked, position.safe_head) == (2, 2)

    play(tmp_path, scene, page(head=2, safe_head=2))


@pytest.mark.parametrize(
    "row",
    [
        own("allowance", b"[]"),
        own("allowance", canonical(AllowanceRow("g1", "m1", 5, lease_until="soon"))),
        own("outcome", b"7"),
    ],
    ids=["no row", "no instant", "no outcome"],
)
def test_a_garbled_row_of_our_own_scope_moves_no_cursor(tmp_path, row):
    async def scene(till, _script, mirror):
        with pytest.raises(errors.Lost):
            await till.pull.run(mirror)
        assert mirror.cursor() == {}

    play(tmp_path, scene, page(row, cursor={OWN: 1}))


def test_grants_of_the_feed_are_kept_and_dropped(tmp_path):
    grant = canonical(AllowanceRow("g1", "m1", 50, lease_until="2026-12-01T00:00:00+00:00"))

    async def scene(till, _script, mirror):
        await till.pull.run(mirror)
        assert [a.left for a in till.journal.allowances("m1")] == [50]
        await till.pull.run(mirror)
        assert sum(a.left for a in till.journal.allowances("m1")) == 0

    play(
        tmp_path,
        scene,
        page(own("allowance", grant), cursor={OWN: 1}),
        page(own("allowance", b"null", 2, deleted=True), cursor={OWN: 2}),
    )


def test_outcomes_that_a_person_must_see_are_counted(tmp_path):
    rows = [
        own("outcome", canonical(OutcomeRow(n, f"e{n}", outcome)), n)
        for n, outcome in enumerate(
            ("posted", "parked", "exists", "exists_with_different_content"), start=1
        )
    ]

    async def scene(till, _script, mirror):
        assert (await till.pull.run(mirror)).parked == 2

    play(tmp_path, scene, page(*rows, own("outcome", b"null", 9, True), cursor={OWN: 9}))


def test_a_scope_that_differs_even_when_fetched_anew_is_told_once_and_not_fetched_for_ever(
    tmp_path,
):
    wrong = page(setting(1), cursor={"chain": 1}, digests={"chain": ScopeDigest(1, 5, 5)})

    async def scene(till, script, mirror):
        with pytest.raises(errors.Stuck):
            await till.pull.run(mirror)
        asked = script.asked
        await till.pull.run(mirror)
        assert script.asked == asked + 1
        assert (await till.pull.verify(mirror, "chain")).healed == 0

    play(tmp_path, scene, wrong)


def test_a_scope_is_healed_over_several_pages(tmp_path):
    total = total_of([("setting", "a", 1), ("setting", "b", 2)])
    good = ScopeDigest(2, 2, total)

    async def scene(till, script, mirror):
        pulled = await till.pull.run(mirror)
        assert pulled.healed == 1
        assert script.asked == 3
        assert mirror.adds_up("chain")
        assert mirror.differing(page(digests={"chain": good})) == []

    play(
        tmp_path,
        scene,
        page(setting(1), cursor={"chain": 2}, digests={"chain": good}),
        page(setting(1), cursor={"chain": 1}, more=True),
        page(setting(2, "b"), cursor={"chain": 2}, digests={"chain": good}),
    )


@pytest.mark.parametrize(
    "lie",
    [
        {"grant": "another"},
        {"granted": 11},
        {"granted": -1},
        {"lease_until": "soon"},
        {"lease_until": "2026-12-01T00:00:00"},
    ],
)
def test_an_answer_to_another_question_grants_nothing_and_the_plan_stays(tmp_path, lie):
    async def scene(till, script, _mirror):
        till.grants.plan_grant("g1", "m1", 10, "identified")
        with pytest.raises(errors.Lost):
            await till.allowances.obtain("m1", 10)
        assert [p.grant_id for p in till.grants.planned_grants()] == ["g1"]
        assert sum(a.left for a in till.journal.allowances("m1")) == 0

    true = AllowanceReply("e1", "g1", 10, None, AT)
    play(tmp_path, scene, structs.replace(true, **lie))


def test_a_refusal_that_may_pass_keeps_the_plan(tmp_path):
    async def scene(till, _script, _mirror):
        with pytest.raises(errors.Fenced):
            await till.allowances.obtain("m1", 10)
        assert len(till.grants.planned_grants()) == 1

    play(tmp_path, scene, (410, Problem("fenced")))


def test_a_plan_for_another_member_is_not_ours(tmp_path):
    async def scene(till, script, _mirror):
        till.grants.plan_grant("g0", "m0", 10, "identified")
        with pytest.raises(errors.Lost):
            await till.allowances.obtain("m1", 10)
        assert {p.member_id for p in till.grants.planned_grants()} == {"m0", "m1"}

    play(tmp_path, scene, AllowanceReply("e1", "g0", 10, None, AT))


def test_a_look_up_that_brings_no_member_row_is_lost(tmp_path):
    async def scene(till, _script, mirror):
        with pytest.raises(errors.Lost):
            await till.allowances.look_up("card", "1", mirror)

    play(tmp_path, scene, LookupReply("e1", Raw(b'{"id":7}'), AT))


@pytest.mark.parametrize("status", [404, 401])
def test_a_refused_look_up_is_nobody_or_trouble(tmp_path, status):
    async def scene(till, _script, mirror):
        if status == 404:
            assert await till.allowances.look_up("card", "1", mirror) is None
        else:
            with pytest.raises(errors.Refused):
                await till.allowances.look_up("card", "1", mirror)

    play(tmp_path, scene, (status, Problem("unknown")))


@pytest.mark.parametrize(
    "lie",
    [
        {"server_key": "zz"},
        {"server_key": "11"},
        {"terminal": ""},
        {"pepper": ""},
        {"sealing_key": ""},
    ],
)
def test_an_enrolment_without_its_keys_is_lost_and_stores_nothing(tmp_path, lie):
    reply = EnrolReply(
        terminal="t9",
        terminal_name="Till",
        store="s1",
        store_name="Store",
        chain="c",
        epoch="e1",
        server_key="11" * 32,
        sealing_key="22" * 32,
        pepper="33" * 32,
        server_time=AT,
        receipt_prefix="0101",
    )

    async def scene(till, _script, _mirror):
        sign = Ed25519Signer(till.key.private).sign
        with pytest.raises(errors.Lost):
            await enrol(till.connection, till, code="C", name="x", key=till.key, sign=sign)
        assert till.outbox.identity().terminal_id == TERMINAL

    play(tmp_path, scene, structs.replace(reply, **lie))
