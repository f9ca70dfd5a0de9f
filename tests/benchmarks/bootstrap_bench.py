"""A new till's first mirror over loopback beside copying and hashing the file that it becomes.

Real: a server process with so many members in its feed, its snapshot built before the clock starts;
HTTP, the courier's Bootstrap, the till's files (plain, and sealed under the till's own key), up to
the flip. The baseline copies the installed plain file and hashes it (SHA-256), in the same run.
"""

import asyncio
import hashlib
import itertools
import os
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from sqlcipher3 import dbapi2

from pos_app.gear.secrets import random_bytes
from pos_app.storage.connect import connect_mirror
from pos_app.storage.mirror import mirror_path
from pos_app.wiring.courier import connection_of, http_client, seals_of
from pos_app.wiring.demo_shop import Shop
from pos_app.wiring.memory import open_memory
from pos_app.wiring.protection import KEY_VARIABLE, database_key
from pos_app.workstation.ports import StorageBroken
from sync.client.bootstrap import Bootstrap
from sync.client.mirror_files import MirrorFolder
from sync.server.engine.buckets import bucket_of, bucket_scope
from sync.wire.digest import MODULUS, row_hash
from tests.benchmarks.rows import Row
from tests.benchmarks.storage_rows import rows_of

TARGET = 2.0
ROW = (
    "INSERT INTO feed_row (bucket, scope, kind, id, ver, deleted, at, body) "
    "VALUES (?,?,?,?,?,0,0,?)"
)
HEAD = (
    "INSERT OR REPLACE INTO feed_head (bucket, scope, seq, rows_living, total) VALUES (?,?,?,?,?)"
)


def fill_feed(database: Path, members: int) -> None:
    """So many members in the scopes of their buckets, as if they had been posted."""
    by_bucket: dict[int, list] = defaultdict(list)
    for row in rows_of(members):
        by_bucket[bucket_of(row.id)].append(row)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for bucket, rows in sorted(by_bucket.items()):
            scope = bucket_scope(bucket)
            numbered = list(zip(itertools.count(1), rows))
            connection.executemany(
                ROW,
                sorted(
                    (bucket, scope, row.kind, row.id, ver, bytes(row.body).decode())
                    for ver, row in numbered
                ),
            )
            total = sum(row_hash(row.kind, row.id, ver) for ver, row in numbered) % MODULUS
            connection.execute(HEAD, (bucket, scope, len(rows), len(rows), total))
        connection.execute("COMMIT")


async def first_mirror(folder: Path, url: str) -> tuple[float, Path]:
    """(seconds to the flip, the file) of one bootstrap; the snapshot is ready before."""
    memory = open_memory(folder)
    client = http_client(url)
    try:
        files = MirrorFolder(
            folder,
            memory.outbox,
            lambda path: connect_mirror(path, database_key(folder), writing=True),
            (StorageBroken, dbapi2.Error),
        )
        connection = connection_of(memory, client)
        bootstrap = Bootstrap(connection, files, seals=seals_of(memory))
        await bootstrap._manifest()  # the snapshot is built: a courier waits for that too
        started = time.perf_counter()
        await bootstrap.run()
        took = time.perf_counter() - started
        return took, mirror_path(folder, memory.outbox.mirror_generation())
    finally:
        await client.aclose()
        memory.close()


def copied_and_hashed(source: Path, target: Path) -> float:
    """Seconds to copy a file and hash the copy."""
    started = time.perf_counter()
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    return time.perf_counter() - started


def measure(members: int, runs: int) -> list[Row]:
    """Plain and sealed, each beside the copy of the plain file, runs alternating."""
    taken: dict[str, list[float]] = {"plain": [], "SQLCipher": []}
    copies: list[float] = []
    with tempfile.TemporaryDirectory() as name, Shop(Path(name) / "shop") as shop:
        shop.stop_server()
        fill_feed(shop.data / "server.db", members)
        shop.start_server()
        for number in range(runs + 1):
            for kind, times in taken.items():
                os.environ.pop(KEY_VARIABLE, None)
                if kind == "SQLCipher":
                    os.environ[KEY_VARIABLE] = random_bytes(32).hex()
                place = shop.till(f"till-{kind}-{number}", encrypted=kind == "SQLCipher")
                took, mirror = asyncio.run(first_mirror(place.data, place.server))
                if kind == "plain":
                    copies.append(copied_and_hashed(mirror, mirror.with_suffix(".copy")))
                times.append(took)
                shutil.rmtree(place.data)
        os.environ.pop(KEY_VARIABLE, None)
    base = statistics.median(copies[1:]) * 1000
    return [
        Row(
            f"bootstrap over loopback, {members} members, {kind}",
            statistics.median(times[1:]) * 1000,
            base,
            "ms",
            "copy + SHA-256 of the plain file",
            TARGET,
        )
        for kind, times in taken.items()
    ]
