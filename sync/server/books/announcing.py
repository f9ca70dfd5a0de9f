"""Grants that changed, told to their terminals in their own scopes. Never changes a grant."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.books.grant import Grant
from sync.server.engine import bulk
from sync.server.engine.buckets import terminal_scope
from sync.server.engine.schema import allowance
from sync.server.engine.services import Services
from sync.server.publishing import feed


def announce(connection: Connection, services: Services, terminal_id: str) -> int:
    """Bring changed grants into the terminal's own scope; how many. Repeating it is harmless."""
    changes = unannounced(connection, [terminal_id]).get(terminal_id, [])
    if changes:
        feed.publish(connection, terminal_scope(terminal_id), changes, services.now_us())
        mark_announced(connection, [change.id for change in changes])
    return len(changes)


def unannounced(connection: Connection, terminals: Iterable[str]) -> dict[str, list[feed.Change]]:
    """Terminal -> its grants that changed, as it is to hear of them."""
    rows = connection.execute(
        sa.select(allowance)
        .where(allowance.c.announced == 0, bulk.among(connection, allowance.c.terminal, terminals))
        .order_by(allowance.c.bucket, allowance.c.grant_id)  # numbered alike on every engine
        # One that somebody changes this moment is told by whoever changes it, with what it became.
        .with_for_update(skip_locked=True)
    )
    found: dict[str, list[feed.Change]] = {}
    for r in rows:
        grant = Grant(
            r.grant_id, r.member, r.terminal, r.granted, r.spent, r.returned, r.kind,
            r.lease_until, r.posted_seq, r.incarnation,
        )  # fmt: skip
        found.setdefault(r.terminal, []).append(feed.Change("allowance", r.grant_id, grant.row()))
    return found


def mark_announced(connection: Connection, grants: Sequence[str]) -> None:
    """They were told, in this transaction."""
    if not grants:
        return
    told = bulk.among(connection, allowance.c.grant_id, grants)
    connection.execute(
        sa.update(allowance).where(allowance.c.announced == 0, told).values(announced=1)
    )
