"""The server over time: expiry, restarts, migrations, faults of the environment, two engines."""

import asyncio
import hashlib
import logging
import stat
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from pos_app.domain.loyalty.ledger import EntryKind
from sync.server.engine import keys
from sync.server.engine import schema as tables
from sync.server.engine.database import PostgresDatabase
from sync.server.engine.migrations import migrate
from sync.server.engine.refusal import Refusal
from sync.server.engine.schema import (
    account,
    conflict,
    ledger,
    nonce,
)
from sync.server.office.conflict_desk import Decision, resolve
from sync.server.server import open_server
from sync.server.watch import doctor
from sync.wire.codec import unpack
from sync.wire.messages import Problem
from tests.sync.server.conftest import House
from tests.sync.server.till import DAY, CountedIds, FixedClock, pack_again


def test_lots_that_ended_leave_by_an_explicit_entry_once(house) -> None:
    async def story() -> None:
        from dataclasses import replace

        from pos_app.domain.events import TransactionCompleted

        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        bought = till.document(member=anna, earn=40)
        ending = replace(bought.entries[0], expires_on=DAY + timedelta(days=3))
        till.record(TransactionCompleted(replace(bought, entries=(ending,))))
        till.sell(member=anna, earn=10)
        await house.push(till)
        assert await house.server.run_jobs() == 0
        house.clock.at += timedelta(days=4)
        assert await house.server.run_jobs() == 0, "it may still be that day somewhere"
        house.clock.at += timedelta(days=1)
        assert await house.server.run_jobs() == 1
        assert await house.server.run_jobs() == 0
        (row,) = await house.rows(account)
        assert row.balance == 10
        kinds = [r.kind for r in await house.rows(ledger)]
        assert kinds.count(EntryKind.EXPIRE.value) == 1
        # The tills were promised 50 % of 50: what lay there is more than is left, and is told.
        assert row.reserved == 50

    house.run(story())


def test_nonces_are_forgotten_after_a_week(house) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell()
        await till.push()
        assert len(await house.rows(nonce)) == 1
        house.clock.at += timedelta(days=8)
        await house.server.run_jobs()
        assert await house.rows(nonce) == []

    house.run(story())


def test_a_restarted_server_is_the_same_server(address) -> None:
    first = House(address)
    till = first.run(first.till())
    till.sell()
    first.run(till.push())
    before = first.services.keys, first.services.epoch
    first.close()
    again = House(address)
    assert (again.services.keys, again.services.epoch) == before
    till.client = again.client
    again.run(again.post())
    assert len(again.run(again.rows(tables.sale))) == 1
    assert again.run(till.push()).head == 1
    again.close()


def test_keys_beside_a_database_file_are_for_its_owner_alone(tmp_path) -> None:
    async def story() -> None:
        server = await open_server(data=tmp_path / "data", inline=True)
        again = keys.keys_in_file(tmp_path / "data/server.keys")
        assert again == server.services.keys
        assert "private" not in repr(again)
        assert again.signing.hex() not in repr(again)
        mode = stat.S_IMODE((tmp_path / "data/server.keys").stat().st_mode)
        assert mode == 0o600
        await server.close()

    asyncio.run(story())


def test_after_a_restored_backup_a_new_epoch_makes_tills_send_again(house) -> None:
    async def story() -> None:
        before = house.services.epoch
        assert await house.write(keys.new_epoch) != before
        assert await house.write(keys.ensure_epoch) != before

    house.run(story())


def test_storage_that_fails_is_said_without_its_parameters(house, caplog) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell()

        async def failing(_work):
            raise OperationalError("INSERT", {"phone": "secret"}, OSError("disk full"))

        house.server.database.write = failing
        response = await till.send("push", b"x", till.signed("/v1/push", b"x"))
        assert response.status_code == 400
        from sync.wire.codec import pack

        body = pack(till.batch())
        response = await till.send("push", body, till.signed("/v1/push", body))
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        assert unpack(Problem, pack_again(response.content)).code == "storage"

    house.run(story())
    assert "secret" not in caplog.text
    assert "storage failed: OSError" in caplog.text


def test_a_server_says_that_it_lives_and_is_ready(house) -> None:
    async def story() -> None:
        assert (await house.client.get("/livez")).json() == {"status": "live"}
        assert (await house.client.get("/readyz")).json() == {"status": "ready"}
        assert (await house.client.get("/v1/push")).status_code == 405
        assert (await house.client.get("/nothing")).status_code == 404

    house.run(story())


