"""An event that could not be posted is tried again by somebody's word. Never by itself.

A newer program may read what an older one parked, or the cause lay beside the event and is gone.
What of it was applied already is not applied again; while it cannot be posted it stays parked and
its line stays open.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.engine.refusal import refuse
from sync.server.engine.schema import conflict, event, inbox
from sync.server.office.conflict_desk import NOTE, Decision, resolve
from sync.server.poster.outcomes import QUEUED
from sync.server.server import Server

PARKED = "parked"
Place = tuple[int, str, int, int]
"""(bucket, terminal, incarnation, seq) of an event."""


async def post_again(server: Server, conflict_id: str, by: str) -> tuple[bool, str]:
    """Whether it was posted, and why not. The line is signed off under `by` only if it was.

    Raises Refusal 404 for no such line, 409 for one that is signed off or not of a parked event,
    422 without a name.
    """
    if not by.strip():
        raise refuse(422, "no_decision", "who")
    place = await server.database.write(lambda c: _queued(c, conflict_id))
    await server.poster.drain()
    outcome, why = await server.database.read(lambda c: _outcome(c, place))
    if outcome == PARKED:
        return False, why
    decision = Decision(NOTE, by, "posted again")
    services = server.services
    await server.database.write(lambda c: resolve(c, services, conflict_id, decision))
    return True, ""


def _queued(connection: Connection, conflict_id: str) -> Place:
    """Back into the inbox, whose body has lain there all the while."""
    row = connection.execute(sa.select(conflict).where(conflict.c.id == conflict_id)).one_or_none()
    if row is None:
        raise refuse(404, "unknown_conflict")
    if row.state != "open":
        raise refuse(409, "signed_off")
    found = connection.execute(
        sa.select(event.c.bucket, event.c.terminal, event.c.incarnation, event.c.seq).where(
            event.c.terminal == row.terminal,
            event.c.id == row.event,
            event.c.outcome == PARKED,
        )
    ).first()
    if row.kind != PARKED or found is None:
        raise refuse(409, "not_parked")
    place = (found.bucket, found.terminal, found.incarnation, found.seq)
    connection.execute(sa.update(event).where(*_of_event(place)).values(outcome=QUEUED))
    connection.execute(sa.update(inbox).where(*_of_batch(place)).values(state=QUEUED))
    return place


def _of_event(place: Place) -> tuple[sa.ColumnElement[bool], ...]:
    bucket, terminal, incarnation, seq = place
    return (
        event.c.bucket == bucket,
        event.c.terminal == terminal,
        event.c.incarnation == incarnation,
        event.c.seq == seq,
    )


def _of_batch(place: Place) -> tuple[sa.ColumnElement[bool], ...]:
    bucket, terminal, incarnation, seq = place
    return (
        inbox.c.bucket == bucket,
        inbox.c.terminal == terminal,
        inbox.c.incarnation == incarnation,
        inbox.c.first_seq <= seq,
        inbox.c.last_seq >= seq,
    )


def _outcome(connection: Connection, place: Place) -> tuple[str, str]:
    told = sa.select(event.c.outcome, event.c.reason).where(*_of_event(place))
    row = connection.execute(told).one()
    return row.outcome, row.reason
