"""Who asks: every request is signed by its terminal and accepted once. Never trusts a clock.

A replay is told by its nonce, not by its time: a till with a wrong clock must sync too. What
changes something keeps its nonce in the database for a week (and is idempotent for ever); what
only reads keeps it in memory.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.gear.secrets import Ed25519Verifier
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.refusal import refuse
from sync.server.engine.schema import nonce, terminal
from sync.wire.codec import signed_text

NONCE_LENGTHS = range(8, 65)
NONCE_DAYS = 7
REMEMBERED = 100_000
SPEAKING = ("active", "fenced")
"""A till that was given up gets no grants, and what it has to say is heard all the same."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as it came: `path` with its query, `body` as it travelled (compressed)."""

    method: str
    path: str
    body: bytes
    terminal: str
    time: str
    nonce: str
    signature: str


class SeenNonces:
    """Nonces of reading requests, the oldest forgotten first."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()

    def first_time(self, terminal_id: str, value: str) -> bool:
        """False for one that was here before."""
        key = (terminal_id, value)
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True


def terminal_row(connection: Connection, terminal_id: str) -> Any:
    """The terminal's row, or None."""
    return connection.execute(
        sa.select(terminal).where(
            terminal.c.bucket == bucket_of(terminal_id), terminal.c.id == terminal_id
        )
    ).one_or_none()


def authenticate(connection: Connection, request: Signed) -> Any:
    """The row of the terminal that signed this. Raises Refusal 401 for anybody else."""
    row = terminal_row(connection, request.terminal)
    if row is None or "\0" in request.nonce or len(request.nonce) not in NONCE_LENGTHS:
        raise refuse(401, "unknown_terminal")
    text = signed_text(request.method, request.path, request.body, request.time, request.nonce)
    try:
        signature = bytes.fromhex(request.signature)
    except ValueError:
        signature = b""
    if not Ed25519Verifier(bytes.fromhex(row.public_key)).verify(text, signature):
        raise refuse(401, "bad_signature")
    if row.state not in SPEAKING:
        raise refuse(401, "revoked")
    return row


def authenticate_once(connection: Connection, request: Signed, now_us: int) -> Any:
    """The same for a request that changes something: its nonce joins the transaction."""
    row = authenticate(connection, request)
    fresh = {
        "bucket": row.bucket,
        "terminal": row.id,
        "nonce": request.nonce,
        "at": now_us,
    }
    if not bulk.insert_new(connection, nonce, [fresh]):
        raise refuse(401, "replayed")
    return row


def forget_nonces(connection: Connection, before_us: int) -> int:
    """Drop what is older than that; how many."""
    return int(connection.execute(sa.delete(nonce).where(nonce.c.at < before_us)).rowcount)
