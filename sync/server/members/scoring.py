"""The chain's bounds and segments, found anew once a week and told to the tills. Never a rule.

Only for a programme with segments; a till without bounds scores nobody and goes on selling.
"""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import Connection

from pos_app.domain.loyalty.rfm import PLAIN, SETTING, bounds_told
from sync.server.engine.database import Database
from sync.server.engine.days import days_now
from sync.server.engine.services import Services
from sync.server.members.rfm import Table, figures, publish_bounds, table_of
from sync.server.members.segmenting import AT_ONCE, Judging, by_bucket, judging_on, tell
from sync.server.settings.reference import settings_of
from sync.server.settings.tiering import program_in_force

EVERY = timedelta(days=7)


async def refresh_scores(database: Database, services: Services) -> int:
    """Tell bounds and segments where those told are a week old; how many members changed, and 1."""
    on = (await database.read(lambda c: days_now(c, services))).today
    if not await database.read(lambda c: _due(c, services, on)):
        return 0
    table, judging = await database.read(lambda c: _judging(c, services, on))
    return 1 + await publish(database, services, table, judging) if table else 0


async def publish(
    database: Database, services: Services, table: Table, judging: Judging | None
) -> int:
    """Bounds to every till, and the segments that tills cannot judge; how many members changed."""
    await database.write(lambda c: publish_bounds(c, services, table.bounds))
    changed = 0
    if judging is not None and judging.told:
        buckets = await database.read(by_bucket)
        for bucket, members in buckets.items():
            for first in range(0, len(members), AT_ONCE):
                some = members[first : first + AT_ONCE]
                changed += await database.write(_telling(services, bucket, some, judging))
    return changed


def _due(connection: Connection, services: Services, on: date) -> bool:
    program = program_in_force(connection, services.now())
    if program is None or not program.segments:
        return False
    told = bounds_told(settings_of(connection, "").get(SETTING))
    return told is None or told.as_of + EVERY <= on


def _judging(
    connection: Connection, services: Services, on: date
) -> tuple[Table | None, Judging | None]:
    table = table_of(figures(connection, on), on, PLAIN)
    return table, judging_on(connection, services, on, table)


def _telling(
    services: Services, bucket: int, members: list[str], judging: Judging
) -> Callable[[Connection], int]:
    return lambda c: tell(c, services, bucket, members, judging)
