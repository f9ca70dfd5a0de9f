"""Rows of the feed into a mirror file, in any order and any number of times. Never asks a network.

A newer version wins, an older one changes nothing, a tombstone stays; keys, search words and the
digest of each scope follow in the same transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from sync.mirror.keys import Key, keys_of, packed_id
from sync.mirror.names import Names
from sync.mirror.schema import Connection, transaction
from sync.mirror.state import UNCONFIRMED, AnotherEpoch, add_to_digests, read_epoch, save_position
from sync.wire.digest import MODULUS, row_hash
from sync.wire.messages import FeedRow, PullReply

BATCH_ROWS = 5000
_FIND = "SELECT n, ver, body FROM row WHERE kind = ? AND id = ? AND scope = ?"
_ADD = "INSERT INTO row (n, scope, kind, id, ver, body) VALUES (?, ?, ?, ?, ?, ?)"
_CHANGE = "UPDATE row SET ver = ?, body = ? WHERE n = ?"
_ADD_KEY = "INSERT OR IGNORE INTO key (space, key, row) VALUES (?, ?, ?)"
_DROP_KEY = "DELETE FROM key WHERE space = ? AND key = ? AND row = ?"
_ADD_WORDS = "INSERT INTO item_words (rowid, words) VALUES (?, ?)"
_DROP_WORDS = "INSERT INTO item_words (item_words, rowid, words) VALUES ('delete', ?, ?)"


def apply_page(connection: Connection, reply: PullReply) -> None:
    """One page in one transaction with its cursor.

    Raises AnotherEpoch, with nothing changed, when the mirror was filled from another one.
    """
    with transaction(connection):
        _same_epoch(read_epoch(connection), reply.epoch)
        apply_rows(connection, reply.rows)
        save_position(connection, reply.cursor, reply.epoch, reply.server_time)


def _same_epoch(ours: str, theirs: str) -> None:
    if ours not in ("", theirs):
        raise AnotherEpoch(f"the mirror is of epoch {ours}, the page of {theirs}")


def apply_rows(connection: Connection, rows: Iterable[FeedRow]) -> None:
    """Upserts and tombstones; the transaction is the caller's."""
    names = Names(connection)
    stream = iter(rows)
    while batch := list(islice(stream, BATCH_ROWS)):
        _Batch(connection, names).apply(batch)


@dataclass(slots=True)
class _Batch:
    """What a batch changes, gathered first and then written table by table."""

    connection: Connection
    names: Names
    next_row: int = 0
    added: list[tuple[int, int, int, str | bytes, int, bytes | None]] = field(default_factory=list)
    changed: list[tuple[int, bytes | None, int]] = field(default_factory=list)
    new_keys: list[tuple[int, str | bytes, int]] = field(default_factory=list)
    old_keys: list[tuple[int, str | bytes, int]] = field(default_factory=list)
    new_words: list[tuple[int, str]] = field(default_factory=list)
    old_words: list[tuple[int, str]] = field(default_factory=list)
    digests: dict[int, tuple[int, int]] = field(default_factory=dict)

    def apply(self, rows: list[FeedRow]) -> None:
        """Gather and write."""
        last = self.connection.execute("SELECT max(n) FROM row").fetchall()[0][0]
        self.next_row = (last or 0) + 1
        for row_id, row in _in_order_of_the_file(_newest(rows)):
            self._take(row, row_id)
        many = self.connection.executemany
        for sql, parameters in (
            (_ADD, self.added),
            (_CHANGE, sorted(self.changed, key=_number)),
            (_DROP_WORDS, self.old_words),
            (_ADD_WORDS, self.new_words),
            (_DROP_KEY, sorted(self.old_keys, key=_key_order)),
            (_ADD_KEY, sorted(self.new_keys, key=_key_order)),
        ):
            if parameters:
                many(sql, parameters)
        add_to_digests(self.connection, self.digests)

    def _take(self, row: FeedRow, row_id: str | bytes) -> None:
        scope, kind = self.names.number(row.scope), self.names.number(row.kind)
        body = None if row.deleted else bytes(row.body)
        found = self.connection.execute(_FIND, (kind, row_id, scope)).fetchall()
        if not found:
            number, old = self.next_row, None
            self.next_row += 1
            self.added.append((number, scope, kind, row_id, row.ver, body))
        else:
            number, ver, old = found[0]
            if ver >= row.ver:
                return
            self.changed.append((row.ver, body, number))
            if old is not None and ver > UNCONFIRMED:
                self._count(scope, -1, -row_hash(row.kind, row.id, ver))
        if body is not None:
            self._count(scope, 1, row_hash(row.kind, row.id, row.ver))
        self._index(number, row.kind, old, body)

    def _count(self, scope: int, count: int, total: int) -> None:
        before = self.digests.get(scope, (0, 0))
        self.digests[scope] = (before[0] + count, (before[1] + total) % MODULUS)

    def _index(self, number: int, kind: str, old: bytes | None, new: bytes | None) -> None:
        before, old_words = keys_of(kind, old) if old is not None else (_NO_KEYS, "")
        after, new_words = keys_of(kind, new) if new is not None else (_NO_KEYS, "")
        if before != after:
            space = self.names.number
            self.old_keys += [(space(s), key, number) for s, key in before if (s, key) not in after]
            self.new_keys += [(space(s), key, number) for s, key in after if (s, key) not in before]
        if old_words != new_words:
            if old_words:
                self.old_words.append((number, old_words))
            if new_words:
                self.new_words.append((number, new_words))


_NO_KEYS: list[Key] = []


def _key_order(key: tuple[int, str | bytes, int]) -> tuple[int, bool, str | bytes]:
    """Neighbours in the file are written one after the other."""
    return (key[0], isinstance(key[1], bytes), key[1])


def _number(changed: tuple[int, bytes | None, int]) -> int:
    return changed[2]


def _in_order_of_the_file(rows: Iterable[FeedRow]) -> list[tuple[str | bytes, FeedRow]]:
    """Ids as stored, neighbours of the index one after the other: half the pages are touched."""
    packed = [(packed_id(row.id), row) for row in rows]
    packed.sort(key=lambda pair: (isinstance(pair[0], bytes), pair[0]))
    return packed


def _newest(rows: list[FeedRow]) -> Iterable[FeedRow]:
    """Each row once, at its highest version."""
    newest: dict[tuple[str, str, str], FeedRow] = {}
    for row in rows:
        place = (row.scope, row.kind, row.id)
        if place not in newest or newest[place].ver < row.ver:
            newest[place] = row
    return newest.values()
