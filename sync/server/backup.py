"""A copy of the SQLite database while it runs, and what tills may forget because of it.

Never says that a head is safe before the copy that holds it is on the disk.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.schema import terminal


def heads(connection: Connection) -> dict[str, tuple[int, int]]:
    """Terminal -> (incarnation, head), to be read before the copy begins."""
    rows = connection.execute(sa.select(terminal.c.id, terminal.c.incarnation, terminal.c.head))
    return {row.id: (row.incarnation, row.head) for row in rows}


def copy(source: Path, target: Path) -> None:
    """The whole database as of one moment; it appears under its name when it is on the disk."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(part)) as kept:
        live.backup(kept)
        kept.execute("PRAGMA journal_mode=DELETE")
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(part, target)


def mark_safe(connection: Connection, safe: dict[str, tuple[int, int]]) -> None:
    """What was in the copy is safe: tills hear it with their next reply."""
    for terminal_id, (incarnation, head) in safe.items():
        connection.execute(
            sa.update(terminal)
            .where(
                terminal.c.id == terminal_id,
                terminal.c.incarnation == incarnation,
                terminal.c.safe_head < head,
            )
            .values(safe_head=head)
        )
