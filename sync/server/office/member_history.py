"""A member's whole account for the manager at a till: ledger and receipts, newest first.

Nothing that a merge carried is lost: lines and receipts of the accounts that became this one are
told too. Never a phone, never a name that a till does not mirror; never changes anything.
"""

import msgspec
import sqlalchemy as sa
from msgspec import Raw
from sqlalchemy import Connection

from sync.server.books.merging import former_ids, resolve
from sync.server.engine.buckets import bucket_of, member_scope
from sync.server.engine.schema import account, ledger, sale
from sync.server.engine.services import Services, moment
from sync.server.publishing import feed
from sync.server.sealing.personal import opened
from sync.translate.instants import instant_text
from sync.wire.events import EntryDoc, TotalsDoc
from sync.wire.office import HistoryReply, LedgerLine, PastReceipt

MOST = 500


class _Sold(msgspec.Struct):
    totals: TotalsDoc


def history(connection: Connection, services: Services, member_id: str, most: int) -> HistoryReply:
    """Of nobody: `member` null and no lines."""
    who = resolve(connection, {member_id})[member_id]
    most = min(max(most, 1), MOST)
    body = feed.body_of(connection, member_scope(who), "member", who)
    reply = HistoryReply(services.epoch, Raw(b"null"), services.server_time())
    if body is None:
        return reply
    reply.member = Raw(opened(services.keys.profiles, who, body))
    former = former_ids(connection, who)
    lines, receipts = _lines(connection, who, most + 1), _receipts(connection, who, most + 1)
    for old in former:
        lines += _lines(connection, old, most + 1, former=True)
        receipts += _receipts(connection, old, most + 1)
    lines.sort(key=lambda one: (one.entry.at, one.entry.id), reverse=True)
    receipts.sort(key=lambda one: (one.at, one.id), reverse=True)
    reply.more = len(lines) > most or len(receipts) > most
    reply.lines, reply.receipts = tuple(lines[:most]), tuple(receipts[:most])
    reply.former = tuple(former)
    return reply


def _lines(
    connection: Connection, who: str, most: int, *, former: bool = False
) -> list[LedgerLine]:
    """In the order they were posted, from the newest; the balance is told backwards from now."""
    bucket = bucket_of(who)
    rows = connection.execute(
        sa.select(ledger.c.entry, ledger.c.effect)
        .where(ledger.c.bucket == bucket, ledger.c.member == who)
        .order_by(ledger.c.pos.desc())
        .limit(most)
    )
    balance = _balance(connection, bucket, who)
    found = []
    for row in rows:
        entry = msgspec.json.decode(row.entry, type=EntryDoc)
        found.append(LedgerLine(entry, row.effect, None if former else balance, former))
        balance -= row.effect
    return found


def _balance(connection: Connection, bucket: int, who: str) -> int:
    now = sa.select(account.c.balance).where(account.c.bucket == bucket, account.c.member == who)
    return int(connection.execute(now).scalar_one_or_none() or 0)


def _receipts(connection: Connection, who: str, most: int) -> list[PastReceipt]:
    rows = connection.execute(
        sa.select(sale)
        .where(sale.c.bucket == bucket_of(who), sale.c.member == who)
        .order_by(sale.c.at.desc(), sale.c.id.desc())
        .limit(most)
    )
    return [_receipt(row) for row in rows]


def _receipt(row: sa.Row[tuple[object, ...]]) -> PastReceipt:
    totals = msgspec.json.decode(row.document, type=_Sold).totals
    return PastReceipt(
        id=row.id,
        kind=row.kind,
        receipt=row.receipt,
        store=row.store,
        terminal=row.terminal,
        business_on=row.business_on,
        at=instant_text(moment(row.at)),
        payable=row.payable,
        earned=totals.earned,
        redeemed=totals.points,
    )
