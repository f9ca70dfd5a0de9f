"""What the tills did without a link: how long, and what it cost nobody. Never a receipt.

The receipts themselves say that they were made in the dark; how long it was dark is what each till
told when it closed its sessions.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.reporting.period_report import OfflineFigures
from sync.server.books.conflicts import overdrawn_points
from sync.server.engine.schema import conflict, control_total, terminal
from sync.server.engine.services import micros
from sync.server.reports.asked import Asked
from sync.wire.events import ControlTotalsDoc

_totals = msgspec.json.Decoder(ControlTotalsDoc)


def offline_value(
    connection: Connection, asked: Asked, receipts: OfflineFigures, zone: tzinfo
) -> OfflineFigures:
    """With what only the server knows: dark seconds, and points that were posted without cover in
    these days."""
    first = datetime.combine(asked.since, time(), zone)
    last = datetime.combine(asked.until + timedelta(1), time(), zone)
    posted = (conflict.c.at >= micros(first), conflict.c.at < micros(last))
    of_store = conflict.c.terminal.in_(_tills(asked))
    return replace(
        receipts,
        seconds=_dark_seconds(connection, asked),
        overdrawn=overdrawn_points(connection, of_store, *posted),
    )


def _tills(asked: Asked) -> "sa.Select[tuple[str]]":
    listed = sa.select(terminal.c.id)
    return listed.where(terminal.c.store == asked.store_id) if asked.store_id else listed


def _dark_seconds(connection: Connection, asked: Asked) -> int:
    told = sa.select(control_total.c.totals).where(
        control_total.c.business_on >= asked.since.isoformat(),
        control_total.c.business_on <= asked.until.isoformat(),
        control_total.c.terminal.in_(_tills(asked)),
    )
    return sum(_totals.decode(text).dark_s for (text,) in connection.execute(told))
