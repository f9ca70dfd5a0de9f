"""What a machine that watches the server may ask. Never data of the shop, never without a reason.

`/livez` and `/readyz` answer anybody, with names of what is wrong and nothing else. `/metrics` and
`/openapi.json` are behind a token or on a listener of their own.
"""

import asyncio
import hmac
from collections.abc import Awaitable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from sync.server.engine.refusal import refuse
from sync.server.server import Server
from sync.server.surface import openapi
from sync.server.surface.guard import answer_plain, guarded
from sync.server.watch import readiness
from sync.server.watch.figures import books_part, figures

METRICS_TYPE = "text/plain; version=1.0.0; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Shown:
    """`token` opens /metrics (Authorization: Bearer); `everything`: the listener is our own."""

    token: str = ""
    everything: bool = False

    def admits(self, request: Request) -> bool:
        """Whether this request may see numbers."""
        if self.everything:
            return True
        said = request.headers.get("authorization", "").removeprefix("Bearer ")
        return bool(self.token) and hmac.compare_digest(said.encode(), self.token.encode())


def ops_routes(server: Server, shown: Shown) -> list[Route]:
    """The routes of one listener."""

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> Response:
        watched = readiness.Watched(server.services, server.folder, server.tasks)
        reading = server.database.read(lambda c: readiness.of_database(c, watched))
        wrong = await readiness.reasons(watched, asyncio.ensure_future(_plain(reading)))
        if wrong:
            return JSONResponse({"status": "not_ready", "failed": wrong}, 503)
        return JSONResponse({"status": "ready"})

    async def metrics(request: Request) -> Response:
        if not shown.admits(request):
            raise refuse(404, "unknown_route")
        return Response(await measured(server), media_type=METRICS_TYPE)

    async def described(request: Request) -> Response:
        if not shown.admits(request):
            raise refuse(404, "unknown_route")
        return Response(openapi.text(), media_type="application/json")

    return [
        Route("/livez", live, methods=["GET"]),
        Route("/readyz", guarded(ready, answer_plain), methods=["GET"]),
        Route("/metrics", guarded(metrics, answer_plain), methods=["GET"]),
        Route("/openapi.json", guarded(described, answer_plain), methods=["GET"]),
    ]


async def _plain(reading: Awaitable[list[str]]) -> list[str]:
    return await reading


async def measured(server: Server) -> bytes:
    """The numbers of now, after looking at the next part of the books."""
    services, metrics = server.services, server.metrics
    first = metrics.books.next
    found = await server.database.read(lambda c: figures(c, services.now_us()))
    metrics.books.took(await server.database.read(lambda c: books_part(c, first)))
    metrics.show(found, server.snapshots.age_s())
    return metrics.text()


def ops_app(server: Server) -> ASGIApp:
    """A listener for those who watch: everything, and nothing of tills."""
    return Starlette(routes=ops_routes(server, Shown(everything=True)))
