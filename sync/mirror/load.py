"""A whole mirror into a fresh file: snapshots of the server, bootstraps. Never for a live mirror.

The index and the key table are built at the end from sorted input: inserting a million random
keys into them row by row costs several times the load.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import islice

from sync.mirror.keys import keys_of, packed_id
from sync.mirror.names import Names
from sync.mirror.schema import INDEX, Connection, mark_complete, transaction
from sync.mirror.state import add_to_digests, save_position
from sync.wire.digest import MODULUS, row_hash
from sync.wire.messages import FeedRow

BATCH_ROWS = 10_000
_ADD = "INSERT INTO row (n, scope, kind, id, ver, body) VALUES (?, ?, ?, ?, ?, ?)"
_STAGE = "CREATE TEMP TABLE key_stage (space INTEGER, key, row INTEGER)"
_ADD_KEY = "INSERT INTO key_stage VALUES (?, ?, ?)"
_ADD_WORDS = "INSERT INTO item_words (rowid, words) VALUES (?, ?)"


def load_rows(connection: Connection, rows: Iterable[FeedRow]) -> None:
    """Living rows into a file of `create(bulk=True)`, each (scope, kind, id) once.

    Call it once, then `finish`.
    """
    names = Names(connection)
    digests: dict[int, tuple[int, int]] = {}
    connection.execute(_STAGE)
    number = 0
    stream = iter(rows)
    with transaction(connection):
        while batch := list(islice(stream, BATCH_ROWS)):
            _load(connection, names, digests, batch, number)
            number += len(batch)
        add_to_digests(connection, digests)


def finish(connection: Connection, cursor: Mapping[str, int], epoch: str, as_of: str) -> None:
    """Indexes, position and the mark that makes the file a mirror.

    Raises the driver's IntegrityError when a row was loaded twice.
    """
    with transaction(connection):
        connection.execute("INSERT OR IGNORE INTO key SELECT * FROM key_stage ORDER BY 1, 2, 3")
        connection.execute(INDEX)
        save_position(connection, cursor, epoch, as_of)
        mark_complete(connection)
    connection.execute("DROP TABLE temp.key_stage")


def _load(
    connection: Connection,
    names: Names,
    digests: dict[int, tuple[int, int]],
    batch: list[FeedRow],
    after: int,
) -> None:
    rows, keys, words = [], [], []
    named = names.number
    totals: dict[int, list[int]] = defaultdict(list)
    for number, row in enumerate(batch, start=after + 1):
        kind, row_id, ver, body = row.kind, row.id, row.ver, bytes(row.body)
        scope = named(row.scope)
        rows.append((number, scope, named(kind), packed_id(row_id), ver, body))
        found, text = keys_of(kind, body)
        for space, key in found:
            keys.append((named(space), key, number))
        if text:
            words.append((number, text))
        totals[scope].append(row_hash(kind, row_id, ver))
    for scope, hashes in totals.items():
        count, total = digests.get(scope, (0, 0))
        digests[scope] = (count + len(hashes), (total + sum(hashes)) % MODULUS)
    connection.executemany(_ADD, rows)
    connection.executemany(_ADD_KEY, keys)
    connection.executemany(_ADD_WORDS, words)
