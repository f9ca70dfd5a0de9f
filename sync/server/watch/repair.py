"""Mends what can be computed again from other rows. Never a fact, never a balance.

Digests of the feed are counted from the feed's rows. A till that had believed the wrong digest
fetches the scope again by itself.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.engine.buckets import scope_bucket
from sync.server.engine.schema import feed_head, feed_row
from sync.server.publishing import feed
from sync.wire.digest import total_of


def feed_digests(connection: Connection) -> list[str]:
    """Count and sum of every scope anew; one sentence for each that was wrong."""
    mended = []
    scopes = connection.execute(sa.select(feed_head.c.scope).order_by(feed_head.c.scope)).scalars()
    for scope in list(scopes):
        feed.lock(connection, scope)
        here = sa.and_(feed_row.c.bucket == scope_bucket(scope), feed_row.c.scope == scope)
        rows = connection.execute(
            sa.select(feed_row.c.kind, feed_row.c.id, feed_row.c.ver).where(
                here, feed_row.c.deleted == 0
            )
        ).all()
        right = {"rows_living": len(rows), "total": total_of(tuple(row) for row in rows)}
        known = sa.and_(feed_head.c.bucket == scope_bucket(scope), feed_head.c.scope == scope)
        wrong = sa.or_(*(feed_head.c[name] != value for name, value in right.items()))
        done = connection.execute(sa.update(feed_head).where(known, wrong).values(**right))
        if done.rowcount and not scope.startswith("t:"):
            mended.append(f"scope {scope}: the digest was counted again")
    return mended
