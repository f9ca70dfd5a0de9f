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

from sqlalchemy import Connection

from pos_app.domain.loyalty.rfm import PLAIN, name_of
from pos_app.domain.mechanics.rfm_maps import MAP_25, MAP_125
from sync.server.engine.services import Services
from sync.server.members.rfm import Purchases, Table, figures, purchases, table_of
from sync.server.members.scoring import publish
from sync.server.members.segmenting import Judging, judging_on, segments_in
from sync.server.server import Server

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
    table: Table | None
    judging: Judging | None
    segments: Mapping[str, frozenset[str]]


async def report(server: Server, options: Namespace) -> tuple[list[str], bool]:
    """The command `rfm`: (lines, whether it went well)."""
    on = options.on or (await server.days()).today
    found = await server.database.read(
        lambda c: _find(c, server.services, on, options.rule or PLAIN)
    )
    if found.table is None:
        return [f"nobody has bought anything up to {on}"], False
    worth: Mapping[str, tuple[object, ...]] = {}
    if options.value:
        try:
            worth = _worth(await server.database.read(lambda c: purchases(c, on)), on)
        except ImportError:
            return [NO_EXTRA], False
        except ValueError as too_little:
            return [str(too_little)], False
    if options.publish:
        await publish(server.database, server.services, found.table, found.judging)
        server.bell.ring_feed()
    return list(_lines(found.table, found.segments, worth)), True


def _find(connection: Connection, services: Services, on: date, rule: str) -> _Found:
    table = table_of(figures(connection, on), on, rule)
    judging = judging_on(connection, services, on, table)
    segments: Mapping[str, frozenset[str]] = {}
    if judging is not None and judging.program.segments:
        segments = segments_in(connection, services, judging)
    return _Found(table, judging, segments)


def _lines(
    table: Table,
    segments: Mapping[str, frozenset[str]],
    worth: Mapping[str, tuple[object, ...]],
) -> Iterator[str]:
    yield _line((*COLUMNS, *(WORTH if worth else ())))
    for member, one in table.figures.items():
        scores = table.scores[member]
        inside = " ".join(sorted(segments.get(member, ())))
        cells = (
            member, one.recency_days, one.frequency, one.monetary,
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
