"""What revisions are written with: tables by bucket, columns of one kind, indexes made online.

Never imports the tables of today: a revision says what was made then, for ever.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, Connection, LargeBinary, SmallInteger, Text
from sqlalchemy.exc import DBAPIError

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BUCKET_NAMES = ("bucket", "kbucket")
CUT = "event"
"""The first table by bucket: how it is cut is how all are."""
LOCK_MS, LOCK_TRIES = 200, 300
NOT_NOW = "55P03"


def bucket(name: str = "bucket") -> "Column[int]":
    """The first column of the primary key."""
    return Column(name, SmallInteger, primary_key=True, autoincrement=False)


def key(name: str, kind: Any = None) -> "Column[Any]":
    """A further column of the primary key; text, or BIG."""
    return Column(name, kind or Text(), primary_key=True, autoincrement=False)


def text(name: str, default: str = "") -> "Column[str]":
    """Text that is never NULL."""
    return Column(name, Text, nullable=False, server_default=sa.text(f"'{default}'"))


def blob(name: str) -> "Column[bytes]":
    """Bytes that are never NULL."""
    return Column(name, LargeBinary, nullable=False)


def number(name: str, default: int = 0) -> "Column[int]":
    """A whole number that is never NULL."""
    return Column(name, BIG, nullable=False, server_default=sa.text(str(default)))


def create_table(name: str, *columns: "Column[Any]") -> None:
    """Make a table; one by bucket is cut into partitions where the database is."""
    parts = _cut() if columns[0].name in BUCKET_NAMES else 1
    if parts < 2:
        op.create_table(name, *columns)
        return
    op.create_table(name, *columns, postgresql_partition_by=f"HASH ({columns[0].name})")
    for part in range(parts):
        op.execute(
            f"CREATE TABLE {name}_p{part} PARTITION OF {name} "
            f"FOR VALUES WITH (MODULUS {parts}, REMAINDER {part})"
        )


def _cut() -> int:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return 1
    if sa.inspect(connection).has_table(CUT):
        return max(1, len(partitions_of(connection, CUT)))
    return int(op.get_context().opts.get("partitions", 1))


def partitions_of(connection: Connection, table: str) -> list[str]:
    """The names of a table's partitions; none for a plain one, and on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    found = connection.execute(
        sa.text(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = to_regclass(:name) ORDER BY c.relname"
        ),
        {"name": table},
    )
    return list(found.scalars())


def create_index(name: str, table: str, columns: list[str]) -> None:
    """Index a table that this revision makes."""
    op.create_index(name, table, columns)


def index_online(name: str, table: str, columns: list[str]) -> None:
    """Index a table while tills push: PostgreSQL builds it concurrently, partition by partition.

    The only thing its revision does, for it ends the transaction; run again after a crash, it
    drops what was left half-built and builds it anew.
    """
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        op.create_index(name, table, columns)
        return
    parts = partitions_of(connection, table)
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX IF EXISTS {name}")
        if not parts:
            _concurrently(name, table, columns)
            return
        # CONCURRENTLY is not known on a partitioned table itself: each part, then the whole.
        for part in parts:
            _concurrently(f"{part}_{name}", part, columns)
        patiently(f"CREATE INDEX {name} ON ONLY {table} ({', '.join(columns)})")
        for part in parts:
            patiently(f"ALTER INDEX {name} ATTACH PARTITION {part}_{name}")


def _concurrently(name: str, table: str, columns: list[str]) -> None:
    op.execute(f"DROP INDEX IF EXISTS {name}")
    op.create_index(name, table, columns, postgresql_concurrently=True)


def patiently(statement: str) -> None:
    """A statement that locks a whole table for a moment (PostgreSQL, outside a transaction).

    It never stands in the queue for long: whoever writes would stand behind it. It lets them
    pass and asks again. Raises the last refusal.
    """
    op.execute(f"SET lock_timeout = '{LOCK_MS}ms'")
    try:
        for attempt in range(LOCK_TRIES):
            try:
                op.execute(statement)
            except DBAPIError as busy:
                if getattr(busy.orig, "sqlstate", "") != NOT_NOW or attempt + 1 == LOCK_TRIES:
                    raise
            else:
                return
    finally:
        op.execute("RESET lock_timeout")
