"""What allowances need without anybody asking, once an hour. Never a decision of its own."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from sync.server.engine.buckets import BUCKETS
from sync.server.engine.database import Database
from sync.server.engine.services import Services
from sync.server.rights import leases, placing


async def tend_allowances(database: Database, services: Services) -> int:
    """Expired grants and those of tills that were given up come back; then one part of the
    members is placed anew: every bucket once a day. How many transactions changed something."""
    done = await take_back(database, services)
    turn = placing.buckets_of_turn(services.now().hour, BUCKETS)
    due = {bucket: await database.read(_due(services, bucket)) for bucket in turn}
    for some in placing.some_of(due):
        done += bool(await database.write(_placed(services, some)))
    return done


async def take_back(database: Database, services: Services) -> int:
    """Only what comes back."""
    done = 0
    over = await database.read(lambda c: leases.expired(c, services))
    for bucket, owners in over.items():
        await database.write(_taken(services, bucket, owners))
        done += 1
    for terminal_id in await database.read(lambda c: leases.due_reclaims(c, services)):
        done += await void_reclaimed(database, services, terminal_id)
    return done


async def void_reclaimed(database: Database, services: Services, terminal_id: str) -> int:
    """All that is left at a till that was given up; then the line for the manager."""
    by_bucket = await database.read(lambda c: leases.owners_at(c, terminal_id))
    for bucket, owners in by_bucket.items():
        await database.write(_voided(services, bucket, owners, terminal_id))
    await database.write(lambda c: leases.reclaimed(c, services, terminal_id))
    return 1 + len(by_bucket)


def _due(services: Services, bucket: int) -> Callable[[Connection], list[str]]:
    return lambda c: placing.due_in_bucket(c, services, bucket)


def _placed(services: Services, some: dict[int, list[str]]) -> Callable[[Connection], Any]:
    return lambda c: placing.place_in_buckets(c, services, some)


def _taken(services: Services, bucket: int, owners: list[str]) -> Callable[[Connection], Any]:
    return lambda c: leases.take_expired(c, services, bucket, owners)


def _voided(
    services: Services, bucket: int, owners: list[str], terminal_id: str
) -> Callable[[Connection], None]:
    return lambda c: leases.void_all(c, services, bucket, owners, terminal_id)
