"""The till's files and what reads them, for the front end and for the courier alike.

A data folder holds `till.db` (facts), `mirror-<n>.db` (replaceable) and `till.key`. Never a rule.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from pos_app.gear.secrets import KeyPair, generate_signing_keys
from pos_app.storage.grants import Grants
from pos_app.storage.journal import Journal
from pos_app.storage.mirror import MirrorReader
from pos_app.storage.outbox import Outbox
from pos_app.storage.till_file import Points, TillFile, no_points, open_till
from pos_app.workstation.ports import TerminalIdentity
from sync.translate import WireCodec
from sync.wire.codec import chain_hash
from sync.wire.messages import EnrolReply

KEY_VARIABLE = "KOPILKA_DATABASE_KEY"
SERVER_KEY = "server_key"


@dataclass
class Memory:
    """Everything of one data folder, open."""

    folder: Path
    file: TillFile
    journal: Journal
    outbox: Outbox
    grants: Grants

    def mirror(self) -> MirrorReader:
        """What the front end reads; it follows the generation in `till.db`."""
        return MirrorReader(self.folder, self.outbox.mirror_generation, database_key())

    def store_identity(self, reply: EnrolReply, private_key: bytes, incarnation: int) -> None:
        """What enrolment told us, durable before anything is signed with it."""
        self.outbox.save_identity(
            TerminalIdentity(
                reply.terminal,
                reply.terminal_name,
                reply.store,
                reply.store_name,
                reply.receipt_prefix,
                incarnation,
                bytes.fromhex(reply.pepper),
                bytes.fromhex(reply.sealing_key),
            )
        )
        self.outbox.put(SERVER_KEY, bytes.fromhex(reply.server_key))
        self.outbox.set_epoch(reply.epoch)

    def close(self) -> None:
        """Give the files back."""
        self.file.close()


def database_key() -> bytes | None:
    """The raw key of the databases (64 hex digits), None in the demo."""
    text = os.environ.get(KEY_VARIABLE, "")
    return bytes.fromhex(text) if text else None


def open_memory(folder: Path, points: Points = no_points) -> Memory:
    """Open or create the data folder.

    Raises DatabaseFromTheFuture, StorageBroken, StorageFull with a sentence for a person.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = open_till(folder / "till.db", chain_hash, database_key(), points=points)
    return Memory(folder, file, Journal(file, WireCodec()), Outbox(file), Grants(file))


def terminal_key(folder: Path) -> KeyPair:
    """The terminal's own Ed25519 key, made at the first start, readable by its owner only."""
    path = folder / "till.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        keys = generate_signing_keys()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(keys.private + keys.public)
            file.flush()
            os.fsync(file.fileno())
    data = path.read_bytes()
    return KeyPair(data[:32], data[32:])
