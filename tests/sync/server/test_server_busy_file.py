"""One SQLite file under many hands: waiting, and saying so."""

import asyncio
import logging
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy.exc import OperationalError

from sync.server.engine import schema as tables
from tests.sync.server.conftest import House
from tests.sync.server.test_server_sharing import healthy
from tests.sync.server.till import Refused


def test_a_busy_file_is_waited_for(tmp_path) -> None:
    """Case 18: SQLITE_BUSY: somebody else writes; the push waits and goes through."""
    path = tmp_path / "server.db"
    house = House(str(path))

    async def story() -> None:
        till = await house.till()
        till.sell()
        from concurrent.futures import ThreadPoolExecutor

        # The server's own writer thread waits; the loop goes on and lets the other finish.
        house.server.database._writer = ThreadPoolExecutor(1)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = asyncio.ensure_future(till.push())
            while not house.server.database._writer._threads:
                await asyncio.sleep(0)
            assert not waiting.done()
            other.execute("COMMIT")
            assert (await waiting).head == 1
        await house.post()

    house.run(story())
    house.close()


def test_a_file_that_stays_busy_is_said_and_nothing_is_half_done(
    tmp_path, monkeypatch, caplog
) -> None:
    """Case 18: SQLITE_BUSY for longer than is waited: 503, and the same push later."""
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr("sync.server.engine.database.BUSY_SECONDS", 0)
    path = tmp_path / "server.db"
    house = House(str(path))

    async def story() -> None:
        till = await house.till()
        till.sell()
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Refused) as refused:
                await till.push()
            assert refused.value.status == 503
            with pytest.raises(OperationalError, match="locked"):
                await house.write(lambda c: None)
            other.execute("COMMIT")
        assert await house.rows(tables.event) == []
        assert (await till.push()).head == 1
        await house.post()
        await healthy(house)

    house.run(story())
    house.close()


def test_a_long_reader_starves_the_checkpoint_and_stops_nobody(tmp_path, monkeypatch) -> None:
    """Case 18: the log grows while somebody reads for long, and shrinks once he is gone."""
    monkeypatch.setattr("sync.server.engine.database.LOG_KEPT_BYTES", 64 * 1024)
    path = tmp_path / "server.db"
    house = House(str(path))
    log = tmp_path / "server.db-wal"

    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        await house.push(till)
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            before = reader.execute("SELECT count(*) FROM event").fetchone()
            while log.stat().st_size < 2 * 1024 * 1024:
                first = len(till.chain) + 1
                for _ in range(100):
                    till.sell(member=anna, earn=1)
                await till.push(first)
            assert reader.execute("SELECT count(*) FROM event").fetchone() == before
            reader.execute("COMMIT")
        till.sell(member=anna, earn=1)
        await till.push(len(till.chain))
        await house.post()
        assert log.stat().st_size < 2 * 1024 * 1024
        await healthy(house)

    house.run(story())
    house.close()
