"""One number for what the server knows: the same history gives the same on every engine.

Rows are hashed one by one and summed, so neither the order nor the cut of the tables matters.
What only tells when or by which request something came is left out. Never a judgement.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection, Table

from sync.server.engine.schema import metadata

MODULUS = 2**128
LEFT_OUT = frozenset({"schema_version", "meta", "nonce", "enrolment_code", "inbox"})
"""Of a process, of a minute, or the events once more."""
MOMENTS = {
    "feed_row": {"at"},
    "conflict": {"at", "resolved_at"},
    "personal_log": {"at"},
    "reclaim": {"asked_at", "due_at", "done_at"},
    "terminal": {"enrolled_at", "heard_at", "moved_at"},
    "terminal_secret": {"at"},
}
ROWS_AT_ONCE = 1000


def of_tables(connection: Connection) -> Iterator[tuple[str, int, str]]:
    """(table, rows, digest of the table as 32 hexadecimal digits), by name."""
    for name, table in sorted(metadata.tables.items()):
        if name not in LEFT_OUT:
            yield (name, *_of_table(connection, table))


def of_state(connection: Connection) -> str:
    """The digest of all tables, 32 hexadecimal digits."""
    text = "".join(f"{name} {rows} {found}\n" for name, rows, found in of_tables(connection))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _of_table(connection: Connection, table: Table) -> tuple[int, str]:
    told = [c for c in table.columns if c.name not in MOMENTS.get(table.name, ())]
    rows = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(sa.select(*told))
    count = total = 0
    for row in rows:
        count += 1
        total += int.from_bytes(_of_row(tuple(row)), "big")
    return count, f"{total % MODULUS:032x}"


def _of_row(values: tuple[Any, ...]) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(values), digest_size=16).digest()
