"""What a faulty network gives in place of a server, and what a connection needs to meet it."""

from collections.abc import Callable, Iterator
from itertools import count

import httpx

from pos_app.gear.secrets import Ed25519Signer, generate_signing_keys
from sync.client.connection import Connection, Credentials, Limits
from tests.sync.client.virtual import clock

KEY = generate_signing_keys()
Handler = Callable[[httpx.Request], httpx.Response]


def nonces() -> Iterator[str]:
    """Distinct and told apart by eye."""
    return (f"nonce-{n:08d}" for n in count(1))


def connect(handler: Handler | httpx.AsyncBaseTransport, **limits) -> Connection:
    """A connection to whatever answers instead of the server; call it inside a running loop."""
    is_transport = isinstance(handler, httpx.AsyncBaseTransport)
    transport = handler if is_transport else httpx.MockTransport(handler)
    client = httpx.AsyncClient(transport=transport, base_url="http://server.test")
    given = nonces()
    return Connection(
        client,
        clock=clock(),
        new_nonce=lambda: next(given),
        credentials=Credentials("till-1", Ed25519Signer(KEY.private).sign),
        limits=Limits(**limits),
    )
