"""After the server went back in time: nothing new is granted until every till was heard. Never
guesses what a till holds.

A restored or failed-over database may have lost grants that tills still spend of. Each till tells
what it holds once in the new epoch (`reconcile`); the barrier stands until all have, or until the
lease of those that say nothing is over. Sales and earnings flow meanwhile.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.loyalty.allowance import MOVED, OWN
from pos_app.domain.loyalty.lease import over_for_sure
from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.owner import is_bearer
from sync.server.access.auth import Signed, authenticate_once
from sync.server.books.bearers import Bearer, unheard
from sync.server.books.book import Book, Grant, Held
from sync.server.books.conflicts import Conflict, record
from sync.server.books.merging import resolve
from sync.server.engine import bulk, keys
from sync.server.engine.buckets import bucket_of, terminal_scope
from sync.server.engine.refusal import Refusal, refuse
from sync.server.engine.schema import allowance, meta, reclaim, terminal
from sync.server.engine.services import Services, micros, moment
from sync.server.publishing import feed
from sync.server.rights.placing import policy_in_force
from sync.wire.messages import HeldGrant, Problem, ReconcileRequest
from sync.wire.version import SPOKEN

BARRIER, SINCE = keys.BARRIER, keys.BARRIER_SINCE
GRANTS_MAX = 2000
ID_LENGTH_MAX = 128
POINTS_MAX = 10**12
TOLD_BY_EVENTS = (MOVED, OWN)
"""Grants that are made again by the events they came of: declared too they would be doubled."""
Grants = dict[int, list[HeldGrant]]


def refresh(connection: Connection, services: Services) -> str:
    """The epoch in force; another process or a command may have begun one."""
    found = connection.execute(sa.select(meta.c.value).where(meta.c.name == keys.EPOCH)).scalar()
    if found and found != services.epoch:
        services.epoch = found
    return services.epoch


def waiting(connection: Connection) -> Sequence[Any]:
    """Rows of the terminals that still may spend what the server does not know of."""
    epoch = keys.get_meta(connection).get(BARRIER, "")
    if not epoch:
        return []
    given_up = sa.exists().where(reclaim.c.terminal == terminal.c.id, reclaim.c.done_at == 0)
    return connection.execute(
        sa.select(terminal)
        .where(
            terminal.c.reconciled != epoch,
            sa.or_(terminal.c.state == "active", given_up),
        )
        .order_by(terminal.c.store, terminal.c.id)
    ).all()


def stands_until(connection: Connection, services: Services) -> datetime:
    """When no till that said nothing can spend any more: its lease and a margin."""
    since = keys.get_meta(connection).get(SINCE, "")
    began = moment(int(since)) if since else services.now()
    lease = timedelta(hours=policy_in_force(connection).lease_hours)
    return over_for_sure(began + lease, lease)


def tend(connection: Connection, services: Services) -> bool:
    """Lift the barrier when it has served; True if this has just been done."""
    found = keys.get_meta(connection)
    if not found.get(BARRIER):
        return False
    if not found.get(SINCE):
        keys.set_meta(connection, SINCE, str(micros(services.now())))
    silent = waiting(connection)
    if silent and services.now() < stands_until(connection, services):
        return False
    for name in (BARRIER, SINCE):
        keys.set_meta(connection, name, "")
    lines = [Conflict("not_reconciled", terminal=row.id, name=found[BARRIER]) for row in silent]
    for line in lines:
        record(connection, bucket_of(line.terminal), [line], services.now_us())
    return True


def declared(
    connection: Connection, services: Services, signed: Signed, request: ReconcileRequest
) -> Grants:
    """A genuine declaration, by bucket: what may have to be made again. Raises Refusal 401, 410,
    412, 413, 426."""
    row = authenticate_once(connection, signed, services.now_us())
    if request.protocol not in SPOKEN:
        raise Refusal(426, Problem("protocol", speaks=SPOKEN))
    if request.terminal != row.id:
        raise refuse(401, "another_terminal")
    about = Problem(
        "epoch", epoch=refresh(connection, services), head=row.head, head_hash=row.head_hash,
        incarnation=row.incarnation, machine=row.machine,
    )  # fmt: skip
    if request.epoch != about.epoch:
        raise Refusal(412, about)
    if request.incarnation < row.incarnation:
        about.code = "fenced"
        raise Refusal(410, about)
    if len(request.grants) > GRANTS_MAX:
        raise refuse(413, "too_many_grants")
    held = [g for g in request.grants if _sound(g) and row.reconciled != request.epoch]
    if keys.get_meta(connection).get(BARRIER) != request.epoch:
        _take_back(connection, services, row.id, held)
        return {}
    owners = resolve(connection, {g.member for g in held})
    found: Grants = {}
    for grant in held:
        owner = owners[grant.member]
        grant.member = owner
        found.setdefault(bucket_of(owner), []).append(grant)
    return found


def _take_back(
    connection: Connection, services: Services, terminal_id: str, held: Sequence[HeldGrant]
) -> None:
    """A till that is heard after the barrier fell: its lease was over, what it held is free again.

    Nothing here knows these grants any more, so nobody would ever tell the till; hearing from us
    renews its lease, and it would spend what others may have spent (simulation, seed 10325).
    """
    ids = [grant.grant for grant in held]
    ours = sa.select(allowance.c.grant_id).where(
        allowance.c.terminal == terminal_id, bulk.among(connection, allowance.c.grant_id, ids)
    )
    known = set(connection.execute(ours).scalars())
    changes = [
        feed.Change(
            "allowance",
            grant.grant,
            Grant(grant.grant, grant.member, terminal_id, 0, incarnation=grant.incarnation).row(),
        )
        for grant in held
        if grant.grant not in known
    ]
    if changes:
        feed.publish(connection, terminal_scope(terminal_id), changes, services.now_us())


def _sound(grant: HeldGrant) -> bool:
    texts = all(
        0 < len(text) <= ID_LENGTH_MAX and text.isprintable()
        for text in (grant.grant, grant.member, grant.kind)
    )
    # A moved grant comes again with the events that moved it; both would be twice.
    return (
        texts
        and 0 < grant.granted <= POINTS_MAX
        and grant.incarnation > 0
        and grant.kind not in TOLD_BY_EVENTS
    )


def _holder(book: Book, owner: str) -> Held:
    """Whose points they are; somebody whose enrolment was lost too is a stranger until it comes
    again. So is a gift card whose sale was lost: what a till holds of it is promised already."""
    held = book.held.get(owner)
    if held is not None:
        return held
    if is_bearer(owner):
        return book.bear(unheard(book.connection, book.services, owner) or Bearer(owner))
    return book.add(Member(owner, "", confirmed=False), ())


def renew(
    connection: Connection,
    services: Services,
    bucket: int,
    terminal_id: str,
    grants: Sequence[HeldGrant],
) -> int:
    """Make again, in one bucket, the grants that were lost; how many.

    What was spent of them comes again as events, so they are reserved whole until then.
    """
    book = Book(connection, services, bucket)
    book.load({g.member for g in grants})
    count = points = 0
    for said in grants:
        held, known = _holder(book, said.member), book.grants.get(said.grant)
        if known is not None and known.terminal != terminal_id:
            continue
        more = said.granted - (known.granted if known else 0)
        if more <= 0:
            continue
        lost = known or Grant(said.grant, said.member, terminal_id, 0, kind=said.kind[:20])
        renewed = replace(lost, granted=said.granted, incarnation=said.incarnation)
        if not known and said.lease_until:
            renewed.lease_until = _lease(said.lease_until)
        book.reserve(held, renewed)
        count, points = count + 1, points + more
    book.flush()
    if count:
        line = Conflict(
            "grants_renewed", terminal=terminal_id, points=points,
            detail=f"{count} grants of bucket {bucket}", name=f"{services.epoch} {bucket}",
        )  # fmt: skip
        record(connection, bucket, [line], services.now_us())
    return count


def _lease(text: str) -> int:
    try:
        return micros(datetime.fromisoformat(text))
    except (ValueError, TypeError, OverflowError):
        return 0


def reconciled(connection: Connection, services: Services, terminal_id: str) -> int:
    """All that a terminal holds is known again; how many are still waited for."""
    connection.execute(
        sa.update(terminal)
        .where(terminal.c.bucket == bucket_of(terminal_id), terminal.c.id == terminal_id)
        .values(reconciled=refresh(connection, services))
    )
    tend(connection, services)
    return len(waiting(connection))
