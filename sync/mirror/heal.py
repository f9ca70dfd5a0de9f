"""Fetching a scope again while the till goes on reading it. Never leaves the till blind.

`refetch` sets the cursor back and marks every row unconfirmed; pages confirm what the server still
has; `sweep`, once the feed is read to its head, removes what nobody confirmed.
"""

from collections.abc import Iterable

from sync.mirror.apply import apply_rows
from sync.mirror.keys import keys_of
from sync.mirror.names import Names
from sync.mirror.schema import Connection, transaction
from sync.mirror.state import UNCONFIRMED, read_cursor, set_cursor, set_epoch
from sync.wire.messages import FeedRow


def refetch(connection: Connection, scope: str) -> None:
    """Distrust a scope: its digest was not the server's."""
    with transaction(connection):
        _distrust(connection, scope)


def begin_epoch(connection: Connection, epoch: str) -> None:
    """Distrust everything: the server lives another life, its versions start anew."""
    with transaction(connection):
        for scope in read_cursor(connection):
            _distrust(connection, scope)
        set_epoch(connection, epoch)


def sweep(connection: Connection, scope: str) -> int:
    """Remove what was not confirmed; returns how many living rows that were."""
    with transaction(connection):
        return _sweep(connection, scope)


def replace_scope(connection: Connection, scope: str, rows: Iterable[FeedRow], ver: int) -> None:
    """The scope as these rows have it, complete at version `ver`; one transaction."""
    with transaction(connection):
        _distrust(connection, scope)
        apply_rows(connection, rows)
        _sweep(connection, scope)
        set_cursor(connection, scope, ver)


def forget_tombstones(connection: Connection, scope: str, below: int) -> None:
    """Tombstones under the horizon: no page that old is ever answered again."""
    with transaction(connection):
        connection.execute(
            "DELETE FROM row WHERE scope = ? AND ver < ? AND body IS NULL",
            (Names(connection).known(scope), below),
        )


def _sweep(connection: Connection, scope: str) -> int:
    names = Names(connection)
    rows = connection.execute(
        "SELECT n, kind, body FROM row WHERE scope = ? AND ver = ?",
        (names.known(scope), UNCONFIRMED),
    ).fetchall()
    for number, kind, body in rows:
        if body is not None:
            _unindex(connection, names, number, names.text(kind), body)
        connection.execute("DELETE FROM row WHERE n = ?", (number,))
    return sum(body is not None for _, _, body in rows)


def _distrust(connection: Connection, scope: str) -> None:
    number = Names(connection).known(scope)
    connection.execute("UPDATE row SET ver = ? WHERE scope = ?", (UNCONFIRMED, number))
    connection.execute("UPDATE scope SET cursor = 0, count = 0, total = 0 WHERE n = ?", (number,))


def _unindex(connection: Connection, names: Names, row: int, kind: str, body: bytes) -> None:
    keys, words = keys_of(kind, body)
    connection.executemany(
        "DELETE FROM key WHERE space = ? AND key = ? AND row = ?",
        [(names.known(space), key, row) for space, key in keys],
    )
    if words:
        connection.execute(
            "INSERT INTO item_words (item_words, rowid, words) VALUES ('delete', ?, ?)",
            (row, words),
        )
