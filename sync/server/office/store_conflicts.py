"""The conflicts of one store as its manager sees them at a till, and the manager's word on one.

Never a line of another store, never a word of somebody who may not give it; the same word again
(a reply that was lost) is the same success.
"""

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.rights import Right
from sync.server.engine.buckets import OPERATORS
from sync.server.engine.refusal import refuse
from sync.server.engine.schema import conflict, terminal
from sync.server.engine.services import Services, moment
from sync.server.office.conflict_desk import Decision, resolve
from sync.server.office.receipt_of import receipts_of
from sync.server.publishing import feed
from sync.translate.instants import instant_text
from sync.wire.office import ConflictLine, ConflictsReply, SignOffReply, SignOffRequest
from sync.wire.rows import OperatorRow

LINES_MOST, SIGNED_MOST = 200, 50
SIGNED = "signed_off"


def of_store(
    connection: Connection, services: Services, store: str, *, signed: bool
) -> ConflictsReply:
    """Open lines, the oldest first, then (`signed`) the latest decisions."""
    mine = _lines_of(store)
    is_open = conflict.c.state == "open"
    count, points, money = connection.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(conflict.c.points), 0),
            sa.func.coalesce(sa.func.sum(conflict.c.money), 0),
        )
        .select_from(conflict.join(terminal, terminal.c.id == conflict.c.terminal))
        .where(terminal.c.store == store, is_open)
    ).one()
    waiting = mine.where(is_open).order_by(conflict.c.at, conflict.c.id).limit(LINES_MOST)
    rows = list(connection.execute(waiting))
    if signed:
        done = mine.where(conflict.c.state == SIGNED).order_by(
            conflict.c.resolved_at.desc(), conflict.c.id
        )
        rows += connection.execute(done.limit(SIGNED_MOST))
    return ConflictsReply(
        epoch=services.epoch,
        server_time=services.server_time(),
        lines=tuple(_told(connection, rows)),
        open=count,
        points=int(points),
        money=int(money),
    )


def sign_off(
    connection: Connection, services: Services, store: str, request: SignOffRequest
) -> SignOffReply:
    """Raises Refusal 404 for no line of this store, 409 for one that somebody else has decided,
    422 for a decision that is none or a person who may not give it."""
    by = _person(connection, request.operator)
    if not request.reason.strip():
        raise refuse(422, "no_reason")
    decision = Decision(request.action, by, request.reason)
    row = _line(connection, store, request.conflict)
    forgiven = 0
    if not _said_before(row, decision):
        forgiven = resolve(connection, services, request.conflict, decision)
    (line,) = _told(connection, [_line(connection, store, request.conflict)])
    return SignOffReply(services.epoch, line, forgiven, services.server_time())


def _person(connection: Connection, operator_id: str) -> str:
    """`Ольга (olga)`; the right is looked up here too: a till's word alone forgives nothing."""
    body = feed.body_of(connection, OPERATORS, "operator", operator_id) if operator_id else None
    row = msgspec.json.decode(body, type=OperatorRow) if body else None
    if row is None or Right.SIGN_CONFLICTS.value not in row.rights:
        raise refuse(422, "no_right", Right.SIGN_CONFLICTS.value)
    return f"{row.name} ({operator_id})"


def _said_before(row: sa.Row[tuple[object, ...]], decision: Decision) -> bool:
    told = (row.action, row.resolved_by, row.reason)
    return row.state == SIGNED and told == (decision.action, decision.by, decision.reason)


def _lines_of(store: str) -> "sa.Select[tuple[object, ...]]":
    joined = conflict.join(terminal, terminal.c.id == conflict.c.terminal)
    columns = (conflict, terminal.c.name.label("terminal_name"))
    return sa.select(*columns).select_from(joined).where(terminal.c.store == store)


def _line(connection: Connection, store: str, conflict_id: str) -> sa.Row[tuple[object, ...]]:
    row = connection.execute(
        _lines_of(store).where(conflict.c.id == conflict_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise refuse(404, "unknown_conflict")
    return row


def _told(connection: Connection, rows: "list[sa.Row[tuple[object, ...]]]") -> list[ConflictLine]:
    receipts = receipts_of(connection, [(row.terminal, row.event) for row in rows if row.event])
    return [
        ConflictLine(
            id=row.id,
            kind=row.kind,
            at=instant_text(moment(row.at)),
            terminal=row.terminal,
            terminal_name=row.terminal_name,
            member=row.member,
            event=row.event,
            receipt=receipts.get(row.event, ""),
            points=row.points,
            money=row.money,
            detail=row.detail,
            state=row.state,
            action=row.action,
            by=row.resolved_by,
            reason=row.reason,
            signed_at=instant_text(moment(row.resolved_at)) if row.resolved_at else "",
        )
        for row in rows
    ]
