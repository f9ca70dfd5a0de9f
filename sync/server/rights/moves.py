"""Allowances that tills of a store moved between them while we were away. Never makes a right.

A move is told twice, by its giver and, with the giver's signed event inside, by its taker; it is
posted once, by the id of the giver's event, whichever comes first. What leaves one grant arrives in
another: the sum of what is reserved stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.events import AllowanceGiven, AllowanceTaken, GivenProof
from pos_app.domain.loyalty.allowance import MOVED, AllowanceUse
from pos_app.gear.secrets import Ed25519Signatures
from sync.server.books.book import Book, Grant, Held
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.keys import barrier_epoch
from sync.server.engine.schema import terminal
from sync.server.engine.services import micros
from sync.translate import UnreadableEvent, WireCodec
from sync.wire.codec import given_text

GIVEN_PART = "given"
PROOFS_MAX = 16
POINTS_MAX = 10**15
TEXT_MAX = 200
_CODEC = WireCodec()
_SIGNATURES = Ed25519Signatures()


@dataclass(frozen=True, slots=True)
class Told:
    """Something for a person: kind of conflict, points, detail."""

    kind: str
    points: int
    detail: str


class Unproven(ValueError):
    """A move that its proofs do not show; the message says why."""


def check_given(given: AllowanceGiven, terminal_id: str) -> None:
    """Raises Unproven for what no till of ours writes."""
    texts = (
        given.transfer_id,
        given.member_id,
        given.to_terminal,
        *(u.grant_id for u in given.uses),
    )
    if given.terminal_id != terminal_id:
        raise Unproven("the move names another giver")
    if any(not 0 < use.points <= POINTS_MAX for use in given.uses):
        raise Unproven("a move of no points")
    if any("\0" in text or len(text) > TEXT_MAX for text in texts):
        raise Unproven("an identifier that is none")


def proven(
    connection: Connection, taken: AllowanceTaken, terminal_id: str
) -> list[tuple[GivenProof, AllowanceGiven]]:
    """The giver's events of a taker's one, oldest first. Raises Unproven."""
    if not 0 < len(taken.proofs) <= PROOFS_MAX:
        raise Unproven("a move without its proofs")
    keys = _keys(connection, [proof.terminal_id for proof in taken.proofs])
    found = [(proof, _read(proof, keys.get(proof.terminal_id, ""))) for proof in taken.proofs]
    last = found[-1][1]
    ours = (last.transfer_id, last.to_terminal, last.points)
    if ours != (taken.transfer_id, terminal_id, taken.points):
        raise Unproven("the proof of another move")
    return found


def _keys(connection: Connection, terminals: Sequence[str]) -> dict[str, str]:
    rows = connection.execute(
        sa.select(terminal.c.id, terminal.c.public_key).where(
            bulk.among(connection, terminal.c.id, set(terminals))
        )
    )
    return {row.id: row.public_key for row in rows}


def _read(proof: GivenProof, key: str) -> AllowanceGiven:
    text = given_text(proof.terminal_id, proof.event_id, proof.version, proof.body)
    if not _SIGNATURES.genuine(bytes.fromhex(key), text, proof.signature):
        raise Unproven("a move that its giver has not signed")
    try:
        given = _CODEC.decode("transfer_out", proof.version, proof.body)
    except UnreadableEvent as error:
        raise Unproven(str(error)) from error
    assert isinstance(given, AllowanceGiven)
    check_given(given, proof.terminal_id)
    return given


def post_given(book: Book, held: Held, given: AllowanceGiven, own_seq: int) -> list[Told]:
    """Take the points out of the giver's grants and put them into the taker's.

    `own_seq`: the place of the giver's event, 0 when it is told by the taker.
    """
    told: list[Told] = []
    moved = 0
    for use in given.uses:
        grant = _lost(book, held, given, use)
        owner = held.member.member_id
        if grant is None or (grant.terminal, grant.member) != (given.terminal_id, owner):
            told.append(Told("unknown_grant", use.points, use.grant_id))
            continue
        beyond = use.points - grant.left
        if beyond > 0:
            told.append(Told("allowance_overspent", beyond, use.grant_id))
        book.use(held, grant, returned=use.points)
        grant.posted_seq = max(grant.posted_seq, own_seq)
        moved += use.points
    if moved and not _arrive(book, held, given, moved):
        told.append(Told("unknown_grant", moved, given.transfer_id))
    return told


def _lost(book: Book, held: Held, given: AllowanceGiven, use: AllowanceUse) -> Grant | None:
    """The grant; what this server lost of it with its former epoch is made again as far as the
    giver's signed word goes, the rest when the giver declares what it holds (`epochs.renew`).

    Not once the giver has declared: then there never was more.
    """
    known = book.grants.get(use.grant_id)
    owner = held.member.member_id
    missing = use.points - (known.left if known else 0)
    others = known is not None and (known.terminal, known.member) != (given.terminal_id, owner)
    if missing <= 0 or others or not _undeclared(book, given.terminal_id):
        return known
    lost = known or Grant(
        use.grant_id,
        owner,
        given.terminal_id,
        0,
        lease_until=micros(given.lease_until) if given.lease_until else 0,
    )
    book.reserve(held, replace(lost, granted=lost.granted + missing))
    return book.grants[use.grant_id]


def _undeclared(book: Book, terminal_id: str) -> bool:
    """Whether the server has gone back in time and this till has not yet said what it holds."""
    barrier = barrier_epoch(book.connection)
    till = _terminal(book.connection, terminal_id) if barrier else None
    return till is not None and till.reconciled != barrier


def _arrive(book: Book, held: Held, given: AllowanceGiven, points: int) -> bool:
    """The taker's grant; a till that is none of ours gets none, and the points are free again."""
    till = _terminal(book.connection, given.to_terminal)
    known = book.grants.get(given.transfer_id)
    if till is None or (known is not None and known.terminal != given.to_terminal):
        return False
    if known is None:
        known = Grant(
            given.transfer_id,
            held.member.member_id,
            given.to_terminal,
            0,
            kind=MOVED,
            lease_until=micros(given.lease_until) if given.lease_until else 0,
            incarnation=given.to_incarnation,
        )
    book.reserve(held, replace(known, granted=known.granted + points))
    if given.to_incarnation < till.voided:
        # Its database was replaced, and everything that survived of the old one is posted.
        book.use(held, book.grants[given.transfer_id], returned=points)
    return True


