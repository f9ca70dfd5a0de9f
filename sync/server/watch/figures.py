"""What the tables say of the server's health: cheap counts, and a walk of the books by parts.

Never a lock that a writer would feel, never a member's name or id.
"""

from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.engine.buckets import BUCKETS
from sync.server.engine.schema import account, allowance, conflict, inbox, ledger, terminal

BUCKETS_A_TURN = 32
AGES_S = {"15m": 900, "1h": 3600, "1d": 86_400, "1w": 604_800}


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one moment; `conflicts`: kind -> open lines; `terminals`: class of silence ->
    active ones."""

    inbox_batches: int
    inbox_age_s: float
    unannounced: int
    terminals: dict[str, int]
    conflicts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """Some buckets of the books: the difference and what grants reserve, in points."""

    difference: int
    reserved: int


def figures(connection: Connection, now_us: int) -> Figures:
    """All of them by an index or a small table."""
    waiting = connection.execute(
        sa.select(sa.func.count(), sa.func.min(inbox.c.received_at)).where(
            inbox.c.state == "queued"
        )
    ).one()
    return Figures(
        inbox_batches=int(waiting[0]),
        inbox_age_s=max(0, now_us - int(waiting[1])) / 1e6 if waiting[1] is not None else 0.0,
        unannounced=_count(connection, allowance, allowance.c.announced == 0),
        terminals=silent(connection, now_us),
        conflicts=open_conflicts(connection),
    )


def silent(connection: Connection, now_us: int) -> dict[str, int]:
    """How long ago active terminals were last heard (written down every ten minutes)."""
    counts = dict.fromkeys([*AGES_S, "older", "never"], 0)
    heard = sa.select(terminal.c.heard_at).where(terminal.c.state == "active")
    for at_us in connection.execute(heard).scalars():
        age_s = (now_us - at_us) / 1e6
        younger = (name for name, seconds in AGES_S.items() if age_s <= seconds)
        counts[next(younger, "older") if at_us else "never"] += 1
    return counts


def open_conflicts(connection: Connection) -> dict[str, int]:
    """Kind -> lines nobody has signed off."""
    rows = connection.execute(
        sa.select(conflict.c.kind, sa.func.count())
        .where(conflict.c.state == "open")
        .group_by(conflict.c.kind)
        .order_by(conflict.c.kind)
    )
    return {kind: int(count) for kind, count in rows}


def inbox_age_s(connection: Connection, now_us: int) -> float:
    """Seconds that the oldest acknowledged batch waits to be posted; 0 for none."""
    oldest = connection.execute(
        sa.select(sa.func.min(inbox.c.received_at)).where(inbox.c.state == "queued")
    ).scalar()
    return 0.0 if oldest is None else max(0, now_us - int(oldest)) / 1e6


def books_part(connection: Connection, first: int) -> Part:
    """Sum(ledger) against balance, member by member, of BUCKETS_A_TURN buckets."""
    last = first + BUCKETS_A_TURN - 1
    sums = (
        sa.select(ledger.c.bucket, ledger.c.member, sa.func.sum(ledger.c.effect).label("points"))
        .where(ledger.c.bucket.between(first, last))
        .group_by(ledger.c.bucket, ledger.c.member)
        .subquery()
    )
    off = sa.func.abs(account.c.balance - sa.func.coalesce(sums.c.points, 0))
    row = connection.execute(
        sa.select(sa.func.sum(off), sa.func.sum(account.c.reserved))
        .select_from(
            account.outerjoin(
                sums,
                sa.and_(sums.c.bucket == account.c.bucket, sums.c.member == account.c.member),
            )
        )
        .where(account.c.bucket.between(first, last))
    ).one()
    return Part(int(row[0] or 0), int(row[1] or 0))


def _count(connection: Connection, table: sa.Table, where: "sa.ColumnElement[bool]") -> int:
    return int(
        connection.execute(sa.select(sa.func.count()).select_from(table).where(where)).scalar_one()
    )


@dataclass
class Books:
    """The last figures of every part; `next` is the first bucket of the part to look at now."""

    next: int = 0
    _parts: dict[int, Part] = field(default_factory=dict)

    def took(self, part: Part) -> None:
        """The part at `next`; the one after it comes next."""
        self._parts[self.next] = part
        self.next = (self.next + BUCKETS_A_TURN) % BUCKETS

    def difference(self) -> int:
        """Points by which ledgers and balances differ."""
        return sum(part.difference for part in self._parts.values())

    def reserved(self) -> int:
        """Points in grants."""
        return sum(part.reserved for part in self._parts.values())

    def checked(self) -> float:
        """0..1: how much of the books has been looked at."""
        return len(self._parts) * BUCKETS_A_TURN / BUCKETS
