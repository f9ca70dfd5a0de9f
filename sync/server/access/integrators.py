"""Who may tell of activities: a name and a secret of their own. Never a secret that is kept."""

import hashlib
import hmac

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.gear.secrets import random_bytes
from sync.server.engine.keys import get_meta, set_meta
from sync.server.engine.refusal import refuse
from sync.server.engine.schema import meta

PREFIX = "integrator:"
SECRET_BYTES = 32


def add_integrator(connection: Connection, name: str) -> str:
    """A new secret for that name, in place of any before: `name:secret`, shown once."""
    if not name or not name.isascii() or not name.replace("-", "").isalnum():
        raise refuse(404, "bad_name", "letters, digits and hyphens")
    secret = random_bytes(SECRET_BYTES).hex()
    set_meta(connection, PREFIX + name, _digest(secret))
    return f"{name}:{secret}"


def remove_integrator(connection: Connection, name: str) -> bool:
    """From now on nobody; False if there was no such one."""
    gone = connection.execute(sa.delete(meta).where(meta.c.name == PREFIX + name))
    return gone.rowcount == 1


def known_integrator(connection: Connection, authorization: str) -> str:
    """The name in `Bearer name:secret`. Raises Refusal 401 for anybody else."""
    name, _, secret = authorization.removeprefix("Bearer ").partition(":")
    kept = get_meta(connection).get(PREFIX + name, "")
    if not kept or not hmac.compare_digest(kept, _digest(secret)):
        raise refuse(401, "unknown_integrator")
    return name


def _digest(secret: str) -> str:
    # 256 random bits need no slow hash: nobody guesses them.
    return hashlib.sha256(secret.encode()).hexdigest()
