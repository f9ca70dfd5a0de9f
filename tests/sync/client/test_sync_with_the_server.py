"""The courier and the real server, both real, on a network that misbehaves; time is virtual."""

import asyncio

import pytest

from pos_app.workstation.ports import Facts
from sync.client import errors
from sync.client.pull import SnapshotNeeded
from tests.storage.builders import DAY, session
from tests.sync.client import virtual
from tests.sync.client.shop import open_shop, serving

PUSH, PULL, GRANT = "/v1/push", "/v1/pull", "/v1/allowance"


def play(folder, scene):
    """One scene with a shop and an enrolled till."""

    async def whole():
        async with open_shop(folder) as shop:
            till = await shop.till()
            try:
                return await scene(shop, till)
            finally:
                await till.close()

    return virtual.run(whole())


async def refilled(till):
    """A first mirror from the feed."""
    path = till.mirrors.next_path()
    mirror = till.mirrors.create(path)
    await till.pull.run(mirror)
    mirror.close()
    till.mirrors.flip(path)
    return till.mirrors.open()


def test_a_new_machine_becomes_a_terminal_and_knows_who_it_is(tmp_path):
    async def scene(shop, till):
        identity = till.outbox.identity()
        assert identity.store_name == "Store 1"
        assert identity.terminal_name == "till"
        assert till.outbox.epoch() == shop.services.epoch

    play(tmp_path, scene)


def test_an_enrolment_whose_reply_was_lost_is_repeated_and_gives_the_same_terminal(tmp_path):
    """Case 7: at an enrolment."""

    async def scene(shop, till):
        from pos_app.gear.secrets import Ed25519Signer
        from sync.client.enrol import enrol
        from sync.server.access import enrolment
        from tests.sync.client.till import Till

        (tmp_path / "second").mkdir()
        second = Till(tmp_path / "second", shop.net, shop.clock)
        code = await shop.write(lambda c: enrolment.new_code(c, shop.services, "s1", "second"))
        shop.net.plan("/v1/enrol", "lose_reply", "portal")
        sign = Ed25519Signer(second.key.private).sign

        async def attempt():
            return await enrol(
                second.connection, second, code=code, name="x", key=second.key, sign=sign
            )

        for _ in range(2):
            with pytest.raises(errors.Lost):
                await attempt()
            assert second.outbox.identity() is None
        reply = await attempt()
        assert (await attempt()).terminal == reply.terminal
        with pytest.raises(errors.Refused):
            await enrol(
                second.connection, second, code="WRONGONE", name="x", key=second.key, sign=sign
            )
        second.tell()
        assert await second.push.run() == 1
        await second.close()

    play(tmp_path, scene)


def test_everything_unsent_reaches_the_server_in_order_and_once(tmp_path):
    async def scene(shop, till):
        till.tell(1203)
        assert await till.push.run() == 1203
        assert await till.push.run() == 0
        assert shop.net.count(PUSH) == 3
        assert sorted(await shop.events()) == [
            (till.outbox.identity().terminal_id, n + 1) for n in range(1203)
        ]

    play(tmp_path, scene)


@pytest.mark.parametrize("fault", ["lose_request", "lose_reply", "portal", "double", "cut:40"])
def test_a_lost_reply_is_retried_and_changes_nothing(tmp_path, fault):
    """Cases 7 and 8: at a push."""

    async def scene(shop, till):
        till.tell(3)
        shop.net.plan(PUSH, fault)
        if fault == "double":
            # The second copy is refused as a replay: that refusal is what the till hears.
            with pytest.raises(errors.Refused):
                await till.push.run()
        else:
            with pytest.raises(errors.Lost):
                await till.push.run()
        assert till.outbox.position().acked == 0
        till.tell(2)
        assert await till.push.run() == 5
        assert len(await shop.events()) == 5

    play(tmp_path, scene)


