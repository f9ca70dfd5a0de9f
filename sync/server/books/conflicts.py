"""What a person must look at, with its money effect. Never resolves anything by itself."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.engine import bulk
from sync.server.engine.schema import conflict

OVERDRAFT = "overdraft"
TOLD_MOST = 10**12
"""What one line tells at most: garbage that a till was parked for must not overflow their sum."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One line for the manager. `money_minor` is what it costs the shop if it is signed off.

    Kinds: overdraft, unsecured (the owner's risk), reclaimed (a till given up: what it may have
    spent), unknown_member, unknown_grant, allowance_overspent,
    exists_with_different_content, parked, fork, tampered, disorder, fenced, overgiven (goods),
    gift_card_overdraft, gift_card_blocked (`detail`: the card), coupon_overused (its key),
    code_replayed, clock_skew (`detail`: how far a till's clock is), clock_day (a receipt of a day
    that cannot be);
    velocity_receipts, velocity_stores, velocity_operator (`detail`: how many, and their numbers).
    `name` takes the place of a `detail` that may still grow in what makes two lines one.
    """

    kind: str
    event: str = ""
    terminal: str = ""
    member: str = ""
    points: int = 0
    money_minor: int = 0
    detail: str = ""
    name: str = ""

    @property
    def id(self) -> str:
        """The same trouble found twice is one line."""
        text = (
            f"{self.kind}\n{self.event}\n{self.terminal}\n{self.member}\n{self.name or self.detail}"
        )
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def record(
    connection: Connection,
    bucket: int,
    found: Iterable[Conflict],
    now_us: int,
    mode: str = "nothing",
) -> None:
    """Write the lines that are not there yet; `mode` "replace" also renews what known ones say.

    What was signed off stays so.
    """
    bulk.insert(connection, conflict, conflict_rows(bucket, found, now_us), mode)


def conflict_rows(bucket: int, found: Iterable[Conflict], now_us: int) -> list[dict[str, Any]]:
    """The lines as the table has them, each once."""
    rows = {
        c.id: {
            "bucket": bucket,
            "id": c.id,
            "kind": c.kind,
            "terminal": c.terminal,
            "event": c.event,
            "member": c.member,
            "points": _told(c.points),
            "money": _told(c.money_minor),
            "detail": c.detail[:300].replace("\0", ""),
            "at": now_us,
        }
        for c in found
    }
    return list(rows.values())


def _told(amount: int) -> int:
    return max(-TOLD_MOST, min(amount, TOLD_MOST))


def open_count(connection: Connection, terminal_id: str) -> int:
    """Lines of a terminal that nobody has signed off."""
    return int(
        connection.execute(
            sa.select(sa.func.count()).where(
                conflict.c.state == "open", conflict.c.terminal == terminal_id
            )
        ).scalar_one()
    )


def overdrawn_points(connection: Connection, *where: "sa.ColumnElement[bool]") -> int:
    """Points given beyond what members had, of lines that answer all of it; 0 is the promise."""
    total = sa.select(sa.func.coalesce(sa.func.sum(conflict.c.points), 0))
    return int(connection.execute(total.where(conflict.c.kind == OVERDRAFT, *where)).scalar_one())


def open_overdrawn(connection: Connection, terminal_id: str) -> int:
    """The same, of a terminal's lines that nobody has signed off."""
    mine = conflict.c.terminal == terminal_id
    return overdrawn_points(connection, mine, conflict.c.state == "open")


@dataclass(frozen=True, slots=True)
class Sums:
    """What open lines cost together."""

    points: int
    money_minor: int


def open_sums(connection: Connection, terminal_id: str) -> Sums:
    """Of the lines of a terminal that nobody has signed off."""
    points, money = connection.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(conflict.c.points), 0),
            sa.func.coalesce(sa.func.sum(conflict.c.money), 0),
        ).where(conflict.c.state == "open", conflict.c.terminal == terminal_id)
    ).one()
    return Sums(int(points), int(money))
