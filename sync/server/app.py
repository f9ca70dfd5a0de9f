"""The server's HTTP surface: bytes in, bytes out. Never a rule, never SQL.

Every answer is JSON, zstd-compressed; one that is not a 200 is a Problem. Requests are signed by
their terminal, enrolment proves a new key.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from sync.server import activity_http, steps
from sync.server.auth import SeenNonces, Signed, authenticate
from sync.server.card_routes import card_routes
from sync.server.choices import choice_routes
from sync.server.enrolment import Enrolled, enrol
from sync.server.intake import push
from sync.server.limits import MissLimit
from sync.server.refusal import Refusal, refuse
from sync.server.server import Server
from sync.server.snapshots import byte_range, pieces
from sync.wire.activities import PATH as ACTIVITY_PATH
from sync.wire.codec import GarbledMessage, pack, unpack
from sync.wire.messages import (
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TERMINAL,
    HEADER_TIME,
    PATHS,
    AllowanceRequest,
    EnrolRequest,
    LookupRequest,
    PullReply,
    PullRequest,
    PushRequest,
    SettlementRequest,
)
from sync.wire.version import MIRROR_SCHEMA

T = TypeVar("T")
log = logging.getLogger(__name__)
COMPRESSED_BYTES_MAX = 4 * 1024 * 1024
WAIT_MS_MAX = 60_000
LOOK_AGAIN_S = 1.0
HEADERS = {"content-encoding": "zstd", "cache-control": "no-store"}
Endpoint = Callable[[Request], Awaitable[Response]]


class Http:
    """The endpoints of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._seen = SeenNonces()
        self._misses = MissLimit()

    def app(self) -> Starlette:
        """The ASGI application. Whoever runs it also runs `Server.background`."""
        posts: dict[str, Callable[[Request], Awaitable[Struct]]] = {
            "enrol": self._enrol,
            "push": self._push,
            "pull": self._pull,
            "allowance": self._allowance,
            "lookup": self._lookup,
            "settlement": self._settlement,
        }
        routes = [Route(PATHS[n], _guarded(step), methods=["POST"]) for n, step in posts.items()]
        file = f"{PATHS['snapshot']}/{{name}}"
        routes += [
            Route(PATHS["snapshot"], _guarded(self._manifest), methods=["GET", "POST"]),
            Route(file, _guarded_response(self._file), methods=["GET"]),
            Route(ACTIVITY_PATH, _guarded_response(self._activity), methods=["POST"]),
            Route("/livez", self._live, methods=["GET"]),
            Route("/readyz", _guarded_response(self._ready), methods=["GET"]),
            *card_routes(self._server),
            *choice_routes(self._server),
        ]
        return Starlette(routes=routes)

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
        message = unpack(PushRequest, signed.body)
        reply = await self._write(lambda c: push(c, self._server.services, signed, message))
        if isinstance(reply, Refusal):
            raise reply
        self._server.bell.ring_inbox()
        return reply

    async def _pull(self, request: Request) -> Struct:
        signed = await self._signed_reading(request)
        message = unpack(PullRequest, signed.body)
        clock = self._server.services.clock
        until_ms = clock.monotonic_ms() + min(max(message.wait_ms, 0), WAIT_MS_MAX)
        while True:
            rung = self._server.bell.feed_rung()
            page = await self._page(signed, message)
            left_ms = 0 if self._server.bell.closing else until_ms - clock.monotonic_ms()
            if page.rows or page.cursor or page.take_snapshot or left_ms <= 0:
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
        reply = await self._write(lambda c: steps.allowance(c, services, signed, message))
        self._server.bell.ring_inbox()
        return reply

    async def _lookup(self, request: Request) -> Struct:
        signed = await self._signed_reading(request)
        message = unpack(LookupRequest, signed.body)
        services = self._server.services
        now_ms = services.clock.monotonic_ms()
        if wait_s := self._misses.wait_s(signed.terminal, now_ms):
            too_often = refuse(429, "too_many_misses")
            too_often.retry_after_s = wait_s
            raise too_often
        reply = await self._server.database.read(
            lambda c: steps.lookup(c, services, signed, message)
        )
        if bytes(reply.member) == b"null":
            self._misses.missed(signed.terminal, now_ms)
        return reply

    async def _activity(self, request: Request) -> Response:
        name = request.headers.get("authorization", "")
        status, said = await activity_http.answer(self._server, name, await _body(request))
        return Response(said, status, media_type="application/json")

    async def _settlement(self, request: Request) -> Struct:
        signed = await self._signed_reading(request)
        message = unpack(SettlementRequest, signed.body)
        services = self._server.services
        return await self._server.database.read(
            lambda c: steps.settlement(c, services, signed, message)
        )

    async def _manifest(self, request: Request) -> Struct:
        await self._known(request)
        if request.query_params.get("schema", str(MIRROR_SCHEMA)) != str(MIRROR_SCHEMA):
            raise refuse(404, "no_snapshot", f"only schema {MIRROR_SCHEMA} is built")
        return await self._server.snapshots.manifest()

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
            _aiter(pieces(path, first, last)),
            206 if asked else 200,
            headers,
            media_type="application/octet-stream",
        )

    async def _known(self, request: Request) -> None:
        signed = await self._signed_reading(request)
        await self._server.database.read(lambda c: authenticate(c, signed))

    async def _live(self, _request: Request) -> Response:
        return Response(b'{"status":"live"}', media_type="application/json")

    async def _ready(self, _request: Request) -> Response:
        await self._server.database.read(steps.ready)
        return Response(b'{"status":"ready"}', media_type="application/json")

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


async def _aiter(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """A file's pieces on the loop: small reads from the page cache, no thread."""
    for part in parts:
        yield part


async def _body(request: Request) -> bytes:
    """The bytes as they travelled. Raises Refusal 413 before there are too many."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > COMPRESSED_BYTES_MAX:
            raise refuse(413, "too_large")
    return bytes(body)


def _answer(message: Struct, status: int = 200, more: dict[str, str] | None = None) -> Response:
    return Response(
        pack(message),
        status,
        headers=HEADERS | (more or {}),
        media_type="application/json",
    )


def _guarded(step: Callable[[Request], Awaitable[Struct]]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return _answer(await step(request))

    return _guarded_response(endpoint)


def _guarded_response(step: Endpoint) -> Endpoint:
    """Refusals and faults of the environment as Problems; a fault of ours stays a 500."""

    async def endpoint(request: Request) -> Response:
        try:
            return await step(request)
        except Refusal as refusal:
            more = {"retry-after": str(refusal.retry_after_s)} if refusal.retry_after_s else None
            return _answer(refusal.problem, refusal.status, more)
        except ClientDisconnect:
            return Response(status_code=499)  # nobody reads it: the till died or hung up
        except GarbledMessage as error:
            return _answer(refuse(400, "garbled", str(error)[:200]).problem, 400)
        except DBAPIError as error:
            # The statement's parameters may be personal: only the kind of the fault is told.
            log.error("storage failed: %s", type(error.orig).__name__)  # noqa: TRY400 - no traceback: it would hold parameters
            return _answer(refuse(503, "storage").problem, 503, {"retry-after": "5"})

    return endpoint


def build_app(server: Server) -> Any:
    """The ASGI application of a server."""
    return Http(server).app()
