"""The server's secrets and its epoch: made once, at the first start. Never leaves this machine.

They live in a file (mode 0600) and never in the database, so that a copied database alone opens
nothing; `secrets_outside` says where. A database restored from a backup is told by `new_epoch`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.gear.secrets import generate_sealing_keys, generate_signing_keys, random_bytes
from sync.server.engine import bulk
from sync.server.engine.schema import meta

KEY_FILE = "server.keys"
SECRET_NAMES = ("signing", "signing_public", "sealing", "sealing_public", "pepper", "profiles")
EPOCH, CHAIN = "epoch", "chain"
BARRIER, BARRIER_SINCE = "barrier", "barrier_since"
"""The epoch that tills are still waited for in; empty when they were all heard."""


@dataclass(frozen=True)
class ServerKeys:
    """Raw keys, 32 bytes each; `profiles` wraps the per-member keys of personal data."""

    signing: bytes
    signing_public: bytes
    sealing: bytes
    sealing_public: bytes
    pepper: bytes
    profiles: bytes

    def __repr__(self) -> str:
        return f"ServerKeys(signing_public={self.signing_public.hex()})"


def new_keys() -> ServerKeys:
    """Fresh ones from the operating system's randomness."""
    signing, sealing = generate_signing_keys(), generate_sealing_keys()
    return ServerKeys(
        signing.private,
        signing.public,
        sealing.private,
        sealing.public,
        random_bytes(32),
        random_bytes(32),
    )


def keys_in_file(path: Path) -> ServerKeys:
    """Read the key file, or make it; it appears whole or not at all."""
    if path.exists():
        return parsed(msgspec.json.decode(path.read_bytes(), type=dict[str, str]))
    keys = new_keys()
    write_keys(path, keys)
    return keys


def write_keys(path: Path, keys: ServerKeys) -> None:
    """The file, readable by its owner only."""
    part = path.with_name(path.name + ".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.encode(_texts(keys)))
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)


def get_meta(connection: Connection) -> dict[str, str]:
    """Every named value."""
    return {name: value for name, value in connection.execute(sa.select(meta.c.name, meta.c.value))}


def set_meta(connection: Connection, name: str, value: str) -> None:
    """Remember a named value."""
    bulk.insert(connection, meta, [{"name": name, "value": value}], "replace")


def ensure_epoch(connection: Connection) -> str:
    """The epoch of this database; made at its first start."""
    found = get_meta(connection).get(EPOCH)
    return found if found else _another(connection)


def new_epoch(connection: Connection) -> str:
    """After a restored backup or a promotion that may have lost commits: tills resend.

    From here on nothing is granted until they have told what they hold (`epochs`).
    """
    epoch = _another(connection)
    set_meta(connection, BARRIER, epoch)
    set_meta(connection, BARRIER_SINCE, "")
    return epoch


def barrier_epoch(connection: Connection) -> str:
    """The epoch in which tills have yet to declare what they hold; "" when all have."""
    found = connection.execute(sa.select(meta.c.value).where(meta.c.name == BARRIER)).scalar()
    return str(found or "")


def barred(connection: Connection) -> bool:
    """Whether nothing new may be granted now."""
    return bool(barrier_epoch(connection))


def _another(connection: Connection) -> str:
    epoch = random_bytes(8).hex()
    set_meta(connection, EPOCH, epoch)
    return epoch


def _texts(keys: ServerKeys) -> dict[str, str]:
    return {name: getattr(keys, name).hex() for name in SECRET_NAMES}


def parsed(texts: Mapping[str, str]) -> ServerKeys:
    """Keys from their names and hex."""
    return ServerKeys(*(bytes.fromhex(texts[name]) for name in SECRET_NAMES))
