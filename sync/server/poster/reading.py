"""The inbox as the poster reads it: whose turn it is, what still waits, events decoded once.

Never changes a row.
"""

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.engine import bulk
from sync.server.engine.schema import inbox
from sync.server.engine.services import Services
from sync.server.poster.again import EXISTS, renumbered
from sync.server.poster.outcomes import QUEUED, SPAN, Batch, in_spans
from sync.server.poster.planning import Fact
from sync.server.poster.plausible import doubtful, unstorable
from sync.server.poster.timely import mark_odd_days
from sync.server.sealing.vault import ERASED, taken_out
from sync.translate import UnreadableEvent, WireCodec
from sync.wire.codec import unpack
from sync.wire.messages import EventEnvelope, PushRequest

EVENTS_A_ROUND, TERMINALS_A_ROUND, BATCHES_A_ROUND = 2000, 64, 16
PLACE = SPAN[:-1]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A batch of the inbox: its row, and the sequence numbers that wait or came before."""

    row: Any
    queued: set[int] = field(default_factory=set)
    known: set[int] = field(default_factory=set)


def next_batches(connection: Connection, services: Services) -> list[Batch]:
    """Batches of the terminals that have waited longest, each in the order of its chain."""
    return [_batch(connection, services, one) for one in waiting(connection)]


def waiting(connection: Connection) -> list[Waiting]:
    """What the next round takes: three questions, however many terminals wait."""
    turn = _turn(connection)
    rows = bulk.matching(connection, inbox, PLACE, [place[:-1] for place in turn])
    by_place = {(r.terminal, r.incarnation, r.first_seq): Waiting(r) for r in rows}
    if not turn:
        return []
    asked = in_spans(connection, turn, (QUEUED, EXISTS))
    for terminal, incarnation, first_seq, seq, outcome in connection.execute(*asked):
        one = by_place[terminal, incarnation, first_seq]
        (one.queued if outcome == QUEUED else one.known).add(seq)
    return [by_place[place[1:-1]] for place in turn]


def _turn(connection: Connection) -> list[tuple[int, str, int, int, int]]:
    """(bucket, terminal, incarnation, first, last) of the batches, terminal by terminal."""
    mine = inbox.c.state == QUEUED
    oldest = (
        sa.select(inbox.c.terminal, sa.func.min(inbox.c.received_at).label("since"))
        .where(mine)
        .group_by(inbox.c.terminal)
        .order_by(sa.func.min(inbox.c.received_at), inbox.c.terminal)
        .limit(TERMINALS_A_ROUND)
        .subquery()
    )
    place = sa.func.row_number().over(
        partition_by=inbox.c.terminal, order_by=(inbox.c.incarnation, inbox.c.first_seq)
    )
    ranked = (
        sa.select(*[inbox.c[name] for name in SPAN], oldest.c.since, place.label("place"))
        .join(oldest, oldest.c.terminal == inbox.c.terminal)
        .where(mine)
        .subquery()
    )
    rows = connection.execute(
        sa.select(*[ranked.c[name] for name in SPAN])
        .where(ranked.c.place <= BATCHES_A_ROUND)
        .order_by(ranked.c.since, ranked.c.terminal, ranked.c.place)
    )
    found, room = [], EVENTS_A_ROUND
    for row in rows:
        if room <= 0:
            break
        found.append(tuple(row))
        room -= row.last_seq - row.first_seq + 1
    return found


def _batch(connection: Connection, services: Services, one: Waiting) -> Batch:
    row, codec = one.row, services.codec
    events = unpack(PushRequest, row.body).events
    wanted = [e for e in events if e.seq in one.queued]
    personal = taken_out(connection, services.keys.profiles, row.bucket, wanted)
    facts = [read_fact(codec, row.terminal, e, personal.get(e.id, e.body)) for e in wanted]
    mark_odd_days(connection, row.terminal, row.received_at, facts)
    known = [e for e in events if e.seq in one.known]
    again = renumbered(connection, codec, row, known) if known else {}
    place = (row.terminal, row.incarnation, row.first_seq, row.last_seq)
    return Batch(*place, facts, row.received_at, again)


def read_fact(codec: WireCodec, terminal_id: str, e: EventEnvelope, text: str) -> Fact:
    """An event, decoded; one that cannot be read, stored or believed is parked."""
    fact = Fact(e.seq, e.id, e.kind)
    body = text.encode()
    if reason := unstorable(body) if body else ERASED:
        fact.park(reason)
        return fact
    try:
        read = codec.decode(e.kind, e.v, body)
        fact.says(read, text)
        if reason := doubtful(read, terminal_id):
            fact.park(reason)
    except UnreadableEvent as error:
        fact.park(str(error))
    return fact