def _terminal(connection: Connection, terminal_id: str) -> Any:
    return connection.execute(
        sa.select(terminal.c.voided, terminal.c.reconciled).where(
            terminal.c.bucket == bucket_of(terminal_id), terminal.c.id == terminal_id
        )
    ).one_or_none()


def post_taken(book: Book, held: Held, taken: AllowanceTaken, own_seq: int) -> None:
    """The taker has said so itself: its grant contains that event."""
    grant = book.grants.get(taken.transfer_id)
    if grant is not None:
        grant.posted_seq = max(grant.posted_seq, own_seq)
        book.use(held, grant)


def awaited(connection: Connection, terminal_id: str) -> list[str]:
    """Tills of its store that may hold points which a replaced database of this one gave away.

    What it gave stands in their chains, and its own may have lost it: until each of them had
    nothing unsent after this till began anew, its former grants are not free. One that never
    said when it was clear is of a release that moves nothing; one that is given up by a person
    is not waited for.
    """
    ours = sa.select(terminal.c.store, terminal.c.announced_at).where(
        terminal.c.bucket == bucket_of(terminal_id), terminal.c.id == terminal_id
    )
    store, announced_at = connection.execute(ours).one()
    rows = connection.execute(
        sa.select(terminal.c.id).where(
            terminal.c.store == store,
            terminal.c.id != terminal_id,
            terminal.c.state == "active",
            terminal.c.clear_at > 0,
            terminal.c.clear_at <= announced_at,
        )
    )
    return sorted(rows.scalars())
