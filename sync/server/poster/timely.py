"""Business days that cannot be. Never another day: the till's own counts, and a person is told."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from sync.server.access.auth import terminal_row
from sync.server.engine.services import moment
from sync.server.poster.planning import Fact

ODD_DAY = "clock_day"
DAY = timedelta(days=1)
"""The earth's calendars are a day apart at most."""
LATE = timedelta(days=35)
"""What is older was sold by a till that was long away, or whose clock stood before its birth."""


def mark_odd_days(
    connection: Connection, terminal_id: str, received_at_us: int, facts: Sequence[Fact]
) -> None:
    """Mark receipts of a day that had not begun, or of one before the till was enrolled."""
    received = moment(received_at_us).date()
    sold = [(fact, fact.document.business_on) for fact in facts if fact.document is not None]
    odd = [fact for fact, day in sold if day > received + DAY]
    early = [(fact, day) for fact, day in sold if day < received - LATE]
    if early:
        enrolled = _enrolled_on(connection, terminal_id)
        odd += [fact for fact, day in early if day < enrolled - DAY]
    for fact in odd:
        fact.conflicts.append(ODD_DAY)


def _enrolled_on(connection: Connection, terminal_id: str) -> date:
    row = terminal_row(connection, terminal_id)
    return moment(row.enrolled_at if row is not None else 0).date()
