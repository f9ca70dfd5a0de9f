"""A PostgreSQL that would lose what was acknowledged is refused, unless allowed by name."""

import asyncio

import pytest

from sync.server.engine.database import open_database
from sync.server.engine.durability import NotDurable, Terms, check, terms_here
from sync.server.server import open_server
from tests.pg import Cluster, binaries

SAFE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@pytest.fixture(scope="module")
def primary():
    """A cluster with the settings of a real one."""
    folder = binaries()
    if folder is None:
        pytest.skip("no PostgreSQL binaries on this machine")
    cluster = Cluster(folder, SAFE).start()
    yield cluster
    cluster.stop()


@pytest.fixture
def setting(primary):
    """Changes settings of the cluster, and changes them back."""
    changed = {}

    def change(name, value):
        changed.setdefault(name, f"'{primary.sql(f'SHOW {name}')}'")
        primary.set(name, value)

    yield change
    for name, value in changed.items():
        primary.set(name, value)


def asked(address, terms):
    async def story() -> None:
        database = open_database(address)
        try:
            await database.read(lambda c: check(c, terms))
        finally:
            await database.close()

    asyncio.run(story())


def test_an_ordinary_postgresql_is_good_enough(primary) -> None:
    asked(primary.database(), Terms())


@pytest.mark.parametrize("name", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_setting_that_loses_sales_is_refused_unless_it_is_named(primary, setting, name) -> None:
    address = primary.database()
    setting(name, "off")
    with pytest.raises(NotDurable, match=f"{name}=off: a power cut .*--allow {name}=off"):
        asked(address, Terms())
    with pytest.raises(NotDurable):
        asked(address, Terms(frozenset({"something=else"})))
    asked(address, Terms(frozenset({f"{name}=off"})))


def test_a_server_does_not_start_on_it(primary, setting, monkeypatch) -> None:
    monkeypatch.delenv("KOPILKA_ALLOW", raising=False)
    setting("fsync", "off")
    with pytest.raises(NotDurable, match="fsync=off"):
        asyncio.run(open_server(address=primary.database()))
    monkeypatch.setenv("KOPILKA_ALLOW", "fsync=off")
    server = asyncio.new_event_loop()
    opened = server.run_until_complete(open_server(address=primary.database()))
    server.run_until_complete(opened.close())
    server.close()


def test_every_fault_is_said_at_once(primary, setting) -> None:
    address = primary.database()
    setting("fsync", "off")
    setting("full_page_writes", "off")
    with pytest.raises(NotDurable) as refused:
        asked(address, Terms())
    assert str(refused.value).count("--allow") == 2


def test_standbys_must_be_synchronous_or_named(primary, setting) -> None:
    address = primary.database()
    with pytest.raises(NotDurable, match="2 standbys are expected"):
        asked(address, Terms(standbys=2))
    standby = primary.standby("reports")
    try:
        with pytest.raises(NotDurable, match="standby reports is asynchronous"):
            asked(address, Terms())
        asked(address, Terms(frozenset({"asynchronous=reports"})))
        with pytest.raises(NotDurable, match="asynchronous=reports"):
            asked(address, Terms(frozenset({"asynchronous=another"})))
        setting("synchronous_standby_names", "'reports'")
        asked(address, Terms(standbys=1))
        setting("synchronous_commit", "local")
        with pytest.raises(NotDurable, match="does not wait for the standbys"):
            asked(address, Terms())
        there = address.replace(str(primary.port), str(standby.port))
        with pytest.raises(NotDurable, match="this PostgreSQL is a standby"):
            asked(there, Terms())
    finally:
        primary.set("synchronous_standby_names", "''")
        standby.stop()


def test_the_environment_and_the_command_line_name_the_terms(monkeypatch) -> None:
    monkeypatch.setenv("KOPILKA_ALLOW", "fsync=off,asynchronous=reports")
    monkeypatch.setenv("KOPILKA_STANDBYS", "2")
    monkeypatch.setenv("KOPILKA_PARTITIONS", "8")
    assert terms_here() == Terms(frozenset({"fsync=off", "asynchronous=reports"}), 2, 8)
    said = terms_here(["synchronous_commit=off"], standbys=1, partitions=4)
    assert (said.standbys, said.partitions, len(said.allowed)) == (1, 4, 3)


def test_a_file_needs_no_terms(tmp_path) -> None:
    asked(str(tmp_path / "server.db"), Terms(standbys=3))
