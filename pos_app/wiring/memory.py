"""The till's files and what reads them, for the front end and for the courier alike.

A data folder holds `till.db` (facts), `mirror-<n>.db` (replaceable) and `till.key`; who may read
them is `protection`'s matter. Never a rule.
"""

from dataclasses import dataclass
from pathlib import Path

from pos_app.gear.machine import fingerprint
from pos_app.gear.secrets import KeyPair
from pos_app.storage.errors import DatabaseFromTheFuture, StorageBusy
from pos_app.storage.grants import Grants
from pos_app.storage.journal import Journal
from pos_app.storage.lives import Lives
from pos_app.storage.mirror import MirrorReader
from pos_app.storage.outbox import Outbox
from pos_app.storage.soundness import Damaged, look_at
from pos_app.storage.till_file import Points, TillFile, no_points, open_till
from pos_app.wiring import key_file
from pos_app.wiring.protection import TILL_FILE, KeyLost, database_key, wanted_key
from pos_app.workstation.ports import StorageBroken, TerminalIdentity
from sync.translate import WireCodec
from sync.wire.codec import chain_hash
from sync.wire.messages import EnrolReply

SERVER_KEY = "server_key"


@dataclass
class Memory:
    """Everything of one data folder, open."""

    folder: Path
    file: TillFile
    journal: Journal
    outbox: Outbox
    grants: Grants
    lives: Lives

    def mirror(self) -> MirrorReader:
        """What the front end reads; it follows the generation in `till.db`."""
        return MirrorReader(self.folder, self.outbox.mirror_generation, database_key(self.folder))

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
        self.outbox.set_reconciled_epoch(reply.epoch)

    def close(self) -> None:
        """Give the files back."""
        self.file.close()


def open_memory(folder: Path, points: Points = no_points) -> Memory:
    """Open or create the data folder.

    Raises DatabaseFromTheFuture, StorageBroken (KeyLost), StorageFull with a sentence for a person.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = open_till(folder / TILL_FILE, chain_hash, database_key(folder), points=points)
    journal = Journal(file, WireCodec())
    return Memory(folder, file, journal, Outbox(file), Grants(file), Lives(file, fingerprint()))


def operators_here(folder: Path) -> int:
    """How many people may sign on at this till; 0 before its mirror has come."""
    memory = open_memory(folder)
    try:
        reader = memory.mirror()
        try:
            return len(reader.operators())
        finally:
            reader.close()
    finally:
        memory.close()


def open_sound(folder: Path, points: Points = no_points) -> Memory:
    """The same, looked at before it is sold from. Raises StorageBroken that says what to do."""
    try:
        memory = open_memory(folder, points)
    except (DatabaseFromTheFuture, StorageBusy, KeyLost):
        raise
    except StorageBroken as error:
        raise _damaged(folder, error) from error
    try:
        look_at(memory.file)
    except Damaged as error:
        memory.close()
        raise _damaged(folder, error) from error
    return memory


def _damaged(folder: Path, error: StorageBroken) -> StorageBroken:
    return Damaged(
        f"{TILL_FILE} is damaged ({error}); nothing was changed. What can be read is saved by: "
        f"kopilka till salvage --data {folder}"
    )


def terminal_key(folder: Path) -> KeyPair:
    """The terminal's own Ed25519 key, made at the first start. Raises StorageBroken, KeyLost."""
    if not (folder / key_file.NAME).exists():
        key_file.make(folder, database_key(folder))
    sealed = key_file.is_sealed(folder)
    return key_file.read(folder, wanted_key(folder, fresh=False) if sealed else None)
