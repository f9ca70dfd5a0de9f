"""The server's HTTP surface: bytes in, bytes out. Never a rule, never SQL.

Every answer is JSON, zstd-compressed; one that is not a 200 is a Problem. Requests are signed by
their terminal, enrolment proves a new key.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from typing import TypeVar

from msgspec import Struct
from sqlalchemy import Connection
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from sync.server.access.auth import SeenNonces, Signed, authenticate
from sync.server.access.enrolment import Enrolled, enrol
from sync.server.access.limits import MissLimit, PushLimit
from sync.server.engine.refusal import Refusal, refuse, too_often
from sync.server.lives.escrow import keep
from sync.server.poster.intake import push
from sync.server.publishing.snapshots import byte_range, pieces
from sync.server.rights.asking import wait_for_others
from sync.server.server import Server
from sync.server.surface import activity_http, steps
from sync.server.surface.card_routes import card_routes
from sync.server.surface.choices import choice_routes
from sync.server.surface.guard import Endpoint, Watch, answer, answer_plain, guarded, internal
from sync.server.surface.office_http import OfficeHttp
from sync.server.surface.ops_http import Shown, ops_routes
from sync.server.surface.reconciling import reconcile
from sync.wire.activities import PATH as ACTIVITY_PATH
from sync.wire.codec import unpack
from sync.wire.messages import (
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TERMINAL,
    HEADER_TIME,
    PATHS,
    AllowanceRequest,
    EnrolRequest,
    EscrowRequest,
    LookupRequest,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    ReconcileRequest,
    ReportRequest,
    SettlementRequest,
)
from sync.wire.version import MIRROR_SCHEMA

T = TypeVar("T")
COMPRESSED_BYTES_MAX = 4 * 1024 * 1024
WAIT_MS_MAX = 60_000
BOX_KEY = re.compile("[0-9a-f]{64}")
LOOK_AGAIN_S = 1.0
BULK_EVENTS, BULK_AT_ONCE = 20, 2


class Http:
    """The endpoints of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._seen = SeenNonces()
        self._misses = MissLimit()
        self._pushes = PushLimit()
        self._catching_up = asyncio.Semaphore(BULK_AT_ONCE)
        readers = (self._signed_reading, self._signed)
        self._office = OfficeHttp(server, self._misses, *readers)

    def app(self, shown: Shown) -> Starlette:
        """The routes. Whoever runs it also runs `Server.background`."""
        posts: dict[str, Callable[[Request], Awaitable[Struct]]] = {
            "enrol": self._enrol,
            "push": self._push,
            "pull": self._pull,
            "allowance": self._allowance,
            "reconcile": self._reconcile,
            "lookup": self._lookup,
            "settlement": self._settlement,
            "report": self._report,
            "escrow": self._escrow,
            **self._office.steps(),
        }
        routes = [Route(PATHS[n], _message(step), methods=["POST"]) for n, step in posts.items()]
        file = f"{PATHS['snapshot']}/{{name}}"
        routes += [
            Route(PATHS["snapshot"], _message(self._manifest), methods=["GET", "POST"]),
            Route(file, guarded(self._file), methods=["GET"]),
            Route(ACTIVITY_PATH, guarded(self._activity, answer_plain), methods=["POST"]),
            *card_routes(self._server),
            *choice_routes(self._server),
            *ops_routes(self._server, shown),
        ]
        return Starlette(routes=routes, exception_handlers={Exception: internal})

    async def _enrol(self, request: Request) -> Struct:
        message = unpack(EnrolRequest, await _body(request))
        done = await self._write(lambda c: enrol(c, self._server.services, message))
        if not isinstance(done, Enrolled):
            raise done
        if done.fresh:
            await self._server.place_allowances(done.reply.store)
        return done.reply

    async def _push(self, request: Request) -> Struct:
        signed = await self._signed(request)
        received = self._server.services.now()
        message = unpack(PushRequest, signed.body)
        now_ms = self._server.services.clock.monotonic_ms()
        if wait_s := self._pushes.wait_s(signed.terminal, now_ms):
            raise too_often("too_many_batches", wait_s)
        reply = await self._stored(signed, message)
        if isinstance(reply, Refusal):
            raise reply
        self._pushes.accepted(signed.terminal, now_ms)
        await self._server.clock_heard(signed.terminal, signed.time, received)
        self._server.bell.ring_inbox()
        self._server.metrics.events.inc(len(message.events))
        return reply

    async def _stored(self, signed: Signed, message: PushRequest) -> PushReply | Refusal:
        """Into the inbox; of those who catch up a few at a time: a customer waits at the others."""
        services = self._server.services
        if len(message.events) < BULK_EVENTS:
            return await self._write(lambda c: push(c, services, signed, message))
        with self._server.poster.way.taken():
            async with self._catching_up:
                return await self._write(lambda c: push(c, services, signed, message))

    async def _pull(self, request: Request) -> Struct:
        signed = await self._signed_reading(request)
        message = unpack(PullRequest, signed.body)
        clock, received = self._server.services.clock, self._server.services.now()
        until_ms = clock.monotonic_ms() + min(max(message.wait_ms, 0), WAIT_MS_MAX)
        while True:
            rung = self._server.bell.feed_rung()
            page = await self._page(signed, message)
            await self._server.heard(signed.terminal, message.clear_at)
            await self._server.clock_heard(signed.terminal, signed.time, received)
            left_ms = 0 if self._server.bell.closing else until_ms - clock.monotonic_ms()
            if page.rows or page.cursor or page.take_snapshot or left_ms <= 0:
                self._server.metrics.rows.inc(len(page.rows))
                return page
            # Another process may have written: the bell is of this one, so look again by itself.
            with suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), min(left_ms / 1000, LOOK_AGAIN_S))

    async def _page(self, signed: Signed, message: PullRequest) -> PullReply:
        services = self._server.services
        return await self._server.database.read(lambda c: steps.pull(c, services, signed, message))

    async def _allowance(self, request: Request) -> Struct:
        signed = await self._signed(request)
        message = unpack(AllowanceRequest, signed.body)
        services = self._server.services
        await self._ask_others(signed, message)
        reply = await self._write(lambda c: steps.allowance(c, services, signed, message))
        self._server.bell.ring_inbox()
        return reply

    async def _ask_others(self, signed: Signed, message: AllowanceRequest) -> None:
        """Tills that are there give back what a member who stands elsewhere wants."""
        server = self._server
        database, services = server.database, server.services
        others = server.presence.answering() - {signed.terminal}
        if not others:
            return
        wanted = await database.read(lambda c: steps.wanted(c, services, signed, message))
        if wanted is not None:
            patience_s = server.patience_s
            await wait_for_others(database, services, server.bell, wanted, others, patience_s)

    async def _reconcile(self, request: Request) -> Struct:
        signed = await self._signed(request)
        return await reconcile(self._server, signed, unpack(ReconcileRequest, signed.body))

    async def _lookup(self, request: Request) -> Struct:
        signed = await self._signed_reading(request)
        message = unpack(LookupRequest, signed.body)
        services = self._server.services
        now_ms = services.clock.monotonic_ms()
        if wait_s := self._misses.wait_s(signed.terminal, now_ms):
            raise too_often("too_many_misses", wait_s)
        reply = await self._server.database.read(
            lambda c: steps.lookup(c, services, signed, message)
        )
        if bytes(reply.member) == b"null":
            self._misses.missed(signed.terminal, now_ms)
        return reply

    async def _activity(self, request: Request) -> Response:
        name = request.headers.get("authorization", "")
        return answer_plain(await activity_http.answer(self._server, name, await _body(request)))

    async def _escrow(self, request: Request) -> Struct:
        signed = await self._signed(request)
        message = unpack(EscrowRequest, signed.body)
        return await self._write(lambda c: keep(c, self._server.services, signed, message))

    async def _settlement(self, request: Request) -> Struct:
        signed = await self._signed_reading(request)
        message = unpack(SettlementRequest, signed.body)
        services = self._server.services
        return await self._server.database.read(
            lambda c: steps.settlement(c, services, signed, message)
        )

    async def _report(self, request: Request) -> Struct:
        signed = await self._signed_reading(request)
        message = unpack(ReportRequest, signed.body)
        services = self._server.services
        return await self._server.database.read(
            lambda c: steps.report(c, services, signed, message)
        )

    async def _manifest(self, request: Request) -> Struct:
        store_id = await self._known(request)
        if request.query_params.get("schema", str(MIRROR_SCHEMA)) != str(MIRROR_SCHEMA):
            raise refuse(404, "no_snapshot", f"only schema {MIRROR_SCHEMA} is built")
        box = request.query_params.get("box", "")
        if box and not BOX_KEY.fullmatch(box):
            raise refuse(400, "garbled", "box is 64 hex digits")
        return await self._server.snapshots.manifest(store_id, bytes.fromhex(box))

    async def _file(self, request: Request) -> Response:
        await self._known(request)
        path = self._server.snapshots.path(request.path_params["name"])
        if path is None:
            raise refuse(404, "no_snapshot")
        size = path.stat().st_size
        asked = request.headers.get("range")
        span = byte_range(asked, size) if asked else (0, size - 1)
        if span is None:
            return Response(status_code=416, headers={"content-range": f"bytes */{size}"})
        first, last = span
        headers = {
            "accept-ranges": "bytes",
            "content-length": str(last - first + 1),
            "content-range": f"bytes {first}-{last}/{size}",
            "etag": f'"{path.name}"',
        }
        return StreamingResponse(
            self._until_closing(pieces(path, first, last)),
            206 if asked else 200,
            headers,
            media_type="application/octet-stream",
        )

    async def _until_closing(self, parts: Iterator[bytes]) -> AsyncIterator[bytes]:
        """A file's pieces on the loop: small reads from the page cache, no thread.

        All of a file may take an hour: a server that closes cuts it, and the till goes on later.
        """
        for part in parts:
            if self._server.bell.closing:
                raise ClientDisconnect
            yield part

    async def _known(self, request: Request) -> str:
        """The store of the terminal that asks."""
        signed = await self._signed_reading(request)
        row = await self._server.database.read(lambda c: authenticate(c, signed))
        return str(row.store)

    async def _write(self, work: Callable[[Connection], T]) -> T:
        return await self._server.database.write(work)

    async def _signed(self, request: Request) -> Signed:
        body = await _body(request)
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return Signed(
            request.method,
            path,
            body,
            request.headers.get(HEADER_TERMINAL, ""),
            request.headers.get(HEADER_TIME, ""),
            request.headers.get(HEADER_NONCE, ""),
            request.headers.get(HEADER_SIGNATURE, ""),
        )

    async def _signed_reading(self, request: Request) -> Signed:
        """A request that changes nothing: its nonce is remembered here."""
        signed = await self._signed(request)
        if not self._seen.first_time(signed.terminal, signed.nonce):
            raise refuse(401, "replayed")
        return signed


async def _body(request: Request) -> bytes:
    """The bytes as they travelled. Raises Refusal 413 before there are too many."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > COMPRESSED_BYTES_MAX:
            raise refuse(413, "too_large")
    return bytes(body)


def _message(step: Callable[[Request], Awaitable[Struct]]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return answer(await step(request))

    return guarded(endpoint)


def build_app(server: Server, shown: Shown | None = None) -> ASGIApp:
    """The ASGI application of a server. `shown`: what the public side tells of its operation."""
    app = Http(server).app(shown or Shown())
    return Watch(app, server.metrics, server.services.clock)
