"""Unusual use of a card, told to a manager once a receipt. Never refuses, never changes points.

A receipt is judged by the time of its sale, whenever it arrives: one that comes late may flag
itself and those after it, and the lines are the same in every order of arrival.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.card_use import is_visit, use_of
from pos_app.domain.document import TransactionKind
from pos_app.domain.loyalty.velocity import (
    SETTING,
    Seen,
    VelocityLimits,
    judge,
    limits_of,
)
from sync.server.books.conflicts import Conflict, conflict_rows
from sync.server.engine import bulk
from sync.server.engine.schema import conflict, sale, setting
from sync.server.engine.services import Services, micros, moment
from sync.server.poster.effects import Part

REACH = timedelta(days=2)
"""Uses further apart are never held against each other, nor is a business day longer."""
NAMED_MOST = 10
KIND = "velocity_"
TOLD = ("bucket", "id", "member", "at", "business_on", "store", "terminal", "receipt")
History = dict[tuple[int, str], list[Seen]]
"""(bucket, member) -> uses, oldest first."""


class _Kept(msgspec.Struct):
    """What only the document of a receipt says of it."""

    operator: str
    exchange_of: str = ""


def watch(connection: Connection, services: Services, parts: Mapping[int, Sequence[Part]]) -> None:
    """Record the flags that these receipts raise or change; they stand in `sale` already."""
    limits = chain_limits(connection)
    if not (limits.receipts or limits.stores_a_day or limits.scans_by_operator):
        return
    new: dict[tuple[int, str], list[Seen]] = {}
    for bucket, some in parts.items():
        for part in some:
            if part.name == "sale" and is_visit(part.document):
                use = use_of(part.document, part.member)
                new.setdefault((bucket, part.member), []).append(use)
    if not new:
        return
    rows: dict[str, Any] = {}
    history = _history(connection, new, rows)
    _look_closer(connection, history, limits)
    flags = [
        row
        for (bucket, member), uses in new.items()
        for row in conflict_rows(
            bucket,
            _judged(history.get((bucket, member), []), uses, limits, rows),
            services.now_us(),
        )
    ]
    bulk.insert(connection, conflict, flags, "replace")


def chain_limits(connection: Connection) -> VelocityLimits:
    """Of the chain's setting, else the defaults."""
    told = sa.select(setting.c.value).where(setting.c.store == "", setting.c.name == SETTING)
    text = connection.execute(told).scalar_one_or_none()
    return limits_of(msgspec.json.decode(text) if text else None)


def _history(
    connection: Connection, new: Mapping[tuple[int, str], Sequence[Seen]], rows: dict[str, Any]
) -> History:
    """The sales of these members around the new ones, oldest first; fills in `rows` by id.

    Neither operators nor exchanges are known yet: those stand in the documents, which are large.
    """
    times = [use.at for uses in new.values() for use in uses]
    there, named = bulk.bound(connection, sale, ("bucket", "member"), sorted(new))
    same = sa.and_(sale.c.bucket == there.c.bucket, sale.c.member == there.c.member)
    around = (
        sa.select(*[sale.c[name] for name in TOLD])
        .select_from(there.join(sale, same))
        .where(
            sale.c.at.between(micros(min(times) - REACH), micros(max(times) + REACH)),
            sale.c.kind == TransactionKind.SALE.value,
        )
        .order_by(sale.c.at, sale.c.id)
    )
    history: History = {}
    for row in connection.execute(around, named):
        rows[row.id] = row
        day = date.fromisoformat(row.business_on)
        use = Seen(row.member, moment(row.at), day, row.store, "", row.id)
        history.setdefault((row.bucket, row.member), []).append(use)
    return history


def _look_closer(connection: Connection, history: History, limits: VelocityLimits) -> None:
    """Of members who came so often that a rule may speak: the operator of each receipt, and away
    with the new goods of exchanges, which are no visit."""
    often = {owner: uses for owner, uses in history.items() if owner[1] and _often(uses, limits)}
    places = [(bucket, use.transaction_id) for (bucket, _), uses in often.items() for use in uses]
    kept = {
        row.id: msgspec.json.decode(row.document, type=_Kept)
        for row in bulk.matching(connection, sale, ("bucket", "id"), places)
    }
    for owner, uses in often.items():
        history[owner] = [
            replace(use, operator_id=kept[use.transaction_id].operator)
            for use in uses
            if not kept[use.transaction_id].exchange_of
        ]


def _often(uses: Sequence[Seen], limits: VelocityLimits) -> bool:
    """Whether any rule is broken, were every receipt a visit, and all of one operator."""
    shops = Counter(day for day, _ in {(use.business_on, use.store_id) for use in uses})
    return (
        _crowded(uses, limits.receipts, limits.receipts_minutes)
        or _crowded(uses, limits.scans_by_operator, limits.scans_minutes)
        or 0 < limits.stores_a_day < max(shops.values())
    )


def _crowded(uses: Sequence[Seen], most: int, minutes: int) -> bool:
    """Whether any window of so many minutes holds more uses than `most`; 0: the rule is off."""
    span = timedelta(minutes=minutes)
    pairs = zip(uses, uses[most:], strict=False)
    return most > 0 and any(late.at - early.at <= span for early, late in pairs)


def _judged(
    history: list[Seen], new: Iterable[Seen], limits: VelocityLimits, rows: dict[str, Any]
) -> Iterator[Conflict]:
    """The lines of the new receipts, and of those after them that they may concern."""
    new = list(new)
    times = [use.at for use in history]
    for place, one in enumerate(history):
        if not any(_concerns(earlier, one, limits) for earlier in new):
            continue
        since = bisect_left(times, one.at - REACH)
        for flag in judge(history[since:place], one, limits):
            row = rows[one.transaction_id]
            named = [rows[receipt].receipt for receipt in flag.receipts][-NAMED_MOST:]
            detail = f"{flag.count}: {' '.join(named)}"
            kind = KIND + flag.rule
            yield Conflict(kind, row.id, row.terminal, row.member, detail=detail, name=flag.rule)


def _concerns(earlier: Seen, one: Seen, limits: VelocityLimits) -> bool:
    apart = one.at - earlier.at
    if apart < timedelta() or apart > REACH:
        return False
    return apart <= limits.window or one.business_on == earlier.business_on
