"""Pull: a cursor that has seen a number has seen everything below it; digests prove it."""

import asyncio
from datetime import timedelta

import pytest

from sync.server.engine.schema import feed_head, feed_row
from sync.server.publishing import feed
from sync.server.settings import reference
from sync.wire.codec import decode
from sync.wire.digest import total_of
from sync.wire.rows import MemberRow, OutcomeRow, SettingsRow
from tests.sync.server.till import Refused


async def fill(house, till, count=30) -> None:
    for n in range(count):
        till.enrol_member(card=f"{n:08d}")
    await house.push(till)


def test_pages_are_cut_by_bytes_and_bring_every_row_once(house) -> None:
    async def story() -> None:
        till = await house.till()
        await fill(house, till)
        pages, rows = 0, []
        while True:
            page = await till.pull(max_bytes=1500)
            assert page.rows
            assert len(page.rows) < 20
            rows += page.rows
            pages += 1
            if not page.more:
                break
        assert pages > 3
        places = [(row.scope, row.kind, row.id) for row in rows]
        assert len(places) == len(set(places))
        assert sum(row.kind == "member" for row in rows) == 30
        assert sum(row.kind == "outcome" for row in rows) == 30
        assert (await till.pull()).rows == ()

    house.run(story())


def test_a_digest_is_that_of_the_rows_a_mirror_holds(house) -> None:
    async def story() -> None:
        till = await house.till()
        await fill(house, till)
        mirror, digests = {}, {}
        for _ in range(3):
            while True:
                page = await till.pull(max_bytes=2000)
                for row in page.rows:
                    mirror[row.scope, row.kind, row.id] = row.ver
                digests |= page.digests
                if not page.more:
                    break
            first = [e for e in till.chain if e.kind == "member_enrolled"][0]
            till.sell(member=member_of(first), earn=1)
            await house.push(till, len(till.chain))
        for scope, digest in digests.items():
            held = [(k, i, v) for (s, k, i), v in mirror.items() if s == scope]
            assert (len(held), total_of(held)) == (digest.count, digest.total)
        assert any(scope.startswith("m:") for scope in digests)
        assert not any(scope.startswith("t:") for scope in digests)

    house.run(story())


def member_of(envelope) -> str:
    import json

    return json.loads(envelope.body)["member"]


