"""The server's secrets beside the database, never in it; and the list of who was erased.

A dump of the database, or a stolen replica, opens nothing. A restored backup knows again whom
the list names as erased, and they are erased again before anything is answered.
"""

import os
from pathlib import Path

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from sync.server.engine import keys as key_store
from sync.server.engine.buckets import bucket_of
from sync.server.engine.database import Database
from sync.server.engine.keys import KEY_FILE, SECRET_NAMES, ServerKeys
from sync.server.engine.refusal import refuse
from sync.server.engine.schema import member, meta
from sync.server.engine.services import Services
from sync.server.members.erasure import Deed, erase_member
from sync.server.sealing.personal import ERASED

KEYS_VARIABLE = "KOPILKA_SERVER_KEYS"
ERASED_FILE = "erased.jsonl"


class Erased(Struct):
    """One line of the list; the id is a pseudonym."""

    member: str
    by: str
    reason: str
    at: str


def key_path(data: Path | None, address: str) -> Path:
    """The key file: in the data folder, beside a SQLite file, or where the environment says.

    Raises Refusal for a PostgreSQL without a place.
    """
    if data is not None:
        return data / KEY_FILE
    if not address.startswith(("postgresql://", "postgres://")):
        return Path(f"{address}.keys")
    named = os.environ.get(KEYS_VARIABLE, "")
    if not named:
        raise refuse(409, "keys_nowhere", f"name a key file: {KEYS_VARIABLE}, or --data FOLDER")
    return Path(named)


async def settled(database: Database, path: Path) -> ServerKeys:
    """The keys of the file, made if need be; those of an older server leave its database."""
    inside = await database.read(key_store.get_meta)
    if "signing" in inside:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            key_store.write_keys(path, key_store.parsed(inside))
        elif key_store.keys_in_file(path) != key_store.parsed(inside):
            raise refuse(409, "keys_differ", f"{path.name} is not of this database")
        await database.write(_out_of_database)
    path.parent.mkdir(parents=True, exist_ok=True)
    return key_store.keys_in_file(path)


def _out_of_database(connection: Connection) -> None:
    connection.execute(sa.delete(meta).where(meta.c.name.in_(SECRET_NAMES)))


def remember_erased(folder: Path, services: Services, who: str, deed: Deed) -> None:
    """Add a line, on the disk before anything is destroyed."""
    line = msgspec.json.encode(Erased(who, deed.by, deed.reason, services.server_time()))
    with (folder / ERASED_FILE).open("ab") as file:
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())


def erased_list(folder: Path) -> list[Erased]:
    """Whom the list names; a torn last line is the erasure that did not begin."""
    try:
        lines = (folder / ERASED_FILE).read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    return [msgspec.json.decode(line, type=Erased) for line in lines[:-1] if line]


async def erase_again(database: Database, services: Services, folder: Path) -> int:
    """Whoever came back with a restored backup is erased again; how many."""
    count = 0
    for one in erased_list(folder):
        if await database.read(lambda c, m=one.member: _came_back(c, m)):  # type: ignore[misc]  # bound now
            await erase_member(database, services, one.member, Deed(one.by, one.reason))
            count += 1
    return count


def _came_back(connection: Connection, who: str) -> bool:
    found = connection.execute(
        sa.select(member.c.state).where(member.c.bucket == bucket_of(who), member.c.id == who)
    ).scalar_one_or_none()
    return found is not None and f'"blocked":"{ERASED}"' not in found
