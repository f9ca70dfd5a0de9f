"""The courier process: `kopilka courier --data DIR --server URL`. Never sells."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
from sqlcipher3 import dbapi2

from pos_app.gear import logs
from pos_app.gear.clock import SystemClock
from pos_app.gear.ids import Uuid7Source
from pos_app.gear.secrets import Ed25519Signer, Ed25519Verifier, box_keys, seal
from pos_app.storage.connect import connect_mirror
from pos_app.wiring.lan import Neighbourhood
from pos_app.wiring.lan_place import ALONE, LanPlace
from pos_app.wiring.memory import (
    SERVER_KEY,
    Memory,
    open_memory,
    terminal_key,
)
from pos_app.wiring.protection import database_key
from pos_app.workstation.ports import StorageBroken, StorageFull
from sync.client import pipe
from sync.client.allowances import Allowances
from sync.client.bootstrap import Bootstrap
from sync.client.connection import Connection, Credentials
from sync.client.courier import Courier, Parts, Surroundings
from sync.client.enrol import enrol
from sync.client.errors import Trouble
from sync.client.installing import Seals
from sync.client.lan import Lan
from sync.client.link import Link
from sync.client.mirror_files import MirrorFolder
from sync.client.push import Push
from sync.client.reconcile import Reconcile
from sync.wire.messages import EnrolReply, EscrowReply, EscrowRequest
from sync.wire.version import CURRENT

COURIER_LOG = "courier.jsonl"
MEMORY_ERRORS = (OSError, StorageBroken, StorageFull, dbapi2.Error)


def connection_of(memory: Memory, client: httpx.AsyncClient) -> Connection:
    """Signed with the terminal's key when the till is enrolled."""
    connection = Connection(client, clock=SystemClock(), new_nonce=Uuid7Source().new_id)
    identity = memory.outbox.identity()
    if identity is not None:
        sign = Ed25519Signer(terminal_key(memory.folder).private).sign
        connection.credentials = Credentials(identity.terminal_id, sign)
    return connection


def seals_of(memory: Memory) -> Seals:
    """Snapshots come sealed for this terminal, and are installed under the key of its files."""
    box = box_keys(terminal_key(memory.folder).private)
    return Seals(box, lambda: database_key(memory.folder))


ESCROWED = "escrowed_key"


async def leave_key(memory: Memory, connection: Connection) -> bool:
    """Leave the database's key, sealed, with head office once: the way out of a lost keystore."""
    identity, key = memory.outbox.identity(), database_key(memory.folder)
    if identity is None or key is None or connection.credentials is None:
        return False
    mark = hashlib.sha256(b"kopilka escrow" + key).digest()
    if memory.outbox.get(ESCROWED) == mark:
        return True
    sealed = seal(identity.sealing_key, key).hex()
    request = EscrowRequest(CURRENT, identity.terminal_id, sealed)
    try:
        await connection.call("escrow", request, EscrowReply)
    except Trouble:
        return False  # the next start tries again
    memory.outbox.put(ESCROWED, mark)
    return True


def _quiet(_here: int, _whole: int) -> None:
    """Nobody watches."""


def courier_of(
    memory: Memory,
    connection: Connection,
    lan: Lan | None = None,
    on_progress: Callable[[int, int], None] = _quiet,
) -> Courier:
    """A courier over the till's files; `lan`: the tills beside this one.

    `on_progress` hears (bytes here, bytes of the whole) of a mirror that is fetched.
    """
    clock, ids = SystemClock(), Uuid7Source()

    def verify(message: bytes, signature: bytes) -> bool:
        key = memory.outbox.get(SERVER_KEY)
        return key is not None and Ed25519Verifier(key).verify(message, signature)

    files = MirrorFolder(
        memory.folder,
        memory.outbox,
        lambda path: connect_mirror(path, database_key(memory.folder), writing=True),
        (StorageBroken, dbapi2.Error),
    )
    link = Link(clock)
    told = Reconcile(connection, memory.outbox, memory.lives)
    machine = memory.lives.machine
    parts = Parts(
        connection,
        memory.outbox,
        memory.grants,
        memory.lives,
        files,
        Push(connection, memory.outbox, verify, link.anchor_ms, told.run, machine),
        Bootstrap(connection, files, seals=seals_of(memory), on_progress=on_progress),
        Allowances(connection, memory.outbox, memory.grants, ids.new_id),
        link,
        lan,
    )
    chance = secrets.SystemRandom()
    return Courier(parts, Surroundings(clock, chance.random, memory_errors=MEMORY_ERRORS))


