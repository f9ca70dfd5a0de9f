"""A till with real files and a courier, without a front end."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
from sqlcipher3 import dbapi2

from pos_app.domain.events import UnknownCodeSeen
from pos_app.gear.ids import Uuid7Source
from pos_app.gear.secrets import Ed25519Signer, Ed25519Verifier, KeyPair, generate_signing_keys
from pos_app.storage.connect import connect_mirror
from pos_app.storage.grants import Grants
from pos_app.storage.journal import Journal
from pos_app.storage.lives import Lives
from pos_app.storage.mirror import MirrorReader
from pos_app.storage.outbox import Outbox
from pos_app.storage.till_file import open_till
from pos_app.workstation.ports import Facts, StorageBroken, StorageFull, TerminalIdentity
from sync.client.allowances import Allowances
from sync.client.bootstrap import Bootstrap
from sync.client.connection import Connection, Credentials, Limits
from sync.client.courier import Courier, Parts, Surroundings
from sync.client.lan import Lan
from sync.client.link import Link
from sync.client.mirror_files import MirrorFolder
from sync.client.pull import Pull
from sync.client.push import Push
from sync.client.reconcile import Reconcile
from sync.translate import WireCodec
from sync.wire.codec import chain_hash
from sync.wire.messages import EnrolReply

MEMORY_ERRORS = (OSError, StorageBroken, StorageFull, dbapi2.Error)
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


async def in_place(work: Callable[[], object]):
    """Offload for virtual time: a thread would have its own."""
    return work()


class Till:
    """Everything of one till's courier, each part within reach of a test."""

    def __init__(
        self,
        folder: Path,
        transport: httpx.AsyncBaseTransport | None,
        clock,
        url: str = "http://server.test",
        machine: str = "",
    ) -> None:
        self.folder = folder
        self.clock = clock
        self.key = _key(folder)
        self.ids = Uuid7Source()
        self.file = open_till(folder / "till.db", chain_hash)
        self.outbox, self.grants = Outbox(self.file), Grants(self.file)
        self.journal = Journal(self.file, WireCodec())
        self.client = httpx.AsyncClient(transport=transport, base_url=url)
        self.connection = Connection(
            self.client, clock=clock, new_nonce=self.ids.new_id, limits=Limits()
        )
        self.mirrors = MirrorFolder(
            folder,
            self.outbox,
            lambda path: connect_mirror(path, writing=True),
            (StorageBroken, dbapi2.Error),
        )
        self.link = Link(clock)
        self.lives = Lives(self.file, machine)
        self.reconcile = Reconcile(self.connection, self.outbox, self.lives)
        self.push = Push(
            self.connection,
            self.outbox,
            self.verify,
            self.link.anchor_ms,
            self.reconcile.run,
            machine,
        )
        self.pull = Pull(self.connection, self.outbox, self.grants)
        self.bootstrap = Bootstrap(self.connection, self.mirrors, offload=in_place)
        self.allowances = Allowances(self.connection, self.outbox, self.grants, self.ids.new_id)
        self.lan: Lan | None = None
        self._sign_as_enrolled()

    def _sign_as_enrolled(self) -> None:
        identity = self.outbox.identity()
        if identity is not None:
            sign = Ed25519Signer(self.key.private).sign
            self.connection.credentials = Credentials(identity.terminal_id, sign)

    def verify(self, message: bytes, signature: bytes) -> bool:
        key = self.outbox.get("server_key")
        return key is not None and Ed25519Verifier(key).verify(message, signature)

    def store_identity(self, reply: EnrolReply, private_key: bytes, incarnation: int) -> None:
        """The port `Identities`, as wiring does it."""
        assert private_key == self.key.private
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
        self.outbox.put("server_key", bytes.fromhex(reply.server_key))
        self.outbox.set_epoch(reply.epoch)
        self.outbox.set_reconciled_epoch(reply.epoch)
        self._sign_as_enrolled()

    def courier(self, seed: int = 1, long_poll_ms: int = 25_000, **more) -> Courier:
        """A courier over these parts."""
        parts = Parts(
            self.connection,
            self.outbox,
            self.grants,
            self.lives,
            self.mirrors,
            self.push,
            self.bootstrap,
            self.allowances,
            self.link,
            lan=self.lan,
        )
        chance = random.Random(seed)
        return Courier(
            parts,
            Surroundings(
                self.clock,
                chance.random,
                memory_errors=MEMORY_ERRORS,
                long_poll_ms=long_poll_ms,
                **({"offload": in_place} | more),
            ),
        )

    def tell(self, count: int = 1, code: str = "4600000000001") -> None:
        """So many small facts, each in its own commit like a sale."""
        for _ in range(count):
            event = UnknownCodeSeen(code, "op-1", AT)
            self.journal.record(Facts(events=((self.ids.new_id(), event),)))

    def reader(self) -> MirrorReader:
        """What the front end reads."""
        return MirrorReader(self.folder, self.outbox.mirror_generation)

    async def close(self) -> None:
        await self.client.aclose()
        self.file.close()


def _key(folder: Path) -> KeyPair:
    """The same key after a restart."""
    path = folder / "till.key"
    if not path.exists():
        keys = generate_signing_keys()
        path.write_bytes(keys.private + keys.public)
    data = path.read_bytes()
    return KeyPair(data[:32], data[32:])
