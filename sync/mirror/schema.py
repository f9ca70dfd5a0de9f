"""The tables of a mirror file. Its version is `sync.wire.version.MIRROR_SCHEMA`.

One table of rows for every kind, one table of the keys that find them. Names (scopes, kinds, key
spaces) are interned. A tombstone keeps its row with `body` NULL, so that a late page cannot raise
the dead. Never holds a fact that cannot be fetched again.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from sync.wire.version import MIRROR_SCHEMA

APPLICATION_ID = 0x4B504D52  # "KPMR"


class Cursor(Protocol):
    """What a statement answers."""

    def fetchall(self) -> list[Any]:
        """All rows."""


class Connection(Protocol):
    """An open DB-API connection: sqlite3 or sqlcipher3, in autocommit mode."""

    @property
    def in_transaction(self) -> bool:
        """True between BEGIN and COMMIT or ROLLBACK."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Cursor:
        """Run one statement."""

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Cursor:
        """Run one statement for each row."""


TABLES = (
    "CREATE TABLE name (n INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)",
    "CREATE TABLE meta (k TEXT PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE scope (
        n INTEGER PRIMARY KEY, cursor INTEGER NOT NULL,
        count INTEGER NOT NULL, total INTEGER NOT NULL)""",
    """CREATE TABLE row (
        n INTEGER PRIMARY KEY, scope INTEGER NOT NULL, kind INTEGER NOT NULL,
        id NOT NULL, ver INTEGER NOT NULL, body BLOB)""",
    """CREATE TABLE key (
        space INTEGER NOT NULL, key NOT NULL, row INTEGER NOT NULL,
        PRIMARY KEY (space, key, row)) WITHOUT ROWID""",
    # unicode61 would fold й into и: diacritics stay, ё is folded before it comes here.
    """CREATE VIRTUAL TABLE item_words USING fts5(
        words, content='', detail=none, columnsize=0, prefix='1 2 3',
        tokenize="unicode61 remove_diacritics 0")""",
)
INDEX = "CREATE UNIQUE INDEX row_id ON row (kind, id, scope)"


def create(connection: Connection, bulk: bool = False) -> None:
    """The tables in an empty file.

    `bulk` is for a fresh file that `load_rows` fills: no journal, no index, and no reader accepts
    the file before `finish`. Throw a half-made one away.
    """
    if bulk:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-131072")
    with transaction(connection):
        for statement in TABLES:
            connection.execute(statement)
        if not bulk:
            connection.execute(INDEX)
            mark_complete(connection)


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """All of it or nothing; the write lock is taken at once."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk rolls back by itself; a second ROLLBACK would hide the first error.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def mark_complete(connection: Connection) -> None:
    """From here on the file is a mirror."""
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={MIRROR_SCHEMA}")
