"""What can go wrong with the till's files, in the words of the ports. Never a driver's exception.

StorageFull                 the disk, a quota or a limit refused the write
StorageBroken               the database cannot be trusted or written
|- DatabaseFromTheFuture    a newer program wrote it
|- StorageBusy              another process of this till held it for too long
|- ReceiptOutOfOrder        a receipt number that is not the next one: our bug
|- AllowanceOverused        more points than a grant has left: our bug, and nothing was spent
|- GrantsFrozen             the database went back in time; its grants must not be spent
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlcipher3 import dbapi2

from pos_app.workstation.ports import StorageBroken, StorageFull

SQLITE_BUSY = 5
SQLITE_LOCKED = 6
SQLITE_IOERR = 10
SQLITE_FULL = 13


class DatabaseFromTheFuture(StorageBroken):
    """The file was written by a newer program: it is refused and left as it is."""

    def __init__(self, name: str, found: int, known: int) -> None:
        super().__init__(
            f"{name} has schema version {found}; this program knows versions up to {known}: "
            "update the program, nothing was changed"
        )
        self.found = found
        self.known = known


class StorageBusy(StorageBroken):
    """Another process of this till kept the write lock beyond the busy timeout."""


class ReceiptOutOfOrder(StorageBroken):
    """A receipt counter that is not the next one."""


class AllowanceOverused(StorageBroken):
    """More points than the grant has left."""


class GrantsFrozen(StorageBroken):
    """The database was rolled back: grants wait for the server's word."""


@contextmanager
def in_words_of_the_port() -> Iterator[None]:
    """Turn the driver's errors into StorageFull and StorageBroken."""
    try:
        yield
    except dbapi2.Error as error:
        raise translated(error) from error


def translated(error: Exception) -> Exception:
    """The port's exception for a driver's one."""
    name = getattr(error, "sqlite_errorname", None) or type(error).__name__
    kind = {SQLITE_FULL: StorageFull, SQLITE_BUSY: StorageBusy, SQLITE_LOCKED: StorageBusy}
    return kind.get(_code(error), StorageBroken)(f"{name}: {error}")


def is_input_output(error: BaseException | None) -> bool:
    """True for the driver's "disk I/O error", whatever the disk meant by it."""
    return isinstance(error, dbapi2.Error) and _code(error) == SQLITE_IOERR


def _code(error: Exception) -> int:
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
