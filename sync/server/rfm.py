"""RFM of the chain's members from posted receipts: figures, bounds, scores. Never a name.

What was returned is taken off the purchase it came from; a purchase that came back whole is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from pos_app.domain.loyalty.rfm import (
    PLAIN,
    SETTING,
    Figures,
    RfmBounds,
    RfmScores,
    bounds_of,
    figures_of,
    score,
)
from sync.server.reference import set_setting
from sync.server.schema import member_redirect, sale
from sync.server.services import Services

Purchases = Mapping[str, list[tuple[date, int]]]
"""Member -> (business day, net minor units) of each purchase that was kept, oldest first."""


@dataclass(frozen=True, slots=True)
class Table:
    """Everybody who has bought something up to the bounds' day."""

    bounds: RfmBounds
    figures: Mapping[str, Figures]
    scores: Mapping[str, RfmScores]


class _Return(Struct):
    original: str | None = None


@dataclass(slots=True)
class _Purchase:
    member: str
    on: date
    net_minor: int
    came_back: bool = False


def purchases(connection: Connection, until: date) -> Purchases:
    """Of every member with a posted receipt, merged members under the id that is left."""
    led = {row.old: row.new for row in connection.execute(sa.select(member_redirect))}
    bought = {
        row.id: _Purchase(_end(led, row.member), date.fromisoformat(row.business_on), row.net)
        for row in connection.execute(_receipts("sale", until))
    }
    last: dict[str, _Purchase] = {}
    for one in bought.values():
        last[one.member] = one
    for row in connection.execute(_receipts("return", until)):
        original = msgspec.json.decode(row.document, type=_Return).original or ""
        found = bought.get(original) or last.get(_end(led, row.member))
        if found is not None:
            found.net_minor -= row.net
            found.came_back = True
    kept: dict[str, list[tuple[date, int]]] = {}
    for one in bought.values():
        if one.net_minor > 0 or not one.came_back:
            kept.setdefault(one.member, []).append((one.on, one.net_minor))
    return kept


def _receipts(kind: str, until: date) -> "sa.Select[tuple[object, ...]]":
    document = [sale.c.document] if kind == "return" else []
    return (
        sa.select(sale.c.id, sale.c.member, sale.c.business_on, sale.c.net, *document)
        .where(sale.c.kind == kind, sale.c.member != "", sale.c.business_on <= until.isoformat())
        .order_by(sale.c.business_on, sale.c.at, sale.c.id)
    )


def _end(led: Mapping[str, str], member_id: str) -> str:
    """Where merges have led an id; a ring of them leads nowhere."""
    seen = {member_id}
    while (following := led.get(member_id)) is not None and following not in seen:
        member_id = following
        seen.add(member_id)
    return member_id


def table_of(bought: Purchases, on: date, rule: str = PLAIN) -> Table | None:
    """Bounds of the members as they are on a day, and each one's scores; None of nobody."""
    found = {member: figures_of(bought[member], on) for member in sorted(bought)}
    figures = {member: one for member, one in found.items() if one is not None}
    if not figures:
        return None
    bounds = bounds_of(figures.values(), on, rule)
    return Table(bounds, figures, {member: score(bounds, one) for member, one in figures.items()})


def publish_bounds(connection: Connection, services: Services, bounds: RfmBounds) -> None:
    """Tell every till, as the setting `rfm_bounds` of the chain."""
    set_setting(connection, services, SETTING, bounds.document())