def test_a_push_reply_cut_at_every_byte_is_lost_and_nothing_is_doubled(tmp_path):
    """Case 10: at every byte."""

    async def scene(shop, till):
        till.tell(2)
        cut, lost = 0, 0
        while True:
            shop.net.plan(PUSH, f"cut:{cut}")
            try:
                await till.push.run()
                break
            except errors.Lost:
                lost += 1
                assert till.outbox.position().acked == 0
            cut += 1
        assert lost == cut > 100
        assert len(await shop.events()) == 2

    play(tmp_path, scene)


def test_a_till_un_acks_above_the_head_after_the_server_lost_data(tmp_path):
    """Case 19: at a pull."""

    async def scene(shop, till):
        till.tell(4)
        await till.push.run()
        await shop.backup()
        till.tell(6)
        await till.push.run()
        assert till.outbox.position().acked == 10
        await shop.restore()
        mirror = await _empty(till)
        with pytest.raises(SnapshotNeeded):
            await till.pull.run(mirror)
        mirror.close()
        assert till.outbox.position().acked == 4
        assert till.outbox.epoch() == shop.services.epoch
        assert await till.push.run() == 6
        assert len(await shop.events()) == 10

    play(tmp_path, scene)


async def _empty(till):
    """A mirror that knows an old epoch."""
    from sync.mirror.state import save_position

    path = till.mirrors.next_path()
    mirror = till.mirrors.create(path)
    save_position(mirror._connection, {}, till.outbox.epoch(), "")
    return mirror


def test_a_push_into_a_restored_server_names_the_new_epoch_and_sends_the_lost_again(tmp_path):
    """Case 19: at a push."""

    async def scene(shop, till):
        till.tell(4)
        await till.push.run()
        await shop.backup()
        till.tell(6)
        await till.push.run()
        await shop.restore()
        till.tell(1)
        await till.push.run()
        assert till.outbox.position().acked == 11
        assert len(await shop.events()) == 11

    play(tmp_path, scene)


def test_a_server_that_lost_data_without_a_new_epoch_gets_it_again_too(tmp_path):
    async def scene(shop, till):
        till.tell(4)
        await till.push.run()
        await shop.backup()
        till.tell(6)
        await till.push.run()
        await shop.restore(another_epoch=False)
        till.tell(1)
        await till.push.run()
        assert len(await shop.events()) == 11

    play(tmp_path, scene)


def test_pull_reads_pages_to_the_end_and_the_mirror_is_the_servers(tmp_path):
    async def scene(shop, till):
        for n in range(60):
            await shop.set(f"setting-{n:03d}", {"text": "x" * 500, "n": n})
        mirror = await refilled(till)
        assert mirror.as_of().startswith("2026-11-22")
        await shop.set("late", 1)
        pulled = await till.pull.run(mirror)
        assert pulled.rows == 1
        assert (await till.pull.run(mirror)).rows == 0
        mirror.close()
        reader = till.reader()
        assert reader.setting("setting-007") == {"text": "x" * 500, "n": 7}
        assert reader.setting("late") == 1
        reader.close()

    play(tmp_path, scene)


@pytest.mark.parametrize("fault", ["lose_request", "lose_reply", "portal", "cut:100"])
def test_a_lost_page_moves_no_cursor(tmp_path, fault):
    """Case 7: at a pull."""

    async def scene(shop, till):
        mirror = await refilled(till)
        before = mirror.cursor()
        await shop.set("late", 1)
        shop.net.plan(PULL, fault)
        with pytest.raises(errors.Lost):
            await till.pull.run(mirror)
        assert mirror.cursor() == before
        assert (await till.pull.run(mirror)).rows == 1
        mirror.close()

    play(tmp_path, scene)


def test_a_scope_that_was_damaged_is_fetched_again_alone(tmp_path):
    """Case 47: by the digest of a page."""

    async def scene(shop, till):
        for n in range(20):
            await shop.set(f"setting-{n}", n)
        mirror = await refilled(till)
        mirror._connection.execute("DELETE FROM row WHERE n = 9")
        mirror._connection.execute("UPDATE scope SET count = count - 1 WHERE count > 9")
        await shop.set("late", 1)
        pulled = await till.pull.run(mirror)
        assert pulled.healed == 1
        mirror.close()
        reader = till.reader()
        assert [reader.setting(f"setting-{n}") for n in range(20)] == list(range(20))
        assert reader.setting("late") == 1
        reader.close()

    play(tmp_path, scene)