def test_a_doctor_sees_every_kind_of_damage(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.sell(member=anna, earn=100)
        await house.push(till)

        async def faults(statement):
            def broken(connection):
                connection.execute(statement)
                found = list(doctor.examine(connection))
                raise Rolled(found)

            with pytest.raises(Rolled) as rolled:
                await house.server.database.write(broken)
            return " ".join(rolled.value.found)

        assert "not the balance" in await faults(sa.update(account).values(balance=1))
        assert "folds to something else" in await faults(sa.update(account).values(state="{}"))
        assert "its grants allow 100" in await faults(sa.update(account).values(reserved=1))
        assert "without an account" in await faults(sa.delete(account))
        assert "digest" in await faults(sa.update(tables.feed_head).values(total=1))
        assert "in the feed" in await faults(sa.delete(tables.member))
        assert "are stored" in await faults(sa.delete(tables.sale))

    house.run(story())


class Rolled(Exception):
    def __init__(self, found) -> None:
        super().__init__()
        self.found = found


def test_a_manager_signs_a_conflict_off(house) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell(member="stranger", redeem=5)
        await house.push(till)
        assert (await till.settlement()).conflicts == 2
        for line in await house.rows(conflict):
            await house.write(resolve, house.services, line.id, Decision("note", "Maria", "seen"))
            with pytest.raises(Refusal):
                await house.write(resolve, house.services, line.id, Decision("note", "Maria"))
        assert (await till.settlement()).conflicts == 0

    house.run(story())


def test_the_same_history_gives_the_same_state_on_both_engines(tmp_path, postgres) -> None:
    digests = []
    for address in (str(tmp_path / "server.db"), postgres.database()):
        house = House(address)
        house.run(history(house))
        digests.append(house.run(state_digest(house)))
        assert house.run(house.read(lambda c: list(doctor.examine(c)))) == []
        house.close()
    assert digests[0] == digests[1]


async def history(house) -> None:
    tills = [await house.till(), await house.till()]
    # Terminal ids come from keys, which are random: give both histories the same ones.
    members = []
    for n, till in enumerate(tills):
        members += [till.enrol_member(phone=bytes([n, k]) * 8) for k in range(4)]
        twin = till.enrol_member(phone=b"x" * 16)
        members.append(twin)
    for n in range(40):
        till = tills[n % 2]
        till.sell(member=members[n % len(members)], earn=n + 1, redeem=n % 7, net=1000 * n + 100)
    for till in tills:
        await house.push(till)
    house.clock.at += timedelta(days=2)
    await house.server.run_jobs()


async def state_digest(house) -> str:
    """Ledger, accounts and members; terminals' random names are left out."""
    parts = []
    for row in await house.rows(ledger):
        parts.append((row.bucket, row.id, row.member, row.pos, row.points, row.entry, row.takes))
    for row in await house.rows(account):
        parts.append((row.bucket, row.member, row.balance, row.reserved, row.entries, row.state))
    for row in await house.rows(tables.feed_row, tables.feed_row.c.kind == "member"):
        parts.append((row.scope, row.id, row.ver, row.deleted))
    for row in await house.rows(tables.member_key):
        parts.append((row.kbucket, row.kind, row.key, row.member))
    assert len(parts) > 100
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def test_a_thread_writes_for_the_server_and_the_loop_stays_free(tmp_path) -> None:
    async def story() -> None:
        server = await open_server(data=tmp_path, clock=FixedClock(), ids=CountedIds())
        name = await server.database.write(lambda _c: __import__("threading").current_thread().name)
        assert name.startswith("sqlite-writer")
        assert (
            await server.database.read(lambda c: c.execute(sa.select(sa.literal(1))).scalar()) == 1
        )
        await server.close()

    asyncio.run(story())


def test_a_failed_write_leaves_nothing(house) -> None:
    async def story() -> None:
        def half(connection):
            keys.set_meta(connection, "half", "1")
            raise ValueError("in the middle")

        with pytest.raises(ValueError, match="in the middle"):
            await house.server.database.write(half)
        assert "half" not in await house.read(keys.get_meta)

    house.run(story())


def test_a_reader_sees_one_unchanging_moment(postgres) -> None:
    async def story() -> None:
        database = PostgresDatabase(postgres.database())
        await migrate(database)

        def isolation(connection):
            return connection.execute(sa.text("SHOW transaction_isolation")).scalar()

        assert await database.read(isolation) == "repeatable read"
        assert await database.write(isolation) == "read committed"
        await database.close()

    asyncio.run(story())


def test_a_server_without_a_place_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="data folder"):
        asyncio.run(open_server())


def test_unexpected_log_lines_are_none(house, caplog) -> None:
    with caplog.at_level(logging.WARNING):
        till = house.run(house.till())
        till.sell()
        house.run(house.push(till))
    assert caplog.records == []
    assert isinstance(house.client, httpx.AsyncClient)
