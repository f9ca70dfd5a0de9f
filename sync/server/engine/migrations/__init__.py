"""Brings a database to this program's schema, revision by revision. Never touches one from the
future, never goes back.

One history of Alembic revisions (`versions/`) for SQLite and PostgreSQL. `env.py` runs it on the
connection it is given; `tables.py` is what revisions are written with.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.engine.database import Database
from sync.server.engine.migrations import taking_over

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent
NOBODY = ""
_stands = sa.table("alembic_version", sa.column("version_num"))


class DatabaseFromTheFuture(Exception):
    """A newer program wrote it; this one would damage it."""


async def migrate(database: Database, *, partitions: int = 1) -> str:
    """Apply what is missing, alone; the revision before, "" for an empty database.

    `partitions`: into how many the tables by bucket are cut when PostgreSQL makes them; what is
    there keeps its cut. Raises DatabaseFromTheFuture.
    """
    return await database.alone(lambda c: upgrade(c, partitions=partitions))


def upgrade(connection: Connection, to: str = "head", *, partitions: int = 1) -> str:
    """The same on a connection that nobody else upgrades on (PostgreSQL: without a transaction)."""
    if taking_over.is_hand_made(connection):
        taking_over.take_over(connection)
    before = revision_of(connection)
    _refuse_the_future(connection, before)
    _end(connection)
    if to != "head" or before != latest():
        # A server whose database is as it should be does not pay for Alembic's hundred modules.
        from alembic import command

        command.upgrade(_config(connection, partitions), to)
    return before


def revision_of(connection: Connection) -> str:
    """The revision a database is at; "" when nothing is there."""
    if not sa.inspect(connection).has_table(_stands.name):
        return NOBODY
    heads = connection.execute(sa.select(_stands.c.version_num)).scalars()
    return ",".join(sorted(heads))


@cache
def latest() -> str:
    """The newest revision of this program."""
    return max(known())


@cache
def known() -> frozenset[str]:
    """Every revision of this program: `r0008_reports.py` is 0008, the one after 0007."""
    return frozenset(one.name[1:5] for one in (FOLDER / "versions").glob("r????_*.py"))


def _config(connection: Connection, partitions: int) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes.update(connection=connection, partitions=partitions)
    return config


def _refuse_the_future(connection: Connection, before: str) -> None:
    strange = before if before and before not in known() else ""
    if not strange and taking_over.beyond_hand_made(connection):
        strange = "of another history"
    if strange:
        raise DatabaseFromTheFuture(
            f"the database has schema {strange}, this program knows up to {latest()}: "
            "update the server"
        )


def _end(connection: Connection) -> None:
    """The reads above began a transaction on PostgreSQL; each revision wants its own."""
    if connection.dialect.name == "postgresql" and connection.in_transaction():
        connection.commit()