def test_a_member_with_points_is_identified_and_the_grant_is_stored(tmp_path):
    async def scene(shop, till):
        await shop.set("allowance.placement", {"share_ppm": 0})
        member = shop.enrol_member(till, points=500, card="2900000012345")
        await till.push.run()
        await shop.settle()
        other = await shop.till("other")
        async with serving(other) as (courier, _told):
            await asyncio.sleep(60)
            fields = {"kind": "card", "key": "2900000012345", "want_points": 100}
            answer = await courier.answer("identify", fields)
            assert answer["member"]["id"] == member
            assert answer["allowance"]["granted"] == 100
            held = {a.grant_id: a for a in other.journal.allowances(member)}
            assert held[answer["allowance"]["grant"]].granted == 100
        await other.close()

    play(tmp_path, scene)


def test_a_request_for_points_names_the_day_of_the_session_that_is_open(tmp_path):
    """Yesterday's session after midnight spends by yesterday, and is lent by it (ADR 221)."""

    async def scene(shop, till):
        asked, call = [], till.connection.call

        async def heard(step, message, reply):
            asked.append(message.business_on)
            return await call(step, message, reply)

        member = shop.enrol_member(till, points=500)
        await till.push.run()
        await shop.settle()
        till.connection.call = heard
        await till.allowances.obtain(member, 10)
        till.journal.record(Facts(session=session(is_open=False)))
        await till.allowances.obtain(member, 10)
        assert asked == [DAY.isoformat(), ""]

    play(tmp_path, scene)


@pytest.mark.parametrize("fault", ["lose_request", "lose_reply", "portal", "cut:30"])
def test_a_grant_whose_answer_was_lost_is_the_same_grant_when_asked_again(tmp_path, fault):
    """Case 7: at a grant."""

    async def scene(shop, till):
        member = shop.enrol_member(till, points=500)
        await till.push.run()
        await shop.settle()
        shop.net.plan(GRANT, fault)
        with pytest.raises(errors.Lost):
            await till.allowances.obtain(member, 100)
        planned = till.grants.planned_grants()
        assert [p.points for p in planned] == [100]
        again = await till.allowances.obtain(member, 300)
        assert again.grant == planned[0].grant_id
        assert till.grants.planned_grants() == []
        assert await till.allowances.settle() == 0

    play(tmp_path, scene)


def test_a_grant_for_nobody_is_forgotten(tmp_path):
    async def scene(_shop, till):
        with pytest.raises(errors.Refused):
            await till.allowances.obtain("nobody", 10)
        assert till.grants.planned_grants() == []

    play(tmp_path, scene)


def test_a_grant_is_asked_for_in_the_new_epoch(tmp_path):
    async def scene(shop, till):
        member = shop.enrol_member(till, points=500)
        await till.push.run()
        await shop.settle()
        await shop.backup()
        await shop.restore()
        # Nothing new before every till has told what it holds.
        assert (await till.allowances.obtain(member, 10)).granted == 0
        await till.push.run()
        assert (await till.allowances.obtain(member, 10)).granted == 10
        assert till.outbox.epoch() == shop.services.epoch

    play(tmp_path, scene)


def test_nobody_has_that_card(tmp_path):
    async def scene(_shop, till):
        assert await till.allowances.look_up("card", "0000", None) is None

    play(tmp_path, scene)


def test_a_stranger_who_was_looked_up_is_in_the_mirror_as_a_guest(tmp_path):
    async def scene(shop, till):
        mirror = await refilled(till)
        other = await shop.till("other")
        member = shop.enrol_member(other, card="2900000099999")
        await other.push.run()
        await shop.settle()
        found = await till.allowances.look_up("card", "2900000099999", mirror)
        assert found.id == member
        reader = till.reader()
        assert reader.member_by_key("card", "2900000099999").member_id == member
        reader.close()
        mirror.close()
        await other.close()

    play(tmp_path, scene)
