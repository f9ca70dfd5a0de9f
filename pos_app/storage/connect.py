"""The one way to open the till's files, encrypted or plain. Never reads a key from anywhere.

`till.db`: WAL with synchronous=FULL, since a return from a commit is a promise that survives a
power cut. The mirror: WAL with NORMAL, since it can be fetched again; the front end reads it only.
"""

from contextlib import suppress
from pathlib import Path

from sqlcipher3 import dbapi2

from pos_app.storage.driver import Driver
from pos_app.storage.errors import DatabaseFromTheFuture, in_words_of_the_port
from pos_app.storage.migrations import migrate
from pos_app.storage.mirror_keys import MIRROR_APPLICATION_ID, MIRROR_VERSION
from pos_app.storage.places import APPLICATION_ID, SCHEMA_VERSION
from pos_app.workstation.ports import StorageBroken

BUSY_TIMEOUT_MS = 5000
WRITER_CACHE_KIB = 32_768
TILL_CACHE_KIB = 1_024
"""Of `till.db`: SQLCipher's own 8 MiB fill with the file, three KiB a receipt, for half a week. A
sale reads the newest pages only."""
KEY_BYTES = 32
_PLAIN_HEADER = b"SQLite format 3\0"
MIRROR_HMAC = "HMAC_SHA256"
"""SQLCipher's page authentication in a mirror: half the time of the default that `till.db` has."""


def connect(path: Path, key: bytes | None = None) -> Driver:
    """`till.db`, created or migrated (with a back-up beside it) as needed.

    `key`: 32 raw bytes for SQLCipher; None leaves a plain file. Raises DatabaseFromTheFuture,
    StorageBroken (damaged, another key, another program's file) or StorageFull.
    """
    with in_words_of_the_port():
        driver = _open(path.absolute().as_uri(), key)
        try:
            _belongs(driver, path, APPLICATION_ID, SCHEMA_VERSION)
            _pragmas(driver, "FULL")
            driver.execute(f"PRAGMA cache_size=-{TILL_CACHE_KIB}")
            migrate(driver, path)
        except BaseException:
            driver.close()
            raise
    return driver


def connect_mirror(path: Path, key: bytes | None = None, writing: bool = False) -> Driver:
    """A mirror file; read-only unless `writing` (the courier). Its tables are not touched here.

    A plain one (a till whose encryption was off) opens with any key, and the first one who has a
    key and opens it for writing encrypts it. Raises DatabaseFromTheFuture, StorageBroken or
    StorageFull.
    """
    mode = "rwc" if writing else "ro"
    with in_words_of_the_port():
        if is_plain(path):
            if writing and key is not None:
                _seal(path, key)
            else:
                key = None
        driver = _open(f"{path.absolute().as_uri()}?mode={mode}", key, MIRROR_HMAC)
        try:
            _belongs(driver, path, MIRROR_APPLICATION_ID, MIRROR_VERSION)
            if writing:
                _pragmas(driver, "NORMAL")
                driver.execute(f"PRAGMA cache_size=-{WRITER_CACHE_KIB}")
        except BaseException:
            driver.close()
            raise
    return driver


def connect_damaged(path: Path, key: bytes | None = None) -> Driver:
    """A `till.db` that cannot be trusted, to read what it still says; nothing is written.

    Raises StorageBroken when it is no database under this key.
    """
    with in_words_of_the_port():
        driver = _open(f"{path.absolute().as_uri()}?mode=ro", key)
        try:
            _belongs(driver, path, APPLICATION_ID, SCHEMA_VERSION)
        except BaseException:
            driver.close()
            raise
    return driver


def _open(uri: str, key: bytes | None, hmac: str = "") -> Driver:
    driver: Driver = dbapi2.connect(uri, uri=True, isolation_level=None, cached_statements=256)
    if key is not None:
        if len(key) != KEY_BYTES:
            driver.close()
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
        driver.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
        if hmac:
            driver.execute(f"PRAGMA cipher_hmac_algorithm={hmac}")
    return driver


def is_plain(path: Path) -> bool:
    """Whether it is there and anybody could read it."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        return file.read(len(_PLAIN_HEADER)) == _PLAIN_HEADER
    return False


def _seal(path: Path, key: bytes) -> None:
    """Replace a mirror that is plain by its encrypted copy, whole or not at all."""
    part = path.with_name(path.name + ".seal")
    part.unlink(missing_ok=True)
    driver = _open(path.absolute().as_uri(), None)
    try:
        # The copy is thrown away if it is not finished: it needs no journal of its own.
        driver.execute("PRAGMA journal_mode=DELETE")
        driver.execute(f"ATTACH ? AS sealed KEY \"x'{key.hex()}'\"", (str(part),))
        driver.execute(f"PRAGMA sealed.cipher_hmac_algorithm={MIRROR_HMAC}")
        driver.execute("PRAGMA sealed.synchronous=NORMAL")
        driver.execute("SELECT sqlcipher_export('sealed')").fetchall()
        for name in ("application_id", "user_version"):
            value = driver.execute(f"PRAGMA main.{name}").fetchall()[0][0]
            driver.execute(f"PRAGMA sealed.{name}={value}")
        driver.execute("DETACH sealed")
    finally:
        driver.close()
    part.replace(path)


def _pragmas(driver: Driver, synchronous: str) -> None:
    driver.execute("PRAGMA journal_mode=WAL")
    driver.execute(f"PRAGMA synchronous={synchronous}")
    driver.execute("PRAGMA foreign_keys=ON")


def _belongs(driver: Driver, path: Path, application_id: int, known: int) -> None:
    """An empty file may become ours; another program's file is never written into."""
    driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    found = driver.execute("PRAGMA application_id").fetchall()[0][0]
    version = driver.execute("PRAGMA user_version").fetchall()[0][0]
    tables = driver.execute("SELECT count(*) FROM sqlite_master").fetchall()[0][0]
    if found != application_id and (found or version or tables):
        raise StorageBroken(f"{path.name} is not a file of this kind (application id {found:#x})")
    if version > known:
        raise DatabaseFromTheFuture(path.name, version, known)
