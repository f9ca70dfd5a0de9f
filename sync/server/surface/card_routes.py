"""Virtual cards over HTTP: a phone asks with plain JSON, for it is a browser. Never SQL.

No terminal signs these requests: the phone proves the key of its card, and shows a link of the
server or the certificate that it had. The page that does it is served beside, under `/card/`.
"""

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sync.server.engine.refusal import Refusal, refuse
from sync.server.server import Server
from sync.server.surface.cards import issue
from sync.server.surface.guard import answer_plain, guarded
from sync.wire.codec import decode
from sync.wire.messages import PATHS, CardRequest
from sync.wire.version import SPOKEN

BODY_BYTES_MAX = 16 * 1024
KINDS = {"html": "text/html", "js": "text/javascript", "css": "text/css"}
PAGE_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def card_routes(server: Server) -> list[Route]:
    """`POST /v1/card`: CardRequest -> CardReply, both plain JSON."""

    async def certificate(request: Request) -> Response:
        message = decode(CardRequest, await _body(request))
        if message.protocol not in SPOKEN:
            raise refuse(426, "protocol", f"this server speaks {SPOKEN}")
        done = await server.database.write(lambda c: issue(c, server.services, message))
        if isinstance(done, Refusal):
            raise done
        return answer_plain(done)

    return [
        Route(PATHS["card"], guarded(certificate, answer_plain), methods=["POST"]),
        Route("/card", _to_page, methods=["GET"]),
        Route("/card/{name:path}", _page, methods=["GET"]),
    ]


async def _to_page(_request: Request) -> Response:
    """A browser keeps what stands behind the `#` of a link."""
    return RedirectResponse("/card/")


async def _page(request: Request) -> Response:
    name = request.path_params["name"] or "index.html"
    kind = KINDS.get(name.rpartition(".")[2])
    file = files("resources").joinpath("card", name)
    if kind is None or "/" in name or not file.is_file():
        return Response(status_code=404)
    return Response(file.read_bytes(), headers=PAGE_HEADERS, media_type=kind)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES_MAX:
            raise refuse(413, "too_large")
    return bytes(body)