def http_client(server: str) -> httpx.AsyncClient:
    """No redirects, no proxies of the environment: a till talks to its server only."""
    return httpx.AsyncClient(base_url=server, follow_redirects=False, trust_env=False)


@asynccontextmanager
async def _beside(memory: Memory, place: LanPlace) -> AsyncGenerator[Lan | None, None]:
    """The tills of the store, if the configuration names some; the door is open meanwhile."""
    if not place:
        yield None
        return
    hood = Neighbourhood(memory)
    clients = [http_client(url) for url in place.peers]
    door = asyncio.ensure_future(_open_door(hood, place))
    try:
        yield hood.lan(clients)
    finally:
        door.cancel()
        await asyncio.gather(door, *(c.aclose() for c in clients), return_exceptions=True)
        hood.close()


async def _open_door(hood: Neighbourhood, place: LanPlace) -> None:
    if place.listen is not None:
        # Only a till that answers others pays for a web server.
        from sync.client.lan_serve import serve

        await serve(hood.door(), *place.listen)


def run_courier(folder: Path, server: str, lan: LanPlace = ALONE) -> int:
    """Serve the front end on standard input and output until it ends."""
    logs.configure(logs.to_file(folder / COURIER_LOG), logs.to_stream())

    async def serve() -> None:
        memory = open_memory(folder)
        client = http_client(server)
        try:
            memory.lives.begin()
            memory.outbox.retention(SystemClock().now_utc())
            async with _beside(memory, lan) as beside:
                courier = courier_of(memory, connection_of(memory, client), beside)
                leaving = asyncio.ensure_future(leave_key(memory, connection_of(memory, client)))
                try:
                    await pipe.run(courier, pipe.reader_of(0), pipe.FileWriter(1))
                finally:
                    leaving.cancel()
                    await asyncio.gather(leaving, return_exceptions=True)
        finally:
            await client.aclose()
            memory.close()

    with suppress(KeyboardInterrupt):  # Ctrl+C at a terminal reaches the till's children too
        asyncio.run(serve())
    return 0


async def enrolled_by(folder: Path, server: str, code: str, name: str) -> EnrolReply:
    """Make this data folder a terminal of that server. Raises Trouble, and as `open_memory`."""
    memory = open_memory(folder)
    client = http_client(server)
    try:
        key = terminal_key(folder)
        connection = connection_of(memory, client)
        sign = Ed25519Signer(key.private).sign
        reply = await enrol(connection, memory, code=code, name=name, key=key, sign=sign)
        await leave_key(memory, connection)
        return reply
    finally:
        await client.aclose()
        memory.close()


def enrol_till(folder: Path, server: str, code: str, name: str) -> EnrolReply:
    """The same, once and for all."""
    return asyncio.run(enrolled_by(folder, server, code, name))


def first_sync(folder: Path, server: str) -> dict[str, object]:
    """Fetch the mirror and push what waits, once, before a front end opens."""

    async def once() -> dict[str, object]:
        memory = open_memory(folder)
        client = http_client(server)
        try:
            memory.lives.begin()
            courier = courier_of(memory, connection_of(memory, client))
            work = asyncio.ensure_future(courier.run(lambda _event: None))
            try:
                return await courier.answer("sync", {})
            finally:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)
        finally:
            await client.aclose()
            memory.close()

    return asyncio.run(once())
