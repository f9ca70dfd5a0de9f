"""Whether this server should be sent requests: every reason why not, by name. Never a repair.

Liveness is that the process answers at all. Ready means: the database answers and has this
program's schema, posting goes on and is not far behind, the epoch is the one that was told to
tills, and there is room to write.
"""

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from sync.server.engine import epoch_file, keys, migrations
from sync.server.engine.services import Services
from sync.server.watch import figures

ANSWER_S = 5.0
BEHIND_S = 300.0
ROOM_BYTES = 64 * 1024 * 1024
PROBE_FILE = ".writable"


@dataclass(frozen=True, slots=True)
class Watched:
    """What is looked at. `tasks`: the background work; empty where nobody started it."""

    services: Services
    folder: Path
    tasks: Sequence["asyncio.Future[None]"]
    behind_s: float = BEHIND_S
    room_bytes: int = ROOM_BYTES


def of_database(connection: Connection, watched: Watched) -> list[str]:
    """What the database says: schema, epoch, how far posting is behind."""
    wrong = []
    if migrations.revision_of(connection) != migrations.latest():
        wrong.append("migrations")
    epoch = keys.get_meta(connection).get(keys.EPOCH, "")
    marks = epoch_file.read(watched.folder / epoch_file.EPOCH_FILE)
    if epoch != watched.services.epoch or (marks is not None and marks.epoch != epoch):
        wrong.append("epoch")
    if figures.inbox_age_s(connection, watched.services.now_us()) > watched.behind_s:
        wrong.append("poster_behind")
    return wrong


def of_process(watched: Watched) -> list[str]:
    """What needs no database: background work and disk."""
    wrong = ["background"] if any(task.done() for task in watched.tasks) else []
    return wrong + ([] if _writable(watched) else ["disk"])


async def reasons(watched: Watched, reading: "asyncio.Future[list[str]]") -> list[str]:
    """Every reason against; `reading` is `of_database` on its way. Empty: ready."""
    try:
        wrong = await asyncio.wait_for(reading, ANSWER_S)
    except (DBAPIError, OSError, TimeoutError):
        wrong = ["database"]
    return wrong + of_process(watched)


def _writable(watched: Watched) -> bool:
    """A byte reaches the disk of the data folder, and more would."""
    probe = watched.folder / PROBE_FILE
    try:
        with probe.open("wb") as file:
            file.write(b"1")
            file.flush()
            os.fsync(file.fileno())
        probe.unlink()
        return shutil.disk_usage(watched.folder).free >= watched.room_bytes
    except OSError:
        return False
