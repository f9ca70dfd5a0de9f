"""How a book reads and writes: by itself, or together with the books of other buckets.

Never decides anything: rows in, rows out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, Table

from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_scope
from sync.server.engine.days import Days, days_now
from sync.server.engine.services import Services
from sync.server.publishing import feed, interest

Rows = Sequence[Mapping[str, Any]]


class Desk(Protocol):
    """Of one transaction."""

    def lock(self, bucket: int) -> None:
        """Be the only writer of the bucket's members, up to the commit."""

    def rows(self, table: Table, column: str, bucket: int, values: Iterable[str]) -> Sequence[Any]:
        """The rows of a bucket whose column is one of the values."""

    def insert(self, table: Table, rows: Rows, mode: str) -> None:
        """See `bulk.insert`."""

    def publish(self, scope: str, changes: Sequence[feed.Change], now_us: int) -> None:
        """Bring new states of rows of a locked bucket into a scope of the feed."""

    def grouped(self) -> bool:
        """Whether tills hear only of the members of their store."""

    def days(self, services: Services) -> Days:
        """The days of the chain's stores, as they were when first asked."""


class OwnDesk:
    """One book alone: every call is a statement."""

    def __init__(self, connection: Connection) -> None:
        """On the book's own connection."""
        self.connection = connection
        self._grouped: bool | None = None
        self._days: Days | None = None

    def grouped(self) -> bool:
        """See the Protocol: asked once."""
        if self._grouped is None:
            self._grouped = interest.by_store(self.connection)
        return self._grouped

    def days(self, services: Services) -> Days:
        """See the Protocol: asked once."""
        if self._days is None:
            self._days = days_now(self.connection, services)
        return self._days

    def lock(self, bucket: int) -> None:
        """See the Protocol."""
        feed.lock(self.connection, bucket_scope(bucket))

    def rows(self, table: Table, column: str, bucket: int, values: Iterable[str]) -> Sequence[Any]:
        """See the Protocol."""
        keys = [(bucket, value) for value in values]
        return bulk.matching(self.connection, table, ("bucket", column), keys)

    def insert(self, table: Table, rows: Rows, mode: str) -> None:
        """See the Protocol."""
        bulk.insert(self.connection, table, rows, mode)

    def publish(self, scope: str, changes: Sequence[feed.Change], now_us: int) -> None:
        """See the Protocol."""
        feed.publish(self.connection, scope, changes, now_us)


class SharedDesk(OwnDesk):
    """The books of many buckets: read at once before, written at once by `flush`.

    What was written and not flushed is not read again: each book remembers its own, and no book
    reads another bucket.
    """

    def __init__(self, connection: Connection, buckets: Iterable[int]) -> None:
        """Locks the buckets, in their order."""
        super().__init__(connection)
        feed.lock(connection, *map(bucket_scope, buckets))
        self._read: dict[tuple[str, str], dict[tuple[int, str], list[Any]]] = {}
        self._rows: dict[tuple[Table, str], list[Mapping[str, Any]]] = defaultdict(list)
        self._changes: dict[str, list[feed.Change]] = defaultdict(list)

    def lock(self, bucket: int) -> None:
        """They are locked."""

    def prefetch(self, table: Table, column: str, keys: Iterable[tuple[int, str]]) -> None:
        """Read what the books will ask for; keys are (bucket, value)."""
        known: dict[tuple[int, str], list[Any]] = {key: [] for key in keys}
        for row in bulk.matching(self.connection, table, ("bucket", column), known):
            known[row.bucket, getattr(row, column)].append(row)
        self._read[table.name, column] = known

    def rows(self, table: Table, column: str, bucket: int, values: Iterable[str]) -> Sequence[Any]:
        """See the Protocol: what was not read before is read now."""
        known = self._read.get((table.name, column), {})
        wanted = list(values)
        missing = [value for value in wanted if (bucket, value) not in known]
        found = [row for value in wanted for row in known.get((bucket, value), ())]
        return [*found, *super().rows(table, column, bucket, missing)] if missing else found

    def insert(self, table: Table, rows: Rows, mode: str) -> None:
        """Later, by `flush`."""
        self._rows[table, mode].extend(rows)

    def publish(self, scope: str, changes: Sequence[feed.Change], now_us: int) -> None:
        """Later, by `flush`."""
        self._changes[scope].extend(changes)

    def flush(self, now_us: int) -> None:
        """Write all of it."""
        for (table, mode), rows in self._rows.items():
            bulk.insert(self.connection, table, rows, mode)
        if self._changes:
            feed.publish_all(self.connection, self._changes, now_us)
        self._rows.clear()
        self._changes.clear()
