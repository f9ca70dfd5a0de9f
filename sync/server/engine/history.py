"""Which history of a PostgreSQL this is: a promotion or a recovery begins another one.

The tills' answer to another history is a new epoch (they rewind and send again). Never guesses
that nothing was lost: every change of timeline is one.
"""

import logging

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.engine import bulk, keys
from sync.server.engine.schema import meta
from sync.server.engine.services import Services

log = logging.getLogger(__name__)
HISTORY = "history"
PLACE = (
    "SELECT (SELECT system_identifier FROM pg_control_system())::text || '/' "
    "|| substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
)


def place(connection: Connection) -> str:
    """Cluster and timeline, "" on SQLite: what a promotion, a recovery or a dump changes."""
    if connection.dialect.name != "postgresql":
        return ""
    return str(connection.execute(sa.text(PLACE)).scalar())


def settle(connection: Connection) -> str:
    """The epoch in force. The first to see another history begins the new one, once for all."""
    here = place(connection)
    if here and keys.get_meta(connection).get(HISTORY) != here:
        bulk.insert(connection, meta, [{"name": HISTORY, "value": here}], "nothing")
        # The row is locked: of processes that come together, one begins the new epoch.
        locked = sa.select(meta.c.value).where(meta.c.name == HISTORY).with_for_update()
        if connection.execute(locked).scalar() != here:
            keys.set_meta(connection, HISTORY, here)
            return keys.new_epoch(connection)
    return keys.ensure_epoch(connection)


def greet(connection: Connection, services: Services) -> None:
    """Before the first work on a new connection: this server speaks for the history behind it."""
    epoch = settle(connection)
    if epoch != services.epoch:
        log.warning("another history of the database: the epoch is %s now", epoch)
        services.epoch = epoch
