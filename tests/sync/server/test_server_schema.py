"""One history of revisions for both engines: made, taken over, refused, changed under load."""

import asyncio
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from sync.server.engine import migrations
from sync.server.engine import schema as tables
from sync.server.engine.database import open_database
from sync.server.engine.migrations import DatabaseFromTheFuture, migrate, taking_over
from sync.server.engine.migrations.tables import partitions_of
from sync.server.server import open_server
from sync.server.watch import doctor
from tests.sync.server.conftest import House

MUSEUM = Path(__file__).parents[2] / "museum"
POLL_S, DEADLINE_S = 0.01, 30.0


@pytest.fixture
def address(empty_address):
    """Here the schema is made."""
    return empty_address


async def on(address, work, *, inline=True):
    database = open_database(address, inline=inline)
    try:
        return await work(database)
    finally:
        await database.close()


def whole(_thing, name, kind, reflected, _other):
    return not (reflected and kind == "table" and "_p" in name)


def differences(connection):
    context = MigrationContext.configure(connection, opts={"include_object": whole})
    return compare_metadata(context, tables.metadata)


@pytest.mark.parametrize("partitions", [1, 4])
def test_the_revisions_make_the_schema_of_today(address, partitions) -> None:
    async def story(database) -> None:
        assert await migrate(database, partitions=partitions) == ""
        assert await database.read(differences) == []
        assert await migrate(database) == migrations.latest()
        cut = await database.read(lambda c: len(partitions_of(c, "event")))
        assert cut == (4 if partitions == 4 and address.startswith("postgresql") else 0)

    asyncio.run(on(address, story))


def test_the_history_has_one_end_and_no_way_back() -> None:
    scripts = ScriptDirectory(str(migrations.FOLDER))
    (end,) = scripts.get_heads()
    assert end == migrations.latest()
    found = [one.revision for one in scripts.walk_revisions()]
    assert sorted(found, reverse=True) == found, "numbers rise along the history"
    assert migrations.known() == set(found), "a revision is known by the name of its file"
    for one in scripts.walk_revisions():
        assert not hasattr(one.module, "downgrade"), one.revision


def test_a_database_from_the_future_is_left_alone(address) -> None:
    house = House(address)
    stamp = sa.text("UPDATE alembic_version SET version_num = '9999'")
    house.run(house.write(lambda c: c.execute(stamp)))
    house.close()
    with pytest.raises(DatabaseFromTheFuture, match="schema 9999.*update the server"):
        asyncio.run(open_server(address=address, inline=True))


def test_a_hand_made_schema_of_an_unknown_step_is_left_alone(address) -> None:
    async def story(database) -> None:
        await migrate(database)
        await database.write(lambda c: c.execute(sa.text("DROP TABLE alembic_version")))
        later = sa.insert(tables.schema_version).values(version=8, at=0)
        await database.write(lambda c: c.execute(later))
        with pytest.raises(DatabaseFromTheFuture, match="another history"):
            await migrate(database)

    asyncio.run(on(address, story))


@pytest.fixture
def old_address(request, address, tmp_path):
    """A database that the last hand-made program wrote: seven events, one not posted."""
    if address.startswith("postgresql"):
        return request.getfixturevalue("postgres").loaded(MUSEUM / "server-v6.sql")
    path = tmp_path / "old.db"
    shutil.copy(MUSEUM / "server-v6.db", path)
    return str(path)


def test_a_database_of_before_alembic_is_taken_over_and_goes_on(old_address) -> None:
    async def before(database):
        chain = sa.select(tables.event.c.seq, tables.event.c.hash).order_by(tables.event.c.seq)
        return await database.read(lambda c: c.execute(chain).all())

    events = asyncio.run(on(old_address, before))
    house = House(old_address)

    async def story() -> None:
        database = house.server.database
        assert await database.read(differences) == []
        assert await database.read(migrations.revision_of) == migrations.latest()
        assert await before(database) == events
        assert len(events) == 7
        assert await house.server.poster.drain() == 1, "what waited in the old inbox is posted"
        assert await database.read(lambda c: list(doctor.examine(c))) == []
        balances = {r.balance for r in await house.rows(tables.account)}
        assert balances == {40 + 5 - 10, 100 + 7}
        # The program of before reads this, and refuses a database from its future.
        assert await database.read(taking_over.step_of) == taking_over.TAKEN_OVER

    house.run(story())
    house.close()
    House(old_address).close()


def test_a_hand_made_schema_of_an_earlier_step_gets_what_came_later(old_address) -> None:
    async def story(database) -> None:
        for gone in ("referral", "offer_use", "gift_card_entry", "shown"):
            await database.write(lambda c, t=gone: c.execute(sa.text(f"DROP TABLE {t}")))
        await database.write(lambda c: c.execute(sa.text("DROP INDEX sale_member")))
        later = sa.delete(tables.schema_version).where(tables.schema_version.c.version > 1)
        await database.write(lambda c: c.execute(later))
        await migrate(database)
        assert await database.read(differences) == []

    asyncio.run(on(old_address, story))


def test_two_servers_that_start_together_make_one_schema(address) -> None:
    async def story() -> None:
        first, second = open_database(address), open_database(address)
        befores = await asyncio.gather(migrate(first), migrate(second))
        assert sorted(befores) == ["", migrations.latest()]
        assert await first.read(differences) == []
        await first.close()
        await second.close()

    asyncio.run(story())


HEAD = '''"""Of a test."""
import sqlalchemy as sa
from alembic import op
from sync.server.engine.migrations.tables import bucket, create_table, index_online, key, number
revision, down_revision = {revision!r}, {before!r}
'''


