"""Keys that tills leave with head office, and what happens to a till that was stolen.

A till's database key comes sealed to the server's public key and is opened only by a command with
a name and a reason: it unlocks a till whose keystore was lost. Never stored opened, never logged.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.gear.secrets import SealBroken, open_sealed
from sync.server.access.auth import Signed, authenticate_once, terminal_row
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.refusal import refuse
from sync.server.engine.schema import terminal_secret
from sync.server.engine.services import Services
from sync.server.members.erasure import Deed, note
from sync.server.rights.leases import Exposure, ask_reclaim, exposure
from sync.server.settings.reference import revoke_terminal
from sync.wire.messages import EscrowReply, EscrowRequest
from sync.wire.version import SPOKEN

DATABASE_KEY = "database_key"
READ_OUT, REVOKED = "till_key_read", "terminal_revoked"
KEY_BYTES, SEALED_HEX = 32, 2 * (32 + 32 + 16)


def keep(
    connection: Connection, services: Services, signed: Signed, request: EscrowRequest
) -> EscrowReply:
    """The newest key of this till, in the place of an older one. Raises Refusal 401, 422, 426."""
    row = authenticate_once(connection, signed, services.now_us())
    if request.protocol not in SPOKEN:
        raise refuse(426, "protocol", f"this server speaks {SPOKEN}")
    if request.terminal != row.id:
        raise refuse(401, "another_terminal")
    if len(request.sealed) != SEALED_HEX or not _opens(services, request.sealed):
        raise refuse(422, "not_sealed_for_us")
    kept = {
        "bucket": row.bucket,
        "terminal": row.id,
        "name": DATABASE_KEY,
        "value": request.sealed,
        "at": services.now_us(),
    }
    bulk.insert(connection, terminal_secret, [kept], "replace")
    return EscrowReply(services.epoch, services.server_time())


def _opens(services: Services, sealed: str) -> bool:
    try:
        return len(open_sealed(services.keys.sealing, bytes.fromhex(sealed))) == KEY_BYTES
    except (SealBroken, ValueError):
        return False


def read_out(connection: Connection, services: Services, terminal_id: str, deed: Deed) -> str:
    """The key of a till's database, 64 hex digits. Raises Refusal 404."""
    found = connection.execute(
        sa.select(terminal_secret.c.value).where(
            terminal_secret.c.bucket == bucket_of(terminal_id),
            terminal_secret.c.terminal == terminal_id,
            terminal_secret.c.name == DATABASE_KEY,
        )
    ).scalar_one_or_none()
    if found is None:
        raise refuse(404, "no_key", "this till has left none")
    note(connection, services, terminal_id, READ_OUT, deed)
    return open_sealed(services.keys.sealing, bytes.fromhex(found)).hex()


def revoke(connection: Connection, services: Services, terminal_id: str, deed: Deed) -> Exposure:
    """A stolen till: its signature is worth nothing from now on, its key leaves the tills' list,
    and its grants come back when it cannot spend them any more. Raises Refusal 404."""
    row = terminal_row(connection, terminal_id)
    if row is None:
        raise refuse(404, "unknown_terminal", terminal_id)
    if row.state == "revoked":
        return exposure(connection, services, terminal_id)
    shown = ask_reclaim(connection, services, terminal_id, deed.by, deed.reason)
    revoke_terminal(connection, terminal_id)
    note(connection, services, terminal_id, REVOKED, deed)
    return shown