def test_a_row_that_changes_often_is_one_row(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        for _ in range(20):
            till.sell(member=anna, earn=1)
        await house.push(till)
        rows = [row for row in await till.pull_all() if row.kind == "member"]
        assert len(rows) == 1
        assert sum(lot.points for lot in decode(MemberRow, bytes(rows[0].body)).lots) == 20

    house.run(story())


def test_a_store_hears_its_own_settings_over_the_chains(house) -> None:
    house.velocity = None

    async def story() -> None:
        services = house.services
        await house.write(reference.set_setting, services, "greeting", "hello")
        await house.write(reference.set_setting, services, "colour", "blue")
        await house.write(reference.add_store, services, "far", "Far")
        await house.write(reference.set_setting, services, "greeting", "ahoy", "far")
        near, far = await house.till(), await house.till("far")

        async def heard(till):
            rows = [row for row in await till.pull_all() if row.kind == "setting"]
            found = [decode(SettingsRow, bytes(row.body)) for row in rows]
            named = {row.name: bytes(row.value) for row in found}
            return {name: value for name, value in named.items() if ":" not in name}

        assert await heard(near) == {"greeting": b'"hello"', "colour": b'"blue"'}
        assert await heard(far) == {"greeting": b'"ahoy"', "colour": b'"blue"'}
        found = await house.read(reference.settings_of, "far")
        assert found == {"greeting": "ahoy", "colour": "blue"}

    house.run(story())


def test_a_deleted_row_leaves_a_tombstone_and_a_cursor_behind_it_needs_a_snapshot(house) -> None:
    """Case 46."""

    async def story() -> None:
        from pos_app.domain.rights import Operator

        services, till = house.services, await house.till()
        for name in ("a", "b"):
            await house.write(
                reference.set_operator, services, Operator(name, name, "cashier", "", frozenset())
            )
        behind = await house.till()
        await behind.pull_all()
        await house.write(reference.remove_operator, services, "a")
        await house.write(reference.remove_operator, services, "a")
        rows = [row for row in await till.pull_all() if row.kind == "operator"]
        assert {(row.id, row.deleted) for row in rows} == {("a", True), ("b", False)}
        house.clock.at += timedelta(days=91)
        await house.server.run_jobs()
        assert await house.rows(feed_row, feed_row.c.deleted == 1) == []
        assert (await behind.pull()).take_snapshot
        assert not (await till.pull()).take_snapshot
        fresh = await house.till()
        assert [r.id for r in await fresh.pull_all() if r.kind == "operator"] == ["b"]

    house.run(story())


def test_a_cursor_of_another_epoch_or_from_the_future_needs_a_snapshot(house) -> None:
    async def story() -> None:
        till = await house.till()
        await fill(house, till, 3)
        await till.pull_all()
        cursor = dict(till.cursor)
        till.cursor = {scope: ver + 1 for scope, ver in cursor.items()}
        assert (await till.pull()).take_snapshot
        right, till.epoch, till.cursor = till.epoch, "ffff", {}
        page = await till.pull()
        assert (page.take_snapshot, page.rows, page.epoch) == (True, (), right)
        till.epoch = ""
        assert not (await till.pull()).take_snapshot

    house.run(story())


def test_a_long_poll_answers_when_something_comes(house) -> None:
    async def story() -> None:
        till, other = await house.till(), await house.till()
        await till.pull_all()
        waiting = asyncio.ensure_future(till.pull(wait_ms=30_000))
        await asyncio.sleep(0)
        other.enrol_member(card="2990000000019")
        await house.push(other)
        page = await asyncio.wait_for(waiting, 20)
        assert [row.kind for row in page.rows] == ["member"]

    house.run(story())


def test_a_write_that_says_the_same_moves_nothing(house) -> None:
    async def story() -> None:
        before = await house.rows(feed_head)
        change = feed.Change("outcome", "x", None)
        await house.write(feed.publish, "catalog", [change], 0)
        row = feed.Change("outcome", "x", OutcomeRow(1, "e", "posted"))
        assert await house.write(feed.publish, "catalog", [row, row], 0) == 1
        assert await house.write(feed.publish, "catalog", [row], 5) == 1
        after = {r.scope: r.seq for r in await house.rows(feed_head)}
        assert after["catalog"] == 1
        assert len(after) == len({r.scope for r in before} | {"catalog"})

    house.run(story())


def test_a_lookup_finds_by_every_key_and_guessing_is_slowed_down(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(phone=b"p" * 16, card="2990000000019")
        await house.push(till)
        for kind, key in (("phone", (b"p" * 16).hex()), ("card", "2990000000019"), ("id", anna)):
            reply = await till.lookup(kind, key)
            assert decode(MemberRow, bytes(reply.member)).id == anna
        for n in range(30):
            assert bytes((await till.lookup("phone", f"{n:032x}")).member) == b"null"
        with pytest.raises(Refused) as refused:
            await till.lookup("colour", "blue")
        assert refused.value.status == 429
        assert int(refused.value.headers["retry-after"]) > 0
        house.clock.at += timedelta(minutes=11)
        assert bytes((await till.lookup("colour", "blue")).member) == b"null"
        with pytest.raises(Refused):
            await till.ask("lookup", lookup_of("somebody"))

    house.run(story())


def lookup_of(terminal):
    from sync.wire.messages import LookupRequest

    return LookupRequest(1, terminal, "id", "x")


def test_old_plain_outcomes_are_forgotten_and_notable_ones_stay(house, monkeypatch) -> None:
    from sync.server.poster import outcomes

    monkeypatch.setattr(outcomes, "PLAIN_OUTCOMES_KEPT", 5)

    async def story() -> None:
        till = await house.till()
        till.sell(member="stranger", redeem=1)
        for _ in range(12):
            till.sell()
        await house.push(till)
        till.sell()
        await house.push(till, 14)
        rows = await house.rows(feed_row, feed_row.c.kind == "outcome")
        assert len(rows) < 9
        notable = [decode(OutcomeRow, row.body.encode()) for row in rows]
        assert [row.seq for row in notable if row.conflicts] == [1]

    house.run(story())
