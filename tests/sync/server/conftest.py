"""A real server in process, on each engine: real SQL, real bytes, no socket."""

import asyncio

import httpx
import pytest

from sync.server.access import enrolment
from sync.server.server import open_server
from sync.server.settings import reference
from sync.server.surface.app import build_app
from tests.pg import Cluster, binaries
from tests.sync import schema_once
from tests.sync.server.till import CountedIds, FixedClock, Till


@pytest.fixture(scope="session")
def postgres():
    folder = binaries()
    if folder is None:
        pytest.skip("no PostgreSQL binaries on this machine")
    cluster = Cluster(folder).start()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def postgres_with_schema(postgres):
    schema_once.make_template(postgres)
    return postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path, monkeypatch):
    """Its name, and a place for the keys."""
    monkeypatch.setenv("KOPILKA_SERVER_KEYS", str(tmp_path / "server.keys"))
    return request.param


@pytest.fixture
def address(request, engine, tmp_path):
    """A database with the schema of today and nothing in it."""
    if engine == "sqlite":
        return str(schema_once.put_file(tmp_path / "server.db"))
    return request.getfixturevalue("postgres_with_schema").database(schema_once.TEMPLATE)


@pytest.fixture
def empty_address(request, engine, tmp_path):
    """A database with nothing at all in it."""
    if engine == "sqlite":
        return str(tmp_path / "server.db")
    return request.getfixturevalue("postgres").database()


QUIET = {"receipts": 0, "stores_a_day": 0, "scans_by_operator": 0}


class House:
    """A server with one store, and tills that speak with it. `run` is the test's own loop."""

    def __init__(self, address: str, clock: FixedClock | None = None) -> None:
        self.loop = asyncio.new_event_loop()
        self.clock = clock or FixedClock()
        self.address = address
        self.tills = 0
        self.velocity: dict[str, int] | None = QUIET
        self.run(self._open())

    def run(self, work):
        return self.loop.run_until_complete(work)

    async def _open(self) -> None:
        self.server = await open_server(
            address=self.address, clock=self.clock, ids=CountedIds(), inline=True
        )
        self.services = self.server.services
        # Nobody gives back by itself here: who asks is not kept waiting.
        self.server.patience_s = 0.0
        await self.write(reference.add_store, self.services, "shop", "Shop")
        transport = httpx.ASGITransport(app=build_app(self.server))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://server")

    async def write(self, work, *arguments):
        return await self.server.database.write(lambda c: work(c, *arguments))

    async def read(self, work, *arguments):
        return await self.server.database.read(lambda c: work(c, *arguments))

    async def code(self, store: str = "shop") -> str:
        return await self.write(enrolment.new_code, self.services, store, "")

    async def till(self, store: str = "shop") -> Till:
        if not self.tills and self.velocity:
            # Stories take no notice of how fast a member comes back; test_server_velocity.py does.
            await self.write(reference.set_setting, self.services, "velocity", self.velocity)
        self.tills += 1
        till = Till(self.client, self.tills)
        await till.enrol(await self.code(store))
        return till

    async def post(self) -> None:
        await self.server.poster.drain()

    async def push(self, till: Till, first: int = 1) -> None:
        await till.push(first)
        await self.post()

    async def rows(self, table, *where):
        import sqlalchemy as sa

        statement = sa.select(table).where(*where).order_by(*table.primary_key.columns)
        return await self.read(lambda c: c.execute(statement).all())

    def close(self) -> None:
        self.run(self.client.aclose())
        self.run(self.server.close())
        self.loop.close()


@pytest.fixture
def house(address):
    house = House(address)
    yield house
    house.close()
