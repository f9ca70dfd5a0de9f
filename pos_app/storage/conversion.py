"""A database under another key, or under none: the old file is whole until the new one is proven.

Nobody else may have the file open. Killed at any point, the name stands for the one file or the
other, never for half of one; what an earlier attempt left is thrown away. Never reads a key.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlcipher3 import dbapi2

from pos_app.gear.folders import sync_folder
from pos_app.storage.connect import is_plain
from pos_app.storage.driver import Driver
from pos_app.storage.errors import DatabaseFromTheFuture, StorageBusy, in_words_of_the_port
from pos_app.storage.places import APPLICATION_ID, SCHEMA_VERSION
from pos_app.workstation.ports import StorageBroken

SUFFIX = ".converting"
Points = Callable[[str], None]


def _silent(_name: str) -> None:
    """Named points are for tests that kill the process there."""


def convert(
    path: Path,
    old: bytes | None,
    new: bytes | None,
    *,
    hmac: str = "",
    points: Points = _silent,
) -> None:
    """The same database under the key `new` (None: plain) instead of `old`.

    `hmac` names the page authentication when it is not SQLCipher's default. Raises StorageBusy
    while another process has it open, DatabaseFromTheFuture, StorageFull, StorageBroken.
    """
    part = path.with_name(path.name + SUFFIX)
    part.unlink(missing_ok=True)
    with in_words_of_the_port():
        with closing(_opened(path, old, hmac)) as source:
            _of_today(source, path)
            _alone(source, path)
            points("convert.alone")
            _export(source, part, new, hmac)
            points("convert.exported")
            told = _fingerprint(source)
            with closing(_opened(part, new, hmac)) as copy:
                if told != _fingerprint(copy) or not _sound(copy) or is_plain(part) is bool(new):
                    part.unlink()
                    raise StorageBroken(f"the copy of {path.name} is not the same; nothing changed")
            points("convert.proven")
            _durable(part)
        points("convert.durable")
        part.replace(path)
        points("convert.replaced")
        _durable(path)


def _opened(path: Path, key: bytes | None, hmac: str) -> Driver:
    driver: Driver = dbapi2.connect(str(path), isolation_level=None)
    if key is not None:
        driver.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
        if hmac:
            driver.execute(f"PRAGMA cipher_hmac_algorithm={hmac}")
    driver.execute("PRAGMA busy_timeout=5000")
    return driver


def _of_today(source: Driver, path: Path) -> None:
    """A newer program's database is refused before a byte of it is changed."""
    application, version = (
        source.execute(f"PRAGMA {name}").fetchall()[0][0]
        for name in ("application_id", "user_version")
    )
    if application == APPLICATION_ID and version > SCHEMA_VERSION:
        raise DatabaseFromTheFuture(path.name, version, SCHEMA_VERSION)


def _alone(source: Driver, path: Path) -> None:
    """Leaving WAL needs every other connection gone; the log goes into the file and disappears."""
    try:
        mode = source.execute("PRAGMA journal_mode=DELETE").fetchall()[0][0]
    except dbapi2.OperationalError as error:
        if "locked" not in str(error):
            raise
        mode = "wal"
    if mode != "delete":
        raise StorageBusy(f"{path.name} is open in another process: close the till first")
    source.execute("PRAGMA locking_mode=EXCLUSIVE")
    source.execute("BEGIN EXCLUSIVE")
    source.execute("COMMIT")


def _export(source: Driver, part: Path, key: bytes | None, hmac: str) -> None:
    under = f"\"x'{key.hex()}'\"" if key else "''"
    source.execute(f"ATTACH ? AS converted KEY {under}", (str(part),))
    if key and hmac:
        source.execute(f"PRAGMA converted.cipher_hmac_algorithm={hmac}")
    source.execute("PRAGMA converted.journal_mode=OFF")
    source.execute("SELECT sqlcipher_export('converted')").fetchall()
    for name in ("application_id", "user_version"):
        value = source.execute(f"PRAGMA main.{name}").fetchall()[0][0]
        source.execute(f"PRAGMA converted.{name}={value}")
    source.execute("DETACH converted")


def _fingerprint(driver: Driver) -> str:
    """Of the schema and of every value of every table."""
    seen = hashlib.sha256()
    for name in ("application_id", "user_version"):
        seen.update(repr(driver.execute(f"PRAGMA {name}").fetchall()).encode())
    tables = driver.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name"
    ).fetchall()
    for name, sql in tables:
        seen.update(f"{name}\n{sql}\n".encode())
        if sql.upper().startswith("CREATE TABLE"):
            for row in driver.execute(f'SELECT * FROM "{name}"').fetchall():
                seen.update(repr(row).encode())
    return seen.hexdigest()


def _sound(driver: Driver) -> bool:
    return list(driver.execute("PRAGMA integrity_check").fetchall()[0]) == ["ok"]


def _durable(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    sync_folder(path.parent)
