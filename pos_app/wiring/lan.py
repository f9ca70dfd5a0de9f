"""What a courier needs for the tills beside this one. Never a web server: `lan_serve` is that."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

import httpx
from sqlcipher3 import dbapi2

from pos_app.domain.events import GivenProof
from pos_app.domain.loyalty.allowance import Honour
from pos_app.domain.loyalty.lease import Reading, lease_time
from pos_app.domain.loyalty.placement import Policy
from pos_app.domain.loyalty.trust import issuer_id, till_beside
from pos_app.gear.clock import SystemClock
from pos_app.gear.ids import Uuid7Source
from pos_app.gear.secrets import Ed25519Signatures, Ed25519Signer
from pos_app.storage.moves import Moves
from pos_app.storage.till_file import Points, no_points
from pos_app.wiring.memory import SERVER_KEY, Memory, terminal_key
from pos_app.workstation.ports import StorageBroken, StorageFull
from sync.client.connection import Connection, Credentials, Limits
from sync.client.lan import PEER_S, Files, Ground, Lan, Peer
from sync.client.lan_door import LanDoor, Neighbours
from sync.translate import WireCodec
from sync.wire.codec import given_text

MEMORY_ERRORS = (OSError, StorageBroken, StorageFull, dbapi2.Error)
REPLY_BYTES_MAX = 262_144
PLACEMENT = "allowance.placement"


class Neighbourhood:
    """What both sides of a move need of this till. One for a courier."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._mirror = memory.mirror()
        self._clock, self._ids = SystemClock(), Uuid7Source()
        self._signatures = Ed25519Signatures()
        self._sign = Ed25519Signer(terminal_key(memory.folder).private).sign
        self.moves = Moves(memory.file, WireCodec(), self._prove)
        self.neighbours = Neighbours(self._key, self._signatures)

    def close(self) -> None:
        """Give the mirror back."""
        self._mirror.close()

    def door(self, points: Points = no_points) -> LanDoor:
        """What answers the others."""
        return LanDoor(
            self._memory.outbox,
            self.moves,
            self.neighbours,
            honour=self.honour,
            new_id=self._ids.new_id,
            memory_errors=MEMORY_ERRORS,
            points=points,
        )

    def lan(self, clients: Sequence[httpx.AsyncClient]) -> Lan:
        """What asks them."""
        ground = Ground(
            self._clock,
            secrets.SystemRandom().random,
            self._ids.new_id,
            self.honour,
            memory_errors=MEMORY_ERRORS,
        )
        peers = [Peer(self._connection(client)) for client in clients]
        return Lan(peers, Files(self._memory.outbox, self.moves), self.neighbours, ground)

    def _connection(self, client: httpx.AsyncClient) -> Connection:
        identity = self._memory.outbox.identity()
        credentials = Credentials(identity.terminal_id, self._sign) if identity else None
        limits = Limits(whole_s=PEER_S, body_bytes=REPLY_BYTES_MAX)
        return Connection(
            client,
            clock=self._clock,
            new_nonce=self._ids.new_id,
            credentials=credentials,
            limits=limits,
        )

    def honour(self) -> Honour | None:
        """As the front end counts leases: on the till's own clocks from the server's last word."""
        clock, anchor = self._clock, self._memory.journal.lease_anchor()
        wall = clock.now_utc()
        at = lease_time(anchor, Reading(wall, clock.monotonic_ms(), clock.boot_id()))
        if at is None or anchor is None:
            return None if at is None else Honour(wall, at)
        return Honour(wall, at, anchor.server_at + self._lease())

    def _lease(self) -> timedelta:
        self._mirror.reopen_if_changed()
        told = self._mirror.setting(PLACEMENT)
        hours = told.get("lease_hours") if isinstance(told, dict) else None
        return timedelta(
            hours=hours if isinstance(hours, int) and hours > 0 else Policy().lease_hours
        )

    def _key(self, terminal_id: str) -> bytes | None:
        """The key of a till that the server says stands in this store."""
        identity = self._memory.outbox.identity()
        server_key = self._memory.outbox.get(SERVER_KEY)
        if identity is None or server_key is None:
            return None
        self._mirror.reopen_if_changed()
        told = [bytes.fromhex(text) for text in self._mirror.setting("card_issuers") or ()]
        issuers = {issuer_id(key): key for key in (server_key, *told)}
        value = self._mirror.setting(f"till_key:{terminal_id}")
        return till_beside(value, terminal_id, identity.store_id, issuers, self._signatures)

    def _prove(self, event_id: str, version: int, body: bytes) -> GivenProof:
        identity = self._memory.outbox.identity()
        own = identity.terminal_id if identity else ""
        signature = self._sign(given_text(own, event_id, version, body))
        return GivenProof(own, event_id, version, body, signature)
