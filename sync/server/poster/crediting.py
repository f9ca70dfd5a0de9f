"""A receipt of nobody that a till credits to a member. Never twice, whoever says it.

The receipt's own bucket keeps who was first; only then does the member's bucket see the points.
Both steps may be repeated.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.events import ReceiptCredited
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.database import Database
from sync.server.engine.schema import shown
from sync.server.engine.services import Services
from sync.server.poster.applying import post_parts
from sync.server.poster.homes import anywhere, home_of
from sync.server.poster.manual import credited_part
from sync.server.poster.outcomes import CREDITED_TWICE
from sync.server.poster.planning import Fact

CREDITED = "credited:"


async def credit_receipts(
    database: Database, services: Services, terminal_id: str, fact: Fact
) -> list[str]:
    """Bring one credit into the tables; the kinds of conflicts it met."""
    event = fact.event
    if not isinstance(event, ReceiptCredited):
        raise TypeError("a credit of a receipt")
    fact.member = await database.read(lambda c: home_of(c, event.member_id, "credited", fact.id))
    if await database.read(lambda c: _has_member(c, event.receipt_id)):
        return [CREDITED_TWICE]
    if await database.write(lambda c: _first(c, event.receipt_id, fact.id)) != fact.id:
        return [CREDITED_TWICE]
    part = credited_part(event, (fact.id, fact.seq, terminal_id, fact.member))
    found = await database.write(lambda c: post_parts(c, services, bucket_of(fact.member), [part]))
    return found.get(fact.id, [])


def _has_member(connection: Connection, receipt_id: str) -> bool:
    """The receipt came as a member's; it lies with its member, whoever that is."""
    return any(row.member for row in anywhere(connection, [receipt_id]))


def _first(connection: Connection, receipt_id: str, event_id: str) -> str:
    """The event that credited the receipt first: this one, if none did."""
    key = CREDITED + receipt_id
    bucket = bucket_of(key)
    row = {"bucket": bucket, "key": key, "receipt": receipt_id, "deed": event_id}
    bulk.insert(connection, shown, [row], "nothing")
    held = sa.select(shown.c.deed).where(shown.c.bucket == bucket, shown.c.key == key)
    return str(connection.execute(held).scalar_one())
