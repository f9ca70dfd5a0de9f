"""Makes a machine a terminal: a one-time code, a proven key, the server's keys in return.

Never stores a code in clear, never gives a second machine the same code.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.gear.secrets import Ed25519Verifier, random_bytes
from sync.server.access.auth import terminal_row
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.refusal import Refusal, refuse
from sync.server.engine.schema import enrolment_code, store, terminal
from sync.server.engine.services import Services
from sync.server.publishing.till_keys import announce_key
from sync.wire.codec import enrol_text
from sync.wire.messages import EnrolReply, EnrolRequest

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8
CODE_MINUTES = 15
CODE_TRIES = 5
NAME_LENGTH_MAX = 80
_MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The reply, and whether a terminal was born by it."""

    reply: EnrolReply
    fresh: bool


def new_code(connection: Connection, services: Services, store_id: str, name: str) -> str:
    """A code for a manager to read out: 8 characters, 15 minutes, 5 tries."""
    if _store(connection, store_id) is None:
        raise refuse(404, "unknown_store", store_id)
    code = "".join(LETTERS[byte % len(LETTERS)] for byte in random_bytes(CODE_LENGTH))
    row = {
        "code_hash": _hash(code),
        "store": store_id,
        "name": name,
        "expires_at": services.now_us() + CODE_MINUTES * _MINUTE_US,
        "tries_left": CODE_TRIES,
        "terminal": "",
    }
    bulk.insert(connection, enrolment_code, [row])
    return code


def enrol(connection: Connection, services: Services, request: EnrolRequest) -> Enrolled | Refusal:
    """A terminal for a right code; the same code and key again give the same terminal.

    A wrong code costs every open code one of its tries: whoever guesses, guesses at all of them.
    """
    code = connection.execute(
        sa.select(enrolment_code).where(enrolment_code.c.code_hash == _hash(request.code.upper()))
    ).one_or_none()
    now_us = services.now_us()
    if code is None or code.tries_left <= 0 or code.expires_at < now_us:
        _burn_a_try(connection, now_us)
        return refuse(401, "wrong_code", "wrong, used or expired")
    if not _proven(request):
        _burn_a_try(connection, now_us)
        return refuse(401, "bad_proof")
    terminal_id = f"{hashlib.sha256(bytes.fromhex(request.public_key)).hexdigest()[:24]}"
    if code.terminal and code.terminal != terminal_id:
        return refuse(401, "wrong_code", "wrong, used or expired")
    fresh = terminal_row(connection, terminal_id) is None
    if fresh:
        _create(connection, services, code, terminal_id, request)
    return Enrolled(_reply(connection, services, terminal_id), fresh)


def _proven(request: EnrolRequest) -> bool:
    try:
        key, proof = bytes.fromhex(request.public_key), bytes.fromhex(request.proof)
        return Ed25519Verifier(key).verify(enrol_text(request.code, request.public_key), proof)
    except ValueError:
        return False


def _create(
    connection: Connection, services: Services, code: Any, terminal_id: str, request: EnrolRequest
) -> None:
    used = sa.select(sa.func.count()).where(terminal.c.store == code.store)
    row = {
        "bucket": bucket_of(terminal_id),
        "id": terminal_id,
        "name": (code.name or request.name)[:NAME_LENGTH_MAX].replace("\0", ""),
        "store": code.store,
        "number": connection.execute(used).scalar_one() + 1,
        "public_key": request.public_key,
        "incarnation": request.incarnation,
        "announced": request.incarnation,
        "voided": request.incarnation,
        "enrolled_at": services.now_us(),
    }
    bulk.insert(connection, terminal, [row])
    announce_key(connection, services, request.public_key, code.store)
    connection.execute(
        sa.update(enrolment_code)
        .where(enrolment_code.c.code_hash == code.code_hash)
        .values(terminal=terminal_id)
    )


def _reply(connection: Connection, services: Services, terminal_id: str) -> EnrolReply:
    row = terminal_row(connection, terminal_id)
    shop = _store(connection, row.store)
    return EnrolReply(
        terminal=terminal_id,
        terminal_name=row.name,
        store=row.store,
        store_name=shop.name,
        chain=services.chain,
        epoch=services.epoch,
        server_key=services.keys.signing_public.hex(),
        sealing_key=services.keys.sealing_public.hex(),
        pepper=services.keys.pepper.hex(),
        server_time=services.server_time(),
        receipt_prefix=f"{shop.number:02d}{row.number:02d}",
    )


def _store(connection: Connection, store_id: str) -> Any:
    return connection.execute(sa.select(store).where(store.c.id == store_id)).one_or_none()


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _burn_a_try(connection: Connection, now_us: int) -> None:
    connection.execute(
        sa.update(enrolment_code)
        .where(enrolment_code.c.expires_at >= now_us, enrolment_code.c.terminal == "")
        .values(tries_left=enrolment_code.c.tries_left - 1)
    )
