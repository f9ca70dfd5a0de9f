"""Takes pushed events into the inbox, durably, in the order of their chain. Never posts them.

What is refused here is never a sale but a *chain* that does not fit: a gap, a fork, another
epoch, a fenced incarnation. The body of an event is looked into for one
thing only: whose key a personal one gets.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.access.auth import Signed, authenticate_once
from sync.server.books.conflicts import Conflict, record
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.durability import told_safe
from sync.server.engine.refusal import Refusal, too_often
from sync.server.engine.schema import event, inbox, terminal
from sync.server.engine.services import Services
from sync.server.lives.doubles import announced, keep_late, next_life, speaks
from sync.server.lives.epochs import refresh
from sync.server.poster import second_body
from sync.server.sealing.vault import is_personal, put_away
from sync.wire.codec import ack_text, body_hash, chain_hash
from sync.wire.messages import EventEnvelope, Problem, PushReply, PushRequest
from sync.wire.version import SPOKEN

log = logging.getLogger(__name__)
EVENTS_MAX = 500
INBOX_DEEP = 20_000
"""Batches that wait to be posted; at 500 events each, what a chain sells in hours."""
DEEP_WAIT_S = 15
ID_LENGTH_MAX = 64


@dataclass(eq=False)
class Alarm(Exception):
    """A chain that does not fit: kept for a person, and said to the till."""

    status: int
    code: str
    seq: int = 0
    event: str = ""


def push(
    connection: Connection, services: Services, signed: Signed, request: PushRequest
) -> PushReply | Refusal:
    """Append what is new and acknowledge the head; a batch seen before changes nothing.

    Raises or returns a Refusal: 401, 409 gap, 410 fenced, 412 epoch, 413 size, 422 fork,
    426 protocol. A returned one has left a conflict row for the manager.
    """
    authenticate_once(connection, signed, services.now_us())
    row = _locked(connection, signed.terminal)
    refresh(connection, services)
    _fits(services, signed, request, row)
    if request.incarnation < row.incarnation:
        kept = _kept(connection, services, signed, request)
        return _fenced(connection, services, row, kept, request)
    if request.incarnation > row.incarnation:
        row = next_life(connection, services, row, request)
    try:
        fresh = _continuation(connection, row, request)
        outcomes = _outcomes(connection, row.id, fresh)
    except Alarm as alarm:
        if alarm.status == 422:
            _alert(connection, services, row.id, alarm)
        return _refusal(services, row, alarm)
    if not request.events:
        row = announced(connection, services, row, request)
    if fresh:
        _not_too_deep(connection)
        new = list(zip(fresh, outcomes, strict=True))
        kept = _kept(connection, services, signed, request)
        row = _append(connection, services, kept, request, new)
        second_body.keep_all(connection, services, row.id, new)
    return _receipt(connection, services, row)


def _locked(connection: Connection, terminal_id: str) -> Any:
    """The terminal's row, locked: two processes may hold the same till's batch."""
    taken = sa.update(terminal).where(terminal.c.id == terminal_id)
    return connection.execute(taken.values(head=terminal.c.head).returning(terminal)).one()


def _fits(services: Services, signed: Signed, request: PushRequest, row: Any) -> None:
    if request.protocol not in SPOKEN:
        raise _refusal(services, row, Alarm(426, "protocol"))
    if request.terminal != signed.terminal:
        raise _refusal(services, row, Alarm(401, "another_terminal"))
    if request.epoch != services.epoch:
        raise _refusal(services, row, Alarm(412, "epoch"))
    if len(request.events) > EVENTS_MAX:
        raise _refusal(services, row, Alarm(413, "too_many_events"))
    if any(not _plain(e.id) or not _plain(e.kind) for e in request.events):
        raise _refusal(services, row, Alarm(422, "garbled"))


def _plain(text: str) -> bool:
    return 0 < len(text) <= ID_LENGTH_MAX and text.isascii() and text.isprintable()


def _continuation(connection: Connection, row: Any, request: PushRequest) -> list[EventEnvelope]:
    """The events above the head, once all of the batch agrees with the chain. Raises Alarm."""
    seqs = [e.seq for e in request.events]
    if seqs and seqs != list(range(seqs[0], seqs[0] + len(seqs))):
        raise Alarm(422, "disorder", seqs[0])
    known = [e for e in request.events if e.seq <= row.head]
    fresh = list(request.events[len(known) :])
    _same_as_stored(connection, row, known)
    if not fresh:
        return []
    if fresh[0].seq != row.head + 1:
        raise Alarm(409, "gap", fresh[0].seq)
    if not known and request.previous_hash != row.head_hash:
        raise Alarm(422, "fork", fresh[0].seq, fresh[0].id)
    _chained(row.head_hash, fresh)
    return fresh


def _not_too_deep(connection: Connection) -> None:
    """The poster is far behind: tills keep what they have, and come again a little later."""
    queued = sa.select(inbox.c.first_seq).where(inbox.c.state == "queued").limit(INBOX_DEEP)
    deep = connection.execute(sa.select(sa.func.count()).select_from(queued.subquery())).scalar()
    if deep is not None and deep >= INBOX_DEEP:
        raise too_often("inbox_deep", DEEP_WAIT_S)


def _same_as_stored(connection: Connection, row: Any, known: Sequence[EventEnvelope]) -> None:
    if not known:
        return
    stored = connection.execute(
        sa.select(event.c.seq, event.c.hash).where(
            event.c.bucket == row.bucket,
            event.c.terminal == row.id,
            event.c.incarnation == row.incarnation,
            event.c.seq.between(known[0].seq, known[-1].seq),
        )
    )
    hashes = {seq: text for seq, text in stored}
    for envelope in known:
        if hashes.get(envelope.seq) != envelope.hash:
            raise Alarm(422, "fork", envelope.seq, envelope.id)


def _chained(head_hash: str, fresh: Sequence[EventEnvelope]) -> None:
    previous = bytes.fromhex(head_hash)
    for e in fresh:
        previous = chain_hash(previous, e.seq, e.id, e.kind, e.body.encode())
        if previous.hex() != e.hash:
            raise Alarm(422, "tampered", e.seq, e.id)


def _outcomes(
    connection: Connection, terminal_id: str, fresh: Sequence[EventEnvelope]
) -> list[str]:
    """`queued`, or `exists` for an event that came before (in an earlier incarnation).

    Raises Alarm for a known id with another body, unless a person has said that it is kept.
    """
    stored = connection.execute(
        sa.select(event.c.id, event.c.body_hash).where(
            event.c.bucket == bucket_of(terminal_id),
            bulk.among(connection, event.c.id, [e.id for e in fresh]),
        )
    )
    known = {event_id: digest for event_id, digest in stored}
    outcomes = []
    for e in fresh:
        digest = body_hash(e.body.encode())
        if known.get(e.id, digest) != digest:
            if not second_body.allowed_by(connection, terminal_id, e.id):
                raise Alarm(422, second_body.SECOND, e.seq, e.id)
            outcomes.append(second_body.SECOND)
            continue
        outcomes.append("exists" if e.id in known else "queued")
        known[e.id] = digest
    return outcomes


def _kept(
    connection: Connection, services: Services, signed: Signed, request: PushRequest
) -> Signed:
    """The batch as it may lie on the disk: as it travelled, but for events that tell of a person.

    The hash of what travelled goes on after the signature, so that it can still be verified.
    """
    if not is_personal(request.events):
        return signed
    body = put_away(connection, services.keys.profiles, bucket_of(signed.terminal), request)
    return replace(signed, body=body, signature=f"{signed.signature} {body_hash(signed.body)}")


def _append(
    connection: Connection,
    services: Services,
    signed: Signed,
    request: PushRequest,
    new: Sequence[tuple[EventEnvelope, str]],
) -> Any:
    bucket, incarnation = bucket_of(signed.terminal), request.incarnation
    rows = [
        {
            "bucket": bucket,
            "terminal": signed.terminal,
            "incarnation": incarnation,
            "seq": e.seq,
            "id": e.id,
            "kind": e.kind,
            "v": e.v,
            "hash": e.hash,
            "body_hash": body_hash(e.body.encode()),
            "outcome": outcome,
        }
        for e, outcome in new
    ]
    bulk.insert(connection, event, rows)
    first, last = new[0][0], new[-1][0]
    _store_batch(connection, services, signed, (incarnation, first.seq, last.seq))
    moved = (
        sa.update(terminal)
        .where(terminal.c.bucket == bucket, terminal.c.id == signed.terminal)
        .values(head=last.seq, head_hash=last.hash, **speaks(request))
        .returning(terminal)
    )
    return connection.execute(moved).one()


def _store_batch(
    connection: Connection,
    services: Services,
    signed: Signed,
    place: tuple[int, int, int],
) -> None:
    """The batch as it travelled, with the signature that makes it evidence."""
    row = {
        "bucket": bucket_of(signed.terminal),
        "terminal": signed.terminal,
        "incarnation": place[0],
        "first_seq": place[1],
        "last_seq": place[2],
        "body": signed.body,
        "signed": f"{signed.time} {signed.nonce} {signed.signature}",
        "received_at": services.now_us(),
        "state": "queued",
    }
    connection.execute(sa.insert(inbox).values(**row))


def _fenced(
    connection: Connection, services: Services, row: Any, kept: Signed, request: PushRequest
) -> Refusal:
    """A fenced till still has facts: they are kept for a person, never applied, never dropped."""
    refusal = _refusal(services, row, Alarm(410, "fenced"))
    refusal.problem.kept = keep_late(connection, services, kept, request)
    if request.events:
        first = request.events[0]
        _alert(connection, services, row.id, Alarm(410, "fenced", first.seq, first.id))
    return refusal


def _alert(connection: Connection, services: Services, terminal_id: str, alarm: Alarm) -> None:
    found = Conflict(
        kind=alarm.code,
        event=alarm.event,
        terminal=terminal_id,
        detail=f"seq {alarm.seq}",
    )
    record(connection, bucket_of(terminal_id), [found], services.now_us())
    log.warning("push refused: %s, terminal %s, seq %d", alarm.code, terminal_id, alarm.seq)


def _receipt(connection: Connection, services: Services, row: Any) -> PushReply:
    return PushReply(
        epoch=services.epoch,
        head=row.head,
        head_hash=row.head_hash,
        safe_head=told_safe(connection, row.head, row.safe_head),
        server_time=services.server_time(),
        signature=services.sign(ack_text(row.id, row.incarnation, row.head, row.head_hash)),
        machine=row.machine,
    )


def _refusal(services: Services, row: Any, alarm: Alarm) -> Refusal:
    problem = Problem(
        code=alarm.code,
        epoch=services.epoch,
        head=row.head,
        head_hash=row.head_hash,
        server_time=services.server_time(),
        incarnation=row.incarnation,
        machine=row.machine,
        speaks=SPOKEN if alarm.status == 426 else (),
    )
    return Refusal(alarm.status, problem)
