"""Tills beside each other on one store's network: doors over ASGI, faults on command, no socket."""

import asyncio
import random
from itertools import count

import httpx

from pos_app.domain.events import GivenProof
from pos_app.domain.loyalty.allowance import Honour
from pos_app.domain.loyalty.trust import issuer_id, till_beside
from pos_app.gear.secrets import Ed25519Signatures, Ed25519Signer
from pos_app.storage.moves import Moves
from sync.client.connection import Connection, Credentials, Limits
from sync.client.lan import PEER_S, Files, Ground, Lan, Peer
from sync.client.lan_door import LanDoor, Neighbours
from sync.translate import WireCodec
from sync.wire.codec import given_text
from tests.sync.client.till import MEMORY_ERRORS, Till


class Cable(httpx.AsyncBaseTransport):
    """From one till to another's door. `faults`: what happens to the next requests, in order.

    lose_request, lose_reply, double, hold, cut:<bytes>, late (delivered by `deliver`), portal.
    """

    def __init__(self) -> None:
        self.door: httpx.AsyncBaseTransport | None = None
        self.faults: list[str] = []
        self.kept: list[httpx.Request] = []
        self.asked: list[str] = []

    def plan(self, *faults: str) -> None:
        self.faults.extend(faults)

    async def deliver(self) -> None:
        """What was on its way arrives now; nobody hears the answers."""
        kept, self.kept = self.kept, []
        for request in kept:
            await self.door.handle_async_request(request)

    async def handle_async_request(self, request):
        self.asked.append(request.url.path)
        taking = request.url.path.endswith("take")
        fault = self.faults.pop(0) if taking and self.faults else ""
        if self.door is None or fault == "lose_request":
            raise httpx.ConnectError("dark")
        if fault == "late":
            self.kept.append(request)
            raise httpx.ReadError("slow")
        if fault == "portal":
            return httpx.Response(200, stream=httpx.ByteStream(b"<html>"))
        if fault == "hold":
            await asyncio.sleep(3600)
        if fault == "double":
            self.kept.append(request)
        response = await self.door.handle_async_request(request)
        if fault == "lose_reply":
            raise httpx.ReadError("cut")
        if fault.startswith("cut:"):
            whole = b"".join([piece async for piece in response.stream])
            part = httpx.ByteStream(whole[: int(fault[4:])])
            return httpx.Response(response.status_code, stream=part)
        return response


class Neighbour:
    """One till's place on the network: its door, its peers, its moves."""

    def __init__(self, till: Till, points=lambda _name: None) -> None:
        self.till = till
        self.moves = Moves(till.file, WireCodec(), self._prove)
        self.neighbours = Neighbours(self._key, Ed25519Signatures())
        self.door = LanDoor(
            till.outbox,
            self.moves,
            self.neighbours,
            honour=self.honour,
            new_id=till.ids.new_id,
            memory_errors=MEMORY_ERRORS,
            points=points,
        )
        self.cables: dict[str, Cable] = {}
        self._nonces = count(1)

    def honour(self) -> Honour:
        now = self.till.clock.now_utc()
        return Honour(now, now)

    def _prove(self, event_id, version, body) -> GivenProof:
        own = self.till.outbox.identity().terminal_id
        sign = Ed25519Signer(self.till.key.private).sign
        return GivenProof(
            own, event_id, version, body, sign(given_text(own, event_id, version, body))
        )

    def _key(self, terminal_id: str) -> bytes | None:
        server_key = self.till.outbox.get("server_key")
        store = self.till.outbox.identity().store_id
        reader = self.till.reader()
        try:
            value = reader.setting(f"till_key:{terminal_id}")
        finally:
            reader.close()
        issuers = {issuer_id(server_key): server_key}
        return till_beside(value, terminal_id, store, issuers, Ed25519Signatures())

    def connection(self, cable: Cable) -> Connection:
        client = httpx.AsyncClient(transport=cable, base_url="http://till.test")
        sign = Ed25519Signer(self.till.key.private).sign
        own = self.till.outbox.identity().terminal_id
        return Connection(
            client,
            clock=self.till.clock,
            new_nonce=self.till.ids.new_id,
            credentials=Credentials(own, sign),
            limits=Limits(whole_s=PEER_S, body_bytes=262_144),
        )

    def reaches(self, *others: "Neighbour") -> Lan:
        """Cables to these tills, and the Lan over them; the courier of the till gets it too."""
        peers = []
        for other in others:
            cable = self.cables[other.till.folder.name] = Cable()
            cable.door = httpx.ASGITransport(app=other.door)
            peers.append(Peer(self.connection(cable)))
        ground = Ground(
            self.till.clock,
            random.Random(1).random,
            self.till.ids.new_id,
            self.honour,
            memory_errors=MEMORY_ERRORS,
        )
        files = Files(self.till.outbox, self.moves)
        self.till.lan = Lan(peers, files, self.neighbours, ground)
        return self.till.lan

    def left(self, member_id: str) -> int:
        return sum(g.left for g in self.till.journal.allowances(member_id))
