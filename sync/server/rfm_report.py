"""The RFM table as CSV for head office, with what members are worth where asked. Never a name.

Members stand under their ids; the worth needs numpy and scipy (the extra `server`) and is the only
part that loads them.
"""

import csv
import io
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from pos_app.domain.loyalty.rfm import PLAIN, name_of
from pos_app.domain.mechanics.rfm_maps import MAP_25, MAP_125
from sync.server.rfm import Purchases, Table, publish_bounds, purchases, table_of
from sync.server.segmenting import AT_ONCE, Judging, by_bucket, judging_on, segments_in, tell
from sync.server.server import Server
from sync.server.services import Services

COLUMNS = (
    "member_id", "recency_days", "frequency", "monetary_minor", "recency", "frequency_score",
    "monetary", MAP_125, MAP_25, "segments",
)  # fmt: skip
WORTH = (
    "alive_percent", "purchases_12m", "value_12m_minor", "value_from_minor", "value_to_minor",
    "outcome_from_minor", "outcome_to_minor",
)  # fmt: skip
NO_EXTRA = "--value needs numpy and scipy: install the extra `server`"


@dataclass(frozen=True, slots=True)
class _Found:
    bought: Purchases
    table: Table | None
    judging: Judging | None
    segments: Mapping[str, frozenset[str]]


async def report(server: Server, options: Namespace) -> tuple[list[str], bool]:
    """The command `rfm`: (lines, whether it went well)."""
    on = options.on or server.services.today()
    found = await server.database.read(
        lambda c: _find(c, server.services, on, options.rule or PLAIN)
    )
    if found.table is None:
        return [f"nobody has bought anything up to {on}"], False
    worth: Mapping[str, tuple[object, ...]] = {}
    if options.value:
        try:
            worth = _worth(found.bought, on)
        except ImportError:
            return [NO_EXTRA], False
        except ValueError as too_little:
            return [str(too_little)], False
    if options.publish:
        await _publish(server, found.table, found.judging)
    return list(_lines(found.table, found.segments, worth)), True


def _find(connection: Connection, services: Services, on: date, rule: str) -> _Found:
    bought = purchases(connection, on)
    table = table_of(bought, on, rule)
    judging = judging_on(connection, services, on, table)
    segments: Mapping[str, frozenset[str]] = {}
    if judging is not None and judging.program.segments:
        segments = segments_in(connection, services, judging)
    return _Found(bought, table, judging, segments)


async def _publish(server: Server, table: Table, judging: Judging | None) -> None:
    """Bounds to every till, and the segments that tills cannot judge."""
    services = server.services
    await server.database.write(lambda c: publish_bounds(c, services, table.bounds))
    if judging is not None and judging.told:
        buckets = await server.database.read(by_bucket)
        for bucket, members in buckets.items():
            for first in range(0, len(members), AT_ONCE):
                some = members[first : first + AT_ONCE]
                await server.database.write(_telling(services, bucket, some, judging))
    server.bell.ring_feed()


def _telling(services: Services, bucket: int, members: list[str], judging: Judging) -> Any:
    return lambda c: tell(c, services, bucket, members, judging)


def _lines(
    table: Table,
    segments: Mapping[str, frozenset[str]],
    worth: Mapping[str, tuple[object, ...]],
) -> Iterator[str]:
    yield _line((*COLUMNS, *(WORTH if worth else ())))
    for member, figures in table.figures.items():
        scores = table.scores[member]
        inside = " ".join(sorted(segments.get(member, ())))
        cells = (
            member, figures.recency_days, figures.frequency, figures.monetary,
            scores.recency, scores.frequency, scores.monetary,
            name_of(scores), name_of(scores, MAP_25), inside,
        )  # fmt: skip
        yield _line((*cells, *worth.get(member, ())))


def _line(cells: Iterable[object]) -> str:
    held = io.StringIO()
    csv.writer(held, lineterminator="").writerow(cells)
    return held.getvalue()


def _worth(bought: Purchases, on: date) -> dict[str, tuple[object, ...]]:
    """A year of months ahead, 1 % a month; minor units are rounded to look at, never to pay."""
    from sync.server.analytics.histories import histories_of
    from sync.server.analytics.lifetime import forecast

    who = histories_of(bought, on)
    return {
        one.customer: (
            round(one.alive * 100),
            f"{one.purchases:.3f}",
            *(round(amount) for amount in (one.value, *one.interval, *one.outcome)),
        )
        for one in forecast(who)
    }
