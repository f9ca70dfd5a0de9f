"""Puts a courier together from what wiring has. Never opens a file, never reads a configuration."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from ssl import create_default_context

import httpx

from sync.client.allowances import Allowances
from sync.client.bootstrap import Bootstrap
from sync.client.connection import Connection, Credentials
from sync.client.courier import Courier, Parts, Surroundings
from sync.client.link import Link
from sync.client.ports import Grants, MirrorFiles, Outbox
from sync.client.push import Push, Verify


@dataclass(frozen=True, slots=True)
class Memory:
    """The till's own files (`pos_app.storage`, and `MirrorFolder` over it)."""

    outbox: Outbox
    grants: Grants
    files: MirrorFiles


@dataclass(frozen=True, slots=True)
class Network:
    """The line to the server. `sign`: the till's key; `verify`: (message, signature), its key.

    `new_id` gives UUIDv7: they are nonces and grant ids.
    """

    client: httpx.AsyncClient
    sign: Callable[[bytes], bytes]
    verify: Verify
    new_id: Callable[[], str]


def assemble(memory: Memory, network: Network, around: Surroundings) -> Courier:
    """The courier of an enrolled till; of another one, it waits offline for a restart."""
    identity = memory.outbox.identity()
    credentials = Credentials(identity.terminal_id, network.sign) if identity else None
    connection = Connection(
        network.client, clock=around.clock, new_nonce=network.new_id, credentials=credentials
    )
    link = Link(around.clock)
    return Courier(
        Parts(
            connection=connection,
            outbox=memory.outbox,
            grants=memory.grants,
            files=memory.files,
            push=Push(connection, memory.outbox, network.verify, link.anchor_ms),
            bootstrap=Bootstrap(connection, memory.files, offload=around.offload),
            allowances=Allowances(connection, memory.outbox, memory.grants, network.new_id),
            link=link,
        ),
        around,
    )


def new_client(url: str, authority: Path | None = None) -> httpx.AsyncClient:
    """A client for the server at that URL. `authority`: the chain's own CA as PEM.

    Proxies of the environment are not used: a till speaks to its server, or to nobody.
    """
    verify = create_default_context(cafile=authority) if url.startswith("https:") else True
    return httpx.AsyncClient(base_url=url, verify=verify, trust_env=False)
