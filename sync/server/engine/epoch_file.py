"""The epoch beside the database: tells a database that was put back by hand. Never a secret.

The file holds the epoch and the last mark; so does the database. A mark is made at each start,
some seconds after whatever was written, after a backup and at the end. An older copy of the
database that comes under this folder (not by `restore`, which begins an epoch itself) has another
mark or another epoch: then a new epoch begins, for what tills were told since may be gone.

Whoever changes the file does so inside a transaction that may write: a command beside a running
server marks too, and SQLite lets one of the two in at a time.
"""

import logging
import os
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from pos_app.gear.secrets import random_bytes
from sync.server.engine import keys

log = logging.getLogger(__name__)
EPOCH_FILE = "server.epoch"
START = "start"


class Marks(Struct):
    """`starts`: the marks that the database may have; two while a start is being written."""

    epoch: str
    starts: tuple[str, ...] = ()


def read(path: Path) -> Marks | None:
    """What the file says; None where there is none, or none that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Marks)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write(path: Path, marks: Marks) -> None:
    """Whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(msgspec.json.encode(marks))
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def settle(connection: Connection, path: Path, epoch: str) -> str:
    """The epoch to serve under; begins one when this is not the database that ran here last."""
    marks, start = read(path), keys.get_meta(connection).get(START, "")
    if marks is not None and (marks.epoch != epoch or (marks.starts and start not in marks.starts)):
        log.warning("the database was put back: another epoch begins")
        epoch = keys.new_epoch(connection)
    new = random_bytes(8).hex()
    # The file first, with both marks: a crash before the commit leaves the old one valid.
    write(path, Marks(epoch, (start, new)))
    keys.set_meta(connection, START, new)
    return epoch


def advance(connection: Connection, path: Path) -> None:
    """A further mark of the database that runs here: a copy made before it is told apart.

    To `confirm` in another transaction, once this one is on the disk.
    """
    found, new = keys.get_meta(connection), random_bytes(8).hex()
    write(path, Marks(found.get(keys.EPOCH, ""), (found.get(START, ""), new)))
    keys.set_meta(connection, START, new)


def confirm(connection: Connection, path: Path) -> None:
    """The mark is on the disk: the one before it is no longer this database's."""
    marks, start = read(path), keys.get_meta(connection).get(START, "")
    if marks is not None and marks.starts and marks.starts[-1] == start:
        write(path, Marks(marks.epoch, (start,)))
