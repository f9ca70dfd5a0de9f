"""Which receipt an event was, for a person who reads a list. Never more than a number.

An event's bytes lie in its terminal's inbox: they are read again, for the few events of a page.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import event, inbox
from sync.wire.codec import GarbledMessage, unpack
from sync.wire.messages import PushRequest

BATCHES_MOST = 100
RECEIPTS = "transaction_completed"


class _Receipt(Struct):
    receipt: str = ""


def receipts_of(connection: Connection, told: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Event -> receipt number, of these (terminal, event); without those that are no receipts."""
    places = {(bucket_of(terminal), one) for terminal, one in told}
    rows = bulk.matching(connection, event, ("bucket", "id"), places)
    batches: dict[tuple[Any, ...], set[str]] = {}
    for row in rows:
        if row.kind == RECEIPTS and (place := _batch_of(connection, row)) is not None:
            batches.setdefault(place, set()).add(row.id)
    found: dict[str, str] = {}
    for place, ids in list(batches.items())[:BATCHES_MOST]:
        found |= _numbers(connection, place, ids)
    return found


def _batch_of(connection: Connection, row: Any) -> tuple[Any, ...] | None:
    first = connection.execute(
        sa.select(sa.func.max(inbox.c.first_seq)).where(
            inbox.c.bucket == row.bucket,
            inbox.c.terminal == row.terminal,
            inbox.c.incarnation == row.incarnation,
            inbox.c.first_seq <= row.seq,
        )
    ).scalar_one_or_none()
    return None if first is None else (row.bucket, row.terminal, row.incarnation, first)


def _numbers(connection: Connection, place: tuple[Any, ...], ids: set[str]) -> dict[str, str]:
    bucket, terminal, incarnation, first = place
    body = connection.execute(
        sa.select(inbox.c.body).where(
            inbox.c.bucket == bucket,
            inbox.c.terminal == terminal,
            inbox.c.incarnation == incarnation,
            inbox.c.first_seq == first,
        )
    ).scalar_one()
    try:
        batch = unpack(PushRequest, bytes(body))
        return {
            one.id: msgspec.json.decode(one.body, type=_Receipt).receipt
            for one in batch.events
            if one.id in ids
        }
    except (GarbledMessage, msgspec.MsgspecError):
        return {}  # what cannot be read is parked and has a line of its own
