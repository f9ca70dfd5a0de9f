"""Asks the other tills of the store for points while the server is away. Never spends one.

Every request has an id that is stored first, names the one till that may answer it, and is asked
again until that till has said what came of it. What comes is believed with the giver's signature.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pos_app.domain.events import AllowanceGiven, AllowanceTaken, GivenProof
from pos_app.domain.loyalty.allowance import Honour, Move, rounded_up
from pos_app.domain.ports import Clock
from sync.client.connection import Connection
from sync.client.errors import Lost, Trouble
from sync.client.lan_door import Neighbours
from sync.client.loop import Sleep
from sync.client.ports import Moves, Outbox, enrolled
from sync.translate import UnreadableEvent, WireCodec
from sync.translate.till_events import proof_from_doc
from sync.wire.codec import given_text
from sync.wire.lan import OFFER, TAKE, OfferReply, OfferRequest, TakeReply, TakeRequest
from sync.wire.version import CURRENT

PEER_S = 0.8
"""One answer of a till beside us: it is in the same room, or it is off."""
FETCH_S = 1.0
"""All of them together, while a customer stands here."""
GREET_EVERY_S = 20.0
CALL_EVERY_S = 4.0
"""While somebody is missing: a till that starts is found before its first customer."""
IDLE = timedelta(hours=1)
REMEMBERED = timedelta(days=90)
_DAY = timedelta(days=1)


@dataclass(slots=True)
class Peer:
    """A till beside us: the way to it, and who answered there last."""

    connection: Connection
    terminal: str = ""
    reached: bool = False


@dataclass(frozen=True, slots=True)
class Files:
    """The till's own files that a move touches."""

    outbox: Outbox
    moves: Moves


@dataclass(frozen=True, slots=True)
class Ground:
    """Time, chance, identifiers, how the till's files say that they cannot.

    `honour`: by which time grants are honoured now; None for none of them.
    """

    clock: Clock
    random: Callable[[], float]
    new_id: Callable[[], str]
    honour: Callable[[], Honour | None]
    sleep: Sleep = asyncio.sleep
    memory_errors: tuple[type[Exception], ...] = (OSError,)


