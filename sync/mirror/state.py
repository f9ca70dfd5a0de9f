"""Where a mirror stands: epoch, cursor and digest of each scope. Never moves a cursor back.

Whoever needs it moved back (another epoch, a scope that does not add up) clears the scope.
"""

from collections.abc import Mapping

from sync.mirror.keys import unpacked_id
from sync.mirror.names import Names
from sync.mirror.schema import Connection
from sync.wire.digest import MODULUS, row_hash
from sync.wire.messages import ScopeDigest


class AnotherEpoch(Exception):
    """The page comes from another life of the server: take a snapshot or start an empty file."""


UNCONFIRMED = 0
"""The version of a row that is fetched again: shown until `sweep`, counted in no digest."""
_SCOPE = """INSERT INTO scope (n, cursor, count, total) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET cursor = max(cursor, excluded.cursor),
    count = count + excluded.count, total = (total + excluded.total) % 2305843009213693952"""
_META = "INSERT INTO meta (k, v) VALUES (?, ?) ON CONFLICT DO UPDATE SET v = excluded.v"


def add_to_digests(connection: Connection, changes: Mapping[int, tuple[int, int]]) -> None:
    """Scope number -> (count, total) to add."""
    rows = [(scope, 0, count, total) for scope, (count, total) in changes.items()]
    connection.executemany(_SCOPE, rows)


def save_position(
    connection: Connection, cursor: Mapping[str, int], epoch: str, as_of: str
) -> None:
    """Cursors only grow; `as_of` is the server's time of the newest page."""
    names = Names(connection)
    rows = [(names.number(scope), ver, 0, 0) for scope, ver in cursor.items()]
    connection.executemany(_SCOPE, rows)
    newest = max(as_of, _meta(connection, "as_of"))
    connection.executemany(_META, [("epoch", epoch), ("as_of", newest)])


def set_cursor(connection: Connection, scope: str, ver: int) -> None:
    """The scope equals the server at that version."""
    connection.executemany(_SCOPE, [(Names(connection).number(scope), ver, 0, 0)])


def set_epoch(connection: Connection, epoch: str) -> None:
    """The mirror is filled from this epoch on; cursors are the caller's care."""
    connection.executemany(_META, [("epoch", epoch)])


def read_cursor(connection: Connection) -> dict[str, int]:
    """Scope -> version up to which the mirror equals the server."""
    rows = connection.execute(
        "SELECT name.text, scope.cursor FROM scope JOIN name ON name.n = scope.n ORDER BY 1"
    ).fetchall()
    return {scope: ver for scope, ver in rows}


def read_epoch(connection: Connection) -> str:
    """The epoch of the server that filled the mirror; empty for an empty one."""
    return _meta(connection, "epoch")


def read_as_of(connection: Connection) -> str:
    """The server's time of the newest page, ISO 8601; empty for an empty mirror."""
    return _meta(connection, "as_of")


def digest(connection: Connection, scope: str) -> ScopeDigest:
    """Count and sum of the living rows of a scope, as kept; `ver` is the scope's cursor."""
    rows = connection.execute(
        "SELECT cursor, count, total FROM scope WHERE n = (SELECT n FROM name WHERE text = ?)",
        (scope,),
    ).fetchall()
    return ScopeDigest(*rows[0]) if rows else ScopeDigest(0, 0, 0)


def recount(connection: Connection, scope: str) -> ScopeDigest:
    """The same from the rows themselves: what a doubtful mirror really holds."""
    names = Names(connection)
    rows = connection.execute(
        "SELECT kind, id, ver FROM row WHERE scope = ? AND ver > ? AND body IS NOT NULL",
        (names.known(scope), UNCONFIRMED),
    ).fetchall()
    kinds = {number: names.text(number) for number in {kind for kind, _, _ in rows}}
    total = sum(row_hash(kinds[kind], unpacked_id(row_id), ver) for kind, row_id, ver in rows)
    return ScopeDigest(digest(connection, scope).ver, len(rows), total % MODULUS)


def _meta(connection: Connection, name: str) -> str:
    rows = connection.execute("SELECT v FROM meta WHERE k = ?", (name,)).fetchall()
    return str(rows[0][0]) if rows else ""
