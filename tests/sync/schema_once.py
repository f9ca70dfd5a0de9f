"""The server's schema, made once and copied: a test begins where `migrate` ended. Never data.

How the schema is made, from nothing and from every older one, is tests/sync/server/
test_server_schema.py's, which begins with an empty database. `open_server` looks at the revision
of a copy all the same.
"""

import asyncio
import atexit
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from sync.server.engine.database import open_database
from sync.server.engine.migrations import migrate
from tests.pg import Cluster

TEMPLATE = "with_schema"


def put_file(path: Path) -> Path:
    """A SQLite file with the schema of today and nothing in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(_file(), path))


@cache
def _file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kopilka-schema-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _make(str(folder / "server.db"))
    return folder / "server.db"


def make_template(cluster: Cluster) -> None:
    """`cluster.database(TEMPLATE)` gives copies from now on."""
    cluster.sql(f"CREATE DATABASE {TEMPLATE}")
    _make(cluster.address(TEMPLATE))


def _make(address: str) -> None:
    """In a thread: whoever asks may be inside a loop."""

    async def made() -> None:
        database = open_database(address, inline=True)
        try:
            await migrate(database)
        finally:
            await database.close()

    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, made()).result()