class Lan:
    """The peers of one till. `run` beside the courier's loops; `fetch` when a customer needs it."""

    def __init__(
        self, peers: Sequence[Peer], files: Files, neighbours: Neighbours, ground: Ground
    ) -> None:
        """`on_change`: reached others, or fewer. `on_moved`: there is something to push."""
        self._peers = list(peers)
        self._files, self._neighbours, self._ground = files, neighbours, ground
        self._codec = WireCodec()
        self._fetching = asyncio.Lock()
        self._tidied = datetime.min.replace(tzinfo=UTC)
        self.on_change: Callable[[], None] = lambda: None
        self.on_moved: Callable[[], None] = lambda: None
        self.online: Callable[[], bool] = lambda: False

    def reached(self) -> int:
        """Tills of the store that answered last time."""
        return sum(peer.reached for peer in self._peers)

    async def run(self) -> None:
        """Greet, settle and tidy for ever. Troubles of line and files are the next round's."""
        while True:
            with suppress(*self._ground.memory_errors):
                await self.round()
            all_there = self.reached() == len(self._peers)
            every_s = GREET_EVERY_S if all_there else CALL_EVERY_S
            await self._ground.sleep(every_s * (0.5 + self._ground.random()))

    async def round(self) -> None:
        """One round of it."""
        if self._files.outbox.identity() is not None:
            await asyncio.gather(*(self._offered(peer, "") for peer in self._peers))
            await self.settle()
            self._tidy()

    def _tidy(self) -> None:
        """Points that nobody needed here go back once the server answers."""
        now = self._ground.clock.now_utc()
        moves = self._files.moves
        if self.online() and moves.return_idle(now - IDLE, now, self._ground.new_id):
            self.on_moved()
        if now >= self._tidied + _DAY:
            moves.forget_before(now - REMEMBERED)
            self._tidied = now

    def held(self, member_id: str) -> int:
        """Points of that member that this till may spend."""
        honour = self._ground.honour()
        return self._files.moves.held(member_id, honour) if honour else 0

    # --- taking ---------------------------------------------------------------------------------

    async def fetch(self, member_id: str, points: int, within_s: float = FETCH_S) -> int:
        """Bring so many points here, or what there is; how many came. Never raises Trouble.

        A little more is asked for than is needed, so that the next receipt needs no move.
        """
        came = 0
        if not self._files.moves.ready():
            return 0
        try:
            async with asyncio.timeout(within_s), self._fetching:
                offers = await asyncio.gather(*(self._offered(p, member_id) for p in self._peers))
                came = await self.settle(member_id)
                wanted = rounded_up(points)
                for offer, peer in sorted(zip(offers, self._peers, strict=True), key=_largest):
                    if offer > 0 and came < points:
                        came += await self._take_from(peer, member_id, min(offer, wanted - came))
        except TimeoutError:
            pass
        if came:
            self.on_moved()
        return came

    async def _offered(self, peer: Peer, member_id: str) -> int:
        """What that till could spare; 0 if it does not answer."""
        own = enrolled(self._files.outbox).terminal_id
        try:
            request = OfferRequest(CURRENT, own, member_id)
            reply = await peer.connection.call(OFFER, request, OfferReply)
        except Trouble as trouble:
            self._seen(peer, trouble.reached and peer.reached)
            return 0
        known = reply.terminal != own and self._neighbours.key(reply.terminal) is not None
        peer.terminal = reply.terminal if known else ""
        self._seen(peer, known)
        return reply.points if known else 0

    def _seen(self, peer: Peer, reached: bool) -> None:
        if peer.reached != reached:
            peer.reached = reached
            self.on_change()

    async def _take_from(self, peer: Peer, member_id: str, points: int) -> int:
        position = self._files.outbox.position()
        own = enrolled(self._files.outbox).terminal_id
        move = Move(self._ground.new_id(), member_id, points, own, position.incarnation)
        self._files.moves.plan(move, peer.terminal, self._ground.clock.now_utc())
        try:
            return await self._ask(peer, move)
        except Trouble:
            return 0

    async def settle(self, member_id: str = "") -> int:
        """Ask what became of requests (of one member) that were never answered; points that came.

        Never raises Trouble.
        """
        came = 0
        by_terminal = {peer.terminal: peer for peer in self._peers if peer.reached}
        for plan in self._files.moves.planned():
            peer = by_terminal.get(plan.peer)
            if peer is None or member_id not in ("", plan.move.member_id):
                continue
            try:
                came += await self._ask(peer, plan.move, again=True)
            except Trouble:
                continue
        if came:
            self.on_moved()
        return came

    async def _ask(self, peer: Peer, move: Move, again: bool = False) -> int:
        """One request for points that are planned. Raises Trouble; then the plan stays."""
        request = TakeRequest(
            protocol=CURRENT,
            terminal=enrolled(self._files.outbox).terminal_id,
            giver=peer.terminal,
            transfer=move.transfer_id,
            member=move.member_id,
            points=0 if again else move.points,
            incarnation=move.to_incarnation,
        )
        reply = await peer.connection.call(TAKE, request, TakeReply)
        if not reply.proofs:
            self._files.moves.forget(move.transfer_id)
            return 0
        proofs, given = self._believed(reply, move, peer.terminal)
        return self._taken(proofs, given)

    def _taken(self, proofs: tuple[GivenProof, ...], given: AllowanceGiven) -> int:
        known = self._files.moves.known(given.transfer_id)
        now = self._ground.clock.now_utc()
        event = AllowanceTaken(given.transfer_id, given.member_id, given.points, proofs, now)
        if not self._files.moves.take(self._ground.new_id(), event, given):
            self._files.moves.forget(given.transfer_id)
            return 0
        return 0 if known else given.points

    def _believed(
        self, reply: TakeReply, move: Move, giver: str
    ) -> tuple[tuple[GivenProof, ...], AllowanceGiven]:
        """Every till on the way has signed, and the last one meant this request. Raises Lost."""
        try:
            proofs = tuple(proof_from_doc(doc) for doc in reply.proofs)
            given = [self._given(proof) for proof in proofs][-1]
        except ValueError as error:
            raise Lost(f"a move: {error}") from error
        said = (given.transfer_id, given.member_id, given.terminal_id)
        asked = (move.transfer_id, move.member_id, giver)
        own = enrolled(self._files.outbox).terminal_id
        if said != asked or given.to_terminal != own or given.points <= 0:
            raise Lost("the answer to another question")
        return proofs, given

    def _given(self, proof: GivenProof) -> AllowanceGiven:
        key = self._neighbours.key(proof.terminal_id)
        text = given_text(proof.terminal_id, proof.event_id, proof.version, proof.body)
        if key is None or not self._neighbours.signatures.genuine(key, text, proof.signature):
            raise UnreadableEvent("not signed by a till of this store")
        given = self._codec.decode("transfer_out", proof.version, proof.body)
        if not isinstance(given, AllowanceGiven) or given.terminal_id != proof.terminal_id:
            raise UnreadableEvent("the move of another till")
        return given


def _largest(pair: tuple[int, Peer]) -> tuple[int, str]:
    return -pair[0], pair[1].terminal
