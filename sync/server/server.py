"""One running server: database, keys, poster and jobs put together. Never a global, never HTTP."""

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from pos_app.domain.ports import Clock, IdSource
from pos_app.gear.clock import SystemClock
from pos_app.gear.ids import Uuid7Source
from sync.server.books.conflicts import record
from sync.server.engine import epoch_file, history
from sync.server.engine import keys as key_store
from sync.server.engine.apart import ApartDatabase
from sync.server.engine.bell import Bell
from sync.server.engine.buckets import bucket_of
from sync.server.engine.database import Database, PostgresDatabase, SqliteDatabase, open_database
from sync.server.engine.days import Days, days_now
from sync.server.engine.durability import Terms, check, terms_here
from sync.server.engine.migrations import migrate
from sync.server.engine.services import Services
from sync.server.lives import doubles, epochs
from sync.server.lives.secrets_outside import erase_again, key_path, settled
from sync.server.members.birthdays import refresh_birthdays
from sync.server.members.regrouping import regroup
from sync.server.members.scoring import refresh_scores
from sync.server.poster.posting import Poster
from sync.server.publishing.snapshots import Offload, Snapshots, in_place
from sync.server.publishing.till_keys import announce_missing
from sync.server.rights import placing
from sync.server.rights.asking import PATIENCE_S
from sync.server.rights.leases import Presence, note_heard
from sync.server.sealing.resealing import reseal
from sync.server.upkeep import jobs
from sync.server.upkeep.bearer_jobs import tend_bearers
from sync.server.upkeep.tending import tend_allowances
from sync.server.watch.metrics import Metrics
from sync.server.watch.skew import Skews
from sync.translate.instants import instant

log = logging.getLogger(__name__)
DATABASE_FILE = "server.db"
JOBS_EVERY_S = 3600.0
MARK_AFTER_S = 5.0


@dataclass
class Server:
    """What the HTTP surface, the CLI and the jobs work on."""

    database: Database
    services: Services
    bell: Bell
    poster: Poster
    snapshots: Snapshots
    folder: Path
    secrets: Path
    temporary: bool = False
    metrics: Metrics = field(default_factory=Metrics)
    tasks: "list[asyncio.Future[None]]" = field(default_factory=list)
    patience_s: float = PATIENCE_S
    presence: Presence = field(init=False)
    skews: Skews = field(default_factory=Skews)

    def __post_init__(self) -> None:
        self.presence = Presence(self.services.clock)
        self.poster.on_awaited = self.presence.await_word
        self.poster.on_posted = self.metrics.lag.observe

    async def heard(self, terminal_id: str, clear_at: str = "") -> None:
        """A till spoke. `clear_at`: our time as it knew it when nothing was unsent; or nothing."""
        if self.presence.heard(terminal_id):
            clear = _instant_or_none(clear_at)
            try:
                await self.database.write(
                    lambda c: note_heard(c, self.services, terminal_id, clear)
                )
            except BaseException:
                self.presence.forget(terminal_id)
                raise
            if self.presence.awaited(terminal_id):
                # The poster looks at what was said, or hears the next word.
                self.bell.ring_inbox() if clear else self.presence.await_word([terminal_id])

    async def clock_heard(self, terminal_id: str, sent: str, received: datetime) -> None:
        """A genuine request carried its till's time; a clock that is far off is told once a day."""
        services = self.services
        line = self.skews.heard(terminal_id, sent, received, services.clock.monotonic_ms())
        if line is None:
            return
        bucket = bucket_of(terminal_id)
        try:
            await self.database.write(
                lambda c: record(c, bucket, [line], services.now_us(), "replace")
            )
        except BaseException:
            self.skews.forget(terminal_id)
            raise

    async def close(self) -> None:
        """Let go of the database."""
        if isinstance(self.database, SqliteDatabase) and self.database.written.is_set():
            with suppress(DBAPIError, OSError):
                await self.mark(self.database)
        await self.poster.close()
        await self.database.close()
        if self.temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    def background(self) -> list[Coroutine[Any, Any, None]]:
        """What runs beside the requests, for ever."""
        marking = (
            [self.marks_for_ever(self.database)]
            if isinstance(self.database, SqliteDatabase)
            else []
        )
        return [self.poster.run(), self._jobs_for_ever(), *marking]

    async def marks_for_ever(self, database: SqliteDatabase) -> None:
        """A mark some seconds after whatever was written, for ever."""
        while True:
            await database.written.wait()
            await asyncio.sleep(MARK_AFTER_S)
            try:
                await self.mark(database)
            except (DBAPIError, OSError) as fault:
                log.error("no mark was made, tried again: %s", type(fault).__name__)  # noqa: TRY400 - a traceback could hold parameters

    async def mark(self, database: SqliteDatabase) -> None:
        """What was written up to now is told apart from any copy made before."""
        path = self.folder / epoch_file.EPOCH_FILE
        if self.temporary or not path.exists():
            return
        database.written.clear()
        try:
            await database.write_unseen(lambda c: epoch_file.advance(c, path))
        except BaseException:
            database.written.set()
            raise
        await database.write_unseen(lambda c: epoch_file.confirm(c, path))

    async def _jobs_for_ever(self) -> None:
        while True:
            try:
                await self.run_jobs()
            except Exception as fault:  # noqa: BLE001 - jobs must outlive a lost database
                log.error("a job failed, tried again: %s", type(fault).__name__)  # noqa: TRY400 - a traceback could hold parameters
            await asyncio.sleep(JOBS_EVERY_S)

    async def days(self) -> Days:
        """Those of the chain's stores now."""
        return await self.database.read(lambda c: days_now(c, self.services))

    async def run_jobs(self) -> int:
        """Expire what ended a whole day ago in every store (a till may have that day open still),
        move birthday windows on, score members anew each week, forget what is too old; lots ended.
        """
        on = (await self.days()).first - timedelta(days=1)
        ended = 0
        while True:
            lapsed = await self.database.read(lambda c: jobs.buckets_with_lapsed(c, on))
            if not lapsed:
                break
            for bucket, members in lapsed.items():
                work = _expiring(self.services, bucket, members, on)
                ended += await self.database.write(work)
        await self.database.write(lambda c: jobs.tidy(c, self.services))
        await self.database.write(lambda c: epochs.tend(c, self.services))
        await self.database.write(lambda c: doubles.forget_former(c, self.services))
        moved = await refresh_birthdays(self.database, self.services)
        moved += await refresh_scores(self.database, self.services)
        moved += await self.database.write(lambda c: announce_missing(c, self.services))
        await reseal(self.database, self.services)
        moved += await regroup(self.database, self.services)
        moved += await tend_bearers(self.database, self.services)
        if await tend_allowances(self.database, self.services):
            self.bell.ring_inbox()
        if ended or moved:
            self.bell.ring_feed()
        return ended

    async def place_allowances(self, store_id: str) -> int:
        """Share the points of the store's members over its tills; how many members."""
        by_bucket = await self.database.read(lambda c: placing.unplaced_at_home(c, store_id))
        for some in placing.some_of(by_bucket):
            await self.database.write(_placing(self.services, some))
        self.bell.ring_inbox()
        return await self.database.read(lambda c: placing.count_at_home(c, store_id))


