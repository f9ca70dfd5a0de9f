"""The state feed: every scope has one counter, taken under its row's lock. Never a lost row.

A writer locks the head of its scope, numbers its rows and holds the lock to its commit, so that
number order is commit order: a reader that has seen number n has seen everything up to n. A row
that changes a thousand times is one row. Deleted rows stay as tombstones up to a horizon.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from msgspec import Raw, Struct
from sqlalchemy import Connection

from sync.server.engine import bulk
from sync.server.engine.buckets import scope_bucket
from sync.server.engine.schema import feed_head, feed_row
from sync.wire.codec import canonical
from sync.wire.digest import MODULUS, row_hash
from sync.wire.messages import FeedRow, ScopeDigest

ROWS_A_QUERY = 500
ROW_OVERHEAD_BYTES = 96
HEAD_KEY = ("bucket", "scope")
ROW_KEY = ("bucket", "scope", "kind", "id")


@dataclass(frozen=True, slots=True)
class Change:
    """The new state of a row; `body` None deletes it."""

    kind: str
    id: str
    body: Struct | Raw | None


@dataclass(slots=True)
class Page:
    """What a pull brings: rows, the cursor of the scopes that moved, digests of those at head."""

    rows: list[FeedRow] = field(default_factory=list)
    cursor: dict[str, int] = field(default_factory=dict)
    digests: dict[str, ScopeDigest] = field(default_factory=dict)
    more: bool = False
    beyond_horizon: bool = False


@dataclass(slots=True)
class _Head:
    seq: int
    rows_living: int
    total: int


def lock(connection: Connection, *scopes: str) -> None:
    """Make this transaction the only writer of scopes, up to its commit."""
    _locked_heads(connection, scopes)


def publish(connection: Connection, scope: str, changes: Sequence[Change], now_us: int) -> int:
    """Write rows into a scope; those that already say the same are left. The scope's head."""
    return publish_all(connection, {scope: changes}, now_us)[scope]


def publish_all(
    connection: Connection, changes: Mapping[str, Sequence[Change]], now_us: int
) -> dict[str, int]:
    """The same for many scopes with as many statements; their heads."""
    heads = _locked_heads(connection, changes)
    old = _known(connection, changes)
    rows, moved = [], []
    for scope, wanted in changes.items():
        new = _numbered(heads[scope], scope, wanted, old, now_us)
        rows += new
        if new:
            moved.append(_head_row(scope, heads[scope]))
    bulk.insert(connection, feed_row, rows, "replace")
    bulk.insert(connection, feed_head, moved, "replace")
    return {scope: head.seq for scope, head in heads.items()}


def _numbered(
    head: _Head,
    scope: str,
    changes: Sequence[Change],
    old: Mapping[tuple[str, str, str], Any],
    now_us: int,
) -> list[dict[str, Any]]:
    rows = []
    for change in {(c.kind, c.id): c for c in changes}.values():
        before = old.get((scope, change.kind, change.id))
        text = canonical(change.body).decode() if change.body is not None else None
        if _says_the_same(before, text):
            continue
        head.seq += 1
        _count(head, change, before)
        rows.append(_row(scope, change, text, head.seq, now_us))
    return rows


def _row(scope: str, change: Change, text: str | None, ver: int, now_us: int) -> dict[str, Any]:
    return {
        "bucket": scope_bucket(scope),
        "scope": scope,
        "kind": change.kind,
        "id": change.id,
        "ver": ver,
        "deleted": int(text is None),
        "at": now_us,
        "body": text or "null",
    }


def _says_the_same(before: Any, text: str | None) -> bool:
    if before is None:
        return text is None
    return bool(before.deleted) if text is None else not before.deleted and before.body == text


def _count(head: _Head, change: Change, before: Any) -> None:
    if before is not None and not before.deleted:
        head.rows_living -= 1
        head.total = (head.total - row_hash(change.kind, change.id, before.ver)) % MODULUS
    if change.body is not None:
        head.rows_living += 1
        head.total = (head.total + row_hash(change.kind, change.id, head.seq)) % MODULUS


def _of(scope: str, table: sa.Table) -> Any:
    return sa.and_(table.c.bucket == scope_bucket(scope), table.c.scope == scope)


def _locked_heads(connection: Connection, scopes: Iterable[str]) -> dict[str, _Head]:
    """The counters' rows, locked to the end of the transaction (SQLite: it has the file)."""
    places = {(scope_bucket(scope), scope) for scope in scopes}
    found = bulk.matching(connection, feed_head, HEAD_KEY, places, lock=True)
    missing = places - {(row.bucket, row.scope) for row in found}
    if missing:
        first = [{"bucket": bucket, "scope": scope} for bucket, scope in sorted(missing)]
        bulk.insert(connection, feed_head, first, "nothing")
        found = bulk.matching(connection, feed_head, HEAD_KEY, places, lock=True)
    return {row.scope: _Head(row.seq, row.rows_living, row.total) for row in found}


