"""The slice of DB-API that this room uses, and the statements that SQLAlchemy Core wrote for it.

Core writes the SQL long before a till starts (`core`, `texts`); per call only the driver works.
Never an Engine, a pool or an ORM session: measured, they cost three to twenty times a prepared
select; never SQLAlchemy itself, which costs every process a tenth of a second and 15 MiB.
"""

import errno
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlcipher3 import dbapi2

from pos_app.storage.errors import StorageBusy, in_words_of_the_port, is_input_output, translated
from pos_app.workstation.ports import NotNow, StorageBroken, StorageFull


class Cursor(Protocol):
    """What a statement answers."""

    @property
    def rowcount(self) -> int:
        """Rows changed."""

    def fetchall(self) -> list[Any]:
        """All rows; the statement is finished after it and holds no read lock."""


class Driver(Protocol):
    """An open connection in autocommit mode (`isolation_level=None`)."""

    @property
    def in_transaction(self) -> bool:
        """True between BEGIN and COMMIT or ROLLBACK."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Cursor:
        """Run one statement."""

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Cursor:
        """Run one statement for each row."""

    def close(self) -> None:
        """Give the file back."""


class Statement:
    """SQL text, the names of its parameters in their order, and those that are `fixed`."""

    def __init__(
        self, sql: str, names: tuple[str, ...] = (), fixed: Mapping[str, Any] | None = None
    ) -> None:
        self.sql = sql
        self.names = names
        self.fixed: Mapping[str, Any] = fixed or {}

    def row(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters in the order of the SQL; a constant needs no value."""
        if not self.fixed:
            return [values[name] for name in self.names]
        return [values[name] if name in values else self.fixed[name] for name in self.names]

    def run(self, driver: Driver, **values: Any) -> int:
        """Execute; the number of rows changed. Raises StorageFull or StorageBroken."""
        return self.run_row(driver, self.row(values))

    def run_row(self, driver: Driver, row: Sequence[Any]) -> int:
        """The same with the parameters in the order of `names`."""
        try:
            return driver.execute(self.sql, row).rowcount
        except dbapi2.Error as error:
            raise translated(error) from error

    def many(self, driver: Driver, rows: Iterable[Mapping[str, Any]]) -> None:
        """Execute once for each row."""
        try:
            driver.executemany(self.sql, [self.row(values) for values in rows])
        except dbapi2.Error as error:
            raise translated(error) from error

    def all(self, driver: Driver, **values: Any) -> list[Any]:
        """Execute and fetch every row."""
        try:
            return driver.execute(self.sql, self.row(values)).fetchall()
        except dbapi2.Error as error:
            raise translated(error) from error

    def one(self, driver: Driver, **values: Any) -> Any | None:
        """The first row or None."""
        rows = self.all(driver, **values)
        return rows[0] if rows else None


@contextmanager
def write(driver: Driver) -> Iterator[None]:
    """One transaction that takes the write lock at once; all of it or nothing.

    IMMEDIATE because the front end and the courier both write: a read that later wants to write
    would be refused without waiting. Raises StorageFull or StorageBroken; NotNow where the lock is
    another's within `without_waiting`.
    """
    try:
        with in_words_of_the_port():
            driver.execute("BEGIN IMMEDIATE")
            try:
                yield
                driver.execute("COMMIT")
            except BaseException:
                # A full disk rolls back by itself; a second ROLLBACK would hide the first error.
                if driver.in_transaction:
                    driver.execute("ROLLBACK")
                raise
    except StorageBusy as error:
        # A task that swallows StorageBroken must not swallow this one.
        if not _patience_ms(driver):
            raise NotNow(str(error)) from error
        raise
    except StorageBroken as error:
        if is_input_output(error.__cause__) and _growth_is_refused(driver):
            raise StorageFull(str(error)) from error
        raise


@contextmanager
def without_waiting(driver: Driver) -> Iterator[None]:
    """Within it nothing waits for another process's lock: NotNow is raised instead."""
    with in_words_of_the_port():
        before = _patience_ms(driver)
        driver.execute("PRAGMA busy_timeout=0")
    try:
        yield
    except StorageBusy as error:
        raise NotNow(str(error)) from error
    finally:
        driver.execute(f"PRAGMA busy_timeout={before}")


def _patience_ms(driver: Driver) -> int:
    return int(driver.execute("PRAGMA busy_timeout").fetchall()[0][0])


_REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_PROBE_BYTES = 65536


def _growth_is_refused(driver: Driver) -> bool:
    """Whether a file as long as the log may grow no more: SQLite says only "I/O error" to a quota.

    Asked after a failure only.
    """
    path = Path(driver.execute("PRAGMA database_list").fetchall()[0][2])
    probe = path.with_name(path.name + ".probe")
    log = path.with_name(path.name + "-wal")
    try:
        with probe.open("wb") as file:
            file.seek(log.stat().st_size if log.exists() else 0)
            file.write(bytes(_PROBE_BYTES))
    except OSError as error:
        return error.errno in _REFUSALS
    finally:
        probe.unlink(missing_ok=True)
    return False
