"""RFM of the chain's members from posted receipts: figures, bounds, scores. Never a name.

What was returned is taken off the purchase it came from; a purchase that came back whole is none.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
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
    score,
)
from sync.server.engine.buckets import BUCKETS
from sync.server.engine.schema import member_redirect, sale
from sync.server.engine.services import Services
from sync.server.settings.reference import set_setting

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
    """`counts` is False for what came back of a purchase that is not known."""

    member: str
    on: date
    net_minor: int
    came_back: bool = False
    counts: bool = True


def purchases(connection: Connection, until: date) -> Purchases:
    """Of every member with a posted receipt, merged members under the id that is left."""
    kept: dict[str, list[tuple[date, int]]] = {}
    loose = []
    for one in _kept(connection, until):
        if one.counts:
            kept.setdefault(one.member, []).append((one.on, one.net_minor))
        else:
            loose.append(one)
    for one in loose:
        if one.member in kept:
            on, net = kept[one.member][-1]
            kept[one.member][-1] = (on, net + one.net_minor)
    return {member: sorted(found) for member, found in kept.items()}


def figures(connection: Connection, on: date) -> dict[str, Figures]:
    """The same in three numbers each: a chain of a million members fits into memory."""
    last: dict[str, date] = {}
    counts: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for one in _kept(connection, on):
        sums[one.member] += one.net_minor
        if one.counts:
            counts[one.member] += 1
            last[one.member] = max(one.on, last.get(one.member, one.on))
    return {
        member: Figures((on - day).days, counts[member], sums[member])
        for member, day in sorted(last.items())
    }


def _kept(connection: Connection, until: date) -> Iterator[_Purchase]:
    """Bucket by bucket: a member's receipts are in one, but for those from before a merge."""
    led = {row.old: row.new for row in connection.execute(sa.select(member_redirect))}
    for bucket in range(BUCKETS):
        bought = {
            row.id: _Purchase(_end(led, row.member), date.fromisoformat(row.business_on), row.net)
            for row in connection.execute(_receipts("sale", bucket, until))
        }
        for row in connection.execute(_receipts("return", bucket, until)):
            original = msgspec.json.decode(row.document, type=_Return).original or ""
            found = bought.get(original)
            if found is None:
                on = date.fromisoformat(row.business_on)
                yield _Purchase(_end(led, row.member), on, -row.net, counts=False)
            else:
                found.net_minor -= row.net
                found.came_back = True
        yield from (one for one in bought.values() if one.net_minor > 0 or not one.came_back)


def _receipts(kind: str, bucket: int, until: date) -> "sa.Select[tuple[object, ...]]":
    document = [sale.c.document] if kind == "return" else []
    ours = (sale.c.bucket == bucket, sale.c.kind == kind, sale.c.member != "")
    return sa.select(sale.c.id, sale.c.member, sale.c.business_on, sale.c.net, *document).where(
        *ours, sale.c.business_on <= until.isoformat()
    )


def _end(led: Mapping[str, str], member_id: str) -> str:
    """Where merges have led an id; a ring of them leads nowhere."""
    seen = {member_id}
    while (following := led.get(member_id)) is not None and following not in seen:
        member_id = following
        seen.add(member_id)
    return member_id


def table_of(members: Mapping[str, Figures], on: date, rule: str = PLAIN) -> Table | None:
    """Bounds of the members as they are on a day, and each one's scores; None of nobody."""
    if not members:
        return None
    bounds = bounds_of(members.values(), on, rule)
    return Table(bounds, members, {member: score(bounds, one) for member, one in members.items()})


def publish_bounds(connection: Connection, services: Services, bounds: RfmBounds) -> None:
    """Tell every till, as the setting `rfm_bounds` of the chain."""
    set_setting(connection, services, SETTING, bounds.document())
