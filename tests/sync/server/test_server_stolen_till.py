"""A stolen till, a till whose keystore was lost, and a database of before: what the server does."""

import msgspec
import pytest
import sqlalchemy as sa

from pos_app.gear.secrets import box_keys, seal
from sync.server.command_line.personal_commands import revoke
from sync.server.engine.buckets import OPERATORS, member_scope
from sync.server.engine.refusal import Refusal
from sync.server.engine.schema import (
    feed_row,
    inbox,
    member,
    personal_log,
    sealed_event,
    terminal,
    terminal_secret,
)
from sync.server.lives.escrow import read_out
from sync.server.publishing import feed
from sync.server.sealing.personal import opened
from sync.server.sealing.resealing import reseal
from sync.server.sealing.vault import as_signed
from sync.wire.codec import pack, unpack
from sync.wire.messages import (
    PATHS,
    EscrowReply,
    EscrowRequest,
    PullRequest,
    PushRequest,
)
from tests.sync.server.test_server_erasure import DEED, NAME, clear, dump, enrolled, imported
from tests.sync.server.till import ROUND, Refused

KEY = bytes(range(32))


async def leave(till, sealed: str, terminal_id: str = ""):
    message = EscrowRequest(1, terminal_id or till.terminal, sealed)
    return await till.ask("escrow", message)


@pytest.fixture(autouse=True)
def _escrow(monkeypatch):
    monkeypatch.setitem(ROUND, "escrow", EscrowReply)


def test_a_till_leaves_its_key_and_head_office_reads_it_out_by_name(house) -> None:
    async def story() -> None:
        till = await house.till()
        ours = house.services.keys.sealing_public
        for key in (bytes(32), KEY):
            await leave(till, seal(ours, key).hex())
        (kept,) = await house.rows(terminal_secret)
        assert KEY.hex() not in kept.value
        read = await house.write(lambda c: read_out(c, house.services, till.terminal, DEED))
        assert read == KEY.hex()
        (logged,) = await house.rows(personal_log)
        assert (logged.member, logged.deed, logged.by) == (till.terminal, "till_key_read", "head")
        theirs = seal(box_keys(KEY).public, KEY).hex()
        for wrong in ("", "zz" * 80, theirs, seal(ours, b"short").hex()):
            with pytest.raises(Refused, match="422"):
                await leave(till, wrong)
        with pytest.raises(Refused, match="401"):
            await leave(till, seal(ours, KEY).hex(), "another")
        with pytest.raises(Refusal, match="no_key"):
            await house.write(lambda c: read_out(c, house.services, "nobody", DEED))

    house.run(story())


def test_a_stolen_till_is_believed_nothing_and_what_it_sent_before_is_not_taken_twice(
    house,
) -> None:
    """Case 52: revocation; replays are refused before and after it."""

    async def story() -> None:
        till, other = await house.till(), await house.till()
        who = await enrolled(house, till)
        body = pack(PullRequest(1, till.terminal, till.epoch, {}))
        headers = till.signed(PATHS["pull"], body)
        assert (await till.send("pull", body, headers)).status_code == 200
        again = await till.send("pull", body, headers)
        assert (again.status_code, b"replayed" in again.content) == (401, True)
        snapshot = f"{PATHS['snapshot']}?schema=1&box={box_keys(till.keys.private).public.hex()}"
        first = await till.client.get(snapshot, headers=till.signed(snapshot, b"", "GET"))
        assert first.status_code == 200

        before = await house.read(lambda c: feed.living(c, OPERATORS, "setting"))
        shown = await revoke(house.server, till.terminal, DEED)
        assert shown.terminal == till.terminal
        assert (await revoke(house.server, till.terminal, DEED)).terminal == till.terminal
        after = await house.read(lambda c: feed.living(c, OPERATORS, "setting"))
        assert len([name for name in before.keys() - after.keys() if "till_key" in name]) == 1
        till.sell(member=who, earn=1)
        for asked in (
            till.push(2), till.pull(), till.lookup("id", who), till.settlement(),
            till.allowance("g1", who, 5), leave(till, "00"),
        ):  # fmt: skip
            with pytest.raises(Refused, match="401 revoked"):
                await asked
        for path in (snapshot, f"{PATHS['snapshot']}/{'0' * 64}.mirror.zst"):
            refused = await till.client.get(path, headers=till.signed(path, b"", "GET"))
            assert refused.status_code == 401
        (row,) = await house.rows(terminal, terminal.c.id == till.terminal)
        assert (row.state, row.head) == ("revoked", 1)
        assert list((house.server.folder / "snapshots").glob("*.zst")) == []
        assert bytes((await other.lookup("id", who)).member) != b"null"
        assert {line.deed for line in await house.rows(personal_log)} == {"terminal_revoked"}
        with pytest.raises(Refusal, match="unknown_terminal"):
            await revoke(house.server, "nobody", DEED)

    house.run(story())


def test_a_stolen_till_that_guesses_phones_is_stopped(house) -> None:
    async def story() -> None:
        till = await house.till()
        with pytest.raises(Refused, match="429") as stopped:
            for n in range(40):
                await till.lookup("phone", f"{n:032x}")
        assert int(stopped.value.headers["retry-after"]) > 0

    house.run(story())


def test_what_an_older_server_stored_in_clear_is_sealed_without_a_new_version(house) -> None:
    async def story() -> None:
        till = await house.till()
        who = await imported(house)
        other = await enrolled(house, till, "+79031112233")
        master, services = house.services.keys.profiles, house.services
        (batch,) = await house.rows(inbox)
        events = unpack(PushRequest, batch.body).events
        signed = await house.read(lambda c: as_signed(c, master, batch.bucket, events))
        versions = {r.id: r.ver for r in await house.rows(feed_row, feed_row.c.kind == "member")}

        def undone(c) -> None:
            for row in c.execute(sa.select(member)).all():
                plain = opened(master, row.id, row.state.encode()).decode()
                c.execute(sa.update(member).where(member.c.id == row.id).values(state=plain))
                body = feed.body_of(c, member_scope(row.id), "member", row.id)
                shown = opened(master, row.id, body).decode()
                c.execute(sa.update(feed_row).where(feed_row.c.id == row.id).values(body=shown))
            request = unpack(PushRequest, batch.body)
            request = msgspec.structs.replace(request, events=tuple(signed))
            c.execute(sa.update(inbox).values(body=pack(request)))
            c.execute(sa.delete(sealed_event))

        await house.write(undone)
        assert NAME in clear(await dump(house))
        assert await reseal(house.server.database, services) == 3
        assert await reseal(house.server.database, services) == 0
        assert clear(await dump(house)) == []
        now = {r.id: r.ver for r in await house.rows(feed_row, feed_row.c.kind == "member")}
        assert now == versions
        assert set(now) == {who, other}
        assert NAME.encode() in bytes((await till.lookup("id", other)).member)

    house.run(story())