def _head_row(scope: str, head: _Head) -> dict[str, Any]:
    return {
        "bucket": scope_bucket(scope),
        "scope": scope,
        "seq": head.seq,
        "rows_living": head.rows_living,
        "total": head.total,
    }


def _known(
    connection: Connection, changes: Mapping[str, Sequence[Change]]
) -> dict[tuple[str, str, str], Any]:
    """What the feed says of these rows now, by (scope, kind, id)."""
    places = [(scope_bucket(s), s, c.kind, c.id) for s, wanted in changes.items() for c in wanted]
    found = bulk.matching(connection, feed_row, ROW_KEY, places)
    return {(row.scope, row.kind, row.id): row for row in found}


def read(
    connection: Connection, scopes: Sequence[str], cursor: Mapping[str, int], max_bytes: int
) -> Page:
    """Rows above the cursor, cut by bytes but never empty while there are any."""
    page = Page()
    heads = _heads(connection, scopes)
    page.beyond_horizon = any(_impossible(heads[s], cursor.get(s, 0)) for s in heads)
    if page.beyond_horizon:
        return page
    room = max_bytes
    for scope in scopes:
        head = heads.get(scope)
        after = cursor.get(scope, 0)
        if head is None or head.seq <= after:
            continue
        if room <= 0:
            page.more = True
            break
        room = _read_scope(connection, scope, head, page, after, room)
    return page


def _impossible(head: Any, after: int) -> bool:
    """A cursor behind forgotten tombstones, or from a history that is not ours."""
    return bool(after > head.seq or 0 < after < head.horizon)


def _heads(connection: Connection, scopes: Sequence[str]) -> dict[str, Any]:
    found = connection.execute(
        sa.select(feed_head).where(bulk.among(connection, feed_head.c.scope, scopes))
    )
    return {row.scope: row for row in found}


def _read_scope(
    connection: Connection, scope: str, head: Any, page: Page, after: int, room: int
) -> int:
    while True:
        rows = connection.execute(_above(scope, after, head.seq)).all()
        for row in rows:
            if room <= 0:
                page.cursor[scope] = after
                page.more = True
                return room
            page.rows.append(feed_row_of(row))
            after = row.ver
            room -= len(row.body) + ROW_OVERHEAD_BYTES
        if len(rows) < ROWS_A_QUERY:
            page.cursor[scope] = head.seq
            if not scope.startswith("t:"):  # its old outcomes are dropped without a trace
                page.digests[scope] = ScopeDigest(head.seq, head.rows_living, head.total)
            return room


def _above(scope: str, after: int, head: int) -> Any:
    return (
        sa.select(feed_row)
        .where(_of(scope, feed_row), feed_row.c.ver > after, feed_row.c.ver <= head)
        .order_by(feed_row.c.ver)
        .limit(ROWS_A_QUERY)
    )


def feed_row_of(row: Any) -> FeedRow:
    """A stored row as it travels."""
    body = Raw(row.body.encode())
    return FeedRow(row.scope, row.ver, row.kind, row.id, body, bool(row.deleted))


def body_of(connection: Connection, scope: str, kind: str, row_id: str) -> bytes | None:
    """The present body of one row; None if there is none."""
    found = connection.execute(
        sa.select(feed_row.c.body).where(
            _of(scope, feed_row),
            feed_row.c.kind == kind,
            feed_row.c.id == row_id,
            feed_row.c.deleted == 0,
        )
    ).scalar_one_or_none()
    return None if found is None else str(found).encode()


def living(connection: Connection, scope: str, kind: str) -> dict[str, bytes]:
    """Every present row of a kind: id -> body."""
    found = connection.execute(
        sa.select(feed_row.c.id, feed_row.c.body).where(
            _of(scope, feed_row), feed_row.c.kind == kind, feed_row.c.deleted == 0
        )
    )
    return {row.id: row.body.encode() for row in found}


def forget_tombstones(connection: Connection, before_us: int) -> int:
    """Drop tombstones older than that; cursors behind them will need a snapshot. How many."""
    old = sa.and_(feed_row.c.deleted == 1, feed_row.c.at < before_us)
    newest = sa.select(feed_row.c.scope, sa.func.max(feed_row.c.ver)).where(old)
    for scope, ver in connection.execute(newest.group_by(feed_row.c.scope)).all():
        lock(connection, scope)
        connection.execute(sa.update(feed_head).where(_of(scope, feed_head)).values(horizon=ver))
    return int(connection.execute(sa.delete(feed_row).where(old)).rowcount)