@pytest.fixture
def future(tmp_path, monkeypatch):
    """A function that adds a revision after the last, as the next version of the program would."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    ends = [migrations.latest()]
    caches = (migrations.latest, migrations.known)

    def fresh() -> None:
        for one in caches:
            one.cache_clear()

    def add(*lines: str) -> None:
        revision = f"9{len(ends):03d}"
        text = HEAD.format(revision=revision, before=ends[-1])
        body = "".join(f"    {line}\n" for line in lines)
        target = folder / "versions" / f"r{revision}_of_a_test.py"
        target.write_text(f"{text}def upgrade():\n{body}", encoding="utf-8")
        ends.append(revision)
        monkeypatch.setattr(migrations, "FOLDER", folder)
        fresh()

    yield add
    monkeypatch.undo()
    fresh()


async def waits(database, what: str) -> None:
    """Until some other connection is at such a statement."""
    running = sa.text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE query LIKE :what AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
    )
    async with asyncio.timeout(DEADLINE_S):
        while not await database.read(
            lambda c: c.execute(running, {"what": f"{what}%"}).scalar_one()
        ):
            await asyncio.sleep(POLL_S)


@pytest.mark.parametrize("partitions", [1, 3])
def test_an_index_is_built_while_tills_push(postgres, future, partitions) -> None:
    address = postgres.database()
    asyncio.run(on(address, lambda database: migrate(database, partitions=partitions)))
    house = House(address)
    future('index_online("event_kind", "event", ["bucket", "kind"])')

    async def story() -> None:
        till = await house.till()
        till.sell()
        await till.push()
        upgrading = open_database(address)
        writer = open_database(address)
        async with asyncio.TaskGroup() as group:
            # A long write keeps the index from becoming valid ...
            write = writer._engine.connect()
            connection = await write.__aenter__()
            await connection.execute(sa.text("UPDATE event SET reason = ''"))
            upgrade = group.create_task(migrate(upgrading))
            await waits(house.server.database, "CREATE INDEX CONCURRENTLY")
            # ... and the tills are acknowledged all the while.
            till.sell()
            assert (await till.push(2)).head == 2
            assert not upgrade.done()
            await connection.rollback()
            await write.__aexit__(None, None, None)
        await house.post()
        indexes = await house.read(lambda c: sa.inspect(c).get_indexes("event"))
        assert "event_kind" in {one["name"] for one in indexes}
        valid = sa.text("SELECT bool_and(indisvalid) FROM pg_index")
        assert await house.read(lambda c: c.execute(valid).scalar_one())
        await upgrading.close()
        await writer.close()

    house.run(story())
    house.close()


def test_servers_that_start_together_do_not_wait_for_each_others_index(postgres, future) -> None:
    address = postgres.database()
    asyncio.run(on(address, migrate))
    future('index_online("event_kind", "event", ["bucket", "kind"])')

    async def story() -> None:
        databases = [open_database(address) for _ in range(3)]
        befores = await asyncio.gather(*(migrate(one) for one in databases))
        assert sorted(befores)[1:] == ["9001", "9001"]
        for one in databases:
            await one.close()

    asyncio.run(story())


def test_a_column_is_renamed_and_added_and_its_values_stay(address, future) -> None:
    house = House(address)
    future(
        'with op.batch_alter_table("store") as table:',
        '    table.alter_column("number", new_column_name="ordinal")',
        'op.add_column("store", sa.Column("town", sa.Text, nullable=False, server_default="Omsk"))',
        'create_table("visit", bucket(), key("member"), number("at"))',
    )

    async def story() -> None:
        await migrate(house.server.database)
        row = sa.text("SELECT id, ordinal, town FROM store")
        (found,) = await house.read(lambda c: c.execute(row).all())
        assert found[0] == "shop"
        assert found[2] == "Omsk"
        assert isinstance(found[1], int)
        assert await house.read(lambda c: sa.inspect(c).has_table("visit"))

    house.run(story())
    house.close()


def test_a_new_table_of_a_partitioned_database_is_cut_the_same(postgres, future) -> None:
    address = postgres.database()
    asyncio.run(on(address, lambda database: migrate(database, partitions=3)))
    future('create_table("visit", bucket(), key("member"), number("at"))')

    async def story(database) -> None:
        await migrate(database)
        cut = await database.read(lambda c: partitions_of(c, "visit"))
        assert cut == ["visit_p0", "visit_p1", "visit_p2"]

    asyncio.run(on(address, story))


def test_a_revision_that_fails_leaves_the_one_before_and_is_done_again(address, future) -> None:
    """Case 39: on the server a revision is whole or absent, and the next start finishes it."""

    async def broken(database) -> None:
        await migrate(database)
        future('op.execute("CREATE TABLE half (a INTEGER)")', 'raise OSError("no power")')
        with pytest.raises(OSError, match="no power"):
            await migrate(database)
        assert not await database.read(lambda c: sa.inspect(c).has_table("half"))
        assert await database.read(migrations.revision_of) != migrations.latest()

    async def mended(database) -> None:
        assert migrations.latest() == "9001"
        await migrate(database)
        assert await database.read(migrations.revision_of) == "9001"
        assert await database.read(lambda c: sa.inspect(c).has_table("half"))

    asyncio.run(on(address, broken))
    path = migrations.FOLDER / "versions" / "r9001_of_a_test.py"
    path.write_text(path.read_text("utf-8").replace('raise OSError("no power")', ""), "utf-8")
    shutil.rmtree(path.parent / "__pycache__", ignore_errors=True)
    asyncio.run(on(address, mended))
