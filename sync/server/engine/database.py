"""Runs storage functions in transactions, on SQLite or PostgreSQL. Never knows what they store.

A storage function takes a synchronous Connection and nothing that awaits, so there is one code
path: SQLite runs it on one writer thread (or in place, in a simulation), PostgreSQL inside
`AsyncConnection.run_sync`.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

T = TypeVar("T")
Work = Callable[[Connection], T]
BUSY_SECONDS = 30
READERS = 2
LOCK_POLL_S = 0.05
SCHEMA_LOCK = 7226401
POSTING = 7226402
LOST = ("40001", "40P01")
"""Serialization failure, deadlock: the same again may well go through."""
TRIES, AGAIN_S = 5, 0.02
LOG_KEPT_BYTES = 64 * 1024 * 1024
GREETED = "greeted"


class Duty(Protocol):
    """Work of one process among those that share a database."""

    shared: bool
    """Whether another process may do it: then who waits must look again by itself."""

    async def held(self) -> bool:
        """Whether it is ours now; asked again, it is taken over from a process that died."""


class Database(Protocol):
    """Transactions."""

    async def write(self, work: Work[T]) -> T:
        """Run it in a transaction; commit, or roll back what raised."""

    async def read(self, work: Work[T]) -> T:
        """Run it against one unchanging view of the data."""

    async def alone(self, work: Work[T]) -> T:
        """Run it while no other process runs such work: the schema is brought up to date.

        SQLite: in a transaction. PostgreSQL: without one, so that the work can end its own.
        """

    def duty(self, number: int) -> Duty:
        """What one process at a time does; whoever has it loses it with its life."""

    async def close(self) -> None:
        """Let go of the file or the pool."""


class SqliteDatabase:
    """One file, WAL, synchronous=FULL: a return from `write` is on the disk."""

    def __init__(self, path: Path, *, inline: bool = False) -> None:
        """`inline` runs on the calling thread: for simulations in virtual time."""
        self._engine = _sqlite_engine(path)
        self._writer = None if inline else ThreadPoolExecutor(1, "sqlite-writer")
        # Who reads never waits for who writes: in WAL each reads its own unchanging view.
        self._readers = None if inline else ThreadPoolExecutor(READERS, "sqlite-reader")
        self.written = asyncio.Event()

    async def write(self, work: Work[T]) -> T:
        """See the Protocol. Sets `written`."""
        done = await self.write_unseen(work)
        self.written.set()
        return done

    async def write_unseen(self, work: Work[T]) -> T:
        """The same for what only keeps account of the rest."""
        return await _run(self._writer, lambda: self.write_now(work))

    async def read(self, work: Work[T]) -> T:
        """See the Protocol."""
        return await _run(self._readers, lambda: self.read_now(work))

    async def alone(self, work: Work[T]) -> T:
        """See the Protocol: whoever may write is alone."""
        return await self.write(work)

    async def let_go(self, _tables: Sequence[str]) -> None:
        """What was deleted leaves the write-ahead log too (the file has it overwritten)."""
        await _run(self._writer, self._truncate_log)

    def _truncate_log(self) -> None:
        with self._engine.connect() as connection:
            raw = connection.connection.driver_connection
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()  # type: ignore[union-attr]  # it is open

    def duty(self, number: int) -> Duty:
        """See the Protocol."""
        return OurDuty()

    def write_now(self, work: Work[T]) -> T:
        """The same on the calling thread."""
        with self._engine.connect().execution_options(immediate=True) as c, c.begin():
            return work(c)

    def read_now(self, work: Work[T]) -> T:
        """The same on the calling thread."""
        with self._engine.connect() as c, c.begin():
            return work(c)

    async def close(self) -> None:
        """See the Protocol."""
        for threads in (self._writer, self._readers):
            if threads is not None:
                threads.shutdown()
        self._engine.dispose()


async def _run(threads: ThreadPoolExecutor | None, job: Callable[[], T]) -> T:
    if threads is None:
        return job()
    return await asyncio.get_running_loop().run_in_executor(threads, job)


def _sqlite_engine(path: Path) -> Engine:
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})

    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "cache_size=-64000",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()
        # A long reader lets the log grow; once it is gone, the file shrinks to this again.
        connection.execute(f"PRAGMA journal_size_limit={LOG_KEPT_BYTES}").close()

    def begun(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


class OurDuty:
    """Nobody else is there."""

    shared = False

    async def held(self) -> bool:
        """Always."""
        return True


class PostgresDatabase:
    """A pool of asyncpg connections. `greet` is run on each before its first work."""

    def __init__(self, url: str) -> None:
        """`postgresql://user@host:port/name`."""
        self.address = url
        address = sa.make_url(url).set(drivername="postgresql+asyncpg")
        self._engine = create_async_engine(address, pool_size=8, max_overflow=8)
        self._greet: Work[None] | None = None
        self._duties: list[PostgresDuty] = []

    def on_connect(self, greet: Work[None]) -> None:
        """Another server may answer behind the same address: look who it is, in a transaction."""
        self._greet = greet

    async def _greeted(self, connection: AsyncConnection) -> None:
        if self._greet is None or GREETED in connection.sync_connection.info:  # type: ignore[union-attr]  # it is open
            return
        await connection.run_sync(self._greet)
        await connection.commit()
        connection.sync_connection.info[GREETED] = True  # type: ignore[union-attr]  # it is open

    async def write(self, work: Work[T]) -> T:
        """See the Protocol. What lost against another transaction is done again."""
        for attempt in range(1, TRIES):
            try:
                return await self._write(work)
            except DBAPIError as fault:
                if getattr(fault.orig, "sqlstate", "") not in LOST:
                    raise
                await asyncio.sleep(attempt * AGAIN_S)
        return await self._write(work)

    async def _write(self, work: Work[T]) -> T:
        async with self._engine.connect() as connection:
            await self._greeted(connection)
            async with connection.begin():
                return await connection.run_sync(work)

    async def read(self, work: Work[T]) -> T:
        """See the Protocol."""
        async with self._engine.connect() as connection:
            await self._greeted(connection)
            steady = await connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            async with steady.begin():
                return await steady.run_sync(work)

    async def alone(self, work: Work[T]) -> T:
        """See the Protocol."""
        async with self._engine.connect() as connection:
            # Asked again and again, never waited for inside a statement: one that waits holds a
            # snapshot, and an index that is built concurrently waits for every snapshot to end.
            while not await _locked(connection, SCHEMA_LOCK):
                await asyncio.sleep(LOCK_POLL_S)
            try:
                return await connection.run_sync(work)
            finally:
                await connection.rollback()
                await connection.execute(sa.select(sa.func.pg_advisory_unlock(SCHEMA_LOCK)))
                await connection.commit()

    async def let_go(self, tables: Sequence[str]) -> None:
        """Former versions of rows leave these tables (not the archived log)."""
        async with self._engine.connect() as connection:
            alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
            for table in tables:
                await alone.execute(sa.text(f"VACUUM {table}"))

    def duty(self, number: int) -> Duty:
        """See the Protocol."""
        duty = PostgresDuty(self._engine, number)
        self._duties.append(duty)
        return duty

    async def close(self) -> None:
        """See the Protocol."""
        for duty in self._duties:
            await duty.drop()
        await self._engine.dispose()


class PostgresDuty:
    """A lock that lives as long as its connection: a process that dies gives it back.

    Whoever loses the connection may still finish what it does while another begins: the duty
    saves work, it is not what keeps the books right.
    """

    shared = True

    def __init__(self, engine: AsyncEngine, number: int) -> None:
        """`number`: the same in all processes."""
        self._engine, self._number = engine, number
        self._connection: AsyncConnection | None = None

    async def held(self) -> bool:
        """See the Protocol."""
        if self._connection is not None:
            try:
                await self._connection.execute(sa.select(1))
                await self._connection.commit()
            except DBAPIError:
                await self.drop()
            else:
                return True
        connection = await self._engine.connect()
        if await _locked(connection, self._number):
            self._connection = connection
            return True
        await connection.close()
        return False

    async def drop(self) -> None:
        """Give it back with its connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.invalidate()
            await connection.close()


async def _locked(connection: AsyncConnection, number: int) -> bool:
    taken = await connection.execute(sa.select(sa.func.pg_try_advisory_lock(number)))
    await connection.commit()
    return bool(taken.scalar())


def open_database(address: str, *, inline: bool = False) -> Database:
    """A `postgresql://` address, or the path of a SQLite file."""
    if address.startswith(("postgresql://", "postgres://")):
        return PostgresDatabase(address.replace("postgres://", "postgresql://", 1))
    path = Path(address)
    path.parent.mkdir(parents=True, exist_ok=True)
    return SqliteDatabase(path, inline=inline)
