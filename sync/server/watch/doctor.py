"""Are the books right: sums, folds, grants, digests, totals, chains. Never a repair."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.loyalty.ledger import fold
from sync.server.books import accounts
from sync.server.engine.buckets import bucket_scope, scope_bucket
from sync.server.engine.schema import (
    account,
    allowance,
    bearer,
    control_total,
    feed_head,
    feed_row,
    gift_card_entry,
    ledger,
    sale,
)
from sync.server.engine.schema import member as member_table
from sync.server.poster.outcomes import load_totals
from sync.server.sealing.personal import ERASED
from sync.server.watch import doctor_chains
from sync.wire.digest import total_of


def examine(connection: Connection, *, deep: bool = False, master: bytes = b"") -> Iterator[str]:
    """One sentence per fault; nothing when all is well.

    `deep`: hash every event again; `master` opens those that tell of a person, without it they
    are taken as they stand.
    """
    for bucket in _buckets(connection):
        yield from _accounts(connection, bucket)
        yield from _reserved(connection, bucket)
        yield from _bearers(connection, bucket)
    yield from _feed(connection)
    yield from _sales(connection)
    yield from doctor_chains.chains(connection, deep=deep, master=master)
    yield from doctor_chains.outcomes(connection)
    yield from doctor_chains.effects(connection)
    yield from doctor_chains.orphans(connection)
    yield from doctor_chains.twice(connection)
    yield from doctor_chains.overdrafts(connection)


def _buckets(connection: Connection) -> list[int]:
    """Those that hold anything of a member, a gift card or a coupon."""
    tables = (account, ledger, allowance, bearer, gift_card_entry)
    found = sa.union(*(sa.select(table.c.bucket) for table in tables))
    return sorted(connection.execute(found).scalars())


def _accounts(connection: Connection, bucket: int) -> Iterator[str]:
    """Account = fold of its ledger; sum of effects = balance."""
    entries: dict[str, list[str]] = {}
    sums: dict[str, int] = {}
    rows = connection.execute(
        sa.select(ledger).where(ledger.c.bucket == bucket).order_by(ledger.c.member, ledger.c.pos)
    )
    for row in rows:
        entries.setdefault(row.member, []).append(row.entry)
        sums[row.member] = sums.get(row.member, 0) + row.effect
    for row in connection.execute(sa.select(account).where(account.c.bucket == bucket)):
        if sums.pop(row.member, 0) != row.balance:
            yield f"account {row.member}: the ledger's sum is not the balance {row.balance}"
        found = fold(row.member, map(accounts.entry_from_text, entries.get(row.member, [])))
        if not accounts.says(row.state, found):
            yield f"account {row.member}: the ledger folds to something else"
    for member_id in sums:
        yield f"account {member_id}: a ledger without an account"


def _reserved(connection: Connection, bucket: int) -> Iterator[str]:
    """What accounts reserve = what their grants still allow."""
    left = allowance.c.granted - allowance.c.spent - allowance.c.returned
    rows = connection.execute(
        sa.select(allowance.c.member, sa.func.sum(sa.case((left > 0, left), else_=0)))
        .where(allowance.c.bucket == bucket)
        .group_by(allowance.c.member)
    )
    outstanding = {member_id: int(points) for member_id, points in rows}
    accounts_here = sa.select(account.c.member, account.c.reserved).where(
        account.c.bucket == bucket
    )
    bearers_here = sa.select(bearer.c.owner, bearer.c.reserved).where(bearer.c.bucket == bucket)
    for owner, reserved in connection.execute(accounts_here.union_all(bearers_here)):
        granted = outstanding.pop(owner, 0)
        if granted != reserved:
            yield f"account {owner}: reserves {reserved}, its grants allow {granted}"
    for owner, points in outstanding.items():
        if points:
            yield f"account {owner}: grants without an account"


def _bearers(connection: Connection, bucket: int) -> Iterator[str]:
    """A gift card holds the sum of its entries."""
    entry = gift_card_entry.c
    rows = connection.execute(
        sa.select(entry.card, sa.func.sum(entry.amount))
        .where(entry.bucket == bucket)
        .group_by(entry.card)
    )
    sums = {card: int(amount) for card, amount in rows}
    for row in connection.execute(
        sa.select(bearer.c.owner, bearer.c.balance).where(
            bearer.c.bucket == bucket, bearer.c.kind == "gift_card"
        )
    ):
        if sums.get(row.owner, 0) != row.balance:
            yield f"gift card {row.owner}: its entries' sum is not the balance {row.balance}"


def _feed(connection: Connection) -> Iterator[str]:
    """Every member is in the feed; digests are those of the rows."""
    for head in connection.execute(sa.select(feed_head)).all():
        if head.scope.startswith("t:"):
            continue
        rows = connection.execute(
            sa.select(feed_row.c.kind, feed_row.c.id, feed_row.c.ver).where(
                feed_row.c.bucket == scope_bucket(head.scope),
                feed_row.c.scope == head.scope,
                feed_row.c.deleted == 0,
            )
        ).all()
        if (len(rows), total_of(tuple(r) for r in rows)) != (head.rows_living, head.total):
            yield f"scope {head.scope}: the digest is not that of its rows"
    known = member_table.c.state.not_like(f'%"blocked":"{ERASED}"%')
    members = _by_bucket(connection, member_table, known)
    living = sa.and_(feed_row.c.kind == "member", feed_row.c.deleted == 0)
    shown = _by_bucket(connection, feed_row, sa.and_(living, feed_row.c.scope.like("m:%")))
    for bucket in sorted({*members, *shown}):
        here, there = members.get(bucket, 0), shown.get(bucket, 0)
        if here != there:
            yield f"scope {bucket_scope(bucket)}: {here} members, {there} in the feed"


def _by_bucket(
    connection: Connection, table: sa.Table, where: "sa.ColumnElement[bool]"
) -> dict[int, int]:
    rows = sa.select(table.c.bucket, sa.func.count()).where(where).group_by(table.c.bucket)
    return {bucket: int(count) for bucket, count in connection.execute(rows)}


def _sales(connection: Connection) -> Iterator[str]:
    """Control totals count the receipts that are there."""
    stored = connection.execute(
        sa.select(sale.c.terminal, sale.c.business_on, sa.func.count()).group_by(
            sale.c.terminal, sale.c.business_on
        )
    )
    receipts = {(terminal, day): int(count) for terminal, day, count in stored}
    for row in connection.execute(sa.select(control_total)).all():
        totals = load_totals(connection, row.terminal, [row.business_on])[row.business_on]
        count = receipts.get((row.terminal, row.business_on), 0)
        if totals.receipts + totals.returns != count:
            yield (
                f"terminal {row.terminal}, {row.business_on}: totals count "
                f"{totals.receipts + totals.returns} receipts, {count} are stored"
            )