def _instant_or_none(text: str) -> datetime | None:
    """What a till says it heard; nothing for what is no instant."""
    try:
        return instant(text)
    except ValueError:
        return None


def _placing(services: Services, some: dict[int, list[str]]) -> Callable[[Connection], object]:
    return lambda c: placing.place_in_buckets(c, services, some)


def _expiring(
    services: Services, bucket: int, members: list[str], on: date
) -> Callable[[Connection], int]:
    return lambda c: jobs.expire(c, services, bucket, members, on)


async def open_server(
    *,
    data: Path | None = None,
    address: str = "",
    clock: Clock | None = None,
    ids: IdSource | None = None,
    inline: bool = False,
    terms: Terms | None = None,
) -> Server:
    """A server on a data folder (SQLite, key file) or a `postgresql://` address.

    Brings the schema up to date. Raises DatabaseFromTheFuture; NotDurable for a PostgreSQL that
    breaks `terms` (those of the environment). `inline`: see SqliteDatabase.
    """
    clock = clock or SystemClock()
    if data is not None:
        data.mkdir(parents=True, exist_ok=True)
    if not address:
        if data is None:
            raise ValueError("a data folder or a database address")
        address = str(data / DATABASE_FILE)
    database = open_database(address, inline=inline)
    try:
        await check_and_migrate(database, terms or terms_here())
        place = key_path(data, address)
        services = await _services(database, (data, place), clock, ids or Uuid7Source())
        await erase_again(database, services, place.parent)
    except BaseException:
        await database.close()
        raise
    bell = Bell()
    folder = data or Path(tempfile.mkdtemp(prefix="kopilka-server-"))
    return Server(
        database,
        services,
        bell,
        Poster(database if inline else _of_poster(database, services), services, bell),
        Snapshots(folder / "snapshots", database, services, _offload(inline)),
        folder,
        place.parent,
        temporary=data is None,
    )


async def _services(
    database: Database, places: tuple[Path | None, Path], clock: Clock, ids: IdSource
) -> Services:
    """Keys and epoch: made where they are missing. `places`: data folder, key file."""
    data, key_file = places
    keys = await settled(database, key_file)
    epoch = await database.write(history.settle)
    if data is not None and isinstance(database, SqliteDatabase):
        path = data / epoch_file.EPOCH_FILE
        epoch = await database.write(lambda c: epoch_file.settle(c, path, epoch))
        await database.write_unseen(lambda c: epoch_file.confirm(c, path))
    found = await database.read(key_store.get_meta)
    chain = found.get(key_store.CHAIN, "")
    services = Services(clock, ids, keys, epoch, chain)
    if isinstance(database, PostgresDatabase):
        database.on_connect(lambda c: history.greet(c, services))
    return services


async def check_and_migrate(database: Database, terms: Terms) -> None:
    """The database may be trusted, and has this program's schema."""
    await database.read(lambda c: check(c, terms))
    await migrate(database, partitions=terms.partitions)


def _of_poster(database: Database, services: Services) -> Database:
    """Where the poster works: SQLite has its threads, PostgreSQL would share the requests' loop."""
    if not isinstance(database, PostgresDatabase):
        return database
    own = PostgresDatabase(database.address)
    own.on_connect(lambda c: history.greet(c, services))
    return ApartDatabase(own)


def _offload(inline: bool) -> Offload:
    return in_place if inline else asyncio.to_thread
