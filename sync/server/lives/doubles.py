"""Lives of a till's database: the next one begins, the former one is fenced. Never both spend.

A till that was restored on its own machine gets its former grants voided as soon as it has sent
what survived and said so. One that goes on elsewhere may have left a living original behind: then
they are voided when the lease of that machine is over, or when a person says that it is gone.
Whatever a fenced database still sends is kept for a person, whole.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from pos_app.domain.loyalty.lease import over_for_sure
from sync.server.access.auth import Signed, terminal_row
from sync.server.books.conflicts import Conflict, record
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.refusal import refuse
from sync.server.engine.schema import allowance, conflict, event, inbox, terminal
from sync.server.engine.services import Services, micros
from sync.server.rights.placing import policy_in_force
from sync.server.sealing.vault import as_signed
from sync.wire.codec import GENESIS, body_hash, unpack
from sync.wire.messages import PushRequest

FENCED, QUEUED = "fenced", "queued"
NAME_LENGTH_MAX = 64
LOST_LENGTH_MAX = 280
LEFT = allowance.c.granted - allowance.c.spent - allowance.c.returned


def _of(terminal_id: str) -> sa.Update:
    return sa.update(terminal).where(
        terminal.c.bucket == bucket_of(terminal_id), terminal.c.id == terminal_id
    )


def machine_of(request: PushRequest) -> str:
    """As the till named it, if that is a name; else ""."""
    name = request.machine
    return name if len(name) <= NAME_LENGTH_MAX and name.isascii() and name.isalnum() else ""


def next_life(connection: Connection, services: Services, row: Any, request: PushRequest) -> Any:
    """A restored, copied or moved database begins a new chain and fences the old one."""
    here = machine_of(request)
    values: dict[str, Any] = {
        "incarnation": request.incarnation,
        "head": 0,
        "head_hash": GENESIS.hex(),
        "posted_seq": 0,
        "safe_head": 0,
        "machine": here or row.machine,
    }
    if row.machine and here and here != row.machine:
        values["moved_at"] = services.now_us()
        _tell(connection, services, row.id, "machine_changed", f"incarnation {request.incarnation}")
    return connection.execute(_of(row.id).values(values).returning(terminal)).one()


def announced(connection: Connection, services: Services, row: Any, request: PushRequest) -> Any:
    """The till has sent all that survived: its former grants may be voided."""
    if request.lost:
        numbers = "".join(c for c in request.lost if c.isdigit() or c in " :-")
        _tell(connection, services, row.id, "events_lost", numbers[:LOST_LENGTH_MAX])
    if row.announced >= request.incarnation:
        return row
    said = {"announced": row.incarnation, "announced_at": services.now_us()}
    return connection.execute(_of(row.id).values(said).returning(terminal)).one()


def _tell(
    connection: Connection, services: Services, terminal_id: str, kind: str, detail: str
) -> None:
    found = Conflict(kind=kind, terminal=terminal_id, detail=detail)
    record(connection, bucket_of(terminal_id), [found], services.now_us())


def keep_late(
    connection: Connection, services: Services, signed: Signed, request: PushRequest
) -> int:
    """Keep what a fenced database sends; up to which of its events all are kept.

    The rows of its own time may stand at the same place: minus keeps the late ones apart. Sent
    again with more, a batch replaces the shorter one that begins where it does.
    """
    if request.events:
        row = {
            "bucket": bucket_of(signed.terminal),
            "terminal": signed.terminal,
            "incarnation": -request.incarnation,
            "first_seq": request.events[0].seq,
            "last_seq": request.events[-1].seq,
            "body": signed.body,
            "signed": f"{signed.time} {signed.nonce} {signed.signature}",
            "received_at": services.now_us(),
            "state": FENCED,
        }
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        adding = insert(inbox).values(**row)
        new = adding.excluded
        connection.execute(
            adding.on_conflict_do_update(
                index_elements=list(inbox.primary_key.columns),
                set_={c: new[c] for c in ("last_seq", "body", "signed", "received_at", "state")},
                where=inbox.c.last_seq < new.last_seq,
            )
        )
    return _last_late(connection, signed.terminal, request.incarnation)


def _last_late(connection: Connection, terminal_id: str, incarnation: int) -> int:
    bucket = bucket_of(terminal_id)
    ours = (inbox.c.bucket == bucket, inbox.c.terminal == terminal_id)
    late = inbox.c.incarnation == -incarnation
    most = sa.select(sa.func.max(inbox.c.last_seq)).where(*ours, late)
    return int(connection.execute(most).scalar() or 0)


def former_head(connection: Connection, row: Any, incarnation: int) -> int:
    """How far a life before the one in force is known here, late batches counted; -1 for none.

    A server that went back in time may have less of it than it once acknowledged: nobody else
    tells the fenced database, whose disk may be the only one with those events.
    """
    if not 0 < incarnation < row.incarnation:
        return -1
    ours = (event.c.bucket == bucket_of(row.id), event.c.terminal == row.id)
    most = sa.select(sa.func.max(event.c.seq)).where(*ours, event.c.incarnation == incarnation)
    known = int(connection.execute(most).scalar() or 0)
    return max(known, _last_late(connection, row.id, incarnation))


def late_batches(connection: Connection) -> Sequence[Any]:
    """(terminal, incarnation, first_seq, last_seq, received_at) of what waits for a person."""
    return connection.execute(
        sa.select(
            inbox.c.terminal,
            (-inbox.c.incarnation).label("incarnation"),
            inbox.c.first_seq,
            inbox.c.last_seq,
            inbox.c.received_at,
        )
        .where(inbox.c.state == FENCED)
        .order_by(inbox.c.terminal, inbox.c.incarnation.desc(), inbox.c.first_seq)
    ).all()


def accept_late(connection: Connection, services: Services, terminal_id: str) -> int:
    """A person believes a fenced machine: what it sold is posted like anything else; how many
    events are new. Raises Refusal 404."""
    if terminal_row(connection, terminal_id) is None:
        raise refuse(404, "unknown_terminal")
    bucket = bucket_of(terminal_id)
    ours = (inbox.c.bucket == bucket, inbox.c.terminal == terminal_id, inbox.c.state == FENCED)
    rows = connection.execute(
        sa.select(inbox).where(*ours).order_by(inbox.c.incarnation.desc(), inbox.c.first_seq)
    ).all()
    fresh = sum(_queue(connection, services, row) for row in rows)
    connection.execute(sa.update(inbox).where(*ours).values(state=QUEUED))
    connection.execute(
        sa.update(conflict)
        .where(conflict.c.terminal == terminal_id, conflict.c.kind == FENCED)
        .values(state="signed_off")
    )
    return fresh


def _queue(connection: Connection, services: Services, row: Any) -> int:
    """Rows of events that nobody has had yet; those of a place that is taken stay as they are."""
    stored = unpack(PushRequest, row.body).events
    events = as_signed(connection, services.keys.profiles, row.bucket, stored)
    of_bucket = event.c.bucket == row.bucket
    ids = [e.id for e in events]
    known = set(
        connection.execute(
            sa.select(event.c.id).where(of_bucket, bulk.among(connection, event.c.id, ids))
        ).scalars()
    )
    fresh = [e for e in events if e.id not in known]
    bulk.insert(
        connection,
        event,
        [
            {
                "bucket": row.bucket,
                "terminal": row.terminal,
                "incarnation": row.incarnation,
                "seq": e.seq,
                "id": e.id,
                "kind": e.kind,
                "v": e.v,
                "hash": e.hash,
                "body_hash": body_hash(e.body.encode()),
                "outcome": QUEUED,
            }
            for e in fresh
        ],
        "nothing",
    )
    return len(fresh)


def forget_former(connection: Connection, services: Services) -> int:
    """Former machines whose lease is over spend nothing more: their grants may be voided now."""
    lease = timedelta(hours=policy_in_force(connection).lease_hours)
    now = services.now()
    over = micros(now - (over_for_sure(now + lease, lease) - now))
    lapsed = sa.update(terminal).where(terminal.c.moved_at > 0, terminal.c.moved_at < over)
    return int(connection.execute(lapsed.values(moved_at=0)).rowcount)


def former_exposure(connection: Connection, terminal_id: str) -> int:
    """What a former machine of the terminal may still spend. Raises Refusal 404, 409."""
    row = terminal_row(connection, terminal_id)
    if row is None:
        raise refuse(404, "unknown_terminal")
    if not row.moved_at:
        raise refuse(409, "not_moved", "this till has had one machine only")
    left = sa.select(sa.func.coalesce(sa.func.sum(LEFT), 0)).where(
        allowance.c.terminal == terminal_id, allowance.c.incarnation < row.incarnation, LEFT > 0
    )
    return int(connection.execute(left).scalar_one())


def machine_is_gone(connection: Connection, terminal_id: str) -> int:
    """A person says that the former machine will not come back: its grants are voided now; how
    much it might have spent."""
    points = former_exposure(connection, terminal_id)
    connection.execute(_of(terminal_id).values(moved_at=0))
    return points


def speaks(request: PushRequest) -> dict[str, str]:
    """What an append changes about who speaks for the terminal."""
    here = machine_of(request)
    return {"machine": here} if here else {}
