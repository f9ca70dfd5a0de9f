"""The days that the stores of the chain have now, by the setting `time_zone`. Never Greenwich's.

A till goes by its store's setting, which hides the chain's; so does this (docs/adr/0201).
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.gear.zones import SETTING, zone_of
from sync.server.engine.schema import setting, store
from sync.server.engine.services import Services


@dataclass(frozen=True, slots=True)
class Days:
    """`today`: the chain's own, for its own deeds. `running`: those of its stores, first first.

    There are several while it is past midnight in one store and not yet in another.
    """

    today: date
    running: tuple[date, ...]
    zones: tuple[tzinfo, ...]

    @property
    def first(self) -> date:
        """What lies before it is over in every store, a till's day that was not closed apart."""
        return self.running[0]

    def begins(self, day: date) -> datetime:
        """When that day begins in the first store that comes to it, UTC."""
        return min(datetime.combine(day, time(), zone).astimezone(UTC) for zone in self.zones)


def days_now(connection: Connection, services: Services) -> Days:
    """One small statement: read it once a transaction."""
    chains, stores = _zones(connection)
    now = services.now()
    running = {now.astimezone(zone).date() for zone in stores}
    return Days(now.astimezone(chains).date(), tuple(sorted(running)), tuple(stores))


def _zones(connection: Connection) -> tuple[tzinfo, set[tzinfo]]:
    """The chain's zone, and those that its stores go by."""
    rows = connection.execute(
        sa.select(setting.c.store, setting.c.value).where(setting.c.name == SETTING)
    )
    told: dict[str, Any] = {row.store: json.loads(row.value) for row in rows}
    chains = zone_of(told.pop("", None))
    if not told:
        return chains, {chains}
    # A store without one of its own goes by the chain's.
    stores = set(connection.execute(sa.select(store.c.id)).scalars())
    found = {zone_of(value) for name, value in told.items()}
    return chains, found if stores <= set(told) else {*found, chains}
