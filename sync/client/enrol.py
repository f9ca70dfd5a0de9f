"""Makes a new machine a terminal, once, with a code that a manager shows. Never stores the code."""

from collections.abc import Callable
from typing import Protocol

from sync.client.connection import Connection, Credentials
from sync.client.errors import Lost
from sync.client.ports import Identities
from sync.wire.codec import enrol_text
from sync.wire.messages import EnrolReply, EnrolRequest
from sync.wire.version import CURRENT

_KEY_HEX = 64


class Key(Protocol):
    """A fresh Ed25519 key."""

    @property
    def private(self) -> bytes:
        """32 bytes."""

    @property
    def public(self) -> bytes:
        """32 bytes."""


async def enrol(
    connection: Connection,
    identities: Identities,
    *,
    code: str,
    name: str,
    key: Key,
    sign: Callable[[bytes], bytes],
) -> EnrolReply:
    """Prove the key, store what the server says, and let the connection sign with it.

    `sign` signs with `key`. A code is good once: if the reply is lost, the same code and key
    give the same terminal again. Raises Refused for a wrong, used or expired code; Lost.
    """
    public = key.public.hex()
    request = EnrolRequest(
        protocol=CURRENT,
        code=code,
        public_key=public,
        proof=sign(enrol_text(code, public)).hex(),
        name=name,
    )
    reply = await connection.call("enrol", request, EnrolReply)
    if not _whole(reply):
        raise Lost("an enrolment without keys")
    identities.store_identity(reply, key.private, request.incarnation)
    connection.credentials = Credentials(reply.terminal, sign)
    return reply


def _whole(reply: EnrolReply) -> bool:
    try:
        keys = [bytes.fromhex(k) for k in (reply.server_key, reply.sealing_key, reply.pepper)]
    except ValueError:
        return False
    return bool(reply.terminal) and all(keys) and len(reply.server_key) == _KEY_HEX
