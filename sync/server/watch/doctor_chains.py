"""The doctor on chains, outcomes, effects and rows that belong to nobody. Never a repair."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import (
    account,
    allowance,
    bearer,
    conflict,
    effect,
    event,
    inbox,
    ledger,
    member,
    member_key,
    member_redirect,
    sale,
    terminal,
)
from sync.server.sealing.vault import as_signed
from sync.wire.codec import GENESIS, GarbledMessage, chain_hash, unpack
from sync.wire.messages import EventEnvelope, PushRequest

SHOWN = 20
OVERDRAFTS = ("overdraft", "gift_card_overdraft", "allowance_overspent", "coupon_overused")

OF_ONE_BUCKET = (
    "sale",
    "points",
    "returned",
    "given",
    "taken",
    "chosen",
    "adjusted",
    "credited",
    "enrolled",
    "joined",
    "merged",
    "carried_out",
    "carried_in",
    "activity",
)
"""Names of effects that an event, or a mark of one, has once. Gift cards and coupons lie apart."""


def chains(connection: Connection, *, deep: bool = False, master: bytes = b"") -> Iterator[str]:
    """Heads are those of the stored events, without gaps; `deep`: hashes are computed again."""
    for row in connection.execute(sa.select(terminal).order_by(terminal.c.id)).all():
        name = f"terminal {row.id}, incarnation {row.incarnation}"
        last, count = connection.execute(
            sa.select(sa.func.max(event.c.seq), sa.func.count()).where(*_of_chain(row))
        ).one()
        if (last or 0, count) != (row.head, row.head):
            yield f"{name}: head {row.head}, {count} events up to {last or 0}"
            continue
        if _hash_at(connection, row) != row.head_hash:
            yield f"{name}: the head's hash is not that of event {row.head}"
        if not row.safe_head <= row.head or not row.posted_seq <= row.head:
            yield f"{name}: safe {row.safe_head}, posted {row.posted_seq}, head {row.head}"
        if deep:
            yield from _hashed_again(connection, row, name, master)


def _of_chain(row: Any) -> tuple[Any, ...]:
    return (
        event.c.bucket == row.bucket,
        event.c.terminal == row.id,
        event.c.incarnation == row.incarnation,
    )


def _hash_at(connection: Connection, row: Any) -> str:
    if not row.head:
        return GENESIS.hex()
    at = sa.select(event.c.hash).where(*_of_chain(row), event.c.seq == row.head)
    return str(connection.execute(at).scalar())


def _hashed_again(connection: Connection, row: Any, name: str, master: bytes) -> Iterator[str]:
    """Every body of the chain, hashed from the bytes that were signed; where a person was erased
    the chain goes on from the hash that stands."""
    stored = {e.seq: e for e in connection.execute(sa.select(event).where(*_of_chain(row)))}
    batches = connection.execute(
        sa.select(inbox)
        .where(
            inbox.c.bucket == row.bucket,
            inbox.c.terminal == row.id,
            inbox.c.incarnation == row.incarnation,
            inbox.c.state != "fenced",
        )
        .order_by(inbox.c.first_seq)
    )
    previous, at = GENESIS, 0
    for batch in batches:
        try:
            stored_events = unpack(PushRequest, bytes(batch.body)).events
        except GarbledMessage:
            yield f"{name}: the batch at {batch.first_seq} cannot be read"
            return
        for one in as_signed(connection, master, row.bucket, stored_events):
            if one.seq <= at:
                continue
            previous = _hash_of(previous, one) if one.body else bytes.fromhex(one.hash)
            at = one.seq
            if one.seq not in stored or stored[one.seq].hash != previous.hex():
                yield f"{name}: event {one.seq} is not what was signed"
                return
    if at != row.head:
        yield f"{name}: bodies up to {at}, head {row.head}"


def _hash_of(previous: bytes, one: EventEnvelope) -> bytes:
    return chain_hash(previous, one.seq, one.id, one.kind, one.body.encode())


def outcomes(connection: Connection) -> Iterator[str]:
    """What is closed is decided, and what was parked is shown to somebody."""
    stuck = connection.execute(
        sa.select(event.c.terminal, event.c.seq)
        .join(
            inbox,
            sa.and_(
                inbox.c.bucket == event.c.bucket,
                inbox.c.terminal == event.c.terminal,
                inbox.c.incarnation == event.c.incarnation,
                event.c.seq.between(inbox.c.first_seq, inbox.c.last_seq),
            ),
        )
        .where(event.c.outcome == "queued", inbox.c.state == "posted")
        .limit(SHOWN)
    )
    for row in stuck:
        yield f"terminal {row.terminal}: event {row.seq} was passed over"
    told = sa.select(conflict.c.event).where(conflict.c.kind == "parked")
    hidden = connection.execute(
        sa.select(event.c.terminal, event.c.seq)
        .where(event.c.outcome == "parked", event.c.id.not_in(told))
        .limit(SHOWN)
    )
    for row in hidden:
        yield f"terminal {row.terminal}: event {row.seq} is parked and nobody is told"


def effects(connection: Connection) -> Iterator[str]:
    """Every effect is of a known event; every receipt of a member left its mark."""
    known = sa.select(event.c.id)
    # Effects of a referral, a merge or an activity carry names of their own.
    marks = sa.select(effect.c.event).where(effect.c.name == "sale")
    for row in connection.execute(
        sa.select(effect.c.event)
        .where(effect.c.name == "sale", effect.c.event.not_in(known))
        .limit(SHOWN)
    ):
        yield f"effect of event {row.event}: no such event"
    unmarked = connection.execute(
        sa.select(sa.func.count()).select_from(sale).where(sale.c.member != "")
    ).scalar_one()
    marked = connection.execute(
        sa.select(sa.func.count()).select_from(marks.subquery())
    ).scalar_one()
    if unmarked > marked:
        yield f"{unmarked} receipts of members, {marked} effects of receipts"


def orphans(connection: Connection) -> Iterator[str]:
    """Rows whose owner is gone, and rows in a bucket that is not theirs."""
    living = (sa.select(member.c.id), sa.select(member_redirect.c.old))
    members, owners = sa.union(*living), sa.union(*living, sa.select(bearer.c.owner))
    tills = sa.select(terminal.c.id)
    looks = (
        ("account", account.c.member, account.c.member.not_in(members)),
        ("ledger of", ledger.c.member, ledger.c.member.not_in(sa.select(account.c.member))),
        ("key of", member_key.c.member, member_key.c.member.not_in(members)),
        ("grant", allowance.c.grant_id, allowance.c.terminal.not_in(tills)),
        ("grant of", allowance.c.member, allowance.c.member.not_in(owners)),
    )
    for words, column, where in looks:
        for owner in connection.execute(sa.select(column).where(where).distinct().limit(SHOWN)):
            yield f"{words} {owner[0]}: belongs to nobody"
    for table, key in ((account, account.c.member), (member, member.c.id)):
        for row in connection.execute(sa.select(table.c.bucket, key)):
            if row[0] != bucket_of(row[1]):
                yield f"{table.name} {row[1]}: is in bucket {row[0]}"


def overdrafts(connection: Connection) -> Iterator[str]:
    """No gift card is below zero without a line for a manager."""
    told = sa.select(conflict.c.id).where(conflict.c.kind.in_(OVERDRAFTS)).limit(1)
    below = connection.execute(
        sa.select(bearer.c.owner, bearer.c.balance)
        .where(bearer.c.kind == "gift_card", bearer.c.balance < 0)
        .limit(SHOWN)
    ).all()
    if below and connection.execute(told).first() is None:
        for row in below:
            yield f"gift card {row.owner}: {row.balance}, and nobody is told"


def twice(connection: Connection) -> Iterator[str]:
    """A receipt, or a line of a ledger, that stands in two buckets: their keys cannot forbid it."""
    for words, table in (("receipt", sale), ("line", ledger)):
        doubled = sa.select(table.c.id).group_by(table.c.id).having(sa.func.count() > 1)
        for row in connection.execute(doubled.limit(SHOWN)):
            yield f"{words} {row.id}: stands in two buckets"
    doubled = sa.select(effect.c.event, effect.c.name).where(effect.c.name.in_(OF_ONE_BUCKET))
    again = doubled.group_by(effect.c.event, effect.c.name).having(sa.func.count() > 1)
    for row in connection.execute(again.limit(SHOWN)):
        yield f"event {row.event}: {row.name} in two buckets"
