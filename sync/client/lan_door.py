"""What a till answers the other tills of its store, as a bare ASGI callable. Never asks one.

Points leave in a durable transaction before the answer does; the same request has the same answer
for ever, so that a replay is a repeat and moves nothing.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pos_app.domain.loyalty.allowance import Honour, Move
from pos_app.domain.ports import Signatures
from sync.client.errors import MemoryFailed
from sync.client.ports import Moves, Outbox, enrolled
from sync.translate.till_events import proof_doc
from sync.wire.codec import GarbledMessage, canonical, signed_text, unpack
from sync.wire.lan import OFFER, TAKE, OfferReply, OfferRequest, TakeReply, TakeRequest
from sync.wire.messages import (
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TERMINAL,
    HEADER_TIME,
    Problem,
)
from sync.wire.version import SPOKEN

T = TypeVar("T", OfferRequest, TakeRequest)
BODY_BYTES_MAX = 65_536
AT_ONCE_MAX = 8
NONCES_REMEMBERED = 10_000
NONCE_LENGTHS = range(8, 65)
POINTS_MAX = 10**9
ID_LENGTH_MAX = 128
BODY_S = 2.0

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Points = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Whom this till believes. `key`: terminal id -> public key of a till of the same store."""

    key: Callable[[str], bytes | None]
    signatures: Signatures


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class _Denied(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class LanDoor:
    """`await door(scope, receive, send)`. Give it to any ASGI server, or to an ASGI transport."""

    def __init__(
        self,
        outbox: Outbox,
        moves: Moves,
        neighbours: Neighbours,
        *,
        honour: Callable[[], Honour | None],
        new_id: Callable[[], str],
        memory_errors: tuple[type[Exception], ...] = (OSError,),
        points: Points = lambda _name: None,
    ) -> None:
        """`honour`: by which time grants are honoured, None for none of them now.

        `on_given` may be set: called after points left. `points` is for tests that kill.
        """
        self._outbox, self._moves, self._neighbours = outbox, moves, neighbours
        self._honour, self._new_id = honour, new_id
        self._memory_errors: tuple[type[Exception], ...] = (MemoryFailed, *memory_errors)
        self._points = points
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._busy = 0
        self.on_given: Callable[[], None] = lambda: None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request; everything else than HTTP is closed."""
        if scope["type"] != "http":
            raise ValueError(f"no {scope['type']} here")
        status, reply = await self._answered(scope, receive)
        self._points(f"door.answered{scope['path']}")
        body = canonical(reply)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answered(self, scope: Message, receive: Receive) -> tuple[int, Any]:
        if self._busy >= AT_ONCE_MAX:
            return 503, Problem("busy")
        self._busy += 1
        try:
            return 200, self._answer(await _read(scope, receive))
        except _Denied as denied:
            return denied.status, Problem(denied.code)
        except self._memory_errors:
            return 503, Problem("memory")
        finally:
            self._busy -= 1

    def _answer(self, asked: _Asked) -> OfferReply | TakeReply:
        """No await from here on: one request at a time touches the till's files."""
        terminal = self._admitted(asked)
        self._points(f"door.received{asked.path}")
        if asked.path == OFFER:
            return self._offer(_message(OfferRequest, asked, terminal))
        return self._take(_message(TakeRequest, asked, terminal))

    def _admitted(self, asked: _Asked) -> str:
        """The terminal that signed this, once. Raises _Denied."""
        if asked.method != "POST" or asked.path not in (OFFER, TAKE):
            raise _Denied(404, "not_found")
        terminal = asked.headers.get(HEADER_TERMINAL, "")
        nonce = asked.headers.get(HEADER_NONCE, "")
        key = self._neighbours.key(terminal)
        own = enrolled(self._outbox).terminal_id
        if key is None or terminal == own or len(nonce) not in NONCE_LENGTHS:
            raise _Denied(401, "unknown_terminal")
        time = asked.headers.get(HEADER_TIME, "")
        text = signed_text(asked.method, asked.path, asked.body, time, nonce)
        signature = asked.headers.get(HEADER_SIGNATURE, "")
        if not self._neighbours.signatures.genuine(key, text, _unhex(signature)):
            raise _Denied(401, "bad_signature")
        if (terminal, nonce) in self._seen:
            raise _Denied(401, "replayed")
        self._seen[terminal, nonce] = None
        if len(self._seen) > NONCES_REMEMBERED:
            self._seen.popitem(last=False)
        return terminal

    def _offer(self, request: OfferRequest) -> OfferReply:
        honour = self._honour() if request.member else None
        points = self._moves.offer(request.member, honour) if honour else 0
        return OfferReply(enrolled(self._outbox).terminal_id, points)

    def _take(self, request: TakeRequest) -> TakeReply:
        own = enrolled(self._outbox).terminal_id
        if request.giver != own or request.incarnation < 1:
            raise _Denied(422, "another_till")
        proofs = self._moves.given(request.transfer)
        honour = self._honour()
        if not proofs and request.points and honour:
            points = min(request.points, POINTS_MAX)
            move = Move(
                request.transfer, request.member, points, request.terminal, request.incarnation
            )
            proofs = self._moves.give(move, self._new_id(), own, honour)
            if proofs:
                self.on_given()
        return TakeReply(own, tuple(proof_doc(proof) for proof in proofs))


def _message(kind: type[T], asked: _Asked, terminal: str) -> T:
    try:
        message = unpack(kind, asked.body, BODY_BYTES_MAX)
    except GarbledMessage as error:
        raise _Denied(422, "garbled") from error
    if message.protocol not in SPOKEN:
        raise _Denied(426, "protocol")
    if message.terminal != terminal:
        raise _Denied(401, "another_terminal")
    names = (message.member, getattr(message, "transfer", "-"))
    if any(len(name) > ID_LENGTH_MAX or not name.isprintable() for name in names):
        raise _Denied(422, "garbled")
    if not getattr(message, "transfer", "-"):
        raise _Denied(422, "garbled")
    return message


async def _read(scope: Message, receive: Receive) -> _Asked:
    """The whole request, bounded in bytes and time."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            more = True
            while more:
                event = await receive()
                if event["type"] != "http.request":
                    raise _Denied(400, "cut")
                body += event.get("body", b"")
                more = bool(event.get("more_body"))
                if len(body) > BODY_BYTES_MAX:
                    raise _Denied(413, "too_large")
    except TimeoutError as error:
        raise _Denied(408, "too_slow") from error
    headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
    return _Asked(scope["method"], scope["path"], headers, bytes(body))


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
