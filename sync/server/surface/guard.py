"""Around every request: faults become Problems, and each is counted, timed and logged once.

Never a query, a body or a parameter in a log line; never a second 5xx for one fault.
"""

import logging
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec import Struct
from sqlalchemy.exc import DBAPIError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pos_app.domain.ports import Clock
from pos_app.gear.logs import TRACE, trace_of
from sync.server.engine.refusal import Refusal, refuse
from sync.server.watch.metrics import Metrics
from sync.wire.codec import GarbledMessage, canonical, pack
from sync.wire.messages import HEADER_NONCE, HEADER_TERMINAL, HEADER_TRACE, PATHS

log = logging.getLogger(__name__)
access = logging.getLogger("sync.server.access")
HEADERS = {"content-encoding": "zstd", "cache-control": "no-store"}
PLAIN_HEADERS = {"cache-control": "no-store"}
OUTCOME = "kopilka.outcome"
KNOWN_ROUTES = frozenset({*PATHS.values(), "/v1/activity", "/v1/choice", "/livez", "/readyz"})
FOLDERS = (PATHS["snapshot"], "/card")
SIGNED = frozenset(PATHS[n] for n in PATHS if n not in ("enrol", "card"))
OK = 400
Endpoint = Callable[[Request], Awaitable[Response]]


def answer(message: Struct, status: int = 200, more: dict[str, str] | None = None) -> Response:
    """A message as tills get it: zstd over JSON."""
    headers = HEADERS | (more or {})
    return Response(pack(message), status, headers=headers, media_type="application/json")


def answer_plain(
    message: Struct, status: int = 200, more: dict[str, str] | None = None
) -> Response:
    """The same for browsers and integrators: plain JSON."""
    headers = PLAIN_HEADERS | (more or {})
    return Response(canonical(message), status, headers=headers, media_type="application/json")


def guarded(step: Endpoint, say: Callable[..., Response] = answer) -> Endpoint:
    """Refusals and faults of the environment as Problems; a fault of ours is left to `Watch`."""

    async def endpoint(request: Request) -> Response:
        try:
            return await step(request)
        except Refusal as refusal:
            done = refusal
        except ClientDisconnect:
            return Response(status_code=499)  # nobody reads it: the till died or hung up
        except GarbledMessage as error:
            done = refuse(400, "garbled", str(error)[:200])
        except DBAPIError as error:
            # The statement's parameters may be personal: only the kind of the fault is told.
            log.error("storage failed: %s", type(error.orig).__name__)  # noqa: TRY400 - no traceback: it would hold parameters
            done = refuse(503, "storage")
            done.retry_after_s = 5
        request.scope[OUTCOME] = done.problem.code
        more = {"retry-after": str(done.retry_after_s)} if done.retry_after_s else None
        return say(done.problem, done.status, more)

    return endpoint


async def internal(request: Request, _fault: Exception) -> Response:
    """A fault of ours: the till tries again, `Watch` tells it once."""
    request.scope[OUTCOME] = "internal"
    return answer(refuse(500, "internal").problem, 500)


class Watch:
    """The outermost ASGI layer of one server."""

    def __init__(self, app: ASGIApp, metrics: Metrics, clock: Clock) -> None:
        self._app = app
        self._metrics = metrics
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]
        }
        trace = trace_of(headers.get(HEADER_TRACE, ""), trace_of(headers.get(HEADER_NONCE, "")))
        token, began_ms = TRACE.set(trace), self._clock.monotonic_ms()
        status = [0]

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except ClientDisconnect:
            scope[OUTCOME] = "cut"  # the till hung up in the middle of a file, or the server closes
        except Exception as fault:  # noqa: BLE001 - the last wall: whatever it is, it is told once
            log.error("a fault of ours: %s", _where(fault))  # noqa: TRY400 - its words may be personal
        finally:
            self._note(scope, headers.get(HEADER_TERMINAL, ""), status[0], began_ms)
            TRACE.reset(token)

    def _note(self, scope: Scope, terminal: str, status: int, began_ms: int) -> None:
        route = route_of(scope["path"])
        now_ms = self._clock.monotonic_ms()
        outcome = scope.get(OUTCOME, str(status))
        self._metrics.requests.labels(route, outcome).inc()
        self._metrics.seconds.labels(route).observe((now_ms - began_ms) / 1000)
        known = route in SIGNED and 0 < status < OK
        about = {"route": route, "method": scope["method"], "status": status, "outcome": outcome}
        about |= {"ms": now_ms - began_ms, "terminal": terminal if known else ""}
        access.info("request", extra=about)


def route_of(path: str) -> str:
    """One of a few names, whatever was asked: never a path that somebody made up."""
    if path in KNOWN_ROUTES:
        return path
    return next((folder for folder in FOLDERS if path.startswith(f"{folder}/")), "other")


def _where(fault: BaseException) -> str:
    """The exception's type and the last steps into our code."""
    steps = traceback.extract_tb(fault.__traceback__)[-3:]
    places = " < ".join(f"{Path(s.filename).name}:{s.lineno}" for s in reversed(steps))
    return f"{type(fault).__name__} at {places}"
