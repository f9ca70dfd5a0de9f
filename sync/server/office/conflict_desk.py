"""What a manager does about conflicts: sees them with their money, and signs each off once.

Nothing is resolved by itself. `absorb`: the shop bears it, and the member's debt of that conflict
is forgiven by an entry of the ledger; `collect`: the debt stays, the next earnings repay it;
`note`: seen. Who, when and why stays with the line for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.ids import derived_id
from pos_app.domain.loyalty.ledger import Cause, EntryKind, PointsEntry
from sync.server.books.book import Book, Held
from sync.server.books.merging import resolve as now_of
from sync.server.engine.buckets import bucket_of
from sync.server.engine.refusal import refuse
from sync.server.engine.schema import conflict, terminal
from sync.server.engine.services import Services, moment

ABSORB, COLLECT, NOTE = "absorb", "collect", "note"
ACTIONS = (ABSORB, COLLECT, NOTE)
OF_DEBT = ("overdraft", "unsecured", "allowance_overspent")
"""Kinds that may have left a member in debt."""
LINES_MOST = 1000
TEXT_MOST = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One conflict as the manager sees it; `points` and `money_minor` are what it costs."""

    id: str
    at: datetime
    kind: str
    store: str
    terminal: str
    member: str
    event: str
    points: int
    money_minor: int
    detail: str
    state: str
    action: str = ""
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's. `by` and `reason` are words, `action` one of ACTIONS."""

    action: str
    by: str
    reason: str = ""


def lines(
    connection: Connection, store: str = "", *, open_only: bool = True, most: int = LINES_MOST
) -> list[Line]:
    """The oldest first. `store`: of the terminals of that store; "" of all."""
    found = (
        sa.select(conflict, terminal.c.store)
        .select_from(conflict.outerjoin(terminal, terminal.c.id == conflict.c.terminal))
        .order_by(conflict.c.at, conflict.c.id)
        .limit(most)
    )
    if store:
        found = found.where(terminal.c.store == store)
    if open_only:
        found = found.where(conflict.c.state == "open")
    return [
        Line(
            row.id, moment(row.at), row.kind, row.store or "", row.terminal, row.member, row.event,
            row.points, row.money, row.detail, row.state, row.action, row.resolved_by, row.reason,
        )
        for row in connection.execute(found)
    ]  # fmt: skip


def sums(found: Sequence[Line]) -> dict[str, tuple[int, int, int]]:
    """Kind -> (lines, points, money): the report of a period."""
    by_kind: dict[str, tuple[int, int, int]] = {}
    for one in found:
        count, points, money = by_kind.get(one.kind, (0, 0, 0))
        by_kind[one.kind] = (count + 1, points + one.points, money + one.money_minor)
    return dict(sorted(by_kind.items()))


def resolve(
    connection: Connection, services: Services, conflict_id: str, decision: Decision
) -> int:
    """Sign one line off; the points that were forgiven.

    Raises Refusal 404 for no such line, 409 for one that is signed off, 422 for a decision that
    is none.
    """
    if decision.action not in ACTIONS or not decision.by.strip():
        raise refuse(422, "no_decision", ", ".join(ACTIONS))
    row = connection.execute(sa.select(conflict).where(conflict.c.id == conflict_id)).one_or_none()
    if row is None:
        raise refuse(404, "unknown_conflict")
    done = connection.execute(
        sa.update(conflict)
        .where(
            conflict.c.bucket == row.bucket,
            conflict.c.id == conflict_id,
            conflict.c.state == "open",
        )
        .values(
            state="signed_off",
            action=decision.action,
            resolved_by=decision.by[:TEXT_MOST],
            reason=decision.reason[:TEXT_MOST],
            resolved_at=services.now_us(),
        )
    )
    if done.rowcount != 1:
        raise refuse(409, "signed_off")
    if decision.action != ABSORB or row.kind not in OF_DEBT or not row.member:
        return 0
    return _forgiven(connection, services, row.member, (row.id, row.points), decision)


def _forgiven(
    connection: Connection,
    services: Services,
    member_id: str,
    line: tuple[str, int],
    decision: Decision,
) -> int:
    """At most what is still owed: earnings since then have repaid the rest."""
    member_id = now_of(connection, {member_id})[member_id]
    book = Book(connection, services, bucket_of(member_id))
    entry_id = derived_id(f"absorbed\n{line[0]}")
    book.load([member_id], [entry_id])
    held = book.held.get(member_id)
    points = min(line[1], held.account.debt) if held is not None else 0
    if held is None or points <= 0:
        return 0
    book.post(held, _entry(book, held, (entry_id, line[0]), points, decision))
    book.flush()
    return points


def _entry(
    book: Book, held: Held, ids: tuple[str, str], points: int, decision: Decision
) -> PointsEntry:
    return PointsEntry(
        entry_id=ids[0],
        member_id=held.member.member_id,
        kind=EntryKind.ADJUST,
        points=points,
        at=book.services.now(),
        business_on=book.days.today,
        cause=Cause("operator", ids[1], decision.by[:TEXT_MOST], decision.reason[:TEXT_MOST]),
        available_on=book.days.first,
    )
